"""What has happened and has no voucher yet."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, case, cast, func, literal, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from bookkeeping import tables
from bookkeeping.coding import CodingBasis, supplier_kind
from bookkeeping.vouchers import UNDONE, Purchase, VoucherKind
from foundation.periods import Period
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import PartWay
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Verdict
from invoicing.model import DocumentType
from orders import tables as order_tables
from orders.register import store as register_store

_VOUCHER = tables.voucher
_INVOICE, _PART, _MATCH = document_tables.invoice, document_tables.invoice_part, document_tables.match_made
_PAID, _ORDER = document_tables.payment, order_tables.purchase_order
_NIL = Decimal("0.00")
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class UnbookedCredit:
    """An invoice that was credited in full."""

    invoice_id: int
    number: str
    supplier: str
    on: date


@dataclass(frozen=True, slots=True)
class UnbookedPartialCredit:
    """What a credit note took back of a part of an invoice; the purchase is known by the credit note."""

    invoice_id: int
    taken_back: Purchase
    on: date


@dataclass(frozen=True, slots=True)
class UnbookedPayment:
    """A payment of the bank's by its number, or a settled claim by what it is known by, and its invoice."""

    number: str
    invoice_id: int
    invoice: str
    supplier: str
    amount: Decimal
    on: date
    how: PartWay | None = None


Only = Sequence[int] | None
"""The ids of the invoices that are asked about; None: all of them."""


def arrivals(session: Session, since: date, only: Only = None) -> Sequence[tuple[Purchase, date]]:
    """Invoices in the buyer's currency that came on that day or later, and of which nothing is booked."""
    rows = _rows(session, of_arrivals(session, since).order_by(_INVOICE.c.id), _INVOICE.c.id, only)
    return [(each, row.received_on) for row, each in zip(rows, _purchases(session, rows), strict=True)]


def of_arrivals(session: Session, since: date) -> Select[Any]:
    """The question of `arrivals`; what is asked for happened on `received_on`."""
    about = cast(_INVOICE.c.id, String)
    return select(*_PURCHASE, _INVOICE.c.received_on).where(
        *_came(session, since),
        _without(VoucherKind.ARRIVAL, about),
        _without(VoucherKind.INVOICE, about),
    )


def invoices(session: Session, only: Only = None) -> Sequence[tuple[Purchase, date]]:
    """Invoices that were approved or paid, and the day that was decided.

    What was approved once is booked, whatever came of it since: how often somebody books changes no voucher.
    """
    if only is None:
        return _decided(session, of_invoices())
    return [each for some in _some_at_a_time(only) for each in _decided(session, of_invoices(some))]


def of_invoices(only: Only = None) -> Select[Any]:
    """The question of `invoices`; each happened on the earlier of `approved_on` and `paid_on` that is told."""
    # First what has no voucher, which is little in books that are booked, and all else of that alone: in one question
    # PostgreSQL asks the rest of every invoice there is.
    unbooked = select(*_PURCHASE).where(
        _INVOICE.c.document_type == DocumentType.INVOICE,
        _without(VoucherKind.INVOICE, cast(_INVOICE.c.id, String)),
        *([] if only is None else [_INVOICE.c.id.in_(only)]),
    )
    return _of_decided(unbooked.cte("invoice_unbooked").prefix_with("MATERIALIZED").c)


def approved_in(session: Session, period: Period) -> Sequence[tuple[Purchase, date]]:
    """Invoices that were first approved in the period, booked or not."""
    candidates = select(_MATCH.c.invoice_id).where(
        _MATCH.c.made_on.between(period.start, period.end), _MATCH.c.verdict == Verdict.ACCEPT
    )
    wanted = (_INVOICE.c.document_type == DocumentType.INVOICE, _INVOICE.c.id.in_(candidates))
    found = _decided(session, _of_decided(_INVOICE.c).where(*wanted))
    return [(each, on) for each, on in found if period.start <= on <= period.end]


def _decided(session: Session, question: Select[Any]) -> Sequence[tuple[Purchase, date]]:
    rows = session.execute(question.order_by("id")).all()
    return [
        (each, min(day for day in (row.approved_on, row.paid_on) if day is not None))
        for row, each in zip(rows, _purchases(session, rows), strict=True)
    ]


def _of_decided(invoice: ReadOnlyColumnCollection[str, Any]) -> Select[Any]:
    """What was decided of the invoices that have these columns, and when."""
    approved_on = select(func.min(_MATCH.c.made_on)).where(*_accepted(invoice.id)).scalar_subquery()
    # An invoice whose payment came back is paid more than once.
    paid_on = select(func.min(_PAID.c.paid_on)).where(_PAID.c.invoice_id == invoice.id).scalar_subquery()
    return select(
        *(invoice[each.name] for each in _PURCHASE),
        approved_on.label("approved_on"),
        paid_on.label("paid_on"),
    ).where(_is_decided(invoice.id))


def credits(session: Session, since: date | None, only: Only = None) -> Sequence[UnbookedCredit]:
    """Invoices credited in full, of those that anything is booked of or will be; all that came from `since` on will."""
    return [
        UnbookedCredit(row.id, row.number, row.supplier, row.settled_on)
        for row in _rows(session, of_credits(session, since).order_by(_INVOICE.c.id), _INVOICE.c.id, only)
    ]


