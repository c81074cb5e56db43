"""What an examination finds: one row for each thing looked at, with what to do where it is not well. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from foundation.text import NO_TEXT, Text


class Verdict(StrEnum):
    """How the thing stands; the worst is last."""

    OK = "OK"
    UNKNOWN = "UNKNOWN"
    """It cannot be told from here, or is worth a look."""
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `check` is its name for programs; `about` the buyer, where there are several.

    No secret, and no value of a setting that may hold one, stands in any text.
    """

    check: str
    verdict: Verdict
    told: Text
    todo: Text = NO_TEXT
    about: str = ""


def well(check: str, told: Text) -> Finding:
    """It is as it should be."""
    return Finding(check, Verdict.OK, told)


def fault(check: str, told: Text, todo: Text = NO_TEXT) -> Finding:
    """It is not, and something will not work."""
    return Finding(check, Verdict.FAULT, told, todo)


def unknown(check: str, told: Text, todo: Text = NO_TEXT) -> Finding:
    """Nobody can tell from here."""
    return Finding(check, Verdict.UNKNOWN, told, todo)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst verdict among them."""
    order = list(Verdict)
    return max((each.verdict for each in findings), key=order.index, default=Verdict.OK)
