"""Vouchers as the database holds them: numbered without gaps, and one thing booked once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date

from sqlalchemy import func, select

from bookkeeping import booked_queries, tables
from bookkeeping.vouchers import Voucher, VoucherKind, VoucherRow
from foundation import number_series
from foundation.engines.many_rows import insert_rows
from foundation.periods import Month
from foundation.sql import Session

_VOUCHER, _ROW = tables.voucher, tables.voucher_row
_AT_A_TIME = 500
_CODED = tuple(each.name for each in fields(VoucherRow))


def add(session: Session, vouchers: Sequence[Voucher], *, run: str) -> tuple[Voucher, ...]:
    """Number vouchers and keep them; the database refuses to book the same thing twice."""
    numbers = number_series.next_numbers(session, number_series.VOUCHERS, len(vouchers))
    numbered = tuple(replace(each, number=number) for each, number in zip(vouchers, numbers, strict=True))
    insert_rows(
        session,
        _VOUCHER,
        [
            {
                "number": each.number,
                "kind": each.kind,
                "about": each.about,
                "booked_on": each.booked_on,
                "event_on": each.event_on,
                "text": each.text,
                "run": run,
                "rules": each.rules,
            }
            for each in numbered
        ],
    )
    insert_rows(
        session,
        _ROW,
        [
            {"voucher": each.number, "position": place, **{name: getattr(row, name) for name in _CODED}}
            for each in numbered
            for place, row in enumerate(each.rows, 1)
        ],
    )
    return numbered


def is_accrued(session: Session, month: Month) -> bool:
    """Whether the month's accrual is booked."""
    question = select(_VOUCHER.c.number).where(
        _VOUCHER.c.kind == VoucherKind.ACCRUAL, _VOUCHER.c.about == str(month)
    )
    return session.execute(question).one_or_none() is not None


def runs_of(session: Session, day: date) -> int:
    """How many files for the ledger were made on that day."""
    pattern = f"{day}%"
    question = select(func.count(func.distinct(_VOUCHER.c.run))).where(_VOUCHER.c.run.like(pattern))
    return session.execute(question).scalar_one()


def booked_in(
    session: Session,
    month: Month,
    *,
    kind: VoucherKind | None = None,
    after: str = "",
    limit: int | None = None,
) -> Sequence[Voucher]:
    """The vouchers booked in a month, by their numbers, after one of them."""
    days = month.period
    question = (
        select(_VOUCHER)
        .where(_VOUCHER.c.booked_on.between(days.start, days.end), _VOUCHER.c.number > after)
        .order_by(_VOUCHER.c.number)
    )
    if kind is not None:
        question = question.where(_VOUCHER.c.kind == kind)
    heads = session.execute(question if limit is None else question.limit(limit)).all()
    rows: dict[str, list[VoucherRow]] = defaultdict(list)
    for start in range(0, len(heads), _AT_A_TIME):
        numbers = [head.number for head in heads[start : start + _AT_A_TIME]]
        lines = select(_ROW).where(_ROW.c.voucher.in_(numbers)).order_by(_ROW.c.voucher, _ROW.c.position)
        for row in session.execute(lines):
            rows[row.voucher].append(booked_queries.row_of(row))
    return [
        Voucher(
            kind=VoucherKind(head.kind),
            about=head.about,
            booked_on=head.booked_on,
            text=head.text,
            rows=tuple(rows[head.number]),
            number=head.number,
            event_on=head.event_on,
            rules=head.rules,
        )
        for head in heads
    ]
