"""What the vouchers of a month have on the accounts of VAT, added up by the database or document by document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)

from bookkeeping import ledger_answer_store, tables
from bookkeeping.coding import Coder, CodingBasis, Dimension, RowRole, SupplierKind
from bookkeeping.ledger_answer_store import LedgerOutcome
from bookkeeping.vat_compensation.basis import SEVERAL, VatSum
from bookkeeping.voucher_making import Coders
from bookkeeping.vouchers import VoucherKind
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState

_VOUCHER, _ROW, _INVOICE = tables.voucher, tables.voucher_row, document_tables.invoice
# What brings VAT, and what takes it back: no other voucher has any.
BRINGS_VAT: Final = VoucherKind.INVOICE
TAKES_VAT_BACK: Final = (VoucherKind.CREDIT, VoucherKind.PARTIAL_CREDIT)
KINDS: Final = (BRINGS_VAT, *TAKES_VAT_BACK)
_NIL: Final = Decimal("0.00")
_WAITING: Final = (
    *(InvoiceState.PARKED, InvoiceState.IN_QUESTION, InvoiceState.ON_HOLD),
    *(InvoiceState.PARTLY_ACCEPTED, InvoiceState.CREDIT_REQUESTED),
)


@dataclass(frozen=True, slots=True)
class VatDocument:
    """VAT on one voucher. `about` is the invoice, or the credit note for a part of one, that it is of."""

    voucher: str
    kind: VoucherKind
    about: int
    booked_on: date
    event_on: date | None
    text: str
    account: str
    appropriation: str
    counterparty: str
    is_refused: bool
    amount: Decimal


def accounts_of(coder: Coder) -> frozenset[str]:
    """The accounts that VAT is coded on, whatever the supplier is."""
    kinds = ("", *(kind.value for kind in SupplierKind))
    return frozenset(coder.coding(RowRole.VAT, CodingBasis(supplier_kind=kind)).account for kind in kinds)


def sums(session: Session, coders: Coders, month: Month) -> list[VatSum]:
    """The VAT of the month's vouchers by account, objects, whether it was taken back, and whether it was refused."""
    source = _lines(session, coders, month).subquery()
    keys = (
        source.c.account,
        source.c.is_credit,
        source.c.appropriation,
        source.c.counterparty,
        source.c.is_refused,
    )
    question = select(*keys, func.count(), func.sum(source.c.amount, type_=amount())).group_by(*keys)
    return [
        VatSum(account, bool(is_credit), appropriation, counterparty, bool(is_refused), count, summed)
        for account, is_credit, appropriation, counterparty, is_refused, count, summed in session.execute(
            question.order_by(*keys)
        )
    ]


def documents(
    session: Session,
    coders: Coders,
    month: Month,
    *,
    appropriation: str | None = None,
    counterparty: str | None = None,
    limit: int = 1_000_000,
    offset: int = 0,
) -> Iterator[VatDocument]:
    """Voucher by voucher, in the order they were booked; of one appropriation and counterparty where they are given."""
    source = _lines(session, coders, month).subquery()
    question = (
        select(source)
        .where(*_of_objects(source, appropriation, counterparty))
        .order_by(source.c.booked_on, source.c.voucher, source.c.position)
    )
    for row in session.execute(question.limit(limit).offset(offset).execution_options(yield_per=500)):
        yield VatDocument(
            row.voucher,
            VoucherKind(row.kind),
            int(row.about),
            row.booked_on,
            row.event_on,
            row.text,
            row.account,
            row.appropriation,
            row.counterparty,
            bool(row.is_refused),
            row.amount,
        )


def count(
    session: Session,
    coders: Coders,
    month: Month,
    *,
    appropriation: str | None = None,
    counterparty: str | None = None,
) -> tuple[int, Decimal]:
    """How many such vouchers there are, and their VAT."""
    source = _lines(session, coders, month).subquery()
    question = select(func.count(), func.sum(source.c.amount, type_=amount())).select_from(source)
    how_many, summed = session.execute(
        question.where(*_of_objects(source, appropriation, counterparty))
    ).one()
    return how_many, summed or _NIL


def _of_objects(
    source: Subquery, appropriation: str | None, counterparty: str | None
) -> list[ColumnElement[bool]]:
    wanted = ((source.c.appropriation, appropriation), (source.c.counterparty, counterparty))
    return [column == value for column, value in wanted if value is not None]


def booked(session: Session, coders: Coders, month: Month) -> Decimal:
    """All that the month's vouchers of any kind have on the accounts of VAT: what the ledger's account moved by."""
    wanted = _on_vat_accounts(session, coders, month, of_kinds=False)
    question = (
        select(func.sum(_ROW.c.amount, type_=amount()))
        .join(_VOUCHER, _VOUCHER.c.number == _ROW.c.voucher)
        .where(*_in(month), wanted)
    )
    return session.execute(question).scalar_one() or _NIL


