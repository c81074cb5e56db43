"""What orders, plans, invoices, payables, claims and requests in the books need of the register."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, or_, select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries
from invoicing.supplier_changes import change_request_store
from invoicing.supplier_changes.tables import change_request
from orders import tables as order_tables
from orders.model import LineState, PlannedState
from orders.register.needs import Need, NeedKind

_ORDER, _LINE, _PERIOD = order_tables.purchase_order, order_tables.line_account, order_tables.placement_period
_PLAN, _PLACEMENT, _INVOICE = order_tables.planned_order, order_tables.placement, document_tables.invoice
_UNDECIDED = (
    InvoiceState.PARKED,
    InvoiceState.ON_HOLD,
    InvoiceState.IN_QUESTION,
    InvoiceState.CREDIT_REQUESTED,
)


def needs(session: Session) -> list[Need]:
    """Everything the orders and the invoices in the books need, grouped by entry of the register."""
    return [
        *_of_placements(session),
        *_of_orders(session),
        *_of_plans(session),
        *_of_invoices(session),
        *_of_requests(session),
    ]


def _of_placements(session: Session) -> Iterator[Need]:
    """The services of all placements, and the contracts that must go on being for them."""
    placement = func.min(_PLACEMENT.c.execution_reference)
    service, contract = _PLACEMENT.c.service, _PLACEMENT.c.contract_id
    question = select(service, func.count(), placement, literal(None))
    yield from _grouped(session, question.group_by(service).order_by(service), "services", NeedKind.PLACEMENT)
    contracts = select(contract, service, func.count(), placement).group_by(contract, service)
    for entry, of_service, count, first in session.execute(contracts.order_by(contract, service)):
        yield Need("contracts", entry, NeedKind.PLACEMENT, count, first, service=of_service)


def has_orders(session: Session) -> bool:
    """Whether anything was ever ordered."""
    return bool(session.execute(select(exists(select(_ORDER.c.number)))).scalar_one())


def _of_orders(session: Session) -> Iterator[Need]:
    not_invoiced = exists().where(
        _LINE.c.order_number == _ORDER.c.number,
        _LINE.c.state == LineState.OPEN,
        _LINE.c.invoice_id.is_(None),
    )
    invoiced = exists().where(
        _INVOICE.c.order_number == _ORDER.c.number,
        _INVOICE.c.state.in_((*_UNDECIDED, InvoiceState.ACCEPTED)),
    )
    needed = or_(not_invoiced, invoiced)
    for table, column in (
        ("suppliers", _ORDER.c.supplier),
        ("units", _ORDER.c.unit_id),
        ("contracts", _ORDER.c.contract_id),
        ("price_lists", _ORDER.c.price_list_id),
    ):
        question = select(column, func.count(), func.min(_ORDER.c.number), literal(None)).where(needed)
        yield from _grouped(session, question.group_by(column).order_by(column), table, NeedKind.ORDER)


def _of_plans(session: Session) -> Iterator[Need]:
    waiting = (
        select(_PLACEMENT.c.supplier, func.count(), func.min(_PLAN.c.execution_reference), literal(None))
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _PLAN.c.execution_reference)
        .where(_PLAN.c.state == PlannedState.WAITING)
    )
    suppliers = waiting.group_by(_PLACEMENT.c.supplier).order_by(_PLACEMENT.c.supplier)
    yield from _grouped(session, suppliers, "suppliers", NeedKind.PLAN)
    contract, decided_on = _PLACEMENT.c.contract_id, _PERIOD.c.decided_on
    priced = (
        select(contract, func.count(), func.min(_PLAN.c.execution_reference), decided_on)
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _PLAN.c.execution_reference)
        .join(
            _PERIOD,
            and_(
                _PERIOD.c.execution_reference == _PLAN.c.execution_reference,
                _PERIOD.c.decision_id == _PLAN.c.decision_id,
            ),
        )
        .where(_PLAN.c.state == PlannedState.WAITING)
        .group_by(contract, decided_on)
        .order_by(contract, decided_on)
    )
    yield from _grouped(session, priced, "contracts", NeedKind.PLAN)


def _of_invoices(session: Session) -> Iterator[Need]:
    payment = document_tables.payment
    supplier = _INVOICE.c.supplier
    said = select(supplier, func.count(), func.min(_INVOICE.c.number), literal(None))
    owed = (
        said.join(payment, payment.c.invoice_id == _INVOICE.c.id)
        .where(_INVOICE.c.state == InvoiceState.CREDITED)
        .where(standing_queries.payment_stands())
        .where(_INVOICE.c.id.not_in(standing_queries.settled_claims()))
    )
    for kind, question in (
        (NeedKind.INVOICE, said.where(_INVOICE.c.state.in_(_UNDECIDED))),
        (NeedKind.PAYABLE, said.where(_INVOICE.c.state == InvoiceState.ACCEPTED)),
        (NeedKind.CLAIM, owed),
    ):
        yield from _grouped(session, question.group_by(supplier).order_by(supplier), "suppliers", kind)


def _of_requests(session: Session) -> Iterator[Need]:
    supplier = change_request.c.supplier
    question = (
        select(supplier, func.count(), func.min(change_request.c.id), literal(None))
        .where(change_request.c.state.in_(change_request_store.OPEN))
        .group_by(supplier)
        .order_by(supplier)
    )
    yield from _grouped(session, question, "suppliers", NeedKind.CHANGE)


def _grouped(session: Session, question: Select[Any], table: str, kind: NeedKind) -> Iterator[Need]:
    for entry, count, first, decided_on in session.execute(question):
        yield Need(table, str(entry), kind, count, str(first), decided_on)
