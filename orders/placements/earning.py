"""What an outcome earns, what it rests on, and from which day: the rules of results, pure.

A result is paid from the day after the interruption the participant left by, whose own day is the last basic one (A-2);
so no day carries both. An outcome after a period that ran to its end rests on that end instead (E-31).
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from foundation.periods import add_months
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import OutcomeApproved
from orders.model import Interruption, Placement, PlannedOrder
from orders.register.pricing import PriceList, ResultRules
from orders.register.service_terms import Service
from orders.terms import ArticleKind, InterruptionReason, OutcomeKind, ResultStage


def carriers(service: Service, kind: OutcomeKind | None) -> frozenset[InterruptionReason]:
    """The reasons of an interruption that can carry an outcome of this kind; of any kind where it is not known."""
    return frozenset(
        each.code
        for each in service.interruption_reasons
        if (each.carries if kind is None else kind in each.carries)
    )


def carrier_of(
    placement: Placement, started_on: date, kind: OutcomeKind | None, service: Service
) -> Interruption | None:
    """The interruption that carries an outcome of this kind (None: not known), or None where none does."""
    held = placement.interruption_at(started_on)
    return held if held is not None and held.reason in carriers(service, kind) else None


def came_after_the_end(placement: Placement, started_on: date, rules: ResultRules) -> bool:
    """Whether work or studies began soon enough after a period that ran to its natural end (E-31)."""
    ended_on = placement.period_at(started_on).period.end
    within = timedelta(days=rules.result_after_end_days)
    return placement.interruption_at(started_on) is None and ended_on < started_on <= ended_on + within


def rests(placement: Placement, plan: PlannedOrder, prices: PriceList) -> bool:
    """Whether a planned or placed result still has what it rests on; supplements rest on nothing."""
    rules, started_on = prices.result_rules, plan.outcome_started_on
    if started_on is None or not rules.interruption_required:
        return True
    carrier = carrier_of(placement, started_on, plan.kind, prices.service)
    return carrier is not None or came_after_the_end(placement, started_on, rules)


def due_day(
    placement: Placement,
    started_on: date,
    kind: OutcomeKind | None,
    prices: PriceList,
    *,
    stage: ResultStage,
) -> date:
    """The day a stage is ordered: its months after the start, and never before the interruption has taken effect.

    The interruption may be moved or withdrawn on its own day still, so that the first day is the one after.
    """
    rules = prices.result_rules
    due_on = add_months(started_on, rules.months_after_start(stage))
    required = rules.interruption_required
    held = carrier_of(placement, started_on, kind, prices.service) if required else None
    return max(due_on, held.effective_on + timedelta(days=1)) if held else due_on


def check_earns(placement: Placement, approved: OutcomeApproved, prices: PriceList) -> None:
    """Raise StepRefused for an outcome from before the placement, or without what it must rest on."""
    started_on, rules = approved.started_on, prices.result_rules
    kind = prices.service.outcome_within(approved.kind)
    if started_on < placement.starts_on:
        raise StepRefused(
            Text(
                "Utfallet började %(started_on)s, före placeringens start %(starts_on)s.",
                started_on=started_on,
                starts_on=placement.starts_on,
            ),
        )
    carrier = carrier_of(placement, started_on, approved.kind, prices.service)
    if not rules.interruption_required or carrier:
        return
    ended_on = placement.period_at(started_on).period.end
    if started_on > ended_on and placement.interruption_at(started_on) is None:
        latest = ended_on + timedelta(days=rules.result_after_end_days)
        if started_on > latest:
            raise StepRefused(
                Text(
                    "Utfallet började %(started_on)s. Perioden gick till sitt slut %(ended_on)s, och utan avbrott "
                    "ersätts det som börjar senast %(latest)s. Placeringen är inte avbruten på grund av %(kind)s.",
                    kind=kind,
                    started_on=started_on,
                    ended_on=ended_on,
                    latest=latest,
                ),
            )
        return
    raise StepRefused(
        Text(
            "Placeringen %(execution_reference)s är inte avbruten på grund av %(kind)s. Läs in avbrottet och "
            "försök igen.",
            kind=kind,
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


def stage_before(service: Service, stage: ResultStage) -> ResultStage | None:
    """The stage that must be earned before; None for the first."""
    place = service.stage_codes.index(stage)
    return service.stage_codes[place - 1] if place else None


def outcome_number(
    placement: Placement, approved: OutcomeApproved, held: Sequence[PlannedOrder], prices: PriceList
) -> int:
    """Which of the stretch's outcomes a stage is of, counted from 1: a new one for the first, or the one before's.

    `held` is all that is planned on the stretch. Raises StepRefused as `first_outcome` and `followed_outcome` do.
    """
    before = stage_before(prices.service, approved.stage)
    if before is None:
        return first_outcome(placement, approved, held, prices.result_rules)
    return followed_outcome(placement, approved, held, prices.result_rules, before=before)


def first_outcome(
    placement: Placement, approved: OutcomeApproved, held: Sequence[PlannedOrder], rules: ResultRules
) -> int:
    """Which of the stretch's outcomes a new first stage begins. `held` is all that is planned on the stretch.

    Raises StepRefused where the stretch has all the outcomes the price list gives, or where the participant has not
    been back since the earlier one.
    """
    standing = [plan for plan in held if plan.stage == approved.stage and plan.stands]
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
                    "%(stage)s med start %(started_on)s är samma utfall som det med start %(earlier)s "
                    "(%(reference)s): deltagaren har inte varit tillbaka i tjänsten däremellan.",
                    stage=approved.stage,
                    started_on=approved.started_on,
                    earlier=plan.outcome_started_on,
                    reference=plan.execution_reference,
                ),
            )
    return 1 + max((plan.outcome for plan in held if plan.stands), default=0)


def followed_outcome(
    placement: Placement,
    approved: OutcomeApproved,
    held: Sequence[PlannedOrder],
    rules: ResultRules,
    *,
    before: ResultStage,
) -> int:
    """Which of the stretch's outcomes a later stage follows up: that of `before` with its start, kind and supplier.

    Raises StepRefused with both values where they differ, where the one before is not earned, where this one is
    granted, and where the participant was back before it fell due (E-29).
    """
    stage = approved.stage
    earned = _earned_before(placement, approved, held, before)
    again = (plan for plan in held if plan.stage == stage and plan.stands)
    for plan in again:
        if (plan.execution_reference, plan.outcome) == (earned.execution_reference, earned.outcome):
            raise _already_granted(approved, plan, rules)
    due_on = add_months(approved.started_on, rules.months_after_start(stage))
    if earned.ended_on is not None and earned.ended_on < due_on:
        raise StepRefused(
            Text(
                "Deltagaren var tillbaka %(ended_on)s, innan %(stage)s förföll %(due_on)s. Då finns inget %(stage)s.",
                ended_on=earned.ended_on,
                stage=stage,
                due_on=due_on,
            ),
        )
    return earned.outcome


def _earned_before(
    placement: Placement, approved: OutcomeApproved, held: Sequence[PlannedOrder], before: ResultStage
) -> PlannedOrder:
    """The stage before that a later one names by its start."""
    stage = approved.stage
    standing = [plan for plan in held if plan.stage == before and plan.stands]
    own = [plan for plan in standing if plan.execution_reference == placement.execution_reference]
    if not standing:
        raise StepRefused(
            Text(
                "%(stage)s för %(execution_reference)s förutsätter %(before)s. Läs in %(before)s först.",
                stage=stage,
                before=before,
                execution_reference=placement.execution_reference,
            ),
        )
    if not own:
        raise StepRefused(
            Text(
                "%(before)s hör till %(earned_on)s och %(stage)s gäller %(reference)s. %(stage)s går till den "
                "leverantör som fick %(before)s: skicka det med den referensen.",
                stage=stage,
                before=before,
                earned_on=standing[-1].execution_reference,
                reference=placement.execution_reference,
            ),
        )
    named = next((plan for plan in own if plan.outcome_started_on == approved.started_on), None)
    if named is None:
        raise StepRefused(
            Text(
                "%(stage)s har start %(started_on)s, men %(before)s för %(reference)s har start %(earlier)s. "
                "%(stage)s följer upp samma utfall; ett annat är ett nytt och börjar med sitt "
                "första steg.",
                stage=stage,
                before=before,
                started_on=approved.started_on,
                reference=placement.execution_reference,
                earlier=own[-1].outcome_started_on,
            ),
        )
    if named.kind is not None and named.kind != approved.kind:
        raise StepRefused(
            Text(
                "%(stage)s gäller %(kind)s, men %(before)s för %(reference)s gäller %(earlier)s. %(stage)s följer upp "
                "samma utfall.",
                stage=stage,
                before=before,
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
    return plan.article is not ArticleKind.SUPPLEMENTARY
