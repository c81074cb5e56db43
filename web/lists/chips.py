"""The conditions of a list that are in force, each in words and with the address without it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from foundation.periods import Month
from foundation.text import Text
from web.lists import addresses


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in force: its name, its value, and the address without it."""

    name: Text
    value: Text | str | Month
    without: str

    @property
    def is_month(self) -> bool:
        """Whether the value is a month, which a page writes in words."""
        return isinstance(self.value, Month)


def chips(request: Request, said: Mapping[str, tuple[Text, Text | str | Month | None]]) -> list[Chip]:
    """A chip for each condition that the address has, by its name there: what it is called, and its value in words."""
    asked = addresses.asked(request)
    return [
        Chip(words, value, addresses.changed(request, **{name: ""}))
        for name, (words, value) in said.items()
        if name in asked and value
    ]
