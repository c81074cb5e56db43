"""What a supplier asks for its statement of account: how it stands on a day, and what moved it, row by row.

Convention: every question takes a `Scope`; who is limited to some units sees what is about their orders, and the
sums of that. An invoice counts from the day it came, a credit note from the day it was settled against its invoice,
a payment from the day it was paid. What became of an invoice by a day is asked where the buyer's own statement asks it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Label,
    Row,
    Select,
    String,
    Subquery,
    case,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from foundation.money import Money
from foundation.sql import Session, amount
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import ClaimState, PartWay
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import ItemState
from invoicing.portal_invoicing.scope import Scope
from invoicing.reconciliation import entry_source_queries
from invoicing.reconciliation.account_statement import (
    AccountEntry,
    AccountPosition,
    EntryKind,
    InvoiceFate,
    Sums,
    position,
)
from invoicing.reconciliation.entry_source_queries import EntryFilter

_INVOICE, _PAIR, _PAYMENT = document_tables.invoice, document_tables.credit_pair, document_tables.payment
_ITEM, _CLAIM, _PART = payment_tables.payment_item, claim_tables.claim, claim_tables.claim_part
_RETURNED = document_tables.payment_returned
_BY_OTHER_MEANS: Final = {
    PartWay.REPAID: EntryKind.REPAID,
    PartWay.WRITTEN_OFF: EntryKind.WRITTEN_OFF,
}
_CREDIT, _PARTIAL = _INVOICE.alias("credit_note"), document_tables.partial_credit
# The sums of an invoice, without VAT and with it: as it came, and less the credit notes for parts of it.
_WHOLE = (_INVOICE.c.amount_net, _INVOICE.c.amount_payable)
_LEFT = (
    type_coerce(_INVOICE.c.amount_net - _INVOICE.c.credited_net, amount()),
    type_coerce(_INVOICE.c.amount_payable - _INVOICE.c.credited_payable, amount()),
)
_FATES: Final = ("credited", "approved", "paid")
# Within a day: what came, what was credited, what was given back, what was paid.
_RANKS: Final = {
    EntryKind.INVOICE: 1,
    EntryKind.CREDIT_NOTE: 2,
    EntryKind.REPAID: 3,
    EntryKind.WRITTEN_OFF: 4,
    EntryKind.NETTED: 5,
    EntryKind.PAYMENT: 6,
    EntryKind.RETURNED: 7,
    EntryKind.REPAYMENT_RETURNED: 8,
}


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which days, both included, of which currency."""

    first: date
    last: date
    currency: str = "SEK"


@dataclass(frozen=True, slots=True)
class UnsettledCredit:
    """A credit note that has come and is settled against no invoice yet: it does not count."""

    invoice_id: int
    number: str
    received_on: date
    state: str
    amount: Money


def currencies(session: Session, scope: Scope) -> list[str]:
    """The currencies of the supplier's documents, by their letters."""
    question = select(_INVOICE.c.currency).where(scope.of_invoices()).distinct().order_by(_INVOICE.c.currency)
    return list(session.scalars(question))


def standing(session: Session, scope: Scope, *, on: date, currency: str) -> AccountPosition:
    """How the account stood at the end of a day."""
    wanted = EntryFilter(supplier=scope.supplier, as_of=on, currency=currency)
    # The unaliased table: the scope's condition is about it.
    source = entry_source_queries.whole_invoices(wanted).where(scope.of_invoices()).subquery()
    fates = [source.c[name] for name in _FATES]
    question = select(
        *fates,
        _sum(source.c.amount_net - source.c.less_net - source.c.back_net, "net"),
        _sum(source.c.amount_payable - source.c.less_payable - source.c.back_payable, "payable"),
        _sum(source.c.less_net, "less_net"),
        _sum(source.c.less_payable, "less_payable"),
        _sum(source.c.back_net, "back_net"),
        _sum(source.c.back_payable, "back_payable"),
    )
    rows: list[Any] = list(session.execute(question.group_by(*fates)))
    return position((fate for row in rows for fate in _fates_of(row, currency)), currency=currency)


def _fates_of(row: Row[Any], currency: str) -> Iterator[InvoiceFate]:
    """What became of invoices that are alike, what was given back of them, and what was credited of them in part."""
    for given_back, net, payable in (
        (False, row.net, row.payable),
        (True, row.back_net, row.back_payable),
    ):
        yield InvoiceFate(
            credited=bool(row.credited),
            approved=bool(row.approved),
            paid=bool(row.paid),
            given_back=given_back,
            amount=Sums(Money(net, currency), Money(payable, currency)),
        )
    yield InvoiceFate(
        credited=True,
        approved=False,
        paid=False,
        given_back=False,
        amount=Sums(Money(row.less_net, currency), Money(row.less_payable, currency)),
    )


