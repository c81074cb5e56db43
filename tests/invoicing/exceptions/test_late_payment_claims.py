"""Interest, a reminder fee, compensation for late payment: for no order, put to a person, accepted or disputed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from foundation.errors import Refused
from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action, ActionRefused
from invoicing.documents import decider_store
from invoicing.exceptions import queue_queries
from invoicing.exceptions.queue import QueueFilter, QueuePart
from invoicing.matching import late_payment_claims
from invoicing.matching.deviations import DeviationCode
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceContent, InvoicedLine, InvoiceState
from orders.register import store as register_store
from peppol.documents import billing, shapes
from tests.invoicing.exceptions.test_actions import (
    FEBRUARY,
    REFERENCE,
    january,
    last_message,
    press,
    release,
    undo,
)
from tests.support.stories import bills
from tests.support.stories.bills import billed
from tests.support.stories.builders import (
    a_line,
    a_receipt,
    an_invoice,
    an_order,
    facts_of,
    sek,
    with_lines,
)
from tests.support.stories.paying import NOW, OFFICER
from tests.support.stories.system import System, a_system, example_register

_S = InvoiceState
_OUTSIDE = {"vat_category": "O", "vat_percent": None}


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        with system.database.writing() as session:
            decision_store.set_limit(session, "user-1", Money.of("500.00"), by="admin-1", on=FEBRUARY)
        yield system


def a_claim(system: System, *, name: str = "Förseningsersättning", amount: str = "450.00") -> billing.Invoice:
    """What a supplier's program writes of it: no order, no order line, exempt."""
    invoice = billed(january(system, "R-1"), days="1", price=amount, category="E", percent="0")
    (line,) = invoice.invoice_lines
    return replace(
        invoice,
        order_reference=None,
        contract_document_reference=None,
        buyer_reference="Avd 4",
        invoice_lines=(
            replace(
                line,
                order_line_reference=None,
                invoice_period=None,
                invoiced_quantity=shapes.Quantity(Decimal(1), "C62"),
                item=replace(line.item, name=name, sellers_item_identification=None),
            ),
        ),
    )


# Recognising one --------------------------------------------------------------------------------------------


def of(*lines: InvoicedLine, **changes: object) -> InvoiceContent:
    bare = replace(an_invoice(), order_number="", credits=())
    return replace(with_lines(bare, *lines), **changes)  # type: ignore[arg-type]


def line(name: str, *, untaxed: bool = True, **changes: object) -> InvoicedLine:
    made = replace(a_line("", days="1", price="450.00"), name=name, **(_OUTSIDE if untaxed else {}))  # type: ignore[arg-type]
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "Dröjsmålsränta",
        "Ränta enligt räntelagen 12 %",
        "Påminnelseavgift",
        "Förseningsersättning 450 kr",
        "Räntefaktura, faktura F-1",
        "Late payment interest",
        "Interest",
        "Reminder fee",
    ],
)
def test_a_line_of_interest_or_a_fee_is_recognised(name: str) -> None:
    assert late_payment_claims.is_recognised(of(line(name)))


@pytest.mark.parametrize(
    "invoice",
    [
        of(line("Grundersättning")),
        # A word that may mean something else is not enough where VAT is charged.
        of(line("Påminnelsemöte", untaxed=False)),
        of(line("Ränta", untaxed=False)),
        # What lies on an order line is no claim, and neither is a credit note.
        of(replace(line("Dröjsmålsränta"), order_line="001")),
        of(line("Dröjsmålsränta"), document_type=DocumentType.CREDIT_NOTE),
        # Something else stands beside it.
        of(line("Dröjsmålsränta"), line("Grundersättning", untaxed=False, id="2")),
        # What many print on every invoice.
        of(line("Utbildning"), note="Efter förfallodagen debiteras dröjsmålsränta och påminnelseavgift."),
        of(line("Räntekunskap för vuxna", untaxed=False)),
    ],
)
def test_what_is_something_else_is_not(invoice: InvoiceContent) -> None:
    assert not late_payment_claims.is_recognised(invoice)


def test_a_note_is_believed_where_it_is_about_an_invoice_and_a_type_by_itself() -> None:
    avgift = line("Avgift")
    assert late_payment_claims.is_recognised(of(avgift, note="Påminnelseavgift för faktura F-1001"))
    assert late_payment_claims.is_recognised(of(avgift, type_code="84"))
    assert not late_payment_claims.is_recognised(of(avgift))


# What becomes of it -----------------------------------------------------------------------------------------


def test_it_is_put_to_a_person_and_no_order_number_is_asked_for(system: System) -> None:
    invoice = system.send(a_claim(system))
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, ("LATE_PAYMENT_CLAIM",))
    assert system.answers(invoice) == ["AB"]
    (said,) = system.sentences(invoice)
    assert "behöver inget ordernummer" in said
    assert "Kreditera" not in said
    with system.database.reading() as session:
        counts = queue_queries.counts(session, today=FEBRUARY)
        wanted = QueueFilter(part=QueuePart.CLAIMS)
        (item,) = queue_queries.items(session, wanted, today=FEBRUARY)
        others = queue_queries.items(session, QueueFilter(), today=FEBRUARY)
    assert (counts[QueuePart.CLAIMS], counts[QueuePart.EXCEPTIONS], item.number, others) == (1, 0, "R-1", [])


