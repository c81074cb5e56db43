"""A document in our books is moved by its table of transitions, and by one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date

import pytest

from foundation.sql import Session
from foundation.transitions import MovedMeanwhile, StepRefused
from invoicing.decisions.rules import UNDOES
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState, SupplierInvoice
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def accepted(system: System) -> SupplierInvoice:
    return system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)


class Over(Exception):
    """The end of a transaction that is to leave nothing."""


@contextmanager
def taken_back(system: System) -> Iterator[Session]:
    """A transaction that is rolled back: a move without the rest of its story would not hold."""
    with suppress(Over), system.database.writing() as session:
        yield session
        raise Over


def test_who_moves_a_document_on_what_was_read_before_is_told_that_another_was_first(
    system: System, accepted: SupplierInvoice
) -> None:
    with taken_back(system) as session:
        became = document_store.move(session, accepted, InvoiceState.IN_QUESTION, codes=("PRICE",))
        with pytest.raises(MovedMeanwhile, match="The invoice F-1 is no longer in the state “Accepted”"):
            document_store.move(session, accepted, InvoiceState.PAID, paid_on=FEBRUARY)
        assert document_store.by_id(session, accepted.id) == became
    assert (became.codes, became.paid_on) == (("PRICE",), None)
    assert system.invoice(accepted.id) == accepted


def test_a_document_for_which_credit_was_asked_goes_back_by_undoing_alone(
    system: System, accepted: SupplierInvoice
) -> None:
    with taken_back(system) as session:
        questioned = document_store.move(session, accepted, InvoiceState.IN_QUESTION)
        asked = document_store.move(session, questioned, InvoiceState.CREDIT_REQUESTED)
        with pytest.raises(
            StepRefused, match="F-1 is in the state “Credit requested” and cannot get the state “In question”"
        ):
            document_store.move(session, asked, InvoiceState.IN_QUESTION)
        back = document_store.move(session, asked, InvoiceState.IN_QUESTION, by=UNDOES)
        assert document_store.by_id(session, accepted.id) == back == questioned
