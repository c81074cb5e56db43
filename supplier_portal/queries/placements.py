"""What a supplier asks about its placements: the list, one of them, and what is new about them.

Convention: every question takes a `Scope`. A placement is known by its execution reference; its level
is never read here, since the supplier need not see it, nor why it was interrupted, which may tell of
somebody's health. A page of the list takes one statement, however many placements it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, func, literal, or_, select

from foundation.periods import Month, Period
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.model import InterruptionState, Placement, PlacementState
from orders.placements import store as placement_store
from orders.tutors import tutors
from orders.tutors.tutor_store import TutorState
from orders.tutors.tutor_tables import tutor_assignment, unit_tutor

_PLACEMENT, _PERIOD, _INTERRUPTION = (
    order_tables.placement,
    order_tables.placement_period,
    order_tables.interruption,
)
_ONE = _PERIOD.alias("one")
_NEVER = literal(date(9999, 12, 31))
# The same tables as a condition asks about them, whatever the list itself is joined with.
_SPAN, _CUT, _TUTOR = _PERIOD.alias("span"), _INTERRUPTION.alias("cut"), tutor_assignment.alias("assigned")
_LISTED = unit_tutor.alias("listed")
# The tutor of the standing assignment, as the list of its unit has it.
_OF_UNIT = (unit_tutor.c.unit_id == _PLACEMENT.c.unit_id) & (unit_tutor.c.code == tutor_assignment.c.tutor)
_STANDING = (tutor_assignment.c.execution_reference == _PLACEMENT.c.execution_reference) & (
    tutor_assignment.c.state == TutorState.STANDING
)
# A tutor is to be found within so many days of the decision, or of the day the last one left.
_FROM = func.coalesce(unit_tutor.c.closed_on, _ONE.c.decided_on)


class PlacementsAre(StrEnum):
    """Which placements the list shows."""

    ONGOING = "ongoing"
    COMING = "coming"
    INTERRUPTED = "interrupted"
    ENDED = "ended"
    CANCELLED = "cancelled"
    TO_ASSIGN = "to_assign"
    NEWS = "news"  # interrupted since the last visit


class Stands(StrEnum):
    """Where one placement stands today."""

    COMING = "COMING"
    ONGOING = "ONGOING"
    INTERRUPTED = "INTERRUPTED"  # a last billable day is set, and it has not passed
    ENDED = "ENDED"
    CANCELLED = "CANCELLED"


class PlacementOrder(StrEnum):
    """The columns that the list is sorted by; `period` is the first day."""

    REFERENCE = "reference"
    UNIT = "unit"
    PERIOD = "period"
    LAST_DAY = "last_day"
    TUTOR = "tutor"


@dataclass(frozen=True, slots=True)
class PlacementFilter:
    """What the list is limited to. `since` is the newest interruption seen on the last visit."""

    state: PlacementsAre | None = None
    unit: str = ""
    month: Month | None = None
    text: str = ""
    since: int = 0
    days_from: date | None = None
    days_to: date | None = None
    """Only placements that have a day in between, both included."""
    references: tuple[str, ...] | None = None
    """Only these; None: all."""
    after: str = ""
    """Only placements whose reference comes after this one: where the page before ended."""
    by_reference: bool = False
    """In the order of their references."""
    order: PlacementOrder | None = None
    """By this column; None: the newest start first, and those that need a tutor by their last day to get one."""
    falling: bool = False


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """One placement in the list; `tutor` is empty while nobody is assigned, and `tutor_left` once it is closed."""

    execution_reference: str
    service: str
    unit_id: str
    period: Period
    periods: int
    last_day: date | None
    stands: Stands
    tutor: str
    tutor_left: bool
    assign_by: date

    @property
    def needs_tutor(self) -> bool:
        """Whether somebody must be assigned."""
        return (not self.tutor or self.tutor_left) and self.stands not in (Stands.ENDED, Stands.CANCELLED)


def count(session: Session, scope: Scope, wanted: PlacementFilter, *, today: date) -> int:
    """How many placements the filter lets through."""
    question = select(func.count()).select_from(_PLACEMENT).where(_condition(scope, wanted, today))
    return session.execute(question).scalar_one()


def listed(
    session: Session,
    scope: Scope,
    wanted: PlacementFilter,
    *,
    today: date,
    limit: int | None,
    offset: int = 0,
) -> list[PlacementRow]:
    """One page of the supplier's placements, the newest start first; those that need a tutor by their last day."""
    to_assign = wanted.state is PlacementsAre.TO_ASSIGN
    by = _FROM.asc() if to_assign else _ONE.c.starts_on.desc()
    reference = _PLACEMENT.c.execution_reference
    question: Select[Any] = (
        select(
            _PLACEMENT.c.execution_reference,
            _PLACEMENT.c.service,
            _PLACEMENT.c.unit_id,
            _PLACEMENT.c.state,
            _ONE.c.starts_on,
            _of_all_periods(func.max(_SPAN.c.ends_on)).label("ends_on"),
            _ONE.c.decided_on,
            _ONE.c.start_by,
            _of_all_periods(func.count()).label("periods"),
            _INTERRUPTION.c.effective_on,
            tutor_assignment.c.tutor,
            unit_tutor.c.closed_on.label("tutor_closed_on"),
        )
        .join(_ONE, (_ONE.c.execution_reference == _PLACEMENT.c.execution_reference) & (_ONE.c.ordinal == 1))
        .outerjoin(
            _INTERRUPTION,
            (_INTERRUPTION.c.execution_reference == _PLACEMENT.c.execution_reference)
            & (_INTERRUPTION.c.state == InterruptionState.STANDING),
        )
        .outerjoin(tutor_assignment, _STANDING)
        .outerjoin(unit_tutor, _OF_UNIT)
        .where(_condition(scope, wanted, today))
        .order_by(*([reference] if wanted.by_reference else _ordered(wanted, by)))
        .limit(limit)
        .offset(offset)
    )
    return [_placement_row(row, today) for row in session.execute(question)]


