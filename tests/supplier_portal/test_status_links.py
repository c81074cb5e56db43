"""A mail's link shows how one document stands to whoever holds it, and leads to nothing else."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.mails import mail_links, status_links
from accounts.mails.status_links import StatusLinkVoid
from accounts.store import Account
from billing.server import invoice_mails
from invoicing.model import SupplierInvoice
from operations.mail.tables import mail
from tests.support.pages.browser import account_of
from tests.support.pages.portal_walks import ALVA, CILLA, NOW, REFERENCE, TODAY, Books, opened_books
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.bills import billed

LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    with opened_books(database_url) as opened:
        yield opened


@pytest.fixture
def wrong(books: Books) -> SupplierInvoice:
    line = (books.system.order(REFERENCE).number, "001")
    return books.system.send(billed(books.system.flip(*line, number="EGEN-1", on=TODAY), days="10"))


@pytest.fixture
def stranger(books: Books) -> Iterator[Visitor]:
    with visitor(books.site) as opened:
        opened.plant("language", "sv")
        yield opened


def alvas(books: Books) -> Account:
    with books.database.reading() as session:
        found = account_store.by_name(session, f"{ALVA.id}@{ALVA.organisation}.example")
    if found is None:
        account_of(books.database, ALVA)
        return alvas(books)
    return found


def link_to(books: Books, invoice_id: int) -> str:
    account = alvas(books)
    with books.database.writing() as session:
        return status_links.make(session, account, invoice_id, today=TODAY)


def test_the_page_tells_the_state_what_stops_it_and_who_acts(
    books: Books, wrong: SupplierInvoice, stranger: Visitor
) -> None:
    page = text_of(stranger.get(link_to(books, wrong.id)))
    assert "Faktura EGEN-1" in page
    assert "I fråga" in page
    assert "Vad som stoppar" in page
    assert "En person hos köparen avgör vad som ska ske." in page
    # Neither the case, nor the sum, nor who reads it.
    for secret in (REFERENCE, "Alva", "Lind", "4 987", "4987", ALVA.organisation):
        assert secret not in page


def test_a_crawler_that_begins_there_reaches_nothing_of_the_supplier(
    books: Books, wrong: SupplierInvoice, stranger: Visitor
) -> None:
    begun = link_to(books, wrong.id)
    waiting, seen = [begun], dict[str, str]()
    while waiting:
        path = waiting.pop()
        # The guides are everybody's, and their examples have references of their own.
        if path in seen or path.startswith(("/static/", "/help")):
            continue
        answer = stranger.get(path)
        seen[path] = answer.text
        if answer.status_code == 303:
            waiting.append(answer.headers["location"])
        waiting += LINK.findall(answer.text)
    assert len(seen) > 4
    assert [path for path, text in seen.items() if "EGEN-1" in text] == [begun]
    assert not [path for path, text in seen.items() if REFERENCE in text]


def test_whoever_is_signed_in_elsewhere_sees_the_same_page(books: Books, wrong: SupplierInvoice) -> None:
    with visitor(books.site, CILLA) as cilla:
        cilla.plant("language", "sv")
        assert "Faktura EGEN-1" in text_of(cilla.get(link_to(books, wrong.id)))


def test_another_document_another_day_or_another_sign_opens_nothing(
    books: Books, wrong: SupplierInvoice, stranger: Visitor
) -> None:
    books.system.decide("100000299", start=date(2026, 6, 1))
    books.system.report("100000299", "2026-06", on=date(2026, 7, 2))
    line = (books.system.order("100000299").number, "001")
    second = books.system.send(billed(books.system.flip(*line, number="EGEN-2", on=TODAY), days="10"))
    link = link_to(books, wrong.id)
    number, invoice, until, signature = link.removeprefix("/status/").split(".")
    for changed in (
        f"{number}.{second.id}.{until}.{signature}",
        f"{number}.{invoice}.2099-01-01.{signature}",
        f"{int(number) + 1}.{invoice}.{until}.{signature}",
        f"{number}.{invoice}.{until}.{signature[:-1]}",
        f"{number}.{invoice}.{until}",
    ):
        answer = stranger.get(f"/status/{changed}")
        assert answer.status_code == 404, changed
        assert "EGEN-" not in answer.text


def test_it_ends_by_itself_and_with_signing_out_everywhere(books: Books, wrong: SupplierInvoice) -> None:
    token = link_to(books, wrong.id).removeprefix("/status/")
    with books.database.reading() as session:
        assert status_links.read(session, token, today=TODAY + status_links.LASTS).invoice_id == wrong.id
        with pytest.raises(StatusLinkVoid):
            status_links.read(session, token, today=TODAY + status_links.LASTS + timedelta(days=1))
    with books.database.writing() as session:
        mail_links.end_all(session, alvas(books).id)
    with books.database.reading() as session, pytest.raises(StatusLinkVoid):
        status_links.read(session, token, today=TODAY)


def test_who_may_no_longer_see_it_is_shown_nothing_by_an_old_link(
    books: Books, wrong: SupplierInvoice, stranger: Visitor
) -> None:
    link = link_to(books, wrong.id)
    with books.database.writing() as session:
        account_store.regrant(session, alvas(books).id, {Permission.ASSIGN}, None)
    assert "EGEN-1" not in stranger.get(link).text


def test_the_mail_carries_the_link_as_it_leaves_and_the_outbox_does_not(
    books: Books, wrong: SupplierInvoice, stranger: Visitor
) -> None:
    account = alvas(books)
    with books.database.writing() as session:
        invoice_mails.tell(session, TODAY, NOW)
        kept = session.scalars(select(mail.c.body)).all()[-1]
        assert f"{{status {wrong.id}}}" in kept
        made = status_links.in_mail(session, account, kept, today=TODAY)
    (path,) = made.values()
    assert "EGEN-1" in stranger.get(path.removeprefix("{portal}")).text