def moved(session: Session, scope: Scope, wanted: AccountFilter) -> dict[EntryKind, Sums]:
    """What moved the balance within the days, added up by kind; a kind that did not is not there."""
    source = _entries(scope, wanted)
    question = select(source.c.kind, _sum(source.c.net, "net"), _sum(source.c.payable, "payable"))
    return {
        EntryKind(row.kind): Sums(Money(row.net, wanted.currency), Money(row.payable, wanted.currency))
        for row in session.execute(question.group_by(source.c.kind))
    }


def count(session: Session, scope: Scope, wanted: AccountFilter) -> int:
    """How many rows the statement has, a payment being one whatever it covers."""
    return session.execute(select(func.count()).select_from(_rows(scope, wanted))).scalar_one()


def listed(
    session: Session, scope: Scope, wanted: AccountFilter, *, opening: Money, limit: int, offset: int = 0
) -> list[AccountEntry]:
    """One page of the rows, the oldest first, a payment with all it covers as one."""
    source = _rows(scope, wanted)
    question = _with_balance(source).limit(limit).offset(offset)
    return [_entry(row, wanted.currency, opening) for row in session.execute(question)]


def every(session: Session, scope: Scope, wanted: AccountFilter, *, opening: Money) -> Iterator[AccountEntry]:
    """All rows document by document: each invoice of a payment and each claim taken off it stands alone."""
    question = _with_balance(_entries(scope, wanted)).execution_options(yield_per=500)
    for part in session.execute(question).partitions():
        for row in part:
            yield _entry(row, wanted.currency, opening)


def covered(session: Session, scope: Scope, payments: Sequence[str]) -> dict[str, list[AccountEntry]]:
    """What each of these payments covers, of what may be seen: invoices paid, and claims taken off."""
    found: dict[str, list[AccountEntry]] = {}
    if not payments:
        return found
    source = union_all(
        *(each.where(_named(kind).in_(payments)) for kind, each in money_moved(scope, None))
    ).subquery()
    question = select(source, source.c.payable.label("balance")).order_by(
        source.c.payment, source.c.rank.desc(), source.c.entry_id
    )
    for row in session.execute(question):
        nothing = Money(row.payable - row.payable, row.currency)
        found.setdefault(row.payment, []).append(_entry(row, row.currency, nothing))
    return found


def payment_of(session: Session, scope: Scope, invoice_id: int) -> str:
    """What the payment of an invoice is known by; empty where it is not paid, or not to be seen."""
    stands = (_INVOICE.c.id == invoice_id, _RETURNED.c.payment.is_(None))
    paid = dict(money_moved(scope.own, None))[EntryKind.PAYMENT].where(*stands).subquery()
    return session.execute(select(paid.c.payment)).scalar_one_or_none() or ""


def paid_together(session: Session, scope: Scope, invoice_id: int) -> tuple[str, Money] | None:
    """The payment that paid the invoice with other documents, and the sum that came; None where it paid it alone."""
    payment = payment_of(session, scope, invoice_id)
    parts = covered(session, scope.own, [payment]).get(payment, []) if payment else []
    if len(parts) < 2 or not is_whole(session, scope.own, payment, parts):
        return None
    first, *others = (-each.amount.payable for each in parts)
    return payment, sum(others, first)


def claim_given_back(session: Session, scope: Scope, invoice_id: int) -> AccountEntry | None:
    """How the claim that a credit of a paid invoice made was given back; None while it is not, or without one."""
    by_other_means = _documents(scope, None)[-len(_BY_OTHER_MEANS) :]
    source = union_all(*by_other_means, dict(money_moved(scope, None))[EntryKind.NETTED]).subquery()
    ended = select(_CLAIM.c.invoice_id).where(
        _CLAIM.c.invoice_id == invoice_id, _CLAIM.c.state.in_((ClaimState.SETTLED, ClaimState.WRITTEN_OFF))
    )
    question = select(source, source.c.payable.label("balance")).where(source.c.entry_id.in_(ended))
    row = session.execute(question.order_by(source.c.on.desc(), source.c.rank).limit(1)).one_or_none()
    return _entry(row, row.currency, Sums.zero(row.currency).net) if row is not None else None


