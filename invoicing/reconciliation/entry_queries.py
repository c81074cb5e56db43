"""The entries of the statement one by one, and added up by the database where only sums are wanted.

Both ask the same questions (`entry_source_queries`); the sums leave the adding to the engine, so that a month of all
suppliers is quick with millions of lines. Entries are read row by row, so that memory stays flat.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, func, select

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.reconciliation import entry_source_queries, given_back_queries, sum_store
from invoicing.reconciliation.entry_source_queries import EntryFilter, month_of
from invoicing.reconciliation.statement import (
    DEFAULT_KEYS,
    Statement,
    StatementColumn,
    StatementEntry,
    StatementKey,
    statement_of,
    value_of,
)
from orders.register import store as register_store

_INVOICE_COLUMNS = (
    StatementColumn.INVOICED,
    StatementColumn.CREDITED,
    StatementColumn.APPROVED,
    StatementColumn.PAID,
)


def entries(
    session: Session,
    *,
    execution_reference: str = "",
    month: Month | None = None,
    currency: str = "",
    wanted: EntryFilter | None = None,
) -> Iterator[StatementEntry]:
    """Every document's part of the statement, of the part of the books that is wanted.

    A statement is in one currency; an invoice in another than its order's is in question and in its own.
    """
    asked = wanted or EntryFilter(execution_reference=execution_reference, month=month, currency=currency)
    part = _in_currency(session, asked)
    for row in _rows(session, entry_source_queries.ordered(part)):
        yield _entry(StatementColumn.ORDERED, row, row.about)
    for row in _rows(session, entry_source_queries.cancelled(part)):
        yield _entry(StatementColumn.CANCELLED, row, row.about)
    for row in _rows(session, entry_source_queries.closed_unused(part)):
        yield _entry(StatementColumn.CLOSED_UNUSED, row, row.about)
    for row in _rows(session, entry_source_queries.received(part)):
        yield _entry(StatementColumn.RECEIVED, row, row.about)
    for row in _rows(session, entry_source_queries.invoiced(part)):
        about = f"invoice {row.invoice_id}"
        yield _entry(StatementColumn.INVOICED, row, about)
        # What a credit note for a part took back is credited alone; what became of the rest is the invoice's.
        rest = row.amount - row.less
        if row.credited:
            yield _entry(StatementColumn.CREDITED, row, about)
        elif row.less:
            yield _entry(StatementColumn.CREDITED, row, about, value=row.less)
        for column, holds in ((StatementColumn.APPROVED, row.approved), (StatementColumn.PAID, row.paid)):
            if holds:
                yield _entry(column, row, about, value=rest)
        if row.back:
            yield _entry(StatementColumn.PAID, row, about, value=-rest)
    yield from given_back_queries.entries(session, part)


Sums = dict[tuple[str, ...], dict[StatementColumn, Decimal]]
"""What entries come to, by the values of some keys."""


def statement(
    session: Session, wanted: EntryFilter, *, by: Sequence[StatementKey] = DEFAULT_KEYS
) -> Statement:
    """The statement by these keys, added up by the database: the same sums as `reconcile(entries(...))`.

    Where sums are kept, only what has changed since is added up.
    """
    wanted = _in_currency(session, wanted)
    found: dict[tuple[str, ...], dict[StatementColumn, Money]] = defaultdict(dict)
    for key, amounts in _added_or_kept(session, wanted, by).items():
        for column, value in amounts.items():
            found[key][column] = Money(value, wanted.currency)
    for entry in given_back_queries.entries(session, wanted):
        row = found[tuple(value_of(entry, key) for key in by)]
        before = row.get(entry.column)
        row[entry.column] = entry.amount if before is None else before + entry.amount
    return statement_of(by, found, currency=wanted.currency)


def added_up(session: Session, wanted: EntryFilter, by: Sequence[StatementKey]) -> Sums:
    """What the wanted part of the books comes to, by these keys, but for what was given back of claims that stand."""
    sums: Sums = defaultdict(dict)
    for column, question in (
        (StatementColumn.ORDERED, entry_source_queries.ordered(wanted)),
        (StatementColumn.CANCELLED, entry_source_queries.cancelled(wanted)),
        (StatementColumn.CLOSED_UNUSED, entry_source_queries.closed_unused(wanted)),
        (StatementColumn.RECEIVED, entry_source_queries.received(wanted)),
    ):
        source = question.subquery()
        for key, (value,) in _added(session, source, by, [source.c.amount]):
            sums[key][column] = value
    source = entry_source_queries.invoiced(wanted).subquery()
    rest = source.c.amount - source.c.less
    parts = [
        source.c.amount,
        source.c.less + rest * source.c.credited,
        rest * source.c.approved,
        rest * (source.c.paid - source.c.back),
    ]
    for key, values in _added(session, source, by, parts):
        sums[key].update(zip(_INVOICE_COLUMNS, values, strict=True))
    return sums


def _added_or_kept(session: Session, wanted: EntryFilter, by: Sequence[StatementKey]) -> Sums:
    if not _is_kept(session, wanted, by):
        return added_up(session, wanted, by)
    changed = sum_store.changed(session, wanted)
    if sum(len(suppliers) for _, suppliers in changed) > _CHANGED_MOST:
        return added_up(session, wanted, by)
    sums: Sums = defaultdict(lambda: defaultdict(Decimal))
    for key, kept in sum_store.kept(session, wanted, by, but=changed):
        for column, value in kept.items():
            sums[key][column] += value
    if changed:
        for key, added in added_up(session, replace(wanted, among=changed), by).items():
            for column, value in added.items():
                sums[key][column] += value
    return sums


# Beyond that the questions are longer than what they save.
_CHANGED_MOST = 500


def _is_kept(session: Session, wanted: EntryFilter, by: Sequence[StatementKey]) -> bool:
    """Whether sums are kept that answer this: of today, in the buyer's currency, and by no single case."""
    return (
        session.dialect.name == "postgresql"
        and wanted.as_of is None
        and not wanted.execution_reference
        and StatementKey.EXECUTION_REFERENCE not in by
        and wanted.currency == register_store.currency(session)
    )


