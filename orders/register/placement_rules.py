"""How long a placement may be, how soon it begins and how late an interruption may be told: data of a price list."""

from dataclasses import dataclass

from foundation.text import Text
from orders.register.parties import RegisterValueRefused

# What the tables of placements can hold, not what is agreed.
_MOST_PERIODS = 2


@dataclass(frozen=True, slots=True)
class PlacementRules:
    """What holds for decisions made under a price list. Months are calendar months, days calendar days.

    `periods` of at most `period_months` each are given in one stretch, through changes of supplier too
    (REQ-02). A start later than `start_within_days` after the decision gets a remark (REQ-08). An interruption
    that takes effect more than `interruption_days_back` before the day it is told is kept aside (REQ-14).
    """

    periods: int = 2
    period_months: int = 6
    start_within_days: int = 10
    interruption_days_back: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.periods <= _MOST_PERIODS and 1 <= self.period_months <= 24):
            raise RegisterValueRefused(
                Text("En placering har 1 eller 2 perioder (periods) på 1 till 24 månader (period_months)."),
            )
        if not (0 <= self.start_within_days <= 366 and 0 <= self.interruption_days_back <= 366):
            raise RegisterValueRefused(
                Text(
                    "Dagarna till start (start_within_days) och tillbaka för avbrott (interruption_days_back) "
                    "ska vara 0 till 366."
                ),
            )


USUAL_RULES = PlacementRules()
"""What holds where a price list says nothing else."""
