"""How many began, ended and reached a result, counted by the database: by month, supplier, area and level.

Nobody is read: every row that comes back is a number. A placement's days run from its start to the day it ended by,
unbroken over periods that follow day on day; a break in between is an end and a start. What is handled outside the
system (`Handling`), or was called off before it began, is in no figure.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from foundation.periods import Month, Period
from foundation.sql import Session, day_after
from orders.figures.counts import Place, ResultCount, Turn, TurnCount
from orders.model import Handling, InterruptionState, PlacementState, PlannedState
from orders.tables import interruption, line_account, placement, placement_period, planned_order
from orders.terms import ArticleKind

_P, _PERIOD, _CUT = placement.c, placement_period.c, interruption.c
_PLAN, _ACCOUNT = planned_order.c, line_account.c
_COUNTED = (_P.state == PlacementState.DECIDED, _P.handling == Handling.ORDERED)
_PLACE = (_P.supplier, _P.delivery_area, _P.level)


def turns(session: Session, service: str, days: Period) -> Iterator[TurnCount]:
    """Starts and ends up to the last of the days; those before the first day are added up in one."""
    # Some ten thousand rows have a few months and places between them: each is made once.
    months, place = _months(days), cache(Place)
    for turn, month, supplier, area, level, cause, many in session.execute(_turns(service, days)):
        yield TurnCount(Turn(turn), months.get(month), place(supplier, area, level), cause, many)


def results(session: Session, service: str, days: Period) -> Iterator[ResultCount]:
    """Results and speed bonuses that fall due within the days and stand: waiting for their day, or ordered."""
    # An order may be of several lines: each plan counts once.
    invoiced = (
        select(_ACCOUNT.invoice_id)
        .where(_ACCOUNT.order_number == _PLAN.order_number, _ACCOUNT.invoice_id.is_not(None))
        .exists()
    )
    due = (
        select(
            _PLAN.article,
            _PLAN.stage,
            _month(_PLAN.due_on).label("month"),
            *_PLACE,
            case((invoiced, 1), else_=0).label("invoiced"),
        )
        .join_from(planned_order, placement, _PLAN.execution_reference == _P.execution_reference)
        .where(
            *_COUNTED,
            _P.service == service,
            _PLAN.article.in_((ArticleKind.RESULT, ArticleKind.SPEED_BONUS)),
            _PLAN.state.in_((PlannedState.WAITING, PlannedState.PLACED)),
            _PLAN.due_on.between(days.start, days.end),
        )
        .subquery("due")
        .c
    )
    by = (due.article, due.stage, due.month, *_of(due))
    question = select(*by, func.count().label("many"), func.sum(due.invoiced).label("invoiced")).group_by(*by)
    months, place = _months(days), cache(Place)
    for row in session.execute(question):
        at = place(row.supplier, row.delivery_area, row.level)
        month = months[row.month]
        yield ResultCount(ArticleKind(row.article), row.stage, month, at, row.many, row.invoiced)


def _turns(service: str, days: Period) -> Select[Any]:
    unbroken, absent = _unbroken(service), _absences(service)
    each, away = unbroken.c, absent.c
    no_cause = literal("", String)
    turned = union_all(
        select(
            literal(Turn.START, String).label("turn"), each.starts_on.label("day"), *_of(each), no_cause
        ).where(or_(each.before_on.is_(None), day_after(each.before_on) != each.starts_on)),
        select(literal(Turn.END, String), each.last_on, *_of(each), each.cause).where(
            or_(each.next_on.is_(None), day_after(each.last_on) != each.next_on)
        ),
        select(literal(Turn.START, String), away.back_on, *_of(away), no_cause),
        select(literal(Turn.END, String), away.effective_on, *_of(away), away.reason),
    ).subquery("turned")
    turn, day, supplier, area, level, cause = turned.c
    is_before = day < days.start
    # What is grouped by is a column, since an engine may not see that two expressions with values are the same.
    told = (
        select(
            turn,
            case((is_before, ""), else_=_month(day)).label("month"),
            supplier,
            area,
            level,
            case((is_before, ""), else_=cause).label("cause"),
        )
        .where(day <= days.end)
        .subquery("told")
        .c
    )
    by = (told.turn, told.month, *_of(told), told.cause)
    return select(*by, func.count().label("many")).group_by(*by)


def _unbroken(service: str) -> CTE:
    """Each period with the day it began and the day it ended by, and its neighbours' days."""
    standing = interruption.alias("standing")
    early = _early()
    by_early = and_(
        early.c.effective_on.is_not(None),
        or_(standing.c.effective_on.is_(None), early.c.effective_on <= standing.c.effective_on),
    )
    by_standing = standing.c.effective_on <= _PERIOD.ends_on
    period = (
        select(
            _PERIOD.execution_reference,
            _PERIOD.ordinal,
            _PERIOD.starts_on,
            case(
                (by_early, early.c.effective_on),
                (by_standing, standing.c.effective_on),
                else_=_PERIOD.ends_on,
            ).label("last_on"),
            case((by_early, early.c.reason), (by_standing, standing.c.reason), else_="").label("cause"),
            *_PLACE,
        )
        .join_from(placement_period, placement, _PERIOD.execution_reference == _P.execution_reference)
        .outerjoin(
            standing,
            and_(
                standing.c.execution_reference == _PERIOD.execution_reference,
                standing.c.state == InterruptionState.STANDING,
            ),
        )
        .outerjoin(
            early,
            and_(
                early.c.execution_reference == _PERIOD.execution_reference,
                early.c.ordinal == _PERIOD.ordinal,
                early.c.place == 1,
            ),
        )
        # A period after the one that was interrupted never began.
        .where(
            *_COUNTED,
            _P.service == service,
            or_(standing.c.effective_on.is_(None), standing.c.effective_on >= _PERIOD.starts_on),
        )
        .cte("period_days")
    )
    each = period.c
    return select(
        each.starts_on,
        each.last_on,
        each.cause,
        *_of(each),
        func.lag(each.last_on, type_=Date())
        .over(partition_by=each.execution_reference, order_by=each.ordinal)
        .label("before_on"),
        func.lead(each.starts_on, type_=Date())
        .over(partition_by=each.execution_reference, order_by=each.ordinal)
        .label("next_on"),
    ).cte("unbroken")


