"""How long a participant may be in the service: periods are counted through changes of supplier (REQ-02).

A stretch is a placement with those it follows. A period that was cut by a change of supplier is one period, and one
that the participant left before its first day is none. What is longer is refused, with the days that may be given.
"""

from collections.abc import Sequence

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
