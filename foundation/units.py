"""What units of quantity are called, by their code (UNECE Recommendation 20), for one and for several."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files

from foundation.text import Text, WrittenText


def unit_name(code: str, value: Decimal) -> Text:
    """What people call so many of a unit; a code that has no name is written as it is.

    >>> unit_name("DAY", Decimal(1)).sv, unit_name("HUR", Decimal(2)).en, unit_name("XYZ", Decimal(1)).sv
    ('dag', 'hours', 'XYZ')
    >>> unit_name("C62", Decimal(1)).en, unit_name("C62", Decimal(3)).en
    ('pc', 'pcs')
    """
    names = _names().get(code)
    if names is None:
        return WrittenText(code)
    many = value != 1
    return WrittenText(names["sv"][many], names["en"][many])


@cache
def _names() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    return tomllib.loads((files("foundation") / "units.toml").read_text(encoding="utf-8"))
