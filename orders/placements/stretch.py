"""How long a participant may be in the service: periods are counted through changes of supplier (REQ-02).

A stretch is a placement with those it follows. A period that was cut by a change of supplier is one period, and one
that the participant left before its first day is none. What is longer is refused, with the days that may be given.
"""

from collections.abc import Sequence
from dataclasses import replace

from foundation.periods import Period, months_from
from foundation.text import JoinedText, Text, WrittenText
from foundation.transitions import StepRefused
from orders.model import Placement, PlacementPeriod, PlacementState
from orders.register.placement_rules import PlacementRules


def check_length(period: Period, rules: PlacementRules) -> None:
    """Raise StepRefused for a period that is longer than the rules allow."""
    longest = months_from(period.start, rules.period_months)
    if period.end > longest.end:
        raise StepRefused(
            Text(
                "Perioden %(period)s är längre än %(months)s månader. Från %(start)s kan den längst gälla "
                "till och med %(latest)s. Besluta en kortare period.",
                period=period,
                months=rules.period_months,
                start=period.start,
                latest=longest.end,
            ),
        )


def check_room(stretch: Sequence[Placement], rules: PlacementRules) -> None:
    """Raise StepRefused where the stretch (the earliest placement first) has all the periods it may have."""
    given = periods_given(stretch)
    if len(given) >= rules.periods:
        raise StepRefused(
            Text(
                "Placeringen %(reference)s har redan %(given)s perioder av högst %(allowed)s, också räknat över "
                "byten av leverantör: %(periods)s. En ny bedömning ger en ny placering.",
                reference=stretch[-1].execution_reference,
                given=len(given),
                allowed=rules.periods,
                periods=JoinedText(", ", (WrittenText(str(period)) for period in given)),
            ),
        )


def check_continues(stretch: Sequence[Placement], period: Period, rules: PlacementRules) -> None:
    """Raise StepRefused where a stretch may not go on with this period under a new reference.

    The rest of a period that was left counts as that period; any other is one more. Raised too where the earlier
    placement still has days when the new one begins.
    """
    last = stretch[-1]
    last_day = last.last_day or last.periods[-1].period.end
    if last.state is not PlacementState.CANCELLED and period.start <= last_day:
        raise StepRefused(
            Text(
                "%(reference)s gäller till och med %(last_day)s, och det som ska fortsätta börjar %(start)s. Avbryt "
                "den tidigare placeringen först, eller låt den nya börja senare.",
                reference=last.execution_reference,
                last_day=last_day,
                start=period.start,
            ),
        )
    # As if it were decided: what was cancelled or never begun gives no period.
    going_on = replace(
        last,
        execution_reference="",
        state=PlacementState.DECIDED,
        periods=(PlacementPeriod(1, "", period.start, period),),
        interruption=None,
    )
    given = periods_given([*stretch, going_on])
    if len(given) > rules.periods:
        raise StepRefused(
            Text(
                "Perioden %(period)s som fortsätter %(reference)s blir en för mycket: högst %(allowed)s ges, också "
                "räknat över nya referenser: %(periods)s. En ny bedömning ger en placering för sig.",
                period=period,
                reference=last.execution_reference,
                allowed=rules.periods,
                periods=JoinedText(", ", (WrittenText(str(each)) for each in given)),
            ),
        )


def periods_given(stretch: Sequence[Placement]) -> list[Period]:
    """The periods of a stretch, each once: the parts of one that changed supplier end on the same day."""
    found: dict[object, Period] = {}
    for placement in stretch:
        for part in placement.periods:
            if placement is stretch[-1] or _was_begun(placement, part):
                first = found.get(part.period.end, part.period)
                found[part.period.end] = Period(min(first.start, part.period.start), part.period.end)
    return sorted(found.values(), key=lambda period: period.start)


def _was_begun(left: Placement, part: PlacementPeriod) -> bool:
    """Whether a placement that was left had a day of the period."""
    if left.state is PlacementState.CANCELLED:
        return False
    return left.last_day is None or part.period.start <= left.last_day
