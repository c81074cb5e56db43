"""Which order lines an invoice is for, and when a part of it may be accepted or credited by itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from invoicing.documents import store as document_store
from invoicing.model import InvoiceContent, InvoiceState, SupplierInvoice
from invoicing.payment import proposals
from invoicing.verdicts import accepting_in_part, parking, verdicts
from invoicing.verdicts.accepting_in_part import NotInParts
from orders.register import store as register_store
from peppol.documents import billing, shapes
from tests.invoicing.verdicts.test_lines_apart import (
    CAME,
    CREDITED_ON,
    PAID_ON,
    REFERENCES,
    accept_in_part,
    all_of_them,
    allow,
    credit_of,
    january_of,
)
from tests.invoicing.verdicts.test_who_is_judged_again import revoked
from tests.support.stories.bills import together
from tests.support.stories.bills import with_lines as with_bill_lines
from tests.support.stories.builders import a_line, a_receipt, an_invoice, an_order, facts_of, sek, with_lines
from tests.support.stories.paying import NOW, OFFICER
from tests.support.stories.system import System, a_system

ORDER = an_order()
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Three orders with January received, for a buyer that takes orders together."""
    with a_system(database_url) as made:
        for reference in REFERENCES:
            made.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            made.report(reference, "2026-01", on=date(2026, 2, 2))
        allow(made)
        yield made


# Pure ---------------------------------------------------------------------------------------------


def of_lines(*lines: tuple[str, str]) -> InvoiceContent:
    """An invoice of lines, each for an order line and so many days."""
    made = [a_line(line, days=days, line_id=str(place)) for place, (line, days) in enumerate(lines, 1)]
    return with_lines(an_invoice(ORDER), *made)


KNOWN = facts_of(ORDER, a_receipt(ORDER))
APART = replace(KNOWN, policy=replace(KNOWN.policy, several_lines=True, partial_acceptance=True))
TOGETHER = replace(KNOWN, policy=replace(KNOWN.policy, several_lines=True))


def test_what_is_for_no_line_of_ours_is_the_last_part_where_lines_are_judged_apart() -> None:
    one, two = (ORDER.number, "001", sek("2945.00")), (ORDER.number, "002", sek("2660.00"))
    assert verdicts.parts_of(of_lines(("001", "31")), APART) == [one]
    assert verdicts.parts_of(of_lines(("001", "31"), ("002", "28")), APART) == [one, two]
    fee = of_lines(("001", "31"), ("", "1"))
    assert verdicts.parts_of(fee, APART) == [one, ("", "", sek("95.00"))]
    assert verdicts.parts_of(fee, TOGETHER) == [one]
    assert verdicts.parts_of(of_lines(("", "1")), APART) == []
    assert verdicts.parts_of(of_lines(("001", "31")), facts_of(None)) == []


def test_an_invoice_is_kept_by_the_order_of_its_first_part() -> None:
    part = (ORDER.number, "001", sek("1.00"))
    assert verdicts.case_of([part, ("", "", sek("1.00"))], KNOWN) == (ORDER.number, "100000101")
    assert verdicts.case_of([], KNOWN) == ("", "")
    assert verdicts.case_of([part], facts_of(None)) == ("", "")


# In the books -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_line_that_is_for_nothing_of_ours_is_a_part_of_its_own(system: System) -> None:
    whole = together(*(january_of(system, each) for each in REFERENCES[:2]), number="F-1")
    first, second = whole.invoice_lines
    invoice = system.send(with_bill_lines(whole, [first, replace(second, order_line_reference=None)]))
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, ("LINE_MISSING",))


@pytest.mark.usefixtures("books_as_agreed")
def test_what_turns_out_wrong_in_two_ways_is_told_in_both(system: System) -> None:
    """It names no account, which is a note, and then its month is taken back."""
    invoice = system.send(replace(january_of(system, REFERENCES[0]), payment_means=()))
    assert (invoice.state, invoice.codes) == (_S.ACCEPTED, ("PAYEE_ACCOUNT",))
    system.must("report.revoked", revoked(REFERENCES[0], "2026-01", CREDITED_ON), on=CREDITED_ON)
    assert system.invoice(invoice.id).codes == ("NOT_RECEIVED", "PAYEE_ACCOUNT")


def part_credited(system: System, document: billing.Invoice) -> tuple[str, tuple[str, ...]]:
    credit = system.send(credit_of(document, "1"))
    return credit.state.value, credit.codes


