"""What has happened and has no voucher yet."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, func, or_, select

from foundation.sql import Session
from invoicing.bookkeeping import tables
from invoicing.bookkeeping.vouchers import Purchase, VoucherKind
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Verdict
from invoicing.model import DocumentType
from invoicing.payment import tables as payment_tables
from orders import tables as order_tables

_VOUCHER = tables.voucher
_INVOICE, _PART = document_tables.invoice, document_tables.invoice_part
_NIL = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class UnbookedPayment:
    """A payment of the bank's and the number of its invoice."""

    number: str
    invoice: str
    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class UnbookedClaim:
    """What a supplier has given back after a credit, and the number of the invoice."""

    invoice_id: int
    invoice: str
    amount: Decimal
    on: date


def invoices(session: Session) -> Sequence[tuple[Purchase, date]]:
    """Invoices that were approved or paid, and the day that was decided.

    What was approved once is booked, whatever came of it since: how often somebody books changes no voucher.
    """
    paid, match = document_tables.payment, document_tables.match_made
    approved = (match.c.invoice_id == _INVOICE.c.id, match.c.verdict == Verdict.ACCEPT)
    approved_on = select(func.min(match.c.made_on)).where(*approved).correlate(_INVOICE).scalar_subquery()
    question = (
        select(*_PURCHASE, approved_on.label("approved_on"), paid.c.paid_on)
        .outerjoin(paid, paid.c.invoice_id == _INVOICE.c.id)
        .where(
            _INVOICE.c.document_type == DocumentType.INVOICE,
            or_(select(match.c.id).where(*approved).exists(), paid.c.invoice_id.is_not(None)),
            _without(VoucherKind.INVOICE, cast(_INVOICE.c.id, String)),
        )
        .order_by(_INVOICE.c.id)
    )
    rows: list[Any] = list(session.execute(question))
    return [
        (each, min(day for day in (row.approved_on, row.paid_on) if day is not None))
        for row, each in zip(rows, _purchases(session, rows), strict=True)
    ]


def credits(session: Session, *, booking: Sequence[int]) -> Sequence[tuple[Purchase, date]]:
    """Invoices that were credited, of those that are booked or being booked, and the day each is booked on."""
    pair = document_tables.credit_pair
    has_voucher = _INVOICE.c.id.in_(booking) | ~_without(VoucherKind.INVOICE, cast(_INVOICE.c.id, String))
    rows: list[Any] = list(
        session.execute(
            select(*_PURCHASE, pair.c.settled_on)
            .join(pair, pair.c.invoice_id == _INVOICE.c.id)
            .where(has_voucher, _without(VoucherKind.CREDIT, cast(_INVOICE.c.id, String)))
        )
    )
    before = _credited_in_part(session, [row.id for row in rows])
    return [
        (each.less(before[row.id]) if row.id in before else each, row.settled_on)
        for row, each in zip(rows, _purchases(session, rows), strict=True)
    ]


def partial_credits(session: Session, *, booking: Sequence[int]) -> Sequence[tuple[Purchase, date]]:
    """What credit notes took back of parts of invoices that are booked or being booked, and the day of each.

    The purchase is known by the credit note: it is what there may be several of.
    """
    part = document_tables.partial_credit
    has_voucher = part.c.invoice_id.in_(booking) | ~_without(
        VoucherKind.INVOICE, cast(part.c.invoice_id, String)
    )
    question = (
        select(part, _INVOICE.c.number, _INVOICE.c.supplier)
        .join(_INVOICE, _INVOICE.c.id == part.c.invoice_id)
        .where(has_voucher, _without(VoucherKind.PARTIAL_CREDIT, cast(part.c.credit_id, String)))
        .order_by(part.c.credit_id)
    )
    rows = session.execute(question).all()
    net = _net_by_article(session, [row.credit_id for row in rows])
    return [
        (
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


def _net_by_article(session: Session, credits: Sequence[int]) -> dict[int, dict[str, Decimal]]:
    """What each credit note for a part takes back, by article; nothing named where its line is on no order."""
    line, order = document_tables.partial_credit_line, order_tables.purchase_order
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for start in range(0, len(credits), 500):
        question = (
            select(line.c.credit_id, func.coalesce(order.c.article, "").label("article"), line.c.amount_net)
            .outerjoin(order, order.c.number == line.c.order_number)
            .where(line.c.credit_id.in_(credits[start : start + 500]))
        )
        for row in session.execute(question):
            before = found[row.credit_id].get(row.article, _NIL)
            found[row.credit_id][row.article] = before + row.amount_net
    return found


def _credited_in_part(session: Session, ids: Sequence[int]) -> dict[int, Purchase]:
    """What was credited of each of these invoices in part, added up; those that were not are left out."""
    part = document_tables.partial_credit
    found: dict[int, Purchase] = {}
    for start in range(0, len(ids), 500):
        rows = session.execute(select(part).where(part.c.invoice_id.in_(ids[start : start + 500]))).all()
        net = _net_by_article(session, [row.credit_id for row in rows])
        for row in rows:
            taken = Purchase(
                invoice_id=row.invoice_id,
                number="",
                supplier="",
                net=net[row.credit_id],
                vat=row.amount_vat,
                payable=row.amount_payable,
            )
            before = found.get(row.invoice_id)
            found[row.invoice_id] = taken if before is None else before.plus(taken)
    return found


def payments(session: Session) -> Iterator[UnbookedPayment]:
    """Invoices that the bank has paid."""
    paid = document_tables.payment
    question = select(paid, _INVOICE.c.number.label("invoice_number")).join(
        _INVOICE, _INVOICE.c.id == paid.c.invoice_id
    )
    for row in session.execute(question.where(_without(VoucherKind.PAYMENT, paid.c.number))):
        yield UnbookedPayment(
            number=row.number, invoice=row.invoice_number, amount=row.amount, on=row.paid_on
        )


def given_back(session: Session) -> Iterator[UnbookedClaim]:
    """Claims that were netted or repaid."""
    back = payment_tables.claim_settled
    question = select(back, _INVOICE.c.number.label("invoice_number")).join(
        _INVOICE, _INVOICE.c.id == back.c.invoice_id
    )
    unbooked = question.where(_without(VoucherKind.GIVEN_BACK, cast(back.c.invoice_id, String)))
    for row in session.execute(unbooked):
        yield UnbookedClaim(
            invoice_id=row.invoice_id, invoice=row.invoice_number, amount=row.amount, on=row.settled_on
        )


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


def _purchases(session: Session, rows: Sequence[Row[Any]]) -> Sequence[Purchase]:
    order = order_tables.purchase_order
    net: dict[int, dict[str, Decimal]] = defaultdict(dict)
    ids = [row.id for row in rows]
    for start in range(0, len(ids), 500):
        question = (
            select(_PART.c.invoice_id, order.c.article, _PART.c.amount_net)
            .join(order, order.c.number == _PART.c.order_number)
            .where(_PART.c.invoice_id.in_(ids[start : start + 500]))
        )
        for part in session.execute(question):
            before = net[part.invoice_id].get(part.article, _NIL)
            net[part.invoice_id][part.article] = before + part.amount_net
    return [_purchase_of(row, net[row.id]) for row in rows]


def _purchase_of(row: Row[Any], net: dict[str, Decimal]) -> Purchase:
    rest = row.amount_net - sum(net.values(), _NIL)
    return Purchase(
        invoice_id=row.id,
        number=row.number,
        supplier=row.supplier,
        # What lies on no order line: accepted charges of the whole invoice.
        net={**net, "": rest} if rest else net,
        vat=row.amount_vat,
        payable=row.amount_payable,
    )
