"""What an outcome earns, what it rests on, and from which day: the rules of results, pure.

A result is paid from the day after the interruption the participant left by, whose own day is the last basic one (A-2);
so no day carries both. An outcome after a period that ran to its end rests on that end instead (E-31).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from foundation.periods import add_months
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import OutcomeApproved
from orders.model import Interruption, Placement, PlannedOrder
from orders.register.pricing import ResultRules
from orders.terms import Article, InterruptionReason, OutcomeKind, ResultStage

LEFT_FOR: Final[Mapping[OutcomeKind, InterruptionReason]] = {
    OutcomeKind.WORK: InterruptionReason.WORK,
    OutcomeKind.REGULAR_STUDIES: InterruptionReason.STUDIES,
}
"""The interruption each kind of outcome is left by."""


def carrier_of(placement: Placement, started_on: date, kind: OutcomeKind | None) -> Interruption | None:
    """The interruption that carries an outcome of this kind (None: not known), or None where none does."""
    held = placement.interruption_at(started_on)
    reasons = set(LEFT_FOR.values()) if kind is None else {LEFT_FOR.get(kind)}
    return held if held is not None and held.reason in reasons else None


def came_after_the_end(placement: Placement, started_on: date, rules: ResultRules) -> bool:
    """Whether work or studies began soon enough after a period that ran to its natural end (E-31)."""
    ended_on = placement.period_at(started_on).period.end
    within = timedelta(days=rules.result_after_end_days)
    return placement.interruption_at(started_on) is None and ended_on < started_on <= ended_on + within


def rests(placement: Placement, plan: PlannedOrder, rules: ResultRules) -> bool:
    """Whether a planned or placed result still has what it rests on; supplements rest on nothing."""
    if plan.outcome_started_on is None or not rules.interruption_required:
        return True
    return carrier_of(placement, plan.outcome_started_on, plan.kind) is not None or came_after_the_end(
        placement, plan.outcome_started_on, rules
    )


def due_day(
    placement: Placement,
    started_on: date,
    kind: OutcomeKind | None,
    rules: ResultRules,
    *,
    stage: ResultStage,
) -> date:
    """The day a stage is ordered: its months after the start, and never before the interruption has taken effect.

    The interruption may be moved or withdrawn on its own day still, so that the first day is the one after.
    """
    due_on = add_months(started_on, rules.months_after_start(stage))
    held = carrier_of(placement, started_on, kind) if rules.interruption_required else None
    return max(due_on, held.effective_on + timedelta(days=1)) if held else due_on


def check_earns(placement: Placement, approved: OutcomeApproved, rules: ResultRules) -> None:
    """Raise StepRefused for an outcome from before the placement, or without what it must rest on."""
    started_on = approved.started_on
    if started_on < placement.starts_on:
        raise StepRefused(
            Text(
                "Utfallet började %(started_on)s, före placeringens start %(starts_on)s.",
                started_on=started_on,
                starts_on=placement.starts_on,
            ),
        )
    if not rules.interruption_required or carrier_of(placement, started_on, approved.kind):
        return
    ended_on = placement.period_at(started_on).period.end
    if started_on > ended_on and placement.interruption_at(started_on) is None:
        latest = ended_on + timedelta(days=rules.result_after_end_days)
        if started_on > latest:
            raise StepRefused(
                Text(
                    "Utfallet började %(started_on)s. Perioden gick till sitt slut %(ended_on)s, och utan avbrott "
                    "ersätts det som börjar senast %(latest)s. Placeringen är inte avbruten på grund av arbete "
                    "eller studier.",
                    started_on=started_on,
                    ended_on=ended_on,
                    latest=latest,
                ),
            )
        return
    raise StepRefused(
        Text(
            "Placeringen %(execution_reference)s är inte avbruten på grund av arbete eller "
            "studier. Läs in avbrottet och försök igen.",
            execution_reference=placement.execution_reference,
        ),
    )


def check_claimed_in_time(approved: OutcomeApproved, rules: ResultRules, *, told_on: date) -> None:
    """Raise StepRefused for an outcome that is told too many days after it fell due, by the price list."""
    if rules.result_claim_days is None:
        return
    due_on = add_months(approved.started_on, rules.months_after_start(approved.stage))
    latest = due_on + timedelta(days=rules.result_claim_days)
    if told_on > latest:
        raise StepRefused(
            Text(
                "%(stage)s med start %(started_on)s skulle ha godkänts senast %(latest)s, och kom %(told_on)s. "
                "Enligt prislistan ersätts det inte längre.",
                stage=approved.stage,
                started_on=approved.started_on,
                latest=latest,
                told_on=told_on,
            ),
        )


def check_supplement_in_time(placement: Placement, rules: ResultRules, *, told_on: date) -> None:
    """Raise StepRefused for a supplement that is told after its last day, counted from the placement's last one."""
    if rules.supplement_claim_days is None:
        return
    ended_on = placement.last_day or placement.periods[-1].period.end
    latest = ended_on + timedelta(days=rules.supplement_claim_days)
    if told_on > latest:
        raise StepRefused(
            Text(
                "Placeringen %(reference)s slutade %(ended_on)s. Tillägg skulle ha godkänts senast %(latest)s, och "
                "det kom %(told_on)s. Enligt prislistan ersätts det inte längre.",
                reference=placement.execution_reference,
                ended_on=ended_on,
                latest=latest,
                told_on=told_on,
            ),
        )


