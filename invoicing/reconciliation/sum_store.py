"""Kept sums of the statement in the database: where they have changed, what holds, and what is written anew."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select, text

from foundation.engines.many_rows import insert_rows
from foundation.periods import Month
from foundation.sql import Session, amount
from invoicing.reconciliation import tables
from invoicing.reconciliation.entry_source_queries import Changed, EntryFilter, in_changed, month_of
from invoicing.reconciliation.statement import StatementColumn, StatementKey

_SUM, _CHANGE = tables.statement_sum, tables.statement_change

ALL_KEYS: Final = (
    StatementKey.MONTH,
    StatementKey.SUPPLIER,
    StatementKey.ARTICLE,
    StatementKey.SERVICE,
    StatementKey.DELIVERY_AREA,
)
"""What sums are kept by."""

_MARK_ALL: Final = text(
    "INSERT INTO statement_change SELECT DISTINCT 0, date_trunc('month', day)::date, supplier FROM ("
    " SELECT l.starts_on AS day, o.supplier FROM order_line l JOIN purchase_order o ON o.number = l.order_number"
    " UNION ALL SELECT i.issued_on, i.supplier FROM invoice i"
    " UNION ALL SELECT l.starts_on, i.supplier FROM invoice i JOIN invoice_part p ON p.invoice_id = i.id"
    "  JOIN order_line l ON l.order_number = p.order_number AND l.line_id = p.line_id"
    " UNION ALL SELECT month, supplier FROM statement_sum"
    ") AS known ON CONFLICT DO NOTHING"
)


def changed(session: Session, wanted: EntryFilter) -> Changed:
    """The suppliers and months of what is wanted that something has changed in since they were added up."""
    question = select(_CHANGE.c.month, _CHANGE.c.supplier).distinct()
    found: dict[Month, list[str]] = defaultdict(list)
    for row in session.execute(question.where(*_wanted(_CHANGE, wanted))):
        found[Month.of(row.month)].append(row.supplier)
    return tuple((month, tuple(sorted(found[month]))) for month in sorted(found))


def months_changed(session: Session) -> Sequence[Month]:
    """The months that something has changed in, the oldest first."""
    question = select(_CHANGE.c.month).distinct().order_by(_CHANGE.c.month)
    return [Month.of(day) for day in session.scalars(question)]


def take_changes(session: Session, month: Month) -> Sequence[str]:
    """The suppliers that something has changed for in a month: noted no more. What is committed later stays noted."""
    taken = delete(_CHANGE).where(_CHANGE.c.month == month.period.start).returning(_CHANGE.c.supplier)
    return sorted(set(session.scalars(taken)))


def mark_all(session: Session) -> None:
    """Note every supplier and month there is: all sums are added up anew. PostgreSQL alone."""
    session.execute(_MARK_ALL)


def kept(
    session: Session, wanted: EntryFilter, by: Sequence[StatementKey], *, but: Changed
) -> Iterator[tuple[tuple[str, ...], Mapping[StatementColumn, Decimal]]]:
    """The sums that hold, by these keys, but for suppliers and months that have changed."""
    keys = [_key(key).label(f"key_{place}") for place, key in enumerate(by)]
    sums = [func.sum(_SUM.c[each.value], type_=amount()).label(each.value) for each in StatementColumn]
    conditions = [*_wanted(_SUM, wanted), _SUM.c.currency == wanted.currency]
    for name in ("article", "service", "delivery_area"):
        if value := getattr(wanted, name):
            conditions.append(_SUM.c[name] == value)
    if but:
        conditions.append(~in_changed(but, _SUM.c.month, _SUM.c.supplier))
    question = select(*keys, *sums).where(*conditions)
    for row in session.execute(question.group_by(*keys) if keys else question):
        values: Sequence[Any] = row
        if values[len(keys)] is not None:
            amounts = dict(zip(StatementColumn, values[len(keys) :], strict=True))
            yield tuple(values[: len(keys)]), amounts


def replace(
    session: Session,
    month: Month,
    suppliers: Collection[str],
    currency: str,
    sums: Mapping[tuple[str, ...], Mapping[StatementColumn, Decimal]],
) -> None:
    """Keep these sums, by `ALL_KEYS`, for a month and these suppliers instead of what was kept."""
    start = month.period.start
    session.execute(
        delete(_SUM).where(
            _SUM.c.month == start, _SUM.c.currency == currency, _SUM.c.supplier.in_(list(suppliers))
        )
    )
    zero = Decimal("0.00")
    rows = [
        {
            "month": start,
            "currency": currency,
            **{name.value: value for name, value in zip(ALL_KEYS[1:], key[1:], strict=True)},
            **{column.value: amounts.get(column, zero) for column in StatementColumn},
        }
        for key, amounts in sums.items()
    ]
    insert_rows(session, _SUM, rows)


def _wanted(table: Any, wanted: EntryFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401 - either table
    conditions: list[ColumnElement[bool]] = []
    if wanted.supplier:
        conditions.append(table.c.supplier == wanted.supplier)
    if wanted.month is not None:
        conditions.append(table.c.month == wanted.month.period.start)
    if wanted.until is not None:
        conditions.append(table.c.month <= wanted.until.period.start)
    return conditions


def _key(key: StatementKey) -> ColumnElement[str]:
    return month_of(_SUM.c.month) if key is StatementKey.MONTH else _SUM.c[key.value]