def _in_currency(session: Session, wanted: EntryFilter) -> EntryFilter:
    """What is wanted, in the buyer's currency where none was named: every document is asked for in one."""
    return wanted if wanted.currency else replace(wanted, currency=register_store.currency(session))


def _added(
    session: Session, source: Subquery, by: Sequence[StatementKey], parts: Sequence[ColumnElement[Any]]
) -> Iterator[tuple[tuple[str, ...], list[Decimal]]]:
    keys = [_key(source, key).label(f"key_{place}") for place, key in enumerate(by)]
    summed = [func.sum(part, type_=amount()).label(f"sum_{place}") for place, part in enumerate(parts)]
    question = select(*keys, *summed).select_from(source)
    if keys:
        question = question.group_by(*keys)
    count = len(keys)
    for row in session.execute(question):
        if row[count] is not None:
            values: Sequence[Any] = row
            yield tuple(value or "" for value in values[:count]), list(values[count:])


def _key(source: Subquery, key: StatementKey) -> ColumnElement[str]:
    if key is StatementKey.MONTH:
        return month_of(source.c.day)
    return source.c[key.value]


def _rows(session: Session, question: Select[Any]) -> Iterator[Row[Any]]:
    yield from session.execute(question.execution_options(yield_per=1000))


def _entry(
    column: StatementColumn, row: Row[Any], about: str, *, value: Decimal | None = None
) -> StatementEntry:
    service_day: date = row.day
    return StatementEntry(
        column=column,
        document=row.document,
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        month=str(Month.of(service_day)),
        article=row.article or "",
        amount=Money(row.amount if value is None else value, row.currency),
        delivery_area=row.delivery_area or "",
        line=f"{row.order_number}/{row.line_id}" if row.order_number else "",
        about=about,
        service=row.service or "",
    )