def is_whole(session: Session, scope: Scope, payment: str, parts: Sequence[AccountEntry]) -> bool:
    """Whether these parts are all that the payment covered: who is limited to some units may not see the rest."""
    question = select(func.count()).where(
        _ITEM.c.end_to_end == payment, _ITEM.c.supplier == scope.supplier, _ITEM.c.state == ItemState.PAID
    )
    sent = session.execute(question).scalar_one()
    return sent in (0, len(parts))


def unsettled_credits(
    session: Session, scope: Scope, *, on: date, currency: str, limit: int
) -> tuple[int, list[UnsettledCredit]]:
    """The credit notes that had come by the day and were settled against nothing: how many, and the newest."""
    settled = select(_PAIR.c.credit_id).where(_PAIR.c.credit_id == _INVOICE.c.id, _PAIR.c.settled_on <= on)
    conditions = (
        scope.of_invoices(),
        _INVOICE.c.document_type == DocumentType.CREDIT_NOTE,
        _INVOICE.c.received_on <= on,
        _INVOICE.c.currency == currency,
        ~settled.exists(),
        ~select(_PARTIAL.c.credit_id)
        .where(_PARTIAL.c.credit_id == _INVOICE.c.id, _PARTIAL.c.settled_on <= on)
        .exists(),
    )
    how_many = session.execute(select(func.count()).select_from(_INVOICE).where(*conditions)).scalar_one()
    question = select(_INVOICE).where(*conditions).order_by(_INVOICE.c.id.desc()).limit(limit)
    return how_many, [
        UnsettledCredit(
            invoice_id=row.id,
            number=row.number,
            received_on=row.received_on,
            state=row.state,
            amount=Money(row.amount_payable, row.currency),
        )
        for row in session.execute(question)
    ]


# The rows ---------------------------------------------------------------------------------------------


def _rows(scope: Scope, wanted: AccountFilter) -> Subquery:
    """The rows of a page: what a transfer covers is one row, its claims taken off."""
    parts = union_all(*(each for _, each in money_moved(scope, wanted))).subquery()
    together: Select[Any] = select(
        literal(EntryKind.PAYMENT.value, String).label("kind"),
        literal(_RANKS[EntryKind.PAYMENT], Integer).label("rank"),
        parts.c.on,
        func.min(parts.c.entry_id).label("entry_id"),
        literal(0, Integer).label("document_id"),
        parts.c.payment.label("document"),
        *(literal("", String).label(name) for name in ("about", "order_number", "execution_reference")),
        parts.c.payment,
        literal(0, Integer).label("was_paid"),
        parts.c.currency,
        _sum(parts.c.net, "net"),
        _sum(parts.c.payable, "payable"),
    ).group_by(parts.c.payment, parts.c.on, parts.c.currency)
    return union_all(*_documents(scope, wanted), *_returned(scope, wanted), together).subquery()


def _entries(scope: Scope, wanted: AccountFilter) -> Subquery:
    """The rows document by document."""
    money = (each for _, each in money_moved(scope, wanted))
    return union_all(*_documents(scope, wanted), *_returned(scope, wanted), *money).subquery()


def _documents(scope: Scope, wanted: AccountFilter | None) -> list[Select[Any]]:
    """Invoices by the day they came, credit notes by the day they were settled, claims by the day they were repaid."""
    invoices = select(
        *_columns(EntryKind.INVOICE, _INVOICE.c.received_on, _INVOICE.c.id, _INVOICE.c.number, sums=_WHOLE)
    ).where(_INVOICE.c.document_type == DocumentType.INVOICE)
    credit_notes = (
        select(
            *_columns(
                EntryKind.CREDIT_NOTE,
                _PAIR.c.settled_on,
                _CREDIT.c.id,
                _CREDIT.c.number,
                about=_INVOICE.c.number,
                payment=_set_off_with(wanted),
                was_paid=case(
                    (_INVOICE.c.paid_on.is_not(None) & (_INVOICE.c.paid_on <= _PAIR.c.settled_on), 1), else_=0
                ),
                taken_off=True,
            )
        )
        .join(_PAIR, _PAIR.c.invoice_id == _INVOICE.c.id)
        .join(_CREDIT, _CREDIT.c.id == _PAIR.c.credit_id)
    )
    for_parts = (
        select(
            *_columns(
                EntryKind.CREDIT_NOTE,
                _PARTIAL.c.settled_on,
                _CREDIT.c.id,
                _CREDIT.c.number,
                about=_INVOICE.c.number,
                taken_off=True,
                sums=(_PARTIAL.c.amount_net, _PARTIAL.c.amount_payable),
            )
        )
        .join(_PARTIAL, _PARTIAL.c.invoice_id == _INVOICE.c.id)
        .join(_CREDIT, _CREDIT.c.id == _PARTIAL.c.credit_id)
    )
    documents = [
        each.where(scope.of_invoices(), *_within(day, wanted))
        for each, day in (
            (invoices, _INVOICE.c.received_on),
            (for_parts, _PARTIAL.c.settled_on),
            (credit_notes, _PAIR.c.settled_on),
        )
    ]
    given_back = (_given_back_by(how, kind, wanted) for how, kind in _BY_OTHER_MEANS.items())
    return documents + [each.where(scope.of_invoices()) for each in given_back]


