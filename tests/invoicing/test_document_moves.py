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
from tests.support.stories.house import House, a_house

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with a_house(database_url) as house:
        house.decide(REFERENCE)
        house.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield house


@pytest.fixture
def accepted(house: House) -> SupplierInvoice:
    return house.send_invoice(house.order(REFERENCE).number, number="F-1", on=FEBRUARY)


class Over(Exception):
    """The end of a transaction that is to leave nothing."""


@contextmanager
def taken_back(house: House) -> Iterator[Session]:
    """A transaction that is rolled back: a move without the rest of its story would not hold."""
    with suppress(Over), house.database.writing() as session:
        yield session
        raise Over


def test_who_moves_a_document_on_what_was_read_before_is_told_that_another_was_first(
    house: House, accepted: SupplierInvoice
) -> None:
    with taken_back(house) as session:
        became = document_store.move(session, accepted, InvoiceState.IN_QUESTION, codes=("PRICE",))
        with pytest.raises(MovedMeanwhile, match="F-1 is ACCEPTED no longer"):
            document_store.move(session, accepted, InvoiceState.PAID, paid_on=FEBRUARY)
        assert document_store.by_id(session, accepted.id) == became
    assert (became.codes, became.paid_on) == (("PRICE",), None)
    assert house.invoice(accepted.id) == accepted


def test_a_document_for_which_credit_was_asked_goes_back_by_undoing_alone(
    house: House, accepted: SupplierInvoice
) -> None:
    with taken_back(house) as session:
        questioned = document_store.move(session, accepted, InvoiceState.IN_QUESTION)
        asked = document_store.move(session, questioned, InvoiceState.CREDIT_REQUESTED)
        with pytest.raises(StepRefused, match="F-1 is CREDIT_REQUESTED and cannot become IN_QUESTION"):
            document_store.move(session, asked, InvoiceState.IN_QUESTION)
        back = document_store.move(session, asked, InvoiceState.IN_QUESTION, by=UNDOES)
        assert document_store.by_id(session, accepted.id) == back == questioned
