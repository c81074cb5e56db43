"""The charts of accounts that accounting rules may stand on, as files: groups of accounts, and what each is.

A chart says which numbers a cost, a debt and a claim may have; which of them a buyer uses stands in its rules.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final


class AccountKind(StrEnum):
    """What an account is, and the letter that SIE has for it (#KTYP)."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    COST = "COST"
    INCOME = "INCOME"

    @property
    def sie_letter(self) -> str:
        """T, S, K or I."""
        return _LETTERS[self]


_LETTERS: Final[Mapping[AccountKind, str]] = {
    AccountKind.ASSET: "T",
    AccountKind.LIABILITY: "S",
    AccountKind.COST: "K",
    AccountKind.INCOME: "I",
}
NAMES: Final = ("bas", "state")


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """Accounts from one number to another; `reported` is the state's code for them (S-kod), where there is one."""

    first: str
    last: str
    kind: AccountKind
    name: str
    reported: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of accounts. `sie_type` is what SIE calls it (#KPTYP); empty where SIE has no name of it."""

    key: str
    name: str
    sie_type: str
    groups: Sequence[AccountGroup]

    def group_of(self, account: str) -> AccountGroup | None:
        """The group of an account by its first four digits; None where the chart has none."""
        number = account[:4]
        return next((each for each in self.groups if each.first <= number <= each.last), None)


@cache
def chart(key: str) -> Chart:
    """The chart of that name, one of `NAMES`.

    >>> chart("state").group_of("5711").name, chart("bas").group_of("9000")
    ('Övriga driftkostnader', None)
    """
    read = tomllib.loads((files("bookkeeping.charts") / f"{key}.toml").read_text(encoding="utf-8"))
    groups = tuple(
        AccountGroup(
            each["from"], each["to"], AccountKind(each["kind"]), each["name"], each.get("reported", "")
        )
        for each in read["group"]
    )
    return Chart(key, read["name"], read["sie_type"], groups)
