"""On which line of a TOML text each key and table stands, which the standard reader does not tell.

Convention: a place is the path of keys and positions to a value, as ("suppliers", 2, "name"). The text must
already have been read as TOML; this only looks where things begin. Keys inside an inline table
or a list over several lines belong to the line where the outermost value begins.
"""

import re
from collections.abc import Mapping

TomlPlace = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*\[\s*({_KEY})\s*\]")
_ENTRY = re.compile(rf"\s*\[\[\s*({_KEY})\s*\]\]")
_VALUE = re.compile(rf"\s*({_KEY})\s*=(.*)")
# Strings first, so that brackets and number signs within them count for nothing.
_MARK = re.compile(
    r'"""|' r"'''|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'|" r"[\[\]{}]|#.*",
)


def lines_of(text: str) -> dict[TomlPlace, int]:
    """The line, counted from 1, of every table header and key in `text`."""
    lines: dict[TomlPlace, int] = {}
    positions: dict[TomlPlace, int] = {}
    table: TomlPlace = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if depth or quote:
            depth, quote = _after(line, depth, quote)
        elif entry := _ENTRY.match(line):
            *outer, last = _parts(entry[1])
            array = (*_resolved(outer, positions), last)
            positions[array] = positions.get(array, -1) + 1
            table = (*array, positions[array])
            lines[table] = number
        elif header := _TABLE.match(line):
            table = _resolved(_parts(header[1]), positions)
            lines.setdefault(table, number)
        elif value := _VALUE.match(line):
            parts = _parts(value[1])
            for length in range(1, len(parts) + 1):
                lines.setdefault((*table, *parts[:length]), number)
            depth, quote = _after(value[2], 0, "")
    return lines


def line_of(lines: Mapping[TomlPlace, int], place: TomlPlace) -> int:
    """The line of `place` or of the nearest thing around it that has one; 0 when nothing has."""
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 0


def _parts(key: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, key)]


def _resolved(parts: list[str], positions: Mapping[TomlPlace, int]) -> TomlPlace:
    """The path with the latest position put in after every list of tables on the way."""
    place: TomlPlace = ()
    for part in parts:
        place = (*place, part)
        if place in positions:
            place = (*place, positions[place])
    return place


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets and which long string are still open at the end of `line`."""
    at = 0
    while True:
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return depth, quote
            at, quote = end + len(quote), ""
        mark = _MARK.search(line, at)
        if mark is None:
            return depth, ""
        at = mark.end()
        if mark[0] in ('"""', "'''"):
            quote = mark[0]
        elif mark[0] in "[{":
            depth += 1
        elif mark[0] in "]}":
            depth -= 1
