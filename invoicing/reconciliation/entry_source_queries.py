"""Where the entries of the statement come from: three questions to the books, each as of any day.

Orders, receipts and invoices are dated and never changed, so a past day is asked for by leaving out what
came later: an order by its issue, a receipt by its reception, an invoice by its arrival, a credit by the day
the pair was settled, a payment by the day it was paid. Approved on a past day is what the last match of that
day said. Without a day the books' present states answer; the two agree for today.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Label,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from foundation import journal
from foundation.periods import Month
from foundation.sql import amount
from invoicing.claims import part_queries
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import ClaimState
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Verdict
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from orders import tables as order_tables
from orders.model import LineState

_ACCOUNT = order_tables.line_account
_ORDER, _LINE, _RECEIPT = order_tables.purchase_order, order_tables.order_line, order_tables.receipt
_INVOICE, _PART, _MATCH = document_tables.invoice, document_tables.invoice_part, document_tables.match_made
_CREDIT = document_tables.partial_credit
_CLAIM, _BACK = claim_tables.claim, claim_tables.claim_part
_PAIR, _PAYMENT, _GIVEN_BACK = (
    document_tables.credit_pair,
    document_tables.payment,
    payment_tables.claim_settled,
)
_APPROVED = (InvoiceState.ACCEPTED, InvoiceState.PAID)


Changed = tuple[tuple[Month, tuple[str, ...]], ...]
"""Suppliers by month of service."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which part of the books: what is empty is not asked for. `until` takes all months up to and with it.

    Without a `currency` it is the buyer's (`entry_queries`).
    """

    execution_reference: str = ""
    supplier: str = ""
    month: Month | None = None
    until: Month | None = None
    article: str = ""
    delivery_area: str = ""
    as_of: date | None = None
    currency: str = ""
    service: str = ""
    among: Changed | None = None
    """Nothing but these suppliers' months, where it is not None."""


def ordered(wanted: EntryFilter) -> Select[Any]:
    """Each order line, on the day the order was placed."""
    question = (
        select(
            *_of_order(),
            _LINE.c.line_id.label("line_id"),
            _LINE.c.starts_on.label("day"),
            _LINE.c.amount.label("amount"),
            _about("order", _ORDER.c.number),
        )
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(*_order_is(wanted), *_service_in(wanted, _LINE.c.starts_on, _ORDER.c.supplier))
    )
    return question if wanted.as_of is None else question.where(_ORDER.c.issued_on <= wanted.as_of)


def cancelled(wanted: EntryFilter) -> Select[Any]:
    """Each order line of a placement that was called off, for all that was ordered on it."""
    return _of_lines(wanted, _LINE.c.amount, [_closed(wanted, LineState.CANCELLED)])


def closed_unused(wanted: EntryFilter) -> Select[Any]:
    """What will not come of each other order line that is received or closed: what was ordered less received."""
    come: ColumnElement[Any] = _ACCOUNT.c.amount_received
    over: ColumnElement[bool] = _ACCOUNT.c.receipt_id.is_not(None)
    if wanted.as_of is not None:
        come, over = received_by(wanted.as_of), stands_received(wanted.as_of)
    unused = type_coerce(_LINE.c.amount - come, amount())
    not_cancelled = _ACCOUNT.c.state != LineState.CANCELLED
    return _of_lines(
        wanted,
        unused,
        [not_cancelled, or_(over, _closed(wanted, LineState.CLOSED_UNUSED)), _LINE.c.amount != come],
    )


def _of_lines(
    wanted: EntryFilter, of_each: ColumnElement[Any], conditions: list[ColumnElement[bool]]
) -> Select[Any]:
    question = (
        select(
            *_of_order(),
            _LINE.c.line_id.label("line_id"),
            _LINE.c.starts_on.label("day"),
            of_each.label("amount"),
            _about("order", _ORDER.c.number),
        )
        .select_from(_LINE)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .join(
            _ACCOUNT,
            and_(_ACCOUNT.c.order_number == _LINE.c.order_number, _ACCOUNT.c.line_id == _LINE.c.line_id),
        )
        .where(*_order_is(wanted), *_service_in(wanted, _LINE.c.starts_on, _ORDER.c.supplier), *conditions)
    )
    return question if wanted.as_of is None else question.where(_ORDER.c.issued_on <= wanted.as_of)


