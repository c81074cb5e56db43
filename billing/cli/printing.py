"""Putting things on paper and screen: amounts the Swedish way, tables and JSON.

Convention: a table is columns and rows of text, made here and nowhere else. It fits the
terminal by leaving out the columns that say they can be spared; into a pipe it is written
whole and without colour. Whatever came from outside passes `plain`, so that no name or
number can steer a terminal.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import typer
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from foundation.formatting import Json, plain
from foundation.text import NO_TEXT, Language, Text, WrittenText

_PIPE_WIDTH = 200
_GAP = 2


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column with its heading.

    `right` is for numbers. `wrap` above zero lets the column wrap, down to so many signs a line. `spare`
    above zero lets the column go where the terminal is too narrow, the highest first.
    """

    heading: Text = NO_TEXT
    right: bool = False
    wrap: int = 0
    spare: int = 0


def side_by_side(heading: Text) -> Text:
    """A heading in Swedish and English at once, for a table that both sides read together."""
    return WrittenText(heading.both())


def width_of_output() -> int:
    """How wide the terminal is; a pipe takes every table whole."""
    paper = Console()
    return paper.width if paper.is_terminal or "COLUMNS" in os.environ else _PIPE_WIDTH


def show(*things: RenderableType) -> None:
    """Write tables, trees and texts to standard output, without spaces at the ends of lines.

    A table that cannot be made narrow enough goes beyond the edge rather than lose a digit.
    """
    for thing in things:
        least = thing.min_width or 0 if isinstance(thing, Table) else 0
        paper = Console(
            highlight=False, markup=False, emoji=False, width=max(width_of_output(), least), soft_wrap=False
        )
        if paper.is_terminal:
            paper.print(thing)
            continue
        with paper.capture() as written:
            paper.print(thing)
        typer.echo("\n".join(line.rstrip() for line in written.get().splitlines()))


def table(
    columns: Sequence[TableColumn],
    rows: Iterable[Sequence[str]],
    *,
    language: Language,
    total: Sequence[str] | None = None,
) -> Table:
    """A table for the width there is; `total` is a row below a rule. A cell may hold several lines."""
    held = [[_cell(cell) for cell in row] for row in rows]
    headings = [column.heading.in_language(language) for column in columns]
    widths = _widths(columns, [headings, *held, *([total] if total is not None else [])])
    made = Table(
        box=None,
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
        header_style="bold",
        show_header=any(headings),
        min_width=_sum(widths.values()),
    )
    for index, width in widths.items():
        made.add_column(
            headings[index],
            justify="right" if columns[index].right else "left",
            width=width,
            overflow="fold",
        )
    for row in held:
        made.add_row(*(RichText(row[index]) for index in widths))
    if total is not None:
        made.add_row(
            *(RichText("-" * width if columns[index].right else "") for index, width in widths.items())
        )
        made.add_row(*(RichText(total[index], style="bold") for index in widths))
    return made


def width_needed(columns: Sequence[TableColumn], rows: Iterable[Sequence[str]], *, language: Language) -> int:
    """How wide a table of these would be with nothing wrapped and nothing left out."""
    held = [[column.heading.in_language(language) for column in columns], *rows]
    return _sum(_longest(row[index] for row in held) for index in range(len(columns)))


def _widths(columns: Sequence[TableColumn], rows: Sequence[Sequence[str]]) -> dict[int, int]:
    """The width of each column that is kept: what it cannot do without, and a share of the room left over."""
    natural = {index: _longest(row[index] for row in rows) for index in range(len(columns))}
    widths = {
        index: min(width, columns[index].wrap) if columns[index].wrap else width
        for index, width in natural.items()
    }
    room = width_of_output()
    for index in sorted(widths, key=lambda index: -columns[index].spare):
        if _sum(widths.values()) > room and columns[index].spare:
            del widths[index]
    left = max(0, room - _sum(widths.values()))
    wanting = sorted((natural[index] - width, index) for index, width in widths.items())
    for count, (wanted, index) in enumerate(wanting):
        share = min(wanted, left // (len(wanting) - count))
        widths[index] += share
        left -= share
    return widths


def _cell(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))


def _longest(cells: Iterable[str]) -> int:
    return max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)


def _sum(widths: Iterable[int]) -> int:
    held = list(widths)
    return sum(held) + _GAP * max(0, len(held) - 1)


def write_json(value: Json) -> None:
    """Write one JSON document to standard output; keys in the order they were given."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
