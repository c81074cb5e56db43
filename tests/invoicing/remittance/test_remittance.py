"""One bank payment of several documents: each answer, mail, page and file says which sum came and how it is made up."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.store import AccountState
from billing.server import invoice_mails
from foundation.money import Money
from foundation.sql import Session
from invoicing.model import SupplierInvoice
from invoicing.payment.payable import PayableKind
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.remittance import advice_queries
from invoicing.remittance.advice import Remittance, RemittancePart
from operations.mail.tables import mail
from peppol.documents.responses import InvoiceResponse
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec
from tests.support.pages.browser import portal, session_cookie
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.paying import PayDesk, notice
from tests.support.stories.system import FYRBAKEN, System, a_system

FIRST, SECOND = "100000101", "100000102"
APRIL = date(2026, 4, 6)
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({Permission.REPORT}))


def paid_together(system: System) -> tuple[SupplierInvoice, SupplierInvoice]:
    """Two invoices of one supplier and the credit of a third that was paid: one sum came for them."""
    desk = PayDesk(system)
    for reference in (FIRST, SECOND):
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.report(reference, "2026-02", on=date(2026, 3, 2))
    one, other = (system.order(each).number for each in (FIRST, SECOND))
    wrong = system.flip(one, number="F-1", on=date(2026, 2, 3))
    system.send(wrong)
    system.pay(on=date(2026, 3, 5))
    system.send(flipping.credit_note_of(wrong, given=Numbered("K-1", date(2026, 3, 6))))
    invoices = (
        system.send_invoice(one, "002", number="F-2", on=date(2026, 3, 7)),
        system.send_invoice(other, "001", number="F-3", on=date(2026, 3, 7)),
    )
    desk.give_right()
    proposal = desk.propose(on=APRIL)
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    desk.bank_says(notice((transfer.end_to_end, str(transfer.amount.amount)), day="2026-04-06"), on=APRIL)
    return invoices


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def answer_paid(system: System, invoice: SupplierInvoice) -> InvoiceResponse:
    """The PD that the supplier's system got."""
    with system.database.reading() as session:
        (told,) = [
            each
            for each in outbox_store.messages_out(
                session, kind=DocumentKind.INVOICE_RESPONSE, about=f"invoice {invoice.id}"
            )
            if each.document_id.endswith("-PD")
        ]
    return codec.parse(InvoiceResponse, told.body)


@pytest.mark.both_engines
def test_each_answer_of_a_payment_of_several_documents_says_which_sum_came_and_how_it_is_made_up(
    system: System,
) -> None:
    invoices = paid_together(system)
    with system.database.reading() as session:
        paid = advice_queries.of_payment(session, FYRBAKEN, "RM30000001-00001")
        several = advice_queries.with_others(session, [each.id for each in invoices])
        assert several == {each.id: (FYRBAKEN, "RM30000001-00001") for each in invoices}
    assert paid is not None
    assert [(each.kind, each.document, each.about) for each in paid.parts] == [
        (PayableKind.INVOICE, "F-2", ""),
        (PayableKind.INVOICE, "F-3", ""),
        (PayableKind.CREDIT, "K-1", "F-1"),
    ]
    for invoice in invoices:
        answer = answer_paid(system, invoice)
        (status,) = answer.document_response.response.statuses
        assert status.status_reason_code is not None
        assert (status.status_reason_code.value, status.status_reason) == ("NON", paid.words.both())
        assert "Betalning RM30000001-00001 på 2 375,00 SEK består av: faktura F-2 2 375,00" in paid.words.sv
        assert "credit K-1 of F-1 taken off -2 375,00" in paid.words.en
        assert validation.validate(codec.serialise(answer), on=APRIL).findings == ()