def _closed(wanted: EntryFilter, state: LineState) -> ColumnElement[bool]:
    """Whether the line has the state; on a past day, whether it had come to it. Books of old know no day."""
    has = _ACCOUNT.c.state == state
    if wanted.as_of is None:
        return has
    return and_(has, or_(_ACCOUNT.c.closed_on.is_(None), _ACCOUNT.c.closed_on <= wanted.as_of))


def received_by(day: date) -> ColumnElement[Any]:
    """What was received on a line by that day."""
    return (
        select(func.coalesce(func.sum(_RECEIPT.c.amount, type_=amount()), literal(Decimal("0.00"), amount())))
        .where(*_receipts_by(day))
        .correlate(_LINE)
        .scalar_subquery()
    )


def stands_received(day: date) -> ColumnElement[bool]:
    """Whether a receipt stood on a line that day: there were more of them than were taken back."""
    standing = func.sum(case((_RECEIPT.c.reverses.is_(None), 1), else_=-1))
    return select(func.coalesce(standing, 0)).where(*_receipts_by(day)).correlate(_LINE).scalar_subquery() > 0


def _receipts_by(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        _RECEIPT.c.order_number == _LINE.c.order_number,
        _RECEIPT.c.line_id == _LINE.c.line_id,
        _RECEIPT.c.received_on <= day,
    )


def received(wanted: EntryFilter) -> Select[Any]:
    """Each receipt and each reversal of one, on the day of its reception, in the month of its order line."""
    on_line = and_(_LINE.c.order_number == _RECEIPT.c.order_number, _LINE.c.line_id == _RECEIPT.c.line_id)
    question = (
        select(
            *_of_order(),
            _LINE.c.line_id.label("line_id"),
            _LINE.c.starts_on.label("day"),
            _RECEIPT.c.amount.label("amount"),
            _about("receipt", _RECEIPT.c.id),
        )
        .select_from(_LINE)
        .join(_RECEIPT, on_line)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(*_order_is(wanted), *_service_in(wanted, _LINE.c.starts_on, _ORDER.c.supplier))
    )
    return question if wanted.as_of is None else question.where(_RECEIPT.c.received_on <= wanted.as_of)


def invoiced(wanted: EntryFilter) -> Select[Any]:
    """Each part of an invoice with what became of it, as ones and zeros.

    An invoice that lies on no order line counts whole, in the month of its date.
    """
    if wanted.execution_reference or wanted.article or wanted.delivery_area or wanted.service:
        # What lies on no line has none of these.
        return invoiced_on_lines(wanted)
    return select(union_all(invoiced_on_lines(wanted), _on_no_line(wanted)).subquery())


def invoiced_on_lines(wanted: EntryFilter) -> Select[Any]:
    """Each part of an invoice that lies on an order line, with what became of it."""
    on_line = and_(_LINE.c.order_number == _PART.c.order_number, _LINE.c.line_id == _PART.c.line_id)
    question = (
        select(
            *_of_invoice(_ORDER.c.execution_reference),
            _ORDER.c.article.label("article"),
            _ORDER.c.service.label("service"),
            _ORDER.c.delivery_area.label("delivery_area"),
            _PART.c.order_number.label("order_number"),
            _PART.c.line_id.label("line_id"),
            _LINE.c.starts_on.label("day"),
            _PART.c.amount_net.label("amount"),
            less_of_part(wanted.as_of).label("less"),
            *_fate(wanted.as_of),
        )
        .select_from(_LINE)
        .join(_PART, on_line)
        .join(_INVOICE, _INVOICE.c.id == _PART.c.invoice_id)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(*_service_in(wanted, _LINE.c.starts_on, _INVOICE.c.supplier))
    )
    if wanted.execution_reference:
        # An invoice over several orders belongs to several cases, each part to its order's.
        question = question.where(_ORDER.c.execution_reference == wanted.execution_reference)
    if wanted.article:
        question = question.where(_ORDER.c.article == wanted.article)
    if wanted.service:
        question = question.where(_ORDER.c.service == wanted.service)
    if wanted.delivery_area:
        question = question.where(_ORDER.c.delivery_area == wanted.delivery_area)
    whole = replace(wanted, execution_reference="")
    return _with_fate(question.where(*_invoice_is(whole)), wanted.as_of)