@pytest.mark.parametrize("order_line", [None, "999"], ids=["no order line", "a made-up order line"])
@pytest.mark.parametrize("inferred", [False, True], ids=["lines named", "lines inferred"])
def test_a_line_of_it_on_an_orders_invoice_is_told_to_come_on_its_own(
    system: System, *, inferred: bool, order_line: str | None
) -> None:
    if inferred:
        system.change_register(example_register(inferred_line=True))
    invoice = january(system, "F-1", days="20")
    (work,) = invoice.invoice_lines
    (claim,) = a_claim(system, name="Påminnelseavgift", amount="60.00").invoice_lines
    claim = replace(
        claim,
        id="2",
        order_line_reference=shapes.LineReference(line_id=order_line) if order_line else None,
        # Many programs put VAT on it, as on everything.
        item=replace(claim.item, classified_tax_category=work.item.classified_tax_category),
    )
    held = system.send(bills.with_lines(invoice, (work, claim)))
    assert held.codes[0] == ("LINE_UNKNOWN" if order_line else "LINE_MISSING")
    said = system.sentences(held)[0]
    assert "Fakturarad 2 ser ut att gälla ränta eller avgift för sen betalning" in said
    assert "skicka kravet som en egen faktura" in said
    assert "orderradens nummer" not in said


@pytest.mark.parametrize("inferred", [False, True])
def test_such_a_line_is_never_taken_for_work_and_its_lack_of_vat_is_no_second_deviation(
    *, inferred: bool
) -> None:
    order = an_order()
    order = replace(order, lines=order.lines[:1])
    work = an_invoice(order)
    untaxed = replace(line("Dröjsmålsränta"), id="2")
    policy = example_register(inferred_line=inferred).policy
    said = match(
        replace(work, lines=(*work.lines, untaxed)), facts_of(order, a_receipt(order), policy=policy)
    )
    assert [(each.code, each.line) for each in said.deviations] == [(DeviationCode.LINE_MISSING, "2")]
    assert said.deviations[0].variant == late_payment_claims.OF_LATE_PAYMENT


def test_no_policy_answers_it_without_a_person(system: System) -> None:
    system.change_register(example_register(automatic_answer=True))
    assert system.send(a_claim(system)).state is _S.IN_QUESTION


def test_accepted_with_a_reason_it_is_paid_and_booked_as_a_cost_without_order(system: System) -> None:
    invoice = system.send(a_claim(system))
    action = press(system, Action.ACCEPT, invoice, reason="Rätt: vi betalade sent")
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == (_S.ACCEPTED, ("LATE_PAYMENT_CLAIM",))
    undo(system, action)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    press(system, Action.ACCEPT, invoice, reason="Rätt: vi betalade sent")
    release(system, minutes=30)
    assert system.answers(invoice) == ["AB", "AP"]
    with system.database.reading() as session:
        assert decider_store.of(session, [invoice.id])[invoice.id] == {"user-1"}
    (paid,) = system.pay(on=system.invoice(invoice.id).pays_on)
    assert paid.amount == sek("450.00")
    assert system.broken() == []
    with system.database.writing() as session:
        register = register_store.load(session)
        run = booking.book(session, register, LedgerAccounts(), today=FEBRUARY, by=OFFICER, now=NOW)
    rows = [(row.account, row.amount) for each in run.vouchers for row in each.rows if "R-1" in each.text]
    assert ("5719", Decimal("450.00")) in rows


def test_disputed_it_is_answered_in_the_persons_words_and_a_credit_is_asked_for_and_no_new_invoice(
    system: System,
) -> None:
    invoice = system.send(a_claim(system))
    with pytest.raises(ActionRefused):
        press(system, Action.DISPUTE, invoice, reason=" ")
    action = press(system, Action.DISPUTE, invoice, reason="Faktura F-1 betalades i tid.")
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED
    undo(system, action)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    press(system, Action.DISPUTE, invoice, reason="Faktura F-1 betalades i tid.")
    release(system, minutes=30)
    assert system.answers(invoice) == ["AB", "RE"]
    told = last_message(system, invoice)
    assert "Faktura F-1 betalades i tid." in told
    assert ">CNF<" in told
    assert ">NIN<" not in told
    claim = a_claim(system)
    assert system.send_credit(claim, number="K-1", on=FEBRUARY).state is _S.SETTLED
    assert system.invoice(invoice.id).state is _S.CREDITED
    assert system.broken() == []


def test_what_is_no_claim_is_not_disputed(system: System) -> None:
    invoice = system.send(billed(january(system), days="19"))
    with pytest.raises(ActionRefused, match="no claim"):
        press(system, Action.DISPUTE, invoice, reason="Nej")


def test_a_claim_above_the_limit_is_for_somebody_else(system: System) -> None:
    invoice = system.send(a_claim(system, name="Dröjsmålsränta", amount="900.00"))
    with pytest.raises(Refused, match="dispute it"):
        press(system, Action.ACCEPT, invoice, reason="Rätt")
