"""Drawing up commitments and the forecast as the books stand, coded as costs are coded now."""

from collections.abc import Sequence
from datetime import date

from bookkeeping.budget import commitment_queries, forecast_queries, planned_result_queries
from bookkeeping.budget import commitments as decided
from bookkeeping.budget import forecast as foreseen
from bookkeeping.budget.budget_keys import BudgetKey
from bookkeeping.budget.commitments import Commitments
from bookkeeping.budget.forecast import Forecast
from bookkeeping.budget.forecast_rules import ForecastRules
from bookkeeping.voucher_making import Coders
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from orders.register.register import Register

MONTHS_BACK = 6
MONTHS_AHEAD = 12
MONTHS_MOST = 24


def rules_of(coders: Coders) -> ForecastRules:
    """What the accounting rules in force assume of the forecast, or what holds where none are."""
    return coders.rules.forecast if coders.rules else ForecastRules()


def commitments(
    session: Session, coders: Coders, currency: str, *, by: Sequence[BudgetKey], as_of: date, today: date
) -> Commitments:
    """What orders had come to by that day."""
    sums = commitment_queries.sums(session, as_of=as_of, today=today)
    return decided.commitments(sums, coders.now, by=by, currency=currency)


def forecast(
    session: Session,
    coders: Coders,
    register: Register,
    *,
    by: Sequence[BudgetKey],
    rules: ForecastRules,
    today: date,
    ahead: int = MONTHS_AHEAD,
) -> Forecast:
    """What the last months came to and the next ones will."""
    months = foreseen.months_shown(Month.of(today), back=MONTHS_BACK, ahead=ahead)
    since, until = months[0].period.start, months[-1].period.end
    planned = planned_result_queries.planned(session, register, today=today)
    sums = [
        *forecast_queries.received(session, since, until),
        *forecast_queries.ordered_days(session, since, until, today=today),
        *planned.sums,
        *planned_result_queries.next_stages(session, register, today=today),
    ]
    return foreseen.forecast(
        sums,
        coders.now,
        by=by,
        months=months,
        rules=rules,
        overdue=Money(forecast_queries.overdue(session, since), register.buyer.currency),
        unpriced=planned.unpriced,
    )