def whole_invoices(wanted: EntryFilter) -> Select[Any]:
    """Each invoice whole, net and with VAT, with what became of it, as ones and zeros; on whatever line it lies."""
    question = select(
        _INVOICE.c.id.label("invoice_id"),
        _INVOICE.c.amount_net.label("amount_net"),
        _INVOICE.c.amount_payable.label("amount_payable"),
        _less_net(wanted.as_of).label("less_net"),
        _less_payable(wanted.as_of).label("less_payable"),
        _back_of_invoice(_BACK.c.amount_net, wanted.as_of).label("back_net"),
        _back_of_invoice(_BACK.c.amount, wanted.as_of).label("back_payable"),
        *_fate(wanted.as_of),
    )
    return _with_fate(question.where(*_invoice_is(wanted)), wanted.as_of)


def month_of(day: ColumnElement[Any]) -> ColumnElement[str]:
    """The month of a day, as 2026-11."""
    return func.substr(cast(day, String), 1, 7)


def _on_no_line(wanted: EntryFilter) -> Select[Any]:
    """Invoices that lie on no order line, and what of the others is for no line of ours."""
    return select(union_all(_without_parts(wanted), _rests(wanted)).subquery())


def _without_parts(wanted: EntryFilter) -> Select[Any]:
    question = select(
        *_of_invoice(),
        *_of_no_order(_INVOICE.c.issued_on),
        _INVOICE.c.amount_net.label("amount"),
        literal(Decimal("0.00"), amount()).label("less"),
        *_fate(wanted.as_of),
    ).where(
        # An invoice on no line belongs to no case: few of all, and found by that.
        _INVOICE.c.execution_reference == "",
        *_service_in(wanted, _INVOICE.c.issued_on, _INVOICE.c.supplier),
        ~select(_PART.c.invoice_id).where(_PART.c.invoice_id == _INVOICE.c.id).exists(),
    )
    return _with_fate(question.where(*_invoice_is(wanted)), wanted.as_of)


def _rests(wanted: EntryFilter) -> Select[Any]:
    question = (
        select(
            *_of_invoice(literal("", String)),
            *_of_no_order(_INVOICE.c.issued_on),
            _PART.c.amount_net.label("amount"),
            less_of_part(wanted.as_of).label("less"),
            *_fate(wanted.as_of),
        )
        .select_from(_INVOICE)
        .join(_PART, _PART.c.invoice_id == _INVOICE.c.id)
        .where(_PART.c.order_number == "", *_service_in(wanted, _INVOICE.c.issued_on, _INVOICE.c.supplier))
    )
    return _with_fate(question.where(*_invoice_is(wanted)), wanted.as_of)


def _of_no_order(day: ColumnElement[Any]) -> tuple[Label[Any], ...]:
    """The columns of what belongs to no order: in the month of its invoice's date."""
    nothing = ("article", "service", "delivery_area", "order_number", "line_id")
    return (*(literal("", String).label(name) for name in nothing), day.label("day"))


def less_of_part(as_of: date | None) -> ColumnElement[Any]:
    """What credit notes for parts of the invoice had taken back of this one."""
    if as_of is None:
        return _PART.c.credited_net
    line, known = document_tables.partial_credit_line, _PART.alias("known")
    is_known = (
        select(known.c.invoice_id)
        .where(
            known.c.invoice_id == _CREDIT.c.invoice_id,
            known.c.order_number == line.c.order_number,
            known.c.line_id == line.c.line_id,
        )
        .exists()
    )
    on_line = and_(line.c.order_number == _PART.c.order_number, line.c.line_id == _PART.c.line_id)
    return _taken_back(
        select(func.sum(line.c.amount_net, type_=amount()))
        .join(_CREDIT, _CREDIT.c.credit_id == line.c.credit_id)
        .where(
            _CREDIT.c.invoice_id == _PART.c.invoice_id,
            _CREDIT.c.settled_on <= as_of,
            or_(on_line, and_(_PART.c.order_number == "", ~is_known)),
        )
        .correlate(_PART)
    )


