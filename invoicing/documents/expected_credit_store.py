"""The credit notes that suppliers were asked for, for some lines of an invoice, until they have come.

One at most is expected for an invoice at a time; the database refuses a second one.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, bindparam, insert, select, update

from foundation import transitions
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import tables as document_tables
from invoicing.model import (
    EXPECTED_FOLLOWS,
    CreditedLine,
    ExpectedCredit,
    ExpectedCreditState,
    SupplierInvoice,
)

_INVOICE, _EXPECTED = document_tables.invoice, document_tables.expected_credit
_LINES = TypeAdapter(tuple[CreditedLine, ...])


def add(
    session: Session,
    invoice: SupplierInvoice,
    lines: Sequence[CreditedLine],
    *,
    amount_net: Money,
    amount_vat: Money,
    asked_on: date,
    asked_by: str,
    due_on: date,
) -> None:
    """Expect a credit note for these lines of the invoice."""
    session.execute(
        insert(_EXPECTED),
        {
            "invoice_id": invoice.id,
            "asked_on": asked_on,
            "asked_by": asked_by,
            "due_on": due_on,
            "amount_net": amount_net.amount,
            "amount_vat": amount_vat.amount,
            "amount_payable": (amount_net + amount_vat).amount,
            "lines": _LINES.dump_json(tuple(lines)).decode(),
            "state": ExpectedCreditState.EXPECTED,
        },
    )


def open_for(session: Session, invoice_id: int) -> ExpectedCredit | None:
    """The credit note that is expected for an invoice now, or None."""
    row = session.execute(_OPEN_FOR, {"invoice": invoice_id}).one_or_none()
    return None if row is None else _held(row)


def of_invoice(session: Session, invoice_id: int) -> Sequence[ExpectedCredit]:
    """Every credit note that was asked for, for parts of an invoice, oldest first."""
    question = _question().where(_EXPECTED.c.invoice_id == invoice_id).order_by(_EXPECTED.c.id)
    return [_held(row) for row in session.execute(question)]


def waited_for(session: Session) -> Sequence[ExpectedCredit]:
    """Every credit note that is expected now, by the day it should come."""
    question = _question().where(_EXPECTED.c.state == ExpectedCreditState.EXPECTED)
    return [_held(row) for row in session.execute(question.order_by(_EXPECTED.c.due_on, _EXPECTED.c.id))]


def late(session: Session, *, today: date) -> Sequence[ExpectedCredit]:
    """The credit notes whose day has passed and that nobody has been reminded of yet, oldest first."""
    question = _question().where(
        _EXPECTED.c.state == ExpectedCreditState.EXPECTED,
        _EXPECTED.c.due_on < today,
        _EXPECTED.c.reminded_on.is_(None),
    )
    return [_held(row) for row in session.execute(question.order_by(_EXPECTED.c.id))]


def late_since(session: Session, today: date) -> Sequence[date]:
    """The days by which the credit notes that have not come were asked for, where those days have passed."""
    question = select(_EXPECTED.c.due_on).where(
        _EXPECTED.c.state == ExpectedCreditState.EXPECTED, _EXPECTED.c.due_on < today
    )
    return list(session.scalars(question.order_by(_EXPECTED.c.due_on)))


def set_reminded(session: Session, expected_id: int, on: date) -> None:
    """Note that the supplier was reminded."""
    session.execute(update(_EXPECTED).where(_EXPECTED.c.id == expected_id).values(reminded_on=on))


def end(
    session: Session,
    expected: ExpectedCredit,
    to: ExpectedCreditState,
    *,
    on: date,
    credit_id: int | None = None,
) -> None:
    """Expect it no longer. Raises MovedMeanwhile where somebody else ended it first."""
    transitions.move(
        session,
        _EXPECTED.c.state,
        _EXPECTED.c.id == expected.id,
        EXPECTED_FOLLOWS,
        name=Text("Den väntade kreditfakturan till %(number)s", number=expected.invoice_number),
        was=expected.state,
        to=to,
        values={"ended_on": on, "credit_id": credit_id},
    )


def _question() -> Select[Any]:
    return select(_EXPECTED, _INVOICE.c.number, _INVOICE.c.supplier, _INVOICE.c.currency).join(
        _INVOICE, _INVOICE.c.id == _EXPECTED.c.invoice_id
    )


def _held(row: Row[Any]) -> ExpectedCredit:
    return ExpectedCredit(
        id=row.id,
        invoice_id=row.invoice_id,
        invoice_number=row.number,
        supplier=row.supplier,
        asked_on=row.asked_on,
        asked_by=row.asked_by,
        due_on=row.due_on,
        amount_net=Money(row.amount_net, row.currency),
        amount_vat=Money(row.amount_vat, row.currency),
        amount_payable=Money(row.amount_payable, row.currency),
        lines=_LINES.validate_json(row.lines),
        state=ExpectedCreditState(row.state),
        reminded_on=row.reminded_on,
        ended_on=row.ended_on,
        credit_id=row.credit_id,
    )


_OPEN_FOR = _question().where(
    _EXPECTED.c.invoice_id == bindparam("invoice"), _EXPECTED.c.state == ExpectedCreditState.EXPECTED
)
