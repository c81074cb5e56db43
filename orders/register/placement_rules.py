"""How long a placement may be, how soon it begins and how late an interruption may be told: data of a service.

A price list may say otherwise for the decisions made under it, key by key.
"""

from dataclasses import dataclass, fields, replace

from foundation.text import Text
from orders.register.parties import RegisterValueRefused

# What a calculation still finishes with, not what is agreed.
_MOST_PERIODS = 24


@dataclass(frozen=True, slots=True)
class PlacementRules:
    """What holds for decisions of a service. Months are calendar months, days calendar days.

    `periods` of at most `period_months` each are given in one stretch, through changes of supplier too
    (REQ-02). A start later than `start_within_days` after the decision gets a remark (REQ-08). An interruption
    that takes effect more than `interruption_days_back` before the day it is told is kept aside (REQ-14).
    """

    periods: int
    period_months: int
    start_within_days: int
    interruption_days_back: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.periods <= _MOST_PERIODS and 1 <= self.period_months <= 24):
            raise RegisterValueRefused(
                Text(
                    "En placering har 1 till %(most)s perioder (periods) på 1 till 24 månader (period_months).",
                    most=_MOST_PERIODS,
                ),
            )
        if not (0 <= self.start_within_days <= 366 and 0 <= self.interruption_days_back <= 366):
            raise RegisterValueRefused(
                Text(
                    "Dagarna till start (start_within_days) och tillbaka för avbrott (interruption_days_back) "
                    "ska vara 0 till 366."
                ),
            )


@dataclass(frozen=True, slots=True)
class RulesAgreed:
    """What a price list says of placements; what it leaves out holds as the service says."""

    periods: int | None = None
    period_months: int | None = None
    start_within_days: int | None = None
    interruption_days_back: int | None = None

    def over(self, usual: PlacementRules) -> PlacementRules:
        """The service's rules with these over them; raises RegisterValueRefused where they cannot be."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(usual, **{name: value for name, value in said.items() if value is not None})