def _less_net(as_of: date | None) -> ColumnElement[Any]:
    return _INVOICE.c.credited_net if as_of is None else _less_of_invoice(_CREDIT.c.amount_net, as_of)


def _less_payable(as_of: date | None) -> ColumnElement[Any]:
    return _INVOICE.c.credited_payable if as_of is None else _less_of_invoice(_CREDIT.c.amount_payable, as_of)


def _less_of_invoice(column: ColumnElement[Any], as_of: date) -> ColumnElement[Any]:
    return _taken_back(
        select(func.sum(column, type_=amount()))
        .where(_CREDIT.c.invoice_id == _INVOICE.c.id, _CREDIT.c.settled_on <= as_of)
        .correlate(_INVOICE)
    )


def _back_of_invoice(column: ColumnElement[Any], as_of: date | None) -> ColumnElement[Any]:
    """What had been set off, repaid or written off of the invoice's claim by the day."""
    part = select(func.sum(part_queries.signed(column), type_=amount())).where(
        _BACK.c.invoice_id == _INVOICE.c.id, part_queries.counts()
    )
    by_then = part if as_of is None else part.where(_BACK.c.on_day <= as_of)
    return _taken_back(by_then.correlate(_INVOICE))


def _claimed_back(as_of: date) -> ColumnElement[bool]:
    """Whether two people had claimed the invoice back by the day, so that it was approved no longer.

    A claim that fell since its payment came back leaves the invoice asked back, until it is judged anew.
    """
    stood = or_(_CLAIM.c.state != ClaimState.WITHDRAWN, _CLAIM.c.ended_on > as_of)
    returned = document_tables.payment_returned
    came_back = (
        select(returned.c.payment)
        .where(returned.c.invoice_id == _CLAIM.c.invoice_id, returned.c.returned_on == _CLAIM.c.ended_on)
        .exists()
    )
    judged_anew = (
        select(_MATCH.c.id)
        .where(
            _MATCH.c.invoice_id == _CLAIM.c.invoice_id,
            _MATCH.c.made_on > _CLAIM.c.raised_on,
            _MATCH.c.made_on <= as_of,
        )
        .exists()
    )
    fell_with_its_payment = and_(_CLAIM.c.ended_by == journal.SYSTEM, came_back, ~judged_anew)
    return (
        select(_CLAIM.c.number)
        .where(
            _CLAIM.c.invoice_id == _INVOICE.c.id,
            _CLAIM.c.confirmed_by != "",
            _CLAIM.c.raised_on <= as_of,
            or_(stood, fell_with_its_payment),
        )
        .correlate(_INVOICE)
        .exists()
    )


def _taken_back(question: Select[Any]) -> ColumnElement[Any]:
    return func.coalesce(question.scalar_subquery(), literal(Decimal("0.00"), amount()), type_=amount())


def _with_fate(question: Select[Any], as_of: date | None) -> Select[Any]:
    """With the one payment and the one settled claim of each invoice that stood then."""
    paid = (_PAYMENT.c.invoice_id == _INVOICE.c.id) & standing_queries.payment_stands(as_of)
    back = (_GIVEN_BACK.c.invoice_id == _INVOICE.c.id) & standing_queries.settlement_stands(as_of)
    return (
        question.outerjoin_from(_INVOICE, _PAYMENT, paid)
        .outerjoin_from(_INVOICE, _GIVEN_BACK, back)
        .outerjoin(_PAIR, _PAIR.c.invoice_id == _INVOICE.c.id)
    )


