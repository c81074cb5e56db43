"""A supplier finds what was technically refused: what came, when, why, and that it came again; nobody else does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from accounts.identity import Permission, Person
from foundation.backoff import Ladder
from invoicing.intake import handlers as intake_handlers
from invoicing.portal_invoicing import refused_message_queries, uploads
from invoicing.portal_invoicing.refused_message_queries import RefusedMessage
from invoicing.portal_invoicing.scope import SupplierActor
from orders.register.unit_scope import UnitScope
from peppol.documents import billing, shapes
from peppol.exchange import inbox, inbox_store
from peppol.exchange.laid_aside import LAID_ASIDE_NOTE, LaidAsideReason
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind
from peppol.xml import codec
from tests.support.pages.browser import portal, session_cookie
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE = "100000101"
BILLED_ON = date(2026, 2, 3)
WHOLE = SupplierActor(FYRBAKEN, by="user-1")
OTHERS = SupplierActor(LARKDRILLEN, by="user-2")
ONE_UNIT = SupplierActor(FYRBAKEN, UnitScope(frozenset({"UV-101"})), by="user-3")
_P = Permission
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({_P.REPORT}))
CILLA = Person("user-c", "Cilla Ås", LARKDRILLEN, frozenset({_P.REPORT}), language="en")


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def invoice(system: System, number: str = "F-1") -> billing.Invoice:
    return system.flip(system.order(REFERENCE).number, number=number, on=BILLED_ON)


def wrong(right: billing.Invoice) -> bytes:
    """The same with a total that does not follow from its lines."""
    total = replace(right.legal_monetary_total, tax_inclusive_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    return codec.serialise(replace(right, legal_monetary_total=total))


def refused(system: System, body: bytes) -> None:
    system.post(body, on=BILLED_ON)
    (outcome,) = system.read_messages(on=BILLED_ON)
    assert outcome.invoice is None


def seen(system: System, actor: SupplierActor = WHOLE) -> list[RefusedMessage]:
    """What the list shows, asked as the supplier's own role where there is one."""
    with system.database.for_supplier(actor.supplier).reading() as session:
        messages = list(refused_message_queries.listed(session, actor))
        assert refused_message_queries.count(session, actor) == len(messages)
        for each in messages:
            assert refused_message_queries.find(session, actor, each.id) == each
    return messages


def test_a_refused_invoice_is_found_by_its_sender_and_by_nobody_else(system: System) -> None:
    refused(system, wrong(invoice(system)))
    (message,) = seen(system)
    assert (message.seen.kind, message.seen.number) == (DocumentKind.INVOICE, "F-1")
    assert message.reason.startswith("BR-CO-")
    assert message.reason_text.sv
    assert message.came_again is None
    assert seen(system, OTHERS) == seen(system, ONE_UNIT) == []
    with system.database.for_supplier(LARKDRILLEN).reading() as session:
        assert refused_message_queries.find(session, OTHERS, message.id) is None
        assert refused_message_queries.told(session, OTHERS, message.id) is None
        assert refused_message_queries.answer_body(session, OTHERS, message.id) is None
    with system.database.for_supplier(FYRBAKEN).reading() as session:
        told = refused_message_queries.told(session, WHOLE, message.id)
        body = refused_message_queries.answer_body(session, WHOLE, message.id)
    assert told is not None
    assert (told.kind, told.address) == (DocumentKind.MLR, "")
    assert body is not None
    assert b"F-1" in body


def test_the_list_says_when_the_same_number_has_come_rightly(system: System) -> None:
    right = invoice(system)
    refused(system, wrong(right))
    document = system.send(right)
    (message,) = seen(system)
    assert message.came_again == document.id
    assert fresh(system, BILLED_ON) == 0


def test_the_overview_tells_of_what_was_refused_lately_and_did_not_come_again(system: System) -> None:
    refused(system, wrong(invoice(system)))
    assert fresh(system, BILLED_ON) == 1
    assert fresh(system, BILLED_ON + timedelta(days=1)) == 0
    with system.database.for_supplier(LARKDRILLEN).reading() as session:
        assert refused_message_queries.fresh(session, OTHERS, since=BILLED_ON) == 0


def fresh(system: System, since: date) -> int:
    with system.database.for_supplier(FYRBAKEN).reading() as session:
        assert refused_message_queries.fresh(session, ONE_UNIT, since=since) == 0
        return refused_message_queries.fresh(session, WHOLE, since=since)


def test_another_document_under_a_number_already_held_is_told_too(system: System) -> None:
    right = invoice(system)
    document = system.send(right)
    refused(system, codec.serialise(replace(right, note="Samma nummer, andra bytes.")))
    (message,) = seen(system)
    assert (message.state, message.came_again) == (InState.CONFLICT, document.id)
    assert "F-1" in message.reason_text.sv
    assert seen(system, OTHERS) == []


def test_what_nobody_can_read_is_nobodys(system: System) -> None:
    system.post(b"%PDF-1.7 en faktura", on=BILLED_ON)
    system.read_messages(on=BILLED_ON)
    assert seen(system) == seen(system, OTHERS) == []