def r1_outcome(
    placement: Placement, approved: OutcomeApproved, held: Sequence[PlannedOrder], rules: ResultRules
) -> int:
    """Which of the stretch's outcomes a new R1 begins, counted from 1. `held` is all that is planned on the stretch.

    Raises StepRefused where the stretch has all the outcomes the price list gives, or where the participant has not
    been back since the earlier one.
    """
    standing = [plan for plan in held if plan.stage is ResultStage.R1 and plan.stands]
    if len(standing) >= rules.outcomes_per_stretch:
        raise _already_granted(approved, standing[-1], rules)
    for plan in standing:
        if plan.outcome_started_on is None:
            continue
        same_absence = (
            plan.execution_reference == placement.execution_reference
            and placement.interruption_at(plan.outcome_started_on)
            == placement.interruption_at(approved.started_on)
        )
        if same_absence or approved.started_on <= plan.outcome_started_on:
            raise StepRefused(
                Text(
                    "R1 med start %(started_on)s är samma utfall som det med start %(earlier)s (%(reference)s): "
                    "deltagaren har inte varit tillbaka i tjänsten däremellan.",
                    started_on=approved.started_on,
                    earlier=plan.outcome_started_on,
                    reference=plan.execution_reference,
                ),
            )
    return 1 + max((plan.outcome for plan in held if plan.stands), default=0)


def r2_outcome(
    placement: Placement, approved: OutcomeApproved, held: Sequence[PlannedOrder], rules: ResultRules
) -> int:
    """Which of the stretch's outcomes an R2 follows up: the one whose R1 has the same start, kind and supplier.

    Raises StepRefused with both values where they differ, where there is no R1, where R2 is granted, and where the
    participant was back before R2 fell due (E-29).
    """
    r1 = _named_r1(placement, approved, held)
    again = (plan for plan in held if plan.stage is ResultStage.R2 and plan.stands)
    for plan in again:
        if (plan.execution_reference, plan.outcome) == (r1.execution_reference, r1.outcome):
            raise _already_granted(approved, plan, rules)
    due_on = add_months(approved.started_on, rules.months_after_start(ResultStage.R2))
    if r1.ended_on is not None and r1.ended_on < due_on:
        raise StepRefused(
            Text(
                "Deltagaren var tillbaka %(ended_on)s, innan R2 förföll %(due_on)s. Då finns inget R2.",
                ended_on=r1.ended_on,
                due_on=due_on,
            ),
        )
    return r1.outcome


def _named_r1(placement: Placement, approved: OutcomeApproved, held: Sequence[PlannedOrder]) -> PlannedOrder:
    """The R1 an R2 names by its start."""
    standing = [plan for plan in held if plan.stage is ResultStage.R1 and plan.stands]
    own = [plan for plan in standing if plan.execution_reference == placement.execution_reference]
    if not standing:
        raise StepRefused(
            Text(
                "R2 för %(execution_reference)s förutsätter R1. Läs in R1 först.",
                execution_reference=placement.execution_reference,
            ),
        )
    if not own:
        raise StepRefused(
            Text(
                "R1 hör till %(earned_on)s och R2 gäller %(reference)s. R2 går till den leverantör som fick R1: "
                "skicka det med den referensen.",
                earned_on=standing[-1].execution_reference,
                reference=placement.execution_reference,
            ),
        )
    named = next((plan for plan in own if plan.outcome_started_on == approved.started_on), None)
    if named is None:
        raise StepRefused(
            Text(
                "R2 har start %(started_on)s, men R1 för %(reference)s har start %(earlier)s. R2 följer upp samma "
                "arbete eller studier; ett annat är ett nytt utfall och börjar med sitt R1.",
                started_on=approved.started_on,
                reference=placement.execution_reference,
                earlier=own[-1].outcome_started_on,
            ),
        )
    if named.kind is not None and named.kind is not approved.kind:
        raise StepRefused(
            Text(
                "R2 gäller %(kind)s, men R1 för %(reference)s gäller %(earlier)s. R2 följer upp samma arbete eller "
                "studier.",
                kind=approved.kind,
                reference=placement.execution_reference,
                earlier=named.kind,
            ),
        )
    return named


def _already_granted(approved: OutcomeApproved, earlier: PlannedOrder, rules: ResultRules) -> StepRefused:
    return StepRefused(
        Text(
            "%(stage)s är redan beviljat för %(execution_reference)s (start %(earlier)s). Prislistan ger %(outcomes)s "
            "utfall för en deltagare, också räknat över byten av leverantör och nya referenser.",
            stage=approved.stage,
            execution_reference=earlier.execution_reference,
            earlier=earlier.outcome_started_on,
            outcomes=rules.outcomes_per_stretch,
        ),
    )


def bonus_days(
    stretch: Sequence[Placement], placement: Placement, started_on: date, *, holder: Callable[[str], str]
) -> int:
    """How many days after the participant's first day at this supplier an outcome came.

    `stretch` is what the placement continues, itself included; other suppliers' days do not count. `holder` says who
    stands in a supplier's place when the outcome comes: a takeover does not begin the count anew (E-33).
    """
    here = holder(placement.supplier)
    first = min(
        (each.starts_on for each in stretch if holder(each.supplier) == here), default=placement.starts_on
    )
    return (started_on - first).days


def is_result(plan: PlannedOrder) -> bool:
    """Whether it comes of an outcome; a supplement does not."""
    return plan.article is not Article.SUPPLEMENTARY