def _fate(as_of: date | None) -> tuple[Label[int], ...]:
    """Whether a part is credited, approved and paid, and whether what was paid was given back."""
    if as_of is None:
        credited: ColumnElement[bool] = _PAIR.c.invoice_id.is_not(None)
        approved: ColumnElement[bool] = _INVOICE.c.state.in_(_APPROVED)
        paid: ColumnElement[bool] = _PAYMENT.c.invoice_id.is_not(None)
        back: ColumnElement[bool] = _GIVEN_BACK.c.invoice_id.is_not(None)
    else:
        credited = _PAIR.c.settled_on <= as_of
        paid = _PAYMENT.c.invoice_id.is_not(None)
        back = _GIVEN_BACK.c.invoice_id.is_not(None)
        last = (
            select(_MATCH.c.verdict)
            .where(_MATCH.c.invoice_id == _INVOICE.c.id, _MATCH.c.made_on <= as_of)
            .order_by(_MATCH.c.id.desc())
            .limit(1)
            .correlate(_INVOICE)
            .scalar_subquery()
        )
        open_still = or_(_PAIR.c.settled_on.is_(None), _PAIR.c.settled_on > as_of)
        # What is paid stands, also where its account was changed later, unless it came into question.
        # The verdict stands once in the expression, since the engine asks for it as often as it stands there.
        also = [case((paid, verdict), else_=Verdict.ACCEPT) for verdict in (Verdict.HOLD, Verdict.PARK)]
        approved = and_(open_still, ~_claimed_back(as_of), last.in_([literal(Verdict.ACCEPT.value), *also]))
    return tuple(
        case((holds, 1), else_=0).cast(Integer).label(name)
        for name, holds in (("credited", credited), ("approved", approved), ("paid", paid), ("back", back))
    )


def _of_order() -> tuple[Label[Any], ...]:
    return (
        _ORDER.c.number.label("document"),
        _ORDER.c.execution_reference.label("execution_reference"),
        _ORDER.c.supplier.label("supplier"),
        _ORDER.c.article.label("article"),
        _ORDER.c.service.label("service"),
        _ORDER.c.delivery_area.label("delivery_area"),
        _ORDER.c.currency.label("currency"),
        _ORDER.c.number.label("order_number"),
    )


def _of_invoice(reference: ColumnElement[Any] = _INVOICE.c.execution_reference) -> tuple[Label[Any], ...]:
    return (
        _INVOICE.c.id.label("invoice_id"),
        _INVOICE.c.number.label("document"),
        reference.label("execution_reference"),
        _INVOICE.c.supplier.label("supplier"),
        _INVOICE.c.currency.label("currency"),
    )


def _about(kind: str, key: ColumnElement[Any]) -> Label[str]:
    return (literal(f"{kind} ", String) + cast(key, String)).label("about")


def _order_is(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions = [_ORDER.c.currency == wanted.currency]
    for column, value in (
        (_ORDER.c.execution_reference, wanted.execution_reference),
        (_ORDER.c.supplier, wanted.supplier),
        (_ORDER.c.article, wanted.article),
        (_ORDER.c.service, wanted.service),
        (_ORDER.c.delivery_area, wanted.delivery_area),
    ):
        if value:
            conditions.append(column == value)
    return conditions


def _invoice_is(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions = [
        _INVOICE.c.document_type == DocumentType.INVOICE,
        _INVOICE.c.currency == wanted.currency,
    ]
    if wanted.execution_reference:
        conditions.append(_INVOICE.c.execution_reference == wanted.execution_reference)
    if wanted.supplier:
        conditions.append(_INVOICE.c.supplier == wanted.supplier)
    if wanted.as_of is not None:
        conditions.append(_INVOICE.c.received_on <= wanted.as_of)
    return conditions


def in_changed(parts: Changed, day: ColumnElement[Any], supplier: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a day of service and a supplier are among these."""
    each = (
        and_(day.between(month.period.start, month.period.end), supplier.in_(list(suppliers)))
        for month, suppliers in parts
    )
    return or_(false(), *each)


def _service_in(
    wanted: EntryFilter, day: ColumnElement[Any], supplier: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.among is not None:
        conditions.append(in_changed(wanted.among, day, supplier))
    if wanted.month is not None:
        period = wanted.month.period
        conditions.append(day.between(period.start, period.end))
    if wanted.until is not None:
        conditions.append(day <= wanted.until.period.end)
    return conditions