def awaiting(session: Session, coders: Coders, month: Month) -> int:
    """How many of the month's vouchers with VAT the ledger has said nothing of."""
    told = (ledger_answer_store.is_last_word(each) for each in (LedgerOutcome.BOOKED, LedgerOutcome.REFUSED))
    question = (
        select(func.count())
        .select_from(_VOUCHER)
        .join(_ROW, _ROW.c.voucher == _VOUCHER.c.number)
        .where(*_in(month), _VOUCHER.c.kind.in_(KINDS), _on_vat_accounts(session, coders, month), ~or_(*told))
    )
    return session.execute(question).scalar_one()


def not_decided(session: Session, ends_on: date, currency: str) -> tuple[int, Decimal]:
    """The invoices that came up to that day, are not decided today and were not booked before; and their VAT."""
    is_booked = select(_VOUCHER.c.number).where(
        _VOUCHER.c.kind == BRINGS_VAT, _VOUCHER.c.about == cast(_INVOICE.c.id, String)
    )
    question = select(func.count(), func.sum(_INVOICE.c.amount_vat, type_=amount())).where(
        _INVOICE.c.document_type == DocumentType.INVOICE,
        _INVOICE.c.state.in_(_WAITING),
        _INVOICE.c.received_on <= ends_on,
        _INVOICE.c.currency == currency,
        _INVOICE.c.amount_vat != _NIL,
        ~is_booked.exists(),
    )
    count, vat = session.execute(question).one()
    return count, vat or _NIL


def _in(month: Month) -> tuple[ColumnElement[bool], ...]:
    return (_VOUCHER.c.booked_on.between(month.period.start, month.period.end),)


def _on_vat_accounts(
    session: Session, coders: Coders, month: Month, *, of_kinds: bool = True
) -> ColumnElement[bool]:
    """Whether a row lies on an account that its voucher's version of the rules codes VAT on."""
    question = select(_VOUCHER.c.rules).where(*_in(month)).distinct()
    if of_kinds:
        question = question.where(_VOUCHER.c.kind.in_(KINDS))
    conditions = [
        and_(
            _VOUCHER.c.rules.is_(None) if version is None else _VOUCHER.c.rules == version,
            _ROW.c.account.in_(sorted(accounts_of(coders.by(version)))),
        )
        for version in session.scalars(question)
    ]
    return or_(false(), *conditions)


def _lines(session: Session, coders: Coders, month: Month) -> Select[Any]:
    objects = _objects(month)
    dimensions = (Dimension.APPROPRIATION, Dimension.COUNTERPARTY)
    return (
        select(
            _VOUCHER.c.number.label("voucher"),
            _VOUCHER.c.kind,
            _VOUCHER.c.about,
            _VOUCHER.c.booked_on,
            _VOUCHER.c.event_on,
            _VOUCHER.c.text,
            _ROW.c.position,
            _ROW.c.account,
            _ROW.c.amount,
            case((_VOUCHER.c.kind == BRINGS_VAT, 0), else_=1).label("is_credit"),
            *(_object(objects, each).label(each.value) for each in dimensions),
            case((ledger_answer_store.is_last_word(LedgerOutcome.REFUSED), 1), else_=0).label("is_refused"),
        )
        .join(_ROW, _ROW.c.voucher == _VOUCHER.c.number)
        .join(objects, objects.c.voucher == _VOUCHER.c.number)
        .where(*_in(month), _VOUCHER.c.kind.in_(KINDS), _on_vat_accounts(session, coders, month))
    )


def _objects(month: Month) -> Subquery:
    """The least and the greatest object of each voucher: alike where it has one, and none where it has none."""
    found = []
    for dimension in (Dimension.APPROPRIATION, Dimension.COUNTERPARTY):
        held = func.nullif(_ROW.c[dimension.value], "")
        found += [
            func.min(held).label(f"{dimension.value}_least"),
            func.max(held).label(f"{dimension.value}_most"),
        ]
    return (
        select(_ROW.c.voucher, *found)
        .join(_VOUCHER, _VOUCHER.c.number == _ROW.c.voucher)
        .where(*_in(month), _VOUCHER.c.kind.in_(KINDS))
        .group_by(_ROW.c.voucher)
        .subquery()
    )


def _object(objects: Subquery, dimension: Dimension) -> ColumnElement[str]:
    """The object VAT belongs to: its own, or that of what it was paid on."""
    own = _ROW.c[dimension.value]
    least, most = objects.c[f"{dimension.value}_least"], objects.c[f"{dimension.value}_most"]
    return case(
        (own != "", own), (least.is_(None), literal("")), (least == most, least), else_=literal(SEVERAL)
    )
