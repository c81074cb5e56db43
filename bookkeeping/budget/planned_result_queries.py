"""Planned results, bonuses and supplements by the month they fall due, and the later results that may follow.

Counted by the database, and priced by the price list of the decision, as they are when they are ordered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select

from bookkeeping.budget.forecast import ForecastKind, ForecastSum
from bookkeeping.budget.open_line_queries import basis_of
from bookkeeping.coding import CodingBasis
from foundation.errors import Refused
from foundation.money import Quantity, line_amount
from foundation.periods import Month, add_months
from foundation.sql import Session
from invoicing.reconciliation.entry_source_queries import month_of
from orders import tables as order_tables
from orders.model import PlannedState
from orders.register.pricing import PriceList
from orders.register.register import Register
from orders.terms import ArticleKind, CompensationLevel, ResultStage

_PLAN, _PLACEMENT = order_tables.planned_order, order_tables.placement
_PERIOD: Final = order_tables.placement_period
# Written out in the statement, so that the index of what stands answers.
_STANDING: Final = [
    literal(each.value, literal_execute=True) for each in (PlannedState.WAITING, PlannedState.PLACED)
]
# No result falls due later after the start of work or studies than this many months.
_MONTHS_MOST: Final = 24
_WHOSE: Final = (
    *(_PLACEMENT.c.service, _PLACEMENT.c.unit_id, _PLACEMENT.c.delivery_area, _PLACEMENT.c.contract_id),
    *(_PLACEMENT.c.supplier, _PLACEMENT.c.level, _PERIOD.c.decided_on),
)


@dataclass(slots=True)
class Priced:
    """What planned orders come to, and how many of them no price is agreed for."""

    sums: list[ForecastSum] = field(default_factory=list)
    unpriced: int = 0


def planned(session: Session, register: Register, *, today: date) -> Priced:
    """What waits for its day, by the month of that day; what should have been ordered already is of this month."""
    day = month_of(_PLAN.c.due_on).label("month")
    what = (_PLAN.c.article, _PLAN.c.stage, _PLAN.c.code, _PLAN.c.amount.label("decided"))
    question = _of_plans(day, *what).where(_PLAN.c.state == PlannedState.WAITING)
    prices, priced = _Prices(register), Priced()
    for row in session.execute(question.group_by(day, *what, *_WHOSE)):
        month = max(Month.parse(row.month), Month.of(today))
        stage = ResultStage(row.stage) if row.stage else None
        one = prices.of(row, ArticleKind(row.article), stage, row.code, row.decided)
        if one is None:
            priced.unpriced += row.how_many
        else:
            basis = _basis(row, row.article)
            priced.sums.append(ForecastSum(basis, month, ForecastKind.PLANNED, one * row.how_many))
    return priced


def next_stages(session: Session, register: Register, *, today: date) -> Iterator[ForecastSum]:
    """The later results of outcomes that stand and whose participant is not known to be back, from this month on."""
    started, stage = _PLAN.c.outcome_started_on, _PLAN.c.stage
    question = _of_plans(started.label("started"), stage).where(
        _PLAN.c.article == ArticleKind.RESULT,
        _PLAN.c.state.in_(_STANDING),
        _PLAN.c.ended_on.is_(None),
        started >= add_months(Month.of(today).period.start, -_MONTHS_MOST),
        ~_has_later_stage(),
    )
    prices = _Prices(register)
    for row in session.execute(question.group_by(started, stage, *_WHOSE)):
        held = prices.list_of(row)
        codes = held.service.stage_codes if held is not None else ()
        if held is None or row.stage not in codes:
            continue
        for steps, code in enumerate(codes[codes.index(ResultStage(row.stage)) + 1 :], 1):
            month = Month.of(add_months(row.started, held.result_rules.months_after_start(code)))
            one = prices.of(row, ArticleKind.RESULT, code, "", None)
            if one is not None and month >= Month.of(today):
                basis, kind = _basis(row, ArticleKind.RESULT), ForecastKind.NEXT_STAGE
                yield ForecastSum(basis, month, kind, one * row.how_many, steps=steps)


def _of_plans(*columns: ColumnElement[Any]) -> Select[Any]:
    decided = and_(
        _PERIOD.c.execution_reference == _PLAN.c.execution_reference,
        _PERIOD.c.decision_id == _PLAN.c.decision_id,
    )
    return (
        select(*columns, *_WHOSE, func.count().label("how_many"))
        .select_from(_PLAN)
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _PLAN.c.execution_reference)
        .join(_PERIOD, decided)
    )


def _has_later_stage() -> ColumnElement[bool]:
    """Whether the same outcome has a result that falls due later and stands."""
    later = _PLAN.alias("later")
    return (
        select(later.c.id)
        .where(
            later.c.execution_reference == _PLAN.c.execution_reference,
            later.c.article == ArticleKind.RESULT,
            later.c.outcome_number == _PLAN.c.outcome_number,
            later.c.state.in_(_STANDING),
            later.c.stage != _PLAN.c.stage,
            or_(
                later.c.due_on > _PLAN.c.due_on,
                and_(later.c.due_on == _PLAN.c.due_on, later.c.id > _PLAN.c.id),
            ),
        )
        .correlate(_PLAN)
        .exists()
    )


def _basis(row: Row[Any], article: str) -> CodingBasis:
    return basis_of(article, row.service, row.unit_id, row.delivery_area, row.contract_id, row.supplier)


class _Prices:
    """Prices looked up once each: the same ones come again for every month and unit."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.lists: dict[tuple[str, date], PriceList | None] = {}
        self.known: dict[tuple[object, ...], Decimal | None] = {}

    def list_of(self, row: Row[Any]) -> PriceList | None:
        """The price list of the decision; None where there is none any more."""
        key = (row.contract_id, row.decided_on)
        if key not in self.lists:
            try:
                self.lists[key] = self.register.price_list(*key)
            except Refused:
                self.lists[key] = None
        return self.lists[key]

    def of(
        self,
        row: Row[Any],
        article: ArticleKind,
        stage: ResultStage | None,
        code: str,
        decided: Decimal | None,
    ) -> Decimal | None:
        """What one piece comes to on its order line; None where no price is agreed."""
        key = (row.contract_id, row.decided_on, row.level, article, stage, code, decided)
        if key not in self.known:
            self.known[key] = self._of(row, article, stage, code, decided)
        return self.known[key]

    def _of(
        self,
        row: Row[Any],
        article: ArticleKind,
        stage: ResultStage | None,
        code: str,
        decided: Decimal | None,
    ) -> Decimal | None:
        prices = self.list_of(row)
        if prices is None:
            return None
        level = CompensationLevel(row.level)
        try:
            price = prices.price_of(article, level, stage=stage, code=code, amount_decided=decided)
        except Refused:
            return None
        return line_amount(Quantity(Decimal(1), price.unit), price.amount, currency=prices.currency).amount
