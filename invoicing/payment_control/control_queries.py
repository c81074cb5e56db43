"""What the controls go by, for many payments at once: amounts, other documents, and what was paid before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, exists, func, or_, select

from foundation.money import Money
from foundation.sql import Session, among
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment_control import control_data_store, judging, release_store
from invoicing.payment_control.controls import ControlRow
from invoicing.payment_control.judging import ControlFacts, ControlledPayment
from orders.register.register import Register

_INVOICE, _PART, _PAYMENT = (
    document_tables.invoice,
    document_tables.invoice_part,
    document_tables.payment,
)
_YEAR = timedelta(days=365)
_BATCH = 1000


def rows_of(
    session: Session, register: Register, ids: Iterable[int], *, on: date
) -> dict[int, tuple[ControlRow, ...]]:
    """What each control that can stop an invoice comes to on a day, with what a person has released."""
    every = sorted(set(ids))
    found: dict[int, tuple[ControlRow, ...]] = {}
    for start in range(0, len(every), _BATCH):
        found.update(_judged(session, register, every[start : start + _BATCH], on))
    return found


def _judged(
    session: Session, register: Register, ids: Sequence[int], on: date
) -> dict[int, tuple[ControlRow, ...]]:
    rules = register.policy.payment_controls
    payments = _payments(session, register, ids, on)
    told = control_data_store.newest_of(session, {each.supplier for each in payments})
    alike = _alike(session, ids, parts_may_repeat=register.policy.partial_quantities)
    large = {each.supplier for each in payments if each.amount.amount >= rules.pattern_from}
    paid = _largest_paid(session, large, since=on - _YEAR, currency=register.buyer.currency) if large else {}
    released = release_store.of(session, ids)
    found = {}
    for each in payments:
        before, largest = paid.get(each.supplier, (False, None))
        facts = ControlFacts(told.get(each.supplier, {}), alike.get(each.invoice_id, ()), largest, before)
        rows = judging.stopping_rows(each, facts, rules, on=on)
        found[each.invoice_id] = release_store.as_released(rows, released.get(each.invoice_id, {}))
    return found


def _payments(session: Session, register: Register, ids: Sequence[int], on: date) -> list[ControlledPayment]:
    columns = (
        _INVOICE.c.id,
        _INVOICE.c.number,
        _INVOICE.c.supplier,
        _INVOICE.c.amount_vat,
        (_INVOICE.c.amount_payable - _INVOICE.c.credited_payable).label("amount"),
        _INVOICE.c.currency,
    )
    f_tax = {each.organisation_number: each.on(on).f_tax for each in register.suppliers}
    return [
        ControlledPayment(
            row.id,
            row.number,
            row.supplier,
            Money(row.amount, row.currency),
            has_vat=row.amount_vat > 0,
            f_tax=f_tax.get(row.supplier, False),
        )
        for row in session.execute(select(*columns).where(among(session, _INVOICE.c.id, ids)))
    ]


def _alike(session: Session, ids: Sequence[int], *, parts_may_repeat: bool) -> Mapping[int, list[str]]:
    """By invoice, the numbers of earlier or paid ones of the same supplier, day, amount and order line.

    Two that are for no order line are alike without one. Where a line may be invoiced in parts, two equal parts of it
    are no copies: what was received is what bounds them.
    """
    one, other = _INVOICE.alias("one"), _INVOICE.alias("other")
    mine, theirs = _PART.alias("mine"), _PART.alias("theirs")
    same = and_(
        other.c.supplier == one.c.supplier,
        other.c.document_type == DocumentType.INVOICE,
        other.c.issued_on == one.c.issued_on,
        other.c.amount_payable == one.c.amount_payable,
        other.c.id != one.c.id,
        or_(
            and_(other.c.state == InvoiceState.ACCEPTED, other.c.id < one.c.id),
            other.c.state == InvoiceState.PAID,
        ),
    )
    has_none = [
        ~exists(select(_PART.c.invoice_id).where(_PART.c.invoice_id == each.c.id)) for each in (one, other)
    ]
    questions = [
        select(one.c.id, other.c.number).join(other, same).where(among(session, one.c.id, ids), *has_none)
    ]
    if not parts_may_repeat:
        same_line = and_(theirs.c.order_number == mine.c.order_number, theirs.c.line_id == mine.c.line_id)
        questions.append(
            select(one.c.id, other.c.number)
            .join(mine, mine.c.invoice_id == one.c.id)
            .join(theirs, and_(same_line, theirs.c.invoice_id != mine.c.invoice_id))
            .join(other, and_(other.c.id == theirs.c.invoice_id, same))
            .where(among(session, one.c.id, ids))
        )
    found: dict[int, list[str]] = defaultdict(list)
    for question in questions:
        for row in session.execute(question.distinct().order_by(one.c.id, other.c.number)):
            found[row.id].append(row.number)
    return found


def _largest_paid(
    session: Session, suppliers: Iterable[str], *, since: date, currency: str
) -> Mapping[str, tuple[bool, Money | None]]:
    """By supplier, whether it was ever paid, and the largest payment of an invoice since that day."""
    amount = _PAYMENT.c.amount
    question = (
        select(_PAYMENT.c.supplier, func.max(amount, type_=amount.type).filter(_PAYMENT.c.paid_on > since))
        .where(among(session, _PAYMENT.c.supplier, set(suppliers)))
        .group_by(_PAYMENT.c.supplier)
    )
    return {
        supplier: (True, None if largest is None else Money(largest, currency))
        for supplier, largest in session.execute(question)
    }