def _early() -> CTE:
    """The interruptions that ended a period from which the participant came back for the next, the first of each."""
    first = func.row_number().over(
        partition_by=(_PERIOD.execution_reference, _PERIOD.ordinal), order_by=(_CUT.effective_on, _CUT.id)
    )
    return (
        select(
            _PERIOD.execution_reference,
            _PERIOD.ordinal,
            _CUT.effective_on,
            _CUT.reason,
            first.label("place"),
        )
        .join_from(
            interruption,
            placement_period,
            and_(
                _PERIOD.execution_reference == _CUT.execution_reference,
                _CUT.effective_on.between(_PERIOD.starts_on, _PERIOD.ends_on),
            ),
        )
        .where(_CUT.state == InterruptionState.ENDED, _CUT.back_on.is_(None))
        .cte("early")
    )


def _absences(service: str) -> CTE:
    """From the day after an interruption to the return within the same period."""
    return (
        select(_CUT.effective_on, _CUT.back_on, _CUT.reason, *_PLACE)
        .join_from(interruption, placement, _CUT.execution_reference == _P.execution_reference)
        .where(
            *_COUNTED,
            _P.service == service,
            _CUT.state == InterruptionState.ENDED,
            _CUT.back_on.is_not(None),
            day_after(_CUT.effective_on) != _CUT.back_on,
        )
        .cte("absent")
    )


def _of(columns: ReadOnlyColumnCollection[str, Any]) -> tuple[ColumnElement[str], ...]:
    return (columns.supplier, columns.delivery_area, columns.level)


def _months(days: Period) -> Mapping[str, Month]:
    return {str(each): each for each in map(Month.of, (part.start for part in days.months()))}


def _month(day: ColumnElement[Any]) -> ColumnElement[str]:
    return func.substr(cast(day, String), 1, 7)
