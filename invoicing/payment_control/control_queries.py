"""What the controls go by, for many payments at once: amounts, other documents, and what was paid before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, or_, select

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
    # Few invoices share a line with another, or lie on none: those are found first, and only they are compared.
    found = _same_sum(session, _on_no_line(session, ids))
    if not parts_may_repeat:
        pairs = _on_one_line(session, ids)
        others = sorted({other for _, other in pairs})
        of_line = _same_sum(session, sorted({one for one, _ in pairs}), among_others=others)
        found += [each for each in of_line if each[:2] in pairs]
    numbers: dict[int, list[str]] = defaultdict(list)
    for one_id, _, number in sorted(set(found), key=lambda each: (each[0], each[2])):
        numbers[one_id].append(number)
    return numbers


def _on_no_line(session: Session, ids: Sequence[int]) -> list[int]:
    question = select(_INVOICE.c.id).where(among(session, _INVOICE.c.id, ids), _has_no_part(_INVOICE))
    return list(session.scalars(question))


def _has_no_part(invoice: FromClause) -> ColumnElement[bool]:
    on_a_line = (_PART.c.invoice_id == invoice.c.id) & (_PART.c.order_number != "")
    return ~exists(select(_PART.c.invoice_id).where(on_a_line))


def _on_one_line(session: Session, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Each of these invoices with each other that lies on an order line of its own."""
    mine, theirs = _PART.alias("mine"), _PART.alias("theirs")
    same_line = and_(theirs.c.order_number == mine.c.order_number, theirs.c.line_id == mine.c.line_id)
    question = (
        select(mine.c.invoice_id, theirs.c.invoice_id)
        .join(theirs, and_(same_line, theirs.c.invoice_id != mine.c.invoice_id))
        .where(among(session, mine.c.invoice_id, ids), mine.c.order_number != "")
    )
    return {(one, other) for one, other in session.execute(question)}


def _same_sum(
    session: Session, ids: Sequence[int], *, among_others: Sequence[int] | None = None
) -> list[tuple[int, int, str]]:
    """Each with an earlier or paid one of the same supplier, day and sum: of these others, or of all on no line."""
    if not ids:
        return []
    one, other = _INVOICE.alias("one"), _INVOICE.alias("other")
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
    wanted = _has_no_part(other) if among_others is None else among(session, other.c.id, among_others)
    question = select(one.c.id, other.c.id, other.c.number).join(other, same)
    rows = session.execute(question.where(among(session, one.c.id, ids), wanted))
    return [(one_id, other_id, number) for one_id, other_id, number in rows]


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