def _ordered(wanted: PlacementFilter, usual: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    """The order of the list; the reference makes it whole, so that a row never stands on two pages."""
    reference = _PLACEMENT.c.execution_reference
    if wanted.order is None:
        return usual, reference.desc()
    column: ColumnElement[Any] = {
        PlacementOrder.REFERENCE: reference,
        PlacementOrder.UNIT: _PLACEMENT.c.unit_id,
        PlacementOrder.PERIOD: _ONE.c.starts_on,
        # One that has no last day ends after all that have one, on either engine.
        PlacementOrder.LAST_DAY: func.coalesce(_INTERRUPTION.c.effective_on, _NEVER),
        PlacementOrder.TUTOR: func.coalesce(tutor_assignment.c.tutor, ""),
    }[wanted.order]
    return (column.desc(), reference.desc()) if wanted.falling else (column, reference)


def find(session: Session, scope: Scope, reference: str) -> Placement | None:
    """The placement, or None where it is not within the scope."""
    own = select(literal(1)).where(_PLACEMENT.c.execution_reference == reference, scope.of_placements())
    if session.execute(own).one_or_none() is None:
        return None
    return placement_store.get(session, reference)


def all_within(session: Session, scope: Scope, references: Sequence[str]) -> bool:
    """Whether every one of the execution references is of a placement within the scope."""
    wanted = set(references)
    question = select(func.count()).where(
        scope.of_placements(), _PLACEMENT.c.execution_reference.in_(sorted(wanted))
    )
    return session.execute(question).scalar_one() == len(wanted)


def stands(
    *, state: PlacementState, starts_on: date, ends_on: date, last_day: date | None, today: date
) -> Stands:
    """Where a placement stands on a day, by its whole period and its last billable day.

    >>> stands(state=PlacementState.DECIDED, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30),
    ...        last_day=None, today=date(2026, 7, 1)).value
    'ENDED'
    """
    if state is PlacementState.CANCELLED:
        return Stands.CANCELLED
    if min(ends_on, last_day or ends_on) < today:
        return Stands.ENDED
    if last_day is not None:
        return Stands.INTERRUPTED
    return Stands.COMING if starts_on > today else Stands.ONGOING


def where_it_stands(placement: Placement, *, today: date) -> Stands:
    """Where a whole placement stands."""
    return stands(
        state=placement.state,
        starts_on=placement.starts_on,
        ends_on=placement.periods[-1].period.end,
        last_day=placement.last_day,
        today=today,
    )


def services_of(session: Session, references: Sequence[str]) -> list[str]:
    """The services that the placements are in, by id."""
    question = select(_PLACEMENT.c.service).where(_PLACEMENT.c.execution_reference.in_(references)).distinct()
    return list(session.scalars(question.order_by(_PLACEMENT.c.service)))


def service_of_each(session: Session, references: Sequence[str]) -> dict[str, str]:
    """The service that each of the placements is in, by execution reference."""
    question = select(_PLACEMENT.c.execution_reference, _PLACEMENT.c.service).where(
        _PLACEMENT.c.execution_reference.in_(references)
    )
    return {row.execution_reference: row.service for row in session.execute(question)}


def last_days(session: Session, references: Sequence[str]) -> dict[str, date]:
    """The last billable day of those of the placements that are interrupted."""
    question = select(_INTERRUPTION.c.execution_reference, _INTERRUPTION.c.effective_on).where(
        _INTERRUPTION.c.state == InterruptionState.STANDING,
        _INTERRUPTION.c.execution_reference.in_(sorted(set(references))),
    )
    return {row.execution_reference: row.effective_on for row in session.execute(question)}


def new_interruptions(session: Session, scope: Scope, *, since: int) -> int:
    """How many placements got a last billable day since the interruption with that row number."""
    question = select(func.count()).select_from(_PLACEMENT).where(scope.of_placements(), _news(since))
    return session.execute(question).scalar_one()


def first_to_assign(session: Session, scope: Scope, *, today: date) -> date | None:
    """The first last day to assign a tutor, of the placements that have none or whose tutor has left."""
    question = (
        select(_ONE.c.decided_on, _ONE.c.start_by, unit_tutor.c.closed_on.label("tutor_closed_on"))
        .distinct()
        .select_from(_PLACEMENT)
        .join(_ONE, (_ONE.c.execution_reference == _PLACEMENT.c.execution_reference) & (_ONE.c.ordinal == 1))
        .outerjoin(tutor_assignment, _STANDING)
        .outerjoin(unit_tutor, _OF_UNIT)
        .where(_condition(scope, PlacementFilter(PlacementsAre.TO_ASSIGN), today))
    )
    return min((_assign_by(row) for row in session.execute(question).all()), default=None)


def of_tutor(session: Session, scope: Scope, unit_id: str, code: str, *, today: date) -> list[str]:
    """The references of the placements that go on and have this tutor of a unit, in their order."""
    question = (
        select(_PLACEMENT.c.execution_reference)
        .join(tutor_assignment, _STANDING)
        .where(scope.limited_to(unit_id).of_placements(), tutor_assignment.c.tutor == code, _goes_on(today))
        .order_by(_PLACEMENT.c.execution_reference)
    )
    return list(session.scalars(question))


def _condition(scope: Scope, wanted: PlacementFilter, today: date) -> ColumnElement[bool]:
    parts = [scope.limited_to(wanted.unit).of_placements()]
    if wanted.text:
        parts.append(_PLACEMENT.c.execution_reference.startswith(wanted.text, autoescape=True))
    if wanted.month is not None:
        days = wanted.month.period
        parts.append(_has_period(_SPAN.c.starts_on <= days.end, _SPAN.c.ends_on >= days.start))
    if wanted.days_from is not None:
        parts.append(_has_period(_SPAN.c.ends_on >= wanted.days_from))
    if wanted.days_to is not None:
        parts.append(_has_period(_SPAN.c.starts_on <= wanted.days_to))
    if wanted.references is not None:
        parts.append(_PLACEMENT.c.execution_reference.in_(wanted.references))
    if wanted.after:
        parts.append(_PLACEMENT.c.execution_reference > wanted.after)
    if wanted.state is not None:
        parts += _in_state(wanted, today)
    return and_(*parts)


def _in_state(wanted: PlacementFilter, today: date) -> list[ColumnElement[bool]]:
    decided, over = _PLACEMENT.c.state == PlacementState.DECIDED, _is_over(today)
    begun = _has_period(_SPAN.c.starts_on <= today)
    match wanted.state:
        case PlacementsAre.ONGOING:
            return [decided, begun, ~over]
        case PlacementsAre.COMING:
            return [decided, ~begun]
        case PlacementsAre.INTERRUPTED:
            return [decided, _interrupted()]
        case PlacementsAre.ENDED:
            return [decided, over]
        case PlacementsAre.TO_ASSIGN:
            assigned = exists().where(
                _TUTOR.c.execution_reference == _PLACEMENT.c.execution_reference,
                _TUTOR.c.state == TutorState.STANDING,
                _LISTED.c.unit_id == _PLACEMENT.c.unit_id,
                _LISTED.c.code == _TUTOR.c.tutor,
                _LISTED.c.closed_on.is_(None),
            )
            return [_goes_on(today), ~assigned]
        case PlacementsAre.NEWS:
            return [_news(wanted.since)]
        case _:
            return [_PLACEMENT.c.state == PlacementState.CANCELLED]


def _of_all_periods(what: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Something of all periods of a placement in the list."""
    own = _SPAN.c.execution_reference == _PLACEMENT.c.execution_reference
    return select(what).select_from(_SPAN).where(own).correlate(_PLACEMENT).scalar_subquery()


def _is_over(today: date) -> ColumnElement[bool]:
    return or_(~_has_period(_SPAN.c.ends_on >= today), _interrupted(_CUT.c.effective_on < today))


def _goes_on(today: date) -> ColumnElement[bool]:
    """Whether there is, or will be, a participant to meet."""
    return (_PLACEMENT.c.state == PlacementState.DECIDED) & ~_is_over(today)


def _has_period(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_SPAN.c.execution_reference == _PLACEMENT.c.execution_reference, *conditions)


def _interrupted(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        _CUT.c.execution_reference == _PLACEMENT.c.execution_reference,
        _CUT.c.state == InterruptionState.STANDING,
        *conditions,
    )


def _news(since: int) -> ColumnElement[bool]:
    return _interrupted(_CUT.c.id > since)


def _placement_row(row: Row[Any], today: date) -> PlacementRow:
    return PlacementRow(
        execution_reference=row.execution_reference,
        service=row.service,
        unit_id=row.unit_id,
        period=Period(row.starts_on, row.ends_on),
        periods=row.periods,
        last_day=row.effective_on,
        stands=stands(
            state=PlacementState(row.state),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            last_day=row.effective_on,
            today=today,
        ),
        tutor=row.tutor or "",
        tutor_left=row.tutor_closed_on is not None,
        assign_by=_assign_by(row),
    )


def _assign_by(row: Row[*tuple[Any, ...]]) -> date:
    return tutors.last_day_to_assign(row.decided_on, row.start_by, left_on=row.tutor_closed_on)


def late(row: PlacementRow, *, today: date) -> bool:
    """Whether the days to assign a tutor have passed without one."""
    return row.needs_tutor and row.assign_by < today


def soon(row: PlacementRow, *, today: date) -> bool:
    """Whether fewer than four days are left to assign a tutor."""
    return row.needs_tutor and today <= row.assign_by < today + timedelta(days=4)
