"""What waits for its day to be ordered from a supplier: results, bonuses and supplements, with what they are for.

Convention: every question takes a `Scope`. What is not ordered yet binds nobody; what it will come to is of the price
list of the decision, where the register still has it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import JoinedText, Text, WrittenText
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.model import PlannedState
from orders.register.register import Register
from orders.register.service_terms import Service
from orders.terms import ArticleKind, CompensationLevel, OutcomeKind, ResultStage

_PLANNED, _PLACEMENT, _PERIOD = (
    order_tables.planned_order,
    order_tables.placement,
    order_tables.placement_period,
)


_UNKNOWN = Text("ett utfall")


@dataclass(frozen=True, slots=True)
class PlannedResult:
    """One order to come: what, on which day, for which start of work or studies; `amount` without VAT, if known.

    `held_up`: the buyer's system could not place it on its day.
    """

    execution_reference: str
    unit_id: str
    article: ArticleKind
    stage: str
    code: str
    due_on: date
    outcome_started_on: date | None
    amount: Money | None
    service: Service
    kind: OutcomeKind | None = None
    held_up: bool = False

    @property
    def name(self) -> Text:
        """The article with its stage or code."""
        return JoinedText(" ", (self.service.name_of(self.article, self.stage), WrittenText(self.code)))

    def late(self, today: date) -> bool:
        """Whether it should be ordered and is not: the buyer has to mend something."""
        return self.held_up or self.due_on <= today

    def sentence(self, today: date) -> Text:
        """When it is ordered, on what, and what can still change it."""
        if self.late(today):
            return Text(
                "Skulle ha beställts %(day)s, men något hos köparen hindrar ordern. Ni behöver inte göra något; "
                "den läggs när det är rättat.",
                day=self.due_on,
            )
        if self.article is ArticleKind.SUPPLEMENTARY or self.outcome_started_on is None:
            return Text(
                "Beställs %(day)s. Återkallas placeringen före sin första dag beställs inget.",
                day=self.due_on,
            )
        return Text(
            "Beställs %(day)s, för %(kind)s från %(start)s. Planen stryks eller flyttas om deltagaren är "
            "tillbaka före dess, eller om avbrottet tas tillbaka eller flyttas.",
            day=self.due_on,
            kind=self.service.outcome_within(self.kind) if self.kind is not None else _UNKNOWN,
            start=self.outcome_started_on,
        )


def count(session: Session, scope: Scope) -> int:
    """How many wait."""
    waiting = _waiting(select(_PLANNED.c.id).select_from(_PLANNED), scope).subquery()
    return session.execute(select(func.count()).select_from(waiting)).scalar_one()


def listed(
    session: Session, register: Register, scope: Scope, *, limit: int, offset: int = 0
) -> list[PlannedResult]:
    """One page of them, the next day first."""
    return _read(session, register, _waiting(_QUESTION, scope).limit(limit).offset(offset))


def of_placement(session: Session, register: Register, scope: Scope, reference: str) -> list[PlannedResult]:
    """Those of one placement."""
    question = _waiting(_QUESTION, scope).where(_PLANNED.c.execution_reference == reference)
    return _read(session, register, question)


_QUESTION: Select[Any] = (
    select(
        _PLANNED,
        _PLACEMENT.c.unit_id,
        _PLACEMENT.c.contract_id,
        _PLACEMENT.c.service,
        _PLACEMENT.c.level,
        _PERIOD.c.decided_on,
    )
    .select_from(_PLANNED)
    .outerjoin(_PERIOD, _PERIOD.c.decision_id == _PLANNED.c.decision_id)
    .order_by(_PLANNED.c.due_on, _PLANNED.c.id)
)


def _waiting(question: Select[Any], scope: Scope) -> Select[Any]:
    return question.join(
        _PLACEMENT, _PLACEMENT.c.execution_reference == _PLANNED.c.execution_reference
    ).where(_PLANNED.c.state == PlannedState.WAITING, scope.of_placements())


def _read(session: Session, register: Register, question: Select[Any]) -> list[PlannedResult]:
    return [
        PlannedResult(
            execution_reference=row.execution_reference,
            unit_id=row.unit_id,
            article=ArticleKind(row.article),
            stage=row.stage,
            code=row.code,
            due_on=row.due_on,
            outcome_started_on=row.outcome_started_on,
            amount=_amount(register, row),
            service=register.service(row.service),
            kind=OutcomeKind(row.kind) if row.kind else None,
            held_up=bool(row.reason_sv),
        )
        for row in session.execute(question)
    ]


def _amount(register: Register, row: Row[Any]) -> Money | None:
    """What it will be ordered for; None where no price is agreed, which is the buyer's to mend."""
    try:
        prices = register.price_list(row.contract_id, row.decided_on)
        price = prices.price_of(
            ArticleKind(row.article),
            CompensationLevel(row.level),
            stage=ResultStage(row.stage) if row.stage else None,
            code=row.code,
            amount_decided=row.amount,
        )
    except Refused:
        return None
    return Money(price.amount, prices.currency)