def test_what_a_payment_is_made_of_is_read_once_however_many_documents_it_has(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    of_payment = advice_queries.of_payment

    def seen(session: Session, supplier: str, payment: str) -> Remittance | None:
        read.append(payment)
        return of_payment(session, supplier, payment)

    monkeypatch.setattr(advice_queries, "of_payment", seen)
    paid_together(system)
    assert read == ["RM30000001-00001"]
    with system.database.writing() as session:
        invoice_mails.tell(session, APRIL, CLOCK)
    assert read == ["RM30000001-00001"]


def test_an_invoice_paid_by_its_own_sum_is_answered_without_more_words(system: System) -> None:
    desk = PayDesk(system)
    system.decide(FIRST)
    system.report(FIRST, "2026-01", on=date(2026, 2, 2))
    invoice = system.send_invoice(system.order(FIRST).number, number="F-1", on=date(2026, 2, 3))
    desk.give_right()
    proposal = desk.propose(on=date(2026, 3, 5))
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    desk.bank_says(notice((transfer.end_to_end, str(transfer.amount.amount))), on=date(2026, 3, 5))
    assert answer_paid(system, invoice).document_response.response.statuses == ()


@pytest.mark.both_engines
@pytest.mark.parametrize("at_once", [5_000, 1])
def test_one_mail_tells_of_the_payment_and_leads_to_its_page(
    system: System, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """One, also where its invoices are more than are told of at once."""
    monkeypatch.setattr(invoice_mails, "_AT_ONCE", at_once)
    with system.database.writing() as session:
        account_store.add(
            session,
            organisation=FYRBAKEN,
            sign_in_name="alva@lev.example",
            display_name="Alva",
            permissions=frozenset({Permission.REPORT}),
            within=None,
            language="sv",
            at=CLOCK,
            by="test",
            state=AccountState.ACTIVE,
        )
    paid_together(system)
    with system.database.writing() as session:
        while invoice_mails.tell(session, APRIL, CLOCK) != "nothing new":
            pass
        mails = session.execute(select(mail.c.template, mail.c.body).order_by(mail.c.id)).all()
    # F-1 was paid by other means, alone.
    assert [each.template for each in mails] == ["invoice-paid", "payment-made-up"]
    assert "/economy/payments/RM30000001-00001" in mails[1].body


def test_the_page_the_file_and_the_paper_say_the_same(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url) as system:
        invoice, _ = paid_together(system)
    with (
        portal(url, clock=lambda: datetime(2026, 4, 10, 9, tzinfo=UTC)) as site,
        httpx.Client(base_url=site.address, trust_env=False, verify=NO_TLS, timeout=120) as client,
    ):
        client.cookies.set("billing-session", session_cookie(site, ALVA))
        shown = client.get(f"/invoices/{invoice.id}").text
        page = client.get("/economy/payments/RM30000001-00001").text
        table = client.get("/economy/payments/RM30000001-00001/remittance.csv?form=plain").text
        paper = client.get("/economy/payments/RM30000001-00001/remittance.pdf")
        assert client.get("/economy/payments/RM30000001-00002/remittance.pdf").status_code == 404
    rows = list(csv.DictReader(io.StringIO(table)))
    assert "2\xa0375,00\xa0kr kom på banken" in shown
    assert 'href="/economy/payments/RM30000001-00001"' in shown
    assert "remittance.pdf" in page
    assert [(each["Dokument"], each["Avser faktura"]) for each in rows] == [
        ("F-2", "F-2"),
        ("F-3", "F-3"),
        ("K-1", "F-1"),
    ]
    assert sum(Decimal(each["Belopp"]) for each in rows) == Decimal("2375.00")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


@given(
    st.lists(
        st.tuples(st.sampled_from(PayableKind), st.integers(min_value=1, max_value=10**9)),
        min_size=1,
        max_size=80,
    )
)
def test_the_sum_is_that_of_the_parts_and_none_of_them_is_left_out_in_silence(
    given_parts: list[tuple[PayableKind, int]],
) -> None:
    parts = tuple(
        RemittancePart(kind, f"D-{place}-", "F-0", Money(Decimal(cents) / 100))
        for place, (kind, cents) in enumerate(given_parts)
    )
    paid = Remittance("RM30000001-00001", FYRBAKEN, parts)
    signs = {PayableKind.INVOICE: 1, PayableKind.CREDIT: -1}
    assert paid.amount.amount * 100 == sum(signs[kind] * cents for kind, cents in given_parts)
    named = [each for each in parts if each.document in paid.words.sv]
    more = len(parts) - len(named)
    assert (f"{more} till" in paid.words.sv) is (more > 0)
