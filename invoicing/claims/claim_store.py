"""Claims on suppliers as the database holds them: each with its state, what was given back of it, and its letters."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select
from stdnum import luhn

from foundation import number_series, transitions
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session, among
from foundation.text import Text
from invoicing.claims import part_queries
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import CLAIM_FOLLOWS, ENDED, OPEN, ClaimCause, ClaimState
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries

_CLAIM, _PART = claim_tables.claim, claim_tables.claim_part
_INVOICE, _PAYMENT = document_tables.invoice, document_tables.payment


class NoClaim(Refused):
    """There is no such claim."""

    def __init__(self, number: str) -> None:
        super().__init__(
            Text("Det finns ingen fordran %(number)s. Se dem med billing receivables list.", number=number)
        )


@dataclass(frozen=True, slots=True)
class SupplierClaim:
    """What a supplier owes us for an invoice that it was paid; `given_back` is what was set off, repaid or written off.

    `due_on` is the day of the latest letter. `is_credited`: the supplier's credit note has come.
    """

    number: str
    ocr: str
    invoice_id: int
    invoice_number: str
    payment_number: str
    paid_on: date
    supplier: str
    execution_reference: str
    cause: ClaimCause
    amount: Money
    amount_net: Money
    given_back: Money
    given_back_net: Money
    state: ClaimState
    state_before: str
    raised_on: date
    due_on: date | None
    asked_by: str
    confirmed_by: str
    reason: str
    write_off_by: str
    write_off_reason: str
    ended_by: str
    ended_on: date | None
    is_credited: bool

    @property
    def left(self) -> Money:
        """What is still owed: nothing of what is withdrawn."""
        return self.amount - (self.amount if self.state is ClaimState.WITHDRAWN else self.given_back)

    @property
    def name(self) -> Text:
        """What a refusal calls it."""
        return Text("Fordran %(number)s", number=self.number)

    @property
    def state_word(self) -> Text:
        """What people call its state."""
        return CLAIM_FOLLOWS.words[self.state]

    @property
    def was_raised(self) -> bool:
        """Whether it was ever owed, and the supplier could read so; what one person asked for was not."""
        return self.cause is ClaimCause.CREDIT or bool(self.confirmed_by)

    @property
    def is_ended(self) -> bool:
        """Whether nothing can be done with it any more."""
        return self.state in ENDED

    def is_overdue(self, today: date) -> bool:
        """Whether a day to pay was given and has gone by."""
        return self.state in OPEN and self.due_on is not None and self.due_on < today


def ocr_of(number: str) -> str:
    """The number with its check digit, for the supplier to write on its payment (modulus 10, Luhn).

    >>> ocr_of("60000001")
    '600000012'
    """
    return number + luhn.calc_check_digit(number)


def add(
    session: Session,
    *,
    invoice_id: int,
    supplier: str,
    cause: ClaimCause,
    amount: Money,
    amount_net: Money,
    state: ClaimState,
    raised_on: date,
    asked_by: str = "",
    reason: str = "",
) -> str:
    """Keep a new claim; its number. The database refuses a second of the invoice, unless the first was withdrawn."""
    number = number_series.next_number(session, number_series.CLAIMS)
    row = {
        "number": number,
        "ocr": ocr_of(number),
        "invoice_id": invoice_id,
        "supplier": supplier,
        "cause": cause,
        "amount": amount.amount,
        "amount_net": amount_net.amount,
        "currency": amount.currency,
        "state": state,
        "raised_on": raised_on,
        "asked_by": asked_by,
        "reason": reason,
    }
    session.execute(insert(_CLAIM), row)
    return number


def get(session: Session, number: str, *, lock: bool = False) -> SupplierClaim:
    """One claim; locked, nobody else changes it until this transaction ends. Raises NoClaim."""
    if lock:
        session.execute(select(_CLAIM.c.number).where(_CLAIM.c.number == number).with_for_update())
    row = session.execute(_claims().where(_CLAIM.c.number == number)).one_or_none()
    if row is None:
        raise NoClaim(number)
    return _claim(row)


def of_invoice(session: Session, invoice_id: int) -> SupplierClaim | None:
    """The claim of a paid invoice, whatever has become of it; None where none was raised, or it was withdrawn."""
    question = _claims().where(_CLAIM.c.invoice_id == invoice_id, _CLAIM.c.state != ClaimState.WITHDRAWN)
    row = session.execute(question).one_or_none()
    return _claim(row) if row is not None else None


def where(session: Session, *conditions: ColumnElement[bool]) -> list[SupplierClaim]:
    """The claims of which all this is so, told of themselves and of their invoices, by number."""
    return [_claim(row) for row in session.execute(_claims().where(*conditions).order_by(_CLAIM.c.number))]


def all_of_invoice(session: Session, invoice_id: int) -> list[SupplierClaim]:
    """Every claim of a paid invoice, the latest last: what was withdrawn is kept, and another may have been raised."""
    return where(session, _CLAIM.c.invoice_id == invoice_id)


def listed(
    session: Session,
    *,
    states: Collection[ClaimState] = OPEN,
    supplier: str = "",
    invoice_ids: Collection[int] | None = None,
    newest_first: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[SupplierClaim]:
    """The claims in these states, of one supplier or of all, of these invoices or of any, by number."""
    by = _CLAIM.c.number.desc() if newest_first else _CLAIM.c.number
    question = _claims().where(_CLAIM.c.state.in_(list(states))).order_by(by).limit(limit).offset(offset)
    if supplier:
        question = question.where(_CLAIM.c.supplier == supplier)
    if invoice_ids is not None:
        question = question.where(among(session, _CLAIM.c.invoice_id, invoice_ids))
    return [_claim(row) for row in session.execute(question)]


def open_amounts(
    session: Session, invoice_ids: Iterable[int], states: Collection[ClaimState]
) -> Mapping[int, Money]:
    """What is left of the claims of these invoices that are in these states, by invoice."""
    question = select(
        _CLAIM.c.invoice_id, _CLAIM.c.amount, _CLAIM.c.currency, _given_back("amount").label("given_back")
    ).where(among(session, _CLAIM.c.invoice_id, list(invoice_ids)), _CLAIM.c.state.in_(list(states)))
    return {
        row.invoice_id: Money(row.amount - (row.given_back or 0), row.currency)
        for row in session.execute(question)
    }


def move(session: Session, claim: SupplierClaim, to: ClaimState, **values: object) -> None:
    """Move a claim on; refused where the step is none, or somebody else moved it first."""
    transitions.move(
        session,
        _CLAIM.c.state,
        _CLAIM.c.number == claim.number,
        CLAIM_FOLLOWS,
        name=claim.name,
        was=claim.state,
        to=to,
        values=values,
    )


def _given_back(column: str) -> Any:  # noqa: ANN401 - a scalar question
    part = _PART.c[column]
    of_claim = (_PART.c.claim == _CLAIM.c.number, part_queries.counts())
    return select(func.sum(part_queries.signed(part), type_=part.type)).where(*of_claim).scalar_subquery()


def _claims() -> Select[Any]:
    return (
        select(
            _CLAIM,
            _INVOICE.c.number.label("invoice_number"),
            _INVOICE.c.execution_reference,
            _INVOICE.c.state.label("invoice_state"),
            _PAYMENT.c.number.label("payment_number"),
            _PAYMENT.c.paid_on,
            _given_back("amount").label("given_back"),
            _given_back("amount_net").label("given_back_net"),
        )
        .select_from(_CLAIM)
        .join(_INVOICE, _INVOICE.c.id == _CLAIM.c.invoice_id)
        .join(_PAYMENT, (_PAYMENT.c.invoice_id == _CLAIM.c.invoice_id) & standing_queries.is_latest())
    )


def _claim(row: Row[Any]) -> SupplierClaim:
    nothing = row.amount - row.amount
    return SupplierClaim(
        number=row.number,
        ocr=row.ocr,
        invoice_id=row.invoice_id,
        invoice_number=row.invoice_number,
        payment_number=row.payment_number,
        paid_on=row.paid_on,
        supplier=row.supplier,
        execution_reference=row.execution_reference,
        cause=ClaimCause(row.cause),
        amount=Money(row.amount, row.currency),
        amount_net=Money(row.amount_net, row.currency),
        given_back=Money(row.given_back or nothing, row.currency),
        given_back_net=Money(row.given_back_net or nothing, row.currency),
        state=ClaimState(row.state),
        state_before=row.state_before,
        raised_on=row.raised_on,
        due_on=row.due_on,
        asked_by=row.asked_by,
        confirmed_by=row.confirmed_by,
        reason=row.reason,
        write_off_by=row.write_off_by,
        write_off_reason=row.write_off_reason,
        ended_by=row.ended_by,
        ended_on=row.ended_on,
        is_credited=row.invoice_state == InvoiceState.CREDITED,
    )