def money_moved(scope: Scope, wanted: AccountFilter | None) -> list[tuple[EntryKind, Select[Any]]]:
    """Each invoice paid and each claim taken off a payment, with what the payment is known by."""
    sent = (_ITEM.c.invoice_id == _INVOICE.c.id) & (_ITEM.c.state == ItemState.PAID)
    paid = (
        select(
            *_columns(
                EntryKind.PAYMENT,
                _PAYMENT.c.paid_on,
                _INVOICE.c.id,
                _INVOICE.c.number,
                payment=_named(EntryKind.PAYMENT),
                taken_off=True,
            )
        )
        .join(_PAYMENT, _PAYMENT.c.invoice_id == _INVOICE.c.id)
        .outerjoin(_RETURNED, _RETURNED.c.payment == _PAYMENT.c.number)
        .outerjoin(_ITEM, sent & (_ITEM.c.kind == PayableKind.INVOICE) & _RETURNED.c.payment.is_(None))
    )
    netted = (
        select(
            *_columns(
                EntryKind.NETTED,
                _PART.c.on_day,
                # What was set off before its credit note goes by the invoice it takes back.
                func.coalesce(_CREDIT.c.id, _INVOICE.c.id),
                func.coalesce(_CREDIT.c.number, _INVOICE.c.number),
                about=_INVOICE.c.number,
                payment=_PART.c.reference,
                sums=(_PART.c.amount_net, _PART.c.amount),
            )
        )
        .join(_PART, (_PART.c.invoice_id == _INVOICE.c.id) & (_PART.c.how == PartWay.NETTED))
        .outerjoin(_PAIR, _PAIR.c.invoice_id == _INVOICE.c.id)
        .outerjoin(_CREDIT, _CREDIT.c.id == _PAIR.c.credit_id)
    )
    return [
        (EntryKind.PAYMENT, paid.where(scope.of_invoices(), *_within(_PAYMENT.c.paid_on, wanted))),
        (EntryKind.NETTED, netted.where(scope.of_invoices(), *_within(_PART.c.on_day, wanted))),
    ]


def _given_back_by(
    how: PartWay, kind: EntryKind, wanted: AccountFilter | None, *, taken_off: bool = False
) -> Select[Any]:
    """What was given back by other means than a payment, or taken back: a row for each claim and day."""
    parts = (
        select(
            _PART.c.invoice_id,
            _PART.c.on_day,
            func.sum(_PART.c.amount_net, type_=amount()).label("net"),
            func.sum(_PART.c.amount, type_=amount()).label("payable"),
        )
        .where(_PART.c.how == how)
        .group_by(_PART.c.invoice_id, _PART.c.on_day)
        .subquery()
    )
    sums = (parts.c.net, parts.c.payable)
    columns = _columns(kind, parts.c.on_day, _INVOICE.c.id, _INVOICE.c.number, taken_off=taken_off, sums=sums)
    question = select(*columns)
    joined = question.join(parts, parts.c.invoice_id == _INVOICE.c.id)
    return joined.where(*_within(parts.c.on_day, wanted))


def _set_off_with(wanted: AccountFilter | None) -> ColumnElement[str]:
    """The payment that the claim of an invoice was taken off, or nothing; on a past day what was so then."""
    still = case((_PART.c.how == PartWay.NETTED, _PART.c.reference), else_="")
    ways = (PartWay.NETTED, PartWay.RETURNED)
    part = select(still).where(_PART.c.invoice_id == _INVOICE.c.id, _PART.c.how.in_(ways))
    by_then = part if wanted is None else part.where(_PART.c.on_day <= wanted.last)
    last = by_then.order_by(_PART.c.position.desc()).limit(1).correlate(_INVOICE)
    return func.coalesce(last.scalar_subquery(), "")


