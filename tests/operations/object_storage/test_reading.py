"""Bytes in the object storage are read wherever a message is read: as they came, or not at all, with a sentence."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from accounts.identity import Permission
from audit import cases
from finance_desk import post_queries
from operations.object_storage import verifying
from peppol.exchange import inbox_store, outbox, outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store, object_store
from peppol.exchange.bodies.object_storage import BodyAway, BodyWrong, facts_for
from peppol.exchange.tables import OutState
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.servers.object_storages import ObjectStorageServer, running_object_storage
from tests.support.stories.january import REFERENCE
from tests.support.stories.moved_bodies import Keeping, keeping
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN

INVOICE = ("LETTER_IN", 1)


@pytest.fixture
def books(database_url: str, object_storage: ObjectStorageServer) -> Iterator[Keeping]:
    with keeping(database_url, object_storage) as kept:
        kept.move()
        yield kept


def wrong(books: Keeping) -> list[tuple[str, str]]:
    with books.system.database.reading() as session:
        return list(verifying.verify(session, sample=None))


def test_every_way_to_a_message_gives_the_bytes_as_they_were(books: Keeping) -> None:
    with books.system.database.writing() as session:
        message = inbox_store.get(session, 1)
        assert message is not None
        assert message.body == books.bytes_of[INVOICE]
        for each in outbox_store.messages_out(session):
            assert each.body == books.bytes_of["LETTER_OUT", each.sequence]
            assert post_queries.body_of(session, each.sequence) == each.body
        begins = body_store.beginnings(session, body_store.IN, {1: message.received_on}, length=40)
        assert begins == {1: books.bytes_of[INVOICE][:40]}
    assert wrong(books) == []


@pytest.mark.both_engines
def test_a_case_is_handed_out_whole(books: Keeping) -> None:
    with books.system.database.writing() as session:
        whole = cases.export(session, REFERENCE, by="user-1", may_see_protected=False)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        documents = [archive.read(each) for each in archive.namelist() if each.endswith(".xml")]
        assert json.loads(archive.read("index.json"))
    assert sorted(documents) == sorted(books.bytes_of.values())


def test_a_message_that_was_refused_is_sent_again_with_its_own_bytes(books: Keeping) -> None:
    with books.system.database.writing() as session:
        session.execute(update(exchange_tables.outbox).values(state=OutState.REJECTED))
        number = next(sequence for kind, sequence in books.bytes_of if kind == "LETTER_OUT")
        assert outbox.send_again(session, number) is not None
        *_, again = outbox_store.messages_out(session)
    assert again.body == books.bytes_of["LETTER_OUT", number]
    with books.system.database.writing() as session:
        session.execute(update(exchange_tables.outbox).values(state=OutState.DELIVERED))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_supplier_reads_the_moved_bytes_of_its_own_messages_and_no_others(books: Keeping) -> None:
    with books.system.database.for_supplier(FYRBAKEN).reading() as session:
        assert inbox_store.body_of(session, 1) == books.bytes_of[INVOICE]
        assert len(list(object_store.every(session))) == len(books.bytes_of)
    with books.system.database.for_supplier(LARKDRILLEN).reading() as session:
        assert inbox_store.body_of(session, 1) is None
        assert list(object_store.every(session)) == []


@pytest.fixture
def away(database_url: str) -> Iterator[Keeping]:
    """Books whose storage does not answer any more, which was well until then."""
    with running_object_storage() as server, keeping(database_url, server) as kept:
        kept.move()
        server.stop()
        yield kept
        # What must hold of books holds without the storage too.


def test_a_storage_that_is_away_gives_nobody_other_bytes_or_none(away: Keeping) -> None:
    with away.system.database.reading() as session:
        with pytest.raises(BodyAway, match=r"cannot be had now|går inte att komma åt nu"):
            inbox_store.body_of(session, 1)
        with pytest.raises(BodyAway):
            list(outbox_store.messages_out(session))
    assert {told for _, told in wrong(away)} == {"its bytes cannot be read from the object storage"}


def test_an_installation_without_its_storage_says_which_setting_is_missing(books: Keeping) -> None:
    before, books.system.database.facts = books.system.database.facts, facts_for(None)
    with (
        books.system.database.reading() as session,
        pytest.raises(BodyAway, match="BILLING_BODY_STORAGE_BUCKET"),
    ):
        inbox_store.body_of(session, 1)
    assert wrong(books) == [
        ("object storage", "bytes lie in it, and the settings name none (BILLING_BODY_STORAGE_BUCKET)")
    ]
    books.system.database.facts = before


@pytest.mark.parametrize("what", ["other bytes", "no bytes", "gone"])
def test_an_object_that_is_not_what_was_stored_is_shown_to_nobody_and_named_by_the_check(
    books: Keeping, what: str
) -> None:
    client, bucket = books.server.client(), books.storage.bucket
    key = next(each for each in books.objects() if "/in/" in each)
    if what == "gone":
        client.delete_object(Bucket=bucket, Key=key)
    else:
        client.put_object(Bucket=bucket, Key=key, Body=b"" if what == "no bytes" else b"<Other/>")
    with (
        books.system.database.reading() as session,
        pytest.raises(BodyWrong, match=r"are not shown|visas därför inte"),
    ):
        inbox_store.body_of(session, 1)
    ((subject, told),) = wrong(books)
    assert subject == "letter in 1"
    assert "sha256" in told


def test_a_page_shows_the_document_or_says_503(books: Keeping) -> None:
    url = books.system.database.url.render_as_string(hide_password=False)
    settings: dict[str, Any] = books.server.settings(books.storage.bucket)
    with portal(url, **settings) as site, visitor(site, ONES[Permission.FINANCE]) as desk:
        there = desk.get("/finance/documents/1/xml")
        assert (there.status_code, there.content) == (200, books.bytes_of[INVOICE])
        key = next(each for each in books.objects() if "/in/" in each)
        books.server.client().put_object(Bucket=books.storage.bucket, Key=key, Body=b"<Other/>")
        other = desk.get("/finance/documents/1/xml")
    assert other.status_code == 503
    assert "stämmer inte med sin kontrollsumma" in text_of(other)
    assert b"<Other/>" not in other.content


def test_a_page_says_503_and_when_to_come_again_while_the_storage_is_away(away: Keeping) -> None:
    url = away.system.database.url.render_as_string(hide_password=False)
    settings: dict[str, Any] = away.server.settings(away.storage.bucket)
    with portal(url, **settings) as site, visitor(site, ONES[Permission.FINANCE]) as desk:
        answer = desk.get("/finance/documents/1/xml")
        page = desk.get("/finance")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "går inte att komma åt nu" in text_of(answer)
    assert page.status_code == 200, "what needs no bytes goes on"