def test_files_taken_in_and_never_sent_are_listed_once_each(system: System) -> None:
    body = wrong(invoice(system))
    with system.database.for_supplier(FYRBAKEN).writing() as session:
        for _ in range(2):
            uploads.take_in(session, WHOLE, body, now=CLOCK)
        mine = uploads.take_in(session, ONE_UNIT, b"inte ens XML", now=CLOCK)
    with system.database.for_supplier(FYRBAKEN).reading() as session:
        count, files = refused_message_queries.unsent_files(session, WHOLE)
        assert (count, [each.seen.number for each in files]) == (2, ["", "F-1"])
        assert [each.id for each in refused_message_queries.unsent_files(session, ONE_UNIT)[1]] == [mine]
    with system.database.for_supplier(LARKDRILLEN).reading() as session:
        assert refused_message_queries.unsent_files(session, OTHERS) == (0, [])


def test_the_page_tells_why_and_what_to_do_and_hands_out_the_file(system: System) -> None:
    body = wrong(invoice(system))
    refused(system, body)
    (message,) = seen(system)
    now = datetime(2026, 2, 3, 12, tzinfo=CLOCK.tzinfo)
    url = system.database.url.render_as_string(hide_password=False)
    with (
        portal(url, clock=lambda: now, second_step=False) as site,
        httpx.Client(
            base_url=site.address, trust_env=False, verify=NO_TLS, headers={"Accept": "text/html"}
        ) as client,
    ):
        client.cookies.set("billing-session", session_cookie(site, ALVA))
        assert "Inte bokförda <span" in client.get("/invoices").text
        assert f"/invoices/refused/{message.id}" in client.get("/invoices/refused").text
        page = client.get(f"/invoices/refused/{message.id}").text
        for told in ("Dokumentet är inte mottaget", "Skicka dokumentet igen på samma väg", message.reason):
            assert told in page
        file = client.get(f"/invoices/refused/{message.id}/file")
        assert file.content == body
        assert file.headers["content-disposition"] == 'attachment; filename="F-1.xml"'
        assert file.headers["content-type"] == "application/octet-stream"
        assert b"ApplicationResponse" in client.get(f"/invoices/refused/{message.id}/answer").content
        client.cookies.set("billing-session", session_cookie(site, CILLA))
        assert "Everything that you sent is in the buyer" in client.get("/invoices/refused").text
        for path in ("", "/file", "/answer"):
            assert client.get(f"/invoices/refused/{message.id}{path}").status_code == 404


@pytest.mark.both_engines
def test_what_our_own_handling_failed_on_is_seen_by_its_sender_and_by_nobody_else(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patch:
        patch.setitem(intake_handlers.HANDLERS, DocumentKind.INVOICE, fail)
        system.post(codec.serialise(invoice(system)), on=BILLED_ON)
        system.read_messages(on=BILLED_ON)
        (message,) = seen(system)
        assert (message.state, message.is_ours) == (InState.ARRIVED, True)
        patch.setattr(inbox, "TRIES", Ladder(()))
        system.post(codec.serialise(invoice(system, "F-2")), on=BILLED_ON)
        system.read_messages(on=BILLED_ON)
    given_up, waits = seen(system)
    assert (given_up.state, given_up.is_ours, waits.is_ours) == (InState.FAILED, True, True)
    assert seen(system, OTHERS) == seen(system, ONE_UNIT) == []
    with system.database.for_supplier(FYRBAKEN).reading() as session:
        assert refused_message_queries.being_mended(session, WHOLE) == 2
        assert refused_message_queries.fresh(session, WHOLE, since=BILLED_ON) == 0
        told = refused_message_queries.told(session, WHOLE, given_up.id)
    assert told is not None
    with system.database.for_supplier(LARKDRILLEN).reading() as session:
        assert refused_message_queries.being_mended(session, OTHERS) == 0
        assert refused_message_queries.told(session, OTHERS, given_up.id) is None


@pytest.mark.both_engines
def test_what_was_done_about_a_message_is_read_by_its_sender_and_by_nobody_else(system: System) -> None:
    refused(system, wrong(invoice(system)))
    with system.database.writing() as session:
        (message,) = refused_message_queries.listed(session, WHOLE)
        inbox.lay_aside(session, message.id, LaidAsideReason.TOLD_OTHERWISE, by="user-9", at=CLOCK)
        assert inbox.lay_aside(session, message.id, LaidAsideReason.NOT_FOR_US, by="user-9", at=CLOCK) is None
    (closed,) = seen(system)
    assert closed.state is InState.LAID_ASIDE
    assert closed.done.sv == "Avsändaren har fått besked på annat sätt."
    assert seen(system, OTHERS) == []
    with system.database.for_supplier(LARKDRILLEN).reading() as session:
        if session.dialect.name == "postgresql":
            assert inbox_store.sentences_of(session, [message.id], LAID_ASIDE_NOTE) == {}
