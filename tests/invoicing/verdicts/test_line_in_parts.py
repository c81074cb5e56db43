"""One order line over several invoices: each takes its share, and together never more than was received."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from foundation.money import Money
from invoicing.model import InvoiceState, SupplierInvoice
from orders.purchase_orders import line_share_store
from peppol.documents import billing
from tests.support.stories.bills import billed
from tests.support.stories.january import REFERENCE, january
from tests.support.stories.system import System, a_system, example_register

CAME = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January received, 20 days at 95.00, for a buyer that takes a line in parts."""
    with a_system(database_url) as made:
        made.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        made.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        made.change_register(
            example_register(partial_quantities=True, partial_acceptance=True, several_lines=True)
        )
        yield made
        assert made.broken() == []


def parts_of(system: System, *days: str) -> list[billing.Invoice]:
    """The invoices F-1, F-2 and so on, each for so many of January's days."""
    whole = january(system, "F-0")
    return [replace(billed(whole, days=each), id=f"F-{place}") for place, each in enumerate(days, 1)]


def send(system: System, invoices: list[billing.Invoice]) -> list[SupplierInvoice]:
    return [system.send(each, on=CAME) for each in invoices]


def claimed(system: System) -> tuple[Decimal, Money]:
    """How many days, and how much, accepted invoices have claimed of January."""
    number = system.order(REFERENCE).number
    with system.database.reading() as session:
        taken = sum((each.quantity for each in line_share_store.of_order(session, number)), Decimal(0))
    return taken, system.line(number).amount_claimed


@pytest.mark.usefixtures("books_as_agreed")
@pytest.mark.both_engines
def test_three_invoices_share_a_line_and_the_fourth_finds_nothing_left(system: System) -> None:
    *shares, one_more = parts_of(system, "8", "7", "5", "1")
    sent = send(system, shares)
    assert [each.state for each in sent] == [InvoiceState.ACCEPTED] * 3
    assert claimed(system) == (Decimal(20), Money.of("1900.00"))
    fourth = system.send(one_more, on=CAME)
    assert (fourth.state, fourth.codes) == (InvoiceState.IN_QUESTION, ("ALREADY_INVOICED",))
    assert {str(each.amount.amount) for each in system.pay(on=date(2026, 3, 20))} == {
        *("950.00", "831.25", "593.75"),
    }


@pytest.mark.both_engines
def test_more_than_is_left_is_told_with_what_is_left(system: System) -> None:
    first, second = send(system, parts_of(system, "15", "6"))
    assert first.state is InvoiceState.ACCEPTED
    assert (second.state, second.codes) == (InvoiceState.IN_QUESTION, ("QUANTITY",))
    (deviation,) = system.match(second).deviations
    assert (deviation.found, deviation.expected) == ("6", "5")


@pytest.mark.usefixtures("books_as_agreed")
def test_a_credited_share_is_open_again(system: System) -> None:
    first, second, third = parts_of(system, "15", "5", "15")
    sent = send(system, [first, second])
    waiting = system.send(third, on=CAME)
    assert waiting.codes == ("ALREADY_INVOICED",)
    system.send_credit(first, number="K-1", on=CAME)
    assert system.invoice(sent[0].id).state is InvoiceState.CREDITED
    assert system.invoice(waiting.id).state is InvoiceState.ACCEPTED
    assert claimed(system) == (Decimal(20), Money.of("1900.00"))


@pytest.mark.usefixtures("books_as_agreed")
def test_shares_wait_for_their_receipt_and_are_judged_when_it_comes(system: System) -> None:
    whole = january(system, "F-0")
    (line,) = whole.invoice_lines
    assert line.order_line_reference is not None
    february = replace(line.order_line_reference, line_id="002")
    parts = [
        replace(billed(whole, days=days, order_line_reference=february, invoice_period=None), id=f"F-{days}")
        for days in ("12", "8", "3")
    ]
    sent = send(system, parts)
    assert {each.state for each in sent} == {InvoiceState.PARKED}
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    states = [system.invoice(each.id).state for each in sent]
    assert states.count(InvoiceState.ACCEPTED) >= 1
    number = system.order(REFERENCE).number
    account = system.line(number, "002")
    assert account.amount_claimed <= account.amount_received


@pytest.mark.both_engines
def test_a_line_may_still_be_invoiced_whole(system: System) -> None:
    invoice = system.send(january(system, "F-1"), on=CAME)
    assert invoice.state is InvoiceState.ACCEPTED
    account = system.line(system.order(REFERENCE).number)
    assert (account.invoice_id, account.amount_claimed) == (invoice.id, Money.of("1900.00"))


def test_without_the_policy_a_part_is_too_little(system: System) -> None:
    system.change_register(example_register())
    (part,) = send(system, parts_of(system, "8"))
    assert (part.state, part.codes) == (InvoiceState.IN_QUESTION, ("QUANTITY",))


@pytest.mark.both_engines
def test_the_database_lets_no_more_be_taken_than_was_received(system: System) -> None:
    """However many take at once: the account's row decides, on either engine."""
    number = system.order(REFERENCE).number
    took: list[bool] = []

    def take(invoice_id: int) -> None:
        with system.database.writing() as session:
            took.append(
                line_share_store.take(
                    session,
                    number,
                    "001",
                    invoice_id,
                    quantity=Decimal(6),
                    amount=Decimal("570.00"),
                    claims=True,
                )
            )

    threads = [threading.Thread(target=take, args=(each,)) for each in range(1001, 1007)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(took) == [False, False, False, True, True, True]
    assert system.line(number).amount_claimed == Money.of("1710.00")
    with system.database.writing() as session:
        for invoice_id in range(1001, 1007):
            line_share_store.free(session, number, "001", invoice_id)
