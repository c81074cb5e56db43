"""Which payments and settled claims stand: all but those whose money came back, as of now or of a past day."""

from datetime import date

from sqlalchemy import ColumnElement, Select, select

from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables

_PAYMENT, _RETURNED = document_tables.payment, document_tables.payment_returned
_SETTLED, _REOPENED = payment_tables.claim_settled, payment_tables.claim_reopened


def payment_stands(as_of: date | None = None) -> ColumnElement[bool]:
    """Whether a payment has left and not come back, by the end of a day or by now."""
    # Few come back: their numbers are looked up once, and not once for each payment.
    came_back = select(_RETURNED.c.payment)
    if as_of is None:
        return _PAYMENT.c.number.not_in(came_back)
    by_then = came_back.where(_RETURNED.c.returned_on <= as_of)
    return (_PAYMENT.c.paid_on <= as_of) & _PAYMENT.c.number.not_in(by_then)


def settlement_stands(as_of: date | None = None) -> ColumnElement[bool]:
    """Whether a claim is settled and not owed again, by the end of a day or by now."""
    reopened = select(_REOPENED.c.invoice_id).where(
        _REOPENED.c.invoice_id == _SETTLED.c.invoice_id, _REOPENED.c.attempt == _SETTLED.c.attempt
    )
    if as_of is None:
        return ~reopened.correlate(_SETTLED).exists()
    by_then = reopened.where(_REOPENED.c.reopened_on <= as_of).correlate(_SETTLED)
    return (_SETTLED.c.settled_on <= as_of) & ~by_then.exists()


def settled_claims() -> Select[int]:
    """The invoices whose claims are settled now."""
    return select(_SETTLED.c.invoice_id).where(settlement_stands())
