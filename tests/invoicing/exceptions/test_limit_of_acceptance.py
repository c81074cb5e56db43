"""A limit is the most a person may accept: exactly that much is within it, one öre more is not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import bulk_actions
from invoicing.exceptions.actions import OverLimit
from invoicing.exceptions.steps import DeskActor
from invoicing.model import InvoiceState, SupplierInvoice
from orders.register import store as register_store
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

REFERENCE, FEBRUARY = "100000101", date(2026, 2, 3)
ACTOR = DeskActor("user-1", datetime(2026, 2, 4, 8, 0, tzinfo=UTC), FEBRUARY)
TWO_DAYS = Decimal("190.00")


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def invoice(system: System) -> SupplierInvoice:
    """An invoice for two days more than were received, of 95.00 each."""
    order = system.order(REFERENCE)
    days = f"{order.lines[0].quantity.value + 2:f}"
    return system.send(billed(system.flip(order.number, number="F-1", on=FEBRUARY), days=days))


def accept(system: System, invoice: SupplierInvoice, limit: Decimal) -> None:
    with system.database.writing() as session:
        decision_store.set_limit(session, ACTOR.by, Money(limit, "SEK"), by="admin-1", on=FEBRUARY)
        register = register_store.load(session)
        exception_actions.accept(session, register, invoice.id, ACTOR, reason="Rättat per telefon")


@pytest.mark.parametrize("above", ["0.00", "0.01"])
def test_what_the_limit_reaches_is_accepted(system: System, invoice: SupplierInvoice, above: str) -> None:
    accept(system, invoice, TWO_DAYS + Decimal(above))
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED


def test_one_ore_more_than_the_limit_is_refused(system: System, invoice: SupplierInvoice) -> None:
    with pytest.raises(OverLimit):
        accept(system, invoice, TWO_DAYS - Decimal("0.01"))
    assert system.invoice(invoice.id).state is InvoiceState.IN_QUESTION


@pytest.mark.parametrize(("limit", "fits"), [("189.99", False), ("190.00", True)])
def test_many_at_once_are_foreseen_by_the_same_limit(
    system: System, invoice: SupplierInvoice, limit: str, fits: bool
) -> None:
    with system.database.writing() as session:
        decision_store.set_limit(session, ACTOR.by, Money.of(limit), by="admin-1", on=FEBRUARY)
        register = register_store.load(session)
        (told,) = bulk_actions.simulate(session, register, Action.ACCEPT, [invoice.id], by=ACTOR.by)
    assert (told.refusal is None) is fits
