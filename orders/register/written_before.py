"""Price lists as they were written when every service had the same two stages, read as the tables they are now."""

from collections.abc import Mapping
from typing import Final

_STAGES: Final = {"r1_after_months": "R1", "r2_after_months": "R2"}


def with_stages(price_list: object) -> object:
    """The price list's content with its months by stage, where it names the two by keys of their own."""
    if not isinstance(price_list, dict):
        return price_list
    rules = price_list.get("result_rules")
    if not isinstance(rules, dict) or not _STAGES.keys() & rules.keys():
        return price_list
    return {**price_list, "result_rules": _moved(rules)}


def _moved(rules: Mapping[str, object]) -> dict[str, object]:
    months = {stage: rules[key] for key, stage in _STAGES.items() if key in rules}
    return {key: value for key, value in rules.items() if key not in _STAGES} | {"after_months": months}