def of_credits(session: Session, since: date | None) -> Select[Any]:
    """The question of `credits`; each happened on `settled_on`."""
    about = cast(_INVOICE.c.id, String)
    booked = [_is_decided(_INVOICE.c.id), ~_without(VoucherKind.ARRIVAL, about)]
    booked.append(~_without(VoucherKind.INVOICE, about))
    if since is not None:
        booked.append(and_(*_came(session, since)))
    pair = document_tables.credit_pair
    return (
        select(_INVOICE.c.id, _INVOICE.c.number, _INVOICE.c.supplier, pair.c.settled_on)
        .join(pair, pair.c.invoice_id == _INVOICE.c.id)
        .where(or_(*booked), _without(VoucherKind.CREDIT, about))
    )


def partial_credits(session: Session, only: Only = None) -> Sequence[UnbookedPartialCredit]:
    """What credit notes took back of parts of invoices that were approved or paid."""
    part = document_tables.partial_credit
    rows = _rows(session, of_partial_credits().order_by(part.c.credit_id), part.c.invoice_id, only)
    net = _net_taken_back(session, rows)
    return [
        UnbookedPartialCredit(
            row.invoice_id,
            Purchase(
                invoice_id=row.credit_id,
                number=row.number,
                supplier=row.supplier,
                net=net[row.credit_id],
                vat=row.amount_vat,
                payable=row.amount_payable,
            ),
            row.settled_on,
        )
        for row in rows
    ]


def of_partial_credits() -> Select[Any]:
    """The question of `partial_credits`; each happened on `settled_on`."""
    part = document_tables.partial_credit
    has_voucher = _is_decided(part.c.invoice_id) | ~_without(
        VoucherKind.INVOICE, cast(part.c.invoice_id, String)
    )
    return (
        select(part, _INVOICE.c.number, _INVOICE.c.supplier)
        .join(_INVOICE, _INVOICE.c.id == part.c.invoice_id)
        .where(has_voucher, _without(VoucherKind.PARTIAL_CREDIT, cast(part.c.credit_id, String)))
    )


def payments(session: Session) -> Iterator[UnbookedPayment]:
    """Invoices that the bank has paid."""
    for row in session.execute(of_payments()):
        yield UnbookedPayment(
            row.number, row.invoice_id, row.invoice_number, row.supplier, row.amount, row.paid_on
        )


def of_payments() -> Select[Any]:
    """The question of `payments`; each happened on `paid_on`."""
    question = select(_PAID, _INVOICE.c.number.label("invoice_number")).join(
        _INVOICE, _INVOICE.c.id == _PAID.c.invoice_id
    )
    return question.where(_without(VoucherKind.PAYMENT, _PAID.c.number))


def payments_returned(session: Session) -> Iterator[UnbookedPayment]:
    """Payments that came back, on the day they did."""
    for row in session.execute(of_payments_returned().order_by(_PAID.c.number)):
        yield UnbookedPayment(
            row.number, row.invoice_id, row.invoice_number, row.supplier, row.amount, row.returned_on
        )


def of_payments_returned() -> Select[Any]:
    """The question of `payments_returned`; each happened on `returned_on`."""
    back = document_tables.payment_returned
    return (
        select(_PAID, back.c.returned_on, _INVOICE.c.number.label("invoice_number"))
        .join(back, back.c.payment == _PAID.c.number)
        .join(_INVOICE, _INVOICE.c.id == _PAID.c.invoice_id)
        .where(_without(VoucherKind.PAYMENT_RETURNED, _PAID.c.number))
    )


def given_back(session: Session) -> Iterator[UnbookedPayment]:
    """Each part of a claim that was netted, repaid or written off, what came of interest, and what is owed again."""
    part = claim_tables.claim_part
    for row in session.execute(of_given_back().order_by(part.c.claim, part.c.position)):
        yield UnbookedPayment(
            row.about,
            row.invoice_id,
            row.invoice_number,
            row.supplier,
            row.amount,
            row.on_day,
            PartWay(row.how),
        )


def of_given_back() -> Select[Any]:
    """The question of `given_back`; each happened on `on_day`."""
    part = claim_tables.claim_part
    invoice = cast(part.c.invoice_id, String)
    of_first = part.alias("part_of_first")
    first = select(func.min(of_first.c.claim)).where(of_first.c.invoice_id == part.c.invoice_id)
    # The first part of the first claim is known by its invoice, as a claim was when it had but one. An invoice has
    # another claim where the one before was withdrawn, and its parts are counted from one again.
    about = case(
        (part.c.claim != first.correlate(part).scalar_subquery(), _numbered(part.c.claim, "/")),
        (part.c.position == 1, invoice),
        else_=_numbered(invoice, "-"),
    )
    question = select(
        part, _INVOICE.c.number.label("invoice_number"), _INVOICE.c.supplier, about.label("about")
    ).join(_INVOICE, _INVOICE.c.id == part.c.invoice_id)
    booked = or_(
        and_(part.c.how.in_(UNDONE), ~_without(VoucherKind.CLAIM_REOPENED, about)),
        and_(part.c.how.not_in(UNDONE), ~_without(VoucherKind.GIVEN_BACK, about)),
    )
    return question.where(~booked)