def _returned(scope: Scope, wanted: AccountFilter | None) -> list[Select[Any]]:
    """Each payment that came back, and what of a claim is owed again since that, or since the bank took money back."""
    payments = (
        select(
            *_columns(
                EntryKind.RETURNED,
                _RETURNED.c.returned_on,
                _INVOICE.c.id,
                _INVOICE.c.number,
                payment=_came_back(_RETURNED.c.end_to_end, _RETURNED.c.payment),
            )
        )
        .join(_RETURNED, _RETURNED.c.invoice_id == _INVOICE.c.id)
        .where(scope.of_invoices(), *_within(_RETURNED.c.returned_on, wanted))
    )
    claims = (
        select(
            *_columns(
                EntryKind.RETURNED,
                _PART.c.on_day,
                _INVOICE.c.id,
                _INVOICE.c.number,
                payment=_PART.c.reference,
                taken_off=True,
                sums=(_PART.c.amount_net, _PART.c.amount),
            )
        )
        .join(_PART, (_PART.c.invoice_id == _INVOICE.c.id) & (_PART.c.how == PartWay.RETURNED))
        .where(scope.of_invoices(), *_within(_PART.c.on_day, wanted))
    )
    repayments = _given_back_by(
        PartWay.REPAYMENT_RETURNED, EntryKind.REPAYMENT_RETURNED, wanted, taken_off=True
    ).where(scope.of_invoices())
    return [payments, claims, repayments]


def _came_back(end_to_end: ColumnElement[str], number: ColumnElement[str]) -> ColumnElement[str]:
    return func.coalesce(func.nullif(end_to_end, ""), number)


def _named(kind: EntryKind) -> ColumnElement[str]:
    """What a payment is known by: its transfer at the bank, or our number where it left by other means."""
    if kind is EntryKind.NETTED:
        return _PART.c.reference
    return func.coalesce(func.nullif(_RETURNED.c.end_to_end, ""), _ITEM.c.end_to_end, _PAYMENT.c.number)


def _columns(
    kind: EntryKind,
    day: ColumnElement[date],
    document_id: ColumnElement[int],
    document: ColumnElement[str],
    *,
    about: ColumnElement[str] | None = None,
    payment: ColumnElement[str] | None = None,
    was_paid: ColumnElement[int] | None = None,
    taken_off: bool = False,
    sums: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None,
) -> list[Label[Any]]:
    """The columns of a row about an invoice. Its sums are what is left of it, unless others are named."""
    nothing = literal("", String)
    net, payable = _LEFT if sums is None else sums
    return [
        literal(kind.value, String).label("kind"),
        literal(_RANKS[kind], Integer).label("rank"),
        day.label("on"),
        _INVOICE.c.id.label("entry_id"),
        document_id.label("document_id"),
        document.label("document"),
        (nothing if about is None else about).label("about"),
        _INVOICE.c.order_number.label("order_number"),
        _INVOICE.c.execution_reference.label("execution_reference"),
        (nothing if payment is None else payment).label("payment"),
        (literal(0, Integer) if was_paid is None else was_paid).label("was_paid"),
        _INVOICE.c.currency.label("currency"),
        _signed(net, taken_off).label("net"),
        _signed(payable, taken_off).label("payable"),
    ]


def _signed(column: ColumnElement[Any], taken_off: bool) -> ColumnElement[Any]:
    return type_coerce(-column, amount()) if taken_off else column


def _within(day: ColumnElement[date], wanted: AccountFilter | None) -> tuple[ColumnElement[bool], ...]:
    if wanted is None:
        return ()
    return (day.between(wanted.first, wanted.last), _INVOICE.c.currency == wanted.currency)


def _with_balance(source: Subquery) -> Select[Any]:
    by = (source.c.on, source.c.rank, source.c.entry_id, source.c.document_id)
    so_far = func.sum(source.c.payable, type_=amount()).over(order_by=by)
    return select(source, so_far.label("balance")).order_by(*by)


def _sum(column: ColumnElement[Any], name: str) -> Label[Any]:
    return func.sum(column, type_=amount()).label(name)


def _entry(row: Any, currency: str, opening: Money) -> AccountEntry:  # noqa: ANN401 - any row
    return AccountEntry(
        kind=EntryKind(row.kind),
        on=row.on,
        document_id=row.document_id,
        document=row.document,
        about=row.about,
        order_number=row.order_number,
        execution_reference=row.execution_reference,
        payment=row.payment,
        amount=Sums(Money(row.net, currency), Money(row.payable, currency)),
        balance=opening + Money(row.balance, currency),
        was_paid=bool(row.was_paid),
    )