def test_a_part_of_what_is_being_paid_is_not_credited_by_itself(system: System) -> None:
    document = all_of_them(system)
    system.send(document)
    with system.database.writing() as session:
        proposals.propose(session, register_store.load(session), pay_on=PAID_ON, by=OFFICER, now=NOW)
    assert part_credited(system, document) == ("IN_QUESTION", ("CREDIT_AMOUNT",))


def test_a_part_of_what_was_asked_back_whole_is_not_credited_by_itself(system: System) -> None:
    document = all_of_them(system, days=(None, None, "21"))
    system.ask_credit(system.send(document), on=CAME)
    assert part_credited(system, document) == ("IN_QUESTION", ("CREDIT_AMOUNT",))


def test_a_part_of_what_was_paid_and_is_in_question_is_not_credited_by_itself(system: System) -> None:
    early, late = date(2026, 3, 2), date(2026, 3, 13)
    system.report(REFERENCES[2], "2026-03", on=early)
    march = system.flip(system.order(REFERENCES[2]).number, "003", number="F-3", on=early)
    document = replace(
        together(january_of(system, REFERENCES[0]), march, number="F-1"), issue_date=early, due_date=None
    )
    invoice = system.send(replace(document, due_date=date(2026, 4, 1)))
    system.interrupt(REFERENCES[2], on=date(2026, 3, 3), last_day=date(2026, 4, 20))
    system.pay(on=date(2026, 4, 2))
    moved = {"execution_reference": REFERENCES[2], "registered_on": str(late), "effective_on": str(late)}
    system.must("interruption.moved", moved, on=late)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    assert part_credited(system, document) == ("IN_QUESTION", ("CREDIT_AMOUNT",))
    with pytest.raises(NotInParts, match="F-1"):
        accept_in_part(system, system.invoice(invoice.id))
    assert not possible(system, system.invoice(invoice.id))


def test_a_part_of_what_is_accepted_or_in_question_is_credited_by_itself(system: System) -> None:
    document = all_of_them(system, days=(None, None, "21"))
    system.send(document)
    assert part_credited(system, document) == ("SETTLED", ())


def possible(system: System, invoice: SupplierInvoice, *, before_receipt: bool = True) -> bool:
    with system.database.reading() as session:
        register = register_store.load(session)
        return (
            accepting_in_part.possible(session, register, invoice, before_receipt=before_receipt) is not None
        )


def february_too(system: System) -> billing.Invoice:
    """January of one order and February, which is not received, of another."""
    other = january_of(system, REFERENCES[1])
    (line,) = other.invoice_lines
    february = replace(line, order_line_reference=shapes.LineReference(line_id="002"), invoice_period=None)
    return together(
        january_of(system, REFERENCES[0]), replace(other, invoice_lines=(february,)), number="F-1"
    )


def test_an_invoice_is_accepted_in_part_from_its_question_or_its_waiting_alone(system: System) -> None:
    wrong = system.send(all_of_them(system, days=(None, None, "21")))
    assert possible(system, wrong)
    assert possible(system, wrong, before_receipt=False)
    accepted = accept_in_part(system, wrong)
    assert not possible(system, accepted)
    with pytest.raises(NotInParts, match="F-1"):
        accept_in_part(system, accepted)
    allow(system, partial_acceptance=False)
    with system.database.writing() as session:
        accepting_in_part.withdraw(session, accepted, by=OFFICER, today=CREDITED_ON)
    again = system.invoice(wrong.id)
    assert again.state is _S.IN_QUESTION
    assert not possible(system, again)
    with pytest.raises(NotInParts):
        accept_in_part(system, again)
    with pytest.raises(NotInParts, match="F-1"), system.database.writing() as session:
        accepting_in_part.withdraw(session, again, by=OFFICER, today=CREDITED_ON)


def test_what_waits_for_a_receipt_is_refused_with_the_rest_only_before_it_comes(system: System) -> None:
    parked = system.send(february_too(system))
    assert parked.state is _S.PARKED
    assert (possible(system, parked), possible(system, parked, before_receipt=False)) == (True, False)
    before = len(matches(system, parked))
    accept_in_part(system, parked)
    assert len(matches(system, parked)) == before + 1


def matches(system: System, invoice: SupplierInvoice) -> list[object]:
    with system.database.reading() as session:
        return list(document_store.matches(session, invoice.id))


@pytest.mark.usefixtures("books_as_agreed")
def test_what_was_never_reported_is_accepted_in_part_when_its_waiting_ends(system: System) -> None:
    invoice = system.send(february_too(system))
    with system.database.writing() as session:
        (ended,) = parking.stop_waiting(session, register_store.load(session), today=date(2026, 6, 1))
    assert (ended.id, ended.state, ended.answered) == (invoice.id, _S.PARTLY_ACCEPTED, "CA")
