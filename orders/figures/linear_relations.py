"""What sums have to do with each other: which suppliers and areas hang together, and what follows from what. Pure."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

Column = frozenset[tuple[str, int]]
"""The part something has in each of several sums that are known: the sum's name and the factor."""

Pair = tuple[str, str]
"""A supplier and an area it delivers in."""


def parts_of(pairs: Iterable[Pair]) -> Mapping[tuple[str, str], int]:
    """Which part each supplier and area belongs to, where none delivers across two parts.

    >>> parts_of([("S1", "north"), ("S2", "north"), ("S3", "south")])["supplier", "S2"]
    0
    """
    beside: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for supplier, area in pairs:
        beside.setdefault(("supplier", supplier), set()).add(("area", area))
        beside.setdefault(("area", area), set()).add(("supplier", supplier))
    found: dict[tuple[str, str], int] = {}
    number = 0
    for first in sorted(beside):
        if first in found:
            continue
        found[first], waiting = number, [first]
        while waiting:
            new = [each for each in beside[waiting.pop()] if each not in found]
            found |= dict.fromkeys(new, number)
            waiting += new
        number += 1
    return found


def is_spanned(wanted: Column, others: Collection[Column]) -> bool:
    """Whether a column is a sum of multiples of others: then nothing that is told of their sums tells it from them.

    >>> is_spanned(frozenset({("all", 1)}), [frozenset({("all", 1), ("part", 1)}), frozenset({("part", -1)})])
    True
    >>> is_spanned(frozenset({("all", 1)}), [frozenset({("all", 1), ("part", 1)})])
    False
    """
    left = {name: Fraction(factor) for name, factor in wanted}
    for pivot, row in _reduced(others):
        _take(left, row, pivot)
    return not left


def _reduced(columns: Iterable[Column]) -> list[tuple[str, dict[str, Fraction]]]:
    """The columns with the multiples of earlier ones taken away, each with a name none of the later has."""
    rows: list[tuple[str, dict[str, Fraction]]] = []
    for column in sorted(columns, key=sorted):
        left = {name: Fraction(factor) for name, factor in column}
        for pivot, row in rows:
            _take(left, row, pivot)
        if left:
            rows.append((min(left), left))
    return rows


def _take(left: dict[str, Fraction], row: Mapping[str, Fraction], pivot: str) -> None:
    """Take away the multiple of a row that leaves nothing at its pivot."""
    if pivot not in left:
        return
    factor = left[pivot] / row[pivot]
    for name, value in row.items():
        rest = left.get(name, Fraction(0)) - factor * value
        if rest:
            left[name] = rest
        else:
            left.pop(name, None)
