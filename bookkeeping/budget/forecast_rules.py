"""What the forecast assumes: percentages that are data, a section of the accounting rules' file. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from bookkeeping.rule_reading import RulesRefused, check_known
from foundation.text import Text

SECTION: Final = "forecast"


@dataclass(frozen=True, slots=True)
class ForecastRules:
    """How much of what is still to come is expected, in whole per cent of what it would come to in full.

    `delivered` is of the days that are ordered and not over, where nobody has registered an interruption; `planned` of
    the results, bonuses and supplements that wait for their day; `next_stage` of the later results that the earlier
    ones may be followed by and that nobody has approved yet. A hundred of each is all that may come.
    """

    delivered: int = 100
    planned: int = 100
    next_stage: int = 100

    def with_values(self, given: Mapping[str, int]) -> "ForecastRules":
        """The same with other percentages where they are named."""
        return ForecastRules(
            **{each.name: given.get(each.name, getattr(self, each.name)) for each in fields(self)}
        )


NAMES: Final = tuple(each.name for each in fields(ForecastRules))


def is_percent(value: object) -> bool:
    """Whether it is a whole number from 0 to 100."""
    return type(value) is int and 0 <= value <= 100


def read_forecast(given: object) -> ForecastRules:
    """The section as it stands in the file, and what holds where nothing is set. Raises RulesRefused.

    >>> read_forecast({"next_stage": 60})
    ForecastRules(delivered=100, planned=100, next_stage=60)
    """
    if given is None:
        return ForecastRules()
    if not isinstance(given, dict):
        raise RulesRefused(Text("[forecast] är en tabell, med delivered, planned och next_stage."))
    check_known(f"[{SECTION}]", given, NAMES)
    wrong = [name for name, value in given.items() if not is_percent(value)]
    if wrong:
        raise RulesRefused(
            Text("[forecast] %(names)s ska vara hela procent, från 0 till 100.", names=", ".join(wrong))
        )
    return ForecastRules().with_values(given)