def _numbered(of: ColumnElement[str], mark: str) -> ColumnElement[str]:
    return of + literal(mark, String) + cast(claim_tables.claim_part.c.position, String)


def _came(session: Session, since: date) -> tuple[ColumnElement[bool], ...]:
    """Whether an invoice is booked when it comes: it is in the buyer's currency, and came on that day or later."""
    return (
        _INVOICE.c.document_type == DocumentType.INVOICE,
        _INVOICE.c.received_on >= since,
        _INVOICE.c.currency == register_store.currency(session),
    )


def _accepted(invoice: ColumnElement[int]) -> tuple[ColumnElement[bool], ...]:
    return (_MATCH.c.invoice_id == invoice, _MATCH.c.verdict == Verdict.ACCEPT)


def _is_decided(invoice: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an invoice was approved once, or paid."""
    # By a name of its own, since the questions around it join payments too.
    payment = _PAID.alias("decided_by_payment")
    paid = select(payment.c.number).where(payment.c.invoice_id == invoice).exists()
    return or_(select(_MATCH.c.id).where(*_accepted(invoice)).exists(), paid)


def _without(kind: VoucherKind, about: ColumnElement[str]) -> ColumnElement[bool]:
    booked = select(_VOUCHER.c.number).where(_VOUCHER.c.kind == kind, _VOUCHER.c.about == about)
    return ~booked.exists()


_PURCHASE = (
    _INVOICE.c.id,
    _INVOICE.c.number,
    _INVOICE.c.supplier,
    _INVOICE.c.amount_net,
    _INVOICE.c.amount_vat,
    _INVOICE.c.amount_payable,
)
_BASIS = (
    func.coalesce(_ORDER.c.article, "").label("article"),
    func.coalesce(_ORDER.c.service, "").label("service"),
    func.coalesce(_ORDER.c.unit_id, "").label("unit"),
    func.coalesce(_ORDER.c.delivery_area, "").label("delivery_area"),
    func.coalesce(_ORDER.c.contract_id, "").label("contract"),
)


def _basis(row: Row[Any], supplier: str) -> CodingBasis:
    kind = supplier_kind(supplier)
    return CodingBasis(row.article, row.service, row.unit, row.delivery_area, row.contract, kind)


def _purchases(session: Session, rows: Sequence[Row[Any]]) -> Sequence[Purchase]:
    suppliers = {row.id: row.supplier for row in rows}
    of_parts = select(_PART.c.invoice_id.label("about"), _PART.c.amount_net, *_BASIS).join(
        _ORDER, _ORDER.c.number == _PART.c.order_number
    )
    net = _added(session, of_parts, _PART.c.invoice_id, suppliers)
    return [_purchase_of(row, net[row.id]) for row in rows]


def _purchase_of(row: Row[Any], net: dict[CodingBasis, Decimal]) -> Purchase:
    rest = row.amount_net - sum(net.values(), _NIL)
    # What lies on no order line: accepted charges of the whole invoice.
    without_order = CodingBasis(supplier_kind=supplier_kind(row.supplier))
    return Purchase(
        invoice_id=row.id,
        number=row.number,
        supplier=row.supplier,
        net={**net, without_order: rest} if rest else net,
        vat=row.amount_vat,
        payable=row.amount_payable,
    )


def _net_taken_back(session: Session, rows: Sequence[Row[Any]]) -> dict[int, dict[CodingBasis, Decimal]]:
    """What each credit note for a part takes back; of no order where its line is on none."""
    line = document_tables.partial_credit_line
    of_lines = select(line.c.credit_id.label("about"), line.c.amount_net, *_BASIS).outerjoin(
        _ORDER, _ORDER.c.number == line.c.order_number
    )
    return _added(session, of_lines, line.c.credit_id, {row.credit_id: row.supplier for row in rows})


def _rows(
    session: Session, question: Select[Any], about: ColumnElement[int], only: Only
) -> Sequence[Row[Any]]:
    """The rows of a question, or those about some invoices; they stand in its order where the invoices do."""
    if only is None:
        return session.execute(question).all()
    return [row for some in _some_at_a_time(only) for row in session.execute(question.where(about.in_(some)))]


def _some_at_a_time(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, so many together as one question asks about."""
    for start in range(0, len(ids), _AT_A_TIME):
        yield ids[start : start + _AT_A_TIME]


def _added(
    session: Session, question: Select[Any], about: ColumnElement[int], suppliers: dict[int, str]
) -> dict[int, dict[CodingBasis, Decimal]]:
    found: dict[int, dict[CodingBasis, Decimal]] = defaultdict(dict)
    for some in _some_at_a_time(list(suppliers)):
        for row in session.execute(question.where(about.in_(some))):
            basis = _basis(row, suppliers[row.about])
            found[row.about][basis] = found[row.about].get(basis, _NIL) + row.amount_net
    return found
