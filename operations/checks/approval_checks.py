"""What must hold of approvals: nothing is received on a revoked one, and a result rests on what it should.

Part of the invariants that `invariants.py` goes through. A result counts from the day after the interruption that
carries it, or from the day work or studies began where that is later, until the participant is back: what basic days
are received in between is paid twice. The interruption's own day is a basic day (A-2).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from foundation.periods import Period
from foundation.sql import Session
from operations.checks import approval_check_queries
from operations.checks.payment_checks import Findings
from orders.model import InterruptionState
from orders.placements.earning import LEFT_FOR
from orders.register import store as register_store
from orders.register.pricing import ResultRules
from orders.terms import OutcomeKind, ResultStage
from orders.workdays import DayConvention, billable_days


def approvals_stand(session: Session) -> Findings:
    """No receipt stands on an approval that is revoked."""
    for row in approval_check_queries.received_on_revoked_reports(session):
        yield (
            f"order line {row.order_number}/{row.line_id}",
            f"it is received on the report for {row.month} v{row.report_version}, whose approval is revoked",
        )
    for row in approval_check_queries.received_on_revoked_results(session):
        yield f"order line {row.order_number}/{row.line_id}", "it is received, and its approval is revoked"


def results_carried(session: Session) -> Findings:
    """No result without an interruption in effect, where the price list asks for one."""
    last_day = approval_check_queries.last_day_of(session)
    for rules, rows in _results(session):
        first = rows[0]
        if not rules.interruption_required or _after_natural_end(first, rules):
            continue
        in_effect = [row for row in rows if _carries(row) and row.effective_on < last_day]
        if not in_effect:
            yield (
                f"order {first.order_number}",
                f"it is a result from {first.outcome_started_on} and no interruption for it is in effect on "
                f"{last_day}",
            )


def no_day_paid_twice(session: Session) -> Findings:
    """Basic days and a result never cover the same day after work or studies began."""
    covered = _covered_by_results(session)
    for receipt in approval_check_queries.basic_receipts_beside_results(session):
        days = Period(receipt.starts_on, receipt.ends_on)
        for order_number, until_back in covered.get(receipt.execution_reference, ()):
            both = days.overlap(until_back)
            if both is None:
                continue
            convention = DayConvention(receipt.day_convention)
            if receipt.quantity > billable_days(days, convention) - billable_days(both, convention):
                yield (
                    f"order line {receipt.order_number}/{receipt.line_id}",
                    f"days in {both} are received, and the result of order {order_number} covers them",
                )


def _covered_by_results(session: Session) -> Mapping[str, Sequence[tuple[str, Period]]]:
    """Per execution reference the orders of a first result that is received, and the days each covers."""
    starts: dict[str, list[date]] = defaultdict(list)
    for row in approval_check_queries.period_starts_after_interruptions(session):
        starts[row.execution_reference].append(row.starts_on)
    covered: dict[str, list[tuple[str, Period]]] = defaultdict(list)
    for rules, rows in _results(session):
        first = rows[0]
        if first.stage == ResultStage.R1 and rules.interruption_required:
            days = _covered(rows, starts.get(first.execution_reference, ()))
            covered[first.execution_reference].append((first.order_number, days))
    return covered


def _results(session: Session) -> Iterator[tuple[ResultRules, Sequence[Row[Any]]]]:
    """Each received result by its price list's rules, with a row an interruption; none before there is a register."""
    found = approval_check_queries.results_with_interruptions(session)
    rules: dict[str, ResultRules | None] = {}
    for _, grouped in groupby(found, key=lambda row: row.order_number):
        rows = list(grouped)
        list_id = rows[0].price_list_id
        if list_id not in rules:
            held = register_store.last_known_price_list(session, register_store.load(session), list_id)
            rules[list_id] = held.result_rules if held else None
        known = rules[list_id]
        if known is not None:
            yield known, rows


def _carries(row: Row[Any]) -> bool:
    reasons = {LEFT_FOR.get(OutcomeKind(row.kind))} if row.kind else set(LEFT_FOR.values())
    return row.effective_on is not None and row.reason in reasons


def _after_natural_end(row: Row[Any], rules: ResultRules) -> bool:
    within = timedelta(days=rules.result_after_end_days)
    return bool(row.placement_ends_on < row.outcome_started_on <= row.placement_ends_on + within)


def _covered(rows: Sequence[Row[Any]], period_starts: Sequence[date]) -> Period:
    """The days the result covers: until the participant is back, which a later period or a return says."""
    first = rows[0]
    carrier = next((row for row in rows if _carries(row) and not _is_over(row)), None)
    if carrier is None:
        return Period(first.outcome_started_on + timedelta(days=1), date.max)
    start = max(first.outcome_started_on, carrier.effective_on + timedelta(days=1))
    back_on = carrier.back_on
    if back_on is None and carrier.state == InterruptionState.ENDED:
        back_on = next((day for day in period_starts if day > carrier.effective_on), None)
    end = back_on - timedelta(days=1) if back_on else date.max
    return Period(start, max(start, end))


def _is_over(row: Row[Any]) -> bool:
    """Whether the participant was back from this interruption before the outcome began."""
    return row.back_on is not None and row.outcome_started_on >= row.back_on
