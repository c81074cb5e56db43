"""What must hold of approvals: nothing is received on a revoked one, and a result rests on what it should.

Part of the invariants that `invariants.py` goes through. A result counts from the day after the interruption that
carries it, or from the day work or studies began where that is later, until the participant is back: what basic days
are received in between is paid twice. The interruption's own day is a basic day (A-2).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from foundation.money import Quantity
from foundation.periods import Period
from foundation.sql import Session
from operations.checks import approval_check_queries
from operations.checks.payment_checks import Findings
from orders.model import InterruptionState, quantity_of
from orders.placements.earning import carriers
from orders.register import store as register_store
from orders.register.pricing import PriceList, ResultRules
from orders.register.service_terms import Service
from orders.terms import OutcomeKind
from orders.workdays import DayRule


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
    for prices, rows in _results(session):
        first, rules = rows[0], prices.result_rules
        if not rules.interruption_required or _after_natural_end(first, rules):
            continue
        in_effect = [row for row in rows if _carries(row, prices.service) and row.effective_on < last_day]
        if not in_effect:
            yield (
                f"order {first.order_number}",
                f"it is a result from {first.outcome_started_on} and no interruption for it is in effect on "
                f"{last_day}",
            )


def no_day_paid_twice(session: Session) -> Findings:
    """Basic days and a result never cover the same day after work or studies began."""
    for prices, rows in _results(session):
        first = rows[0]
        is_first = first.stage in prices.service.stage_codes[:1]
        if not is_first or not prices.result_rules.interruption_required:
            continue
        covered = _covered(session, rows, prices.service)
        for receipt in approval_check_queries.basic_receipts_of(session, first.execution_reference):
            days = Period(receipt.starts_on, receipt.ends_on)
            both = days.overlap(covered)
            if both is None:
                continue
            if receipt.quantity > _ordered_for(receipt, days) - _ordered_for(receipt, both):
                yield (
                    f"order line {receipt.order_number}/{receipt.line_id}",
                    f"days in {both} are received, and the result of order {first.order_number} covers them",
                )


def _results(session: Session) -> Iterator[tuple[PriceList, Sequence[Row[Any]]]]:
    """Each received result by its price list, with a row an interruption; none before there is a register."""
    found = approval_check_queries.results_with_interruptions(session)
    lists: dict[str, PriceList | None] = {}
    for _, grouped in groupby(found, key=lambda row: row.order_number):
        rows = list(grouped)
        list_id = rows[0].price_list_id
        if list_id not in lists:
            register = register_store.load(session)
            lists[list_id] = register_store.last_known_price_list(session, register, list_id)
        known = lists[list_id]
        if known is not None:
            yield known, rows


def _carries(row: Row[Any], service: Service) -> bool:
    kind = OutcomeKind(row.kind) if row.kind else None
    return row.effective_on is not None and row.reason in carriers(service, kind)


def _after_natural_end(row: Row[Any], rules: ResultRules) -> bool:
    within = timedelta(days=rules.result_after_end_days)
    return bool(row.placement_ends_on < row.outcome_started_on <= row.placement_ends_on + within)


def _ordered_for(receipt: Row[Any], days: Period) -> Decimal:
    """What was ordered of the receipt's line for the billable days of a period within it."""
    return quantity_of(
        [days],
        line=Period(receipt.line_starts_on, receipt.line_ends_on),
        ordered=Quantity(receipt.ordered, receipt.unit),
        rule=DayRule.parse(receipt.day_convention),
    ).value


def _covered(session: Session, rows: Sequence[Row[Any]], service: Service) -> Period:
    """The days the result covers: until the participant is back, which a later period or a return says."""
    first = rows[0]
    carrier = next((row for row in rows if _carries(row, service) and not _is_over(row)), None)
    if carrier is None:
        return Period(first.outcome_started_on + timedelta(days=1), date.max)
    start = max(first.outcome_started_on, carrier.effective_on + timedelta(days=1))
    back_on = carrier.back_on
    if back_on is None and carrier.state == InterruptionState.ENDED:
        later = approval_check_queries.period_starts_of(session, first.execution_reference)
        back_on = next((day for day in later if day > carrier.effective_on), None)
    end = back_on - timedelta(days=1) if back_on else date.max
    return Period(start, max(start, end))


def _is_over(row: Row[Any]) -> bool:
    """Whether the participant was back from this interruption before the outcome began."""
    return row.back_on is not None and row.outcome_started_on >= row.back_on
