"""Putting things on paper and screen: amounts the Swedish way, tables, JSON and CSV.

Convention: a table is columns and rows of text, made here and nowhere else. It fits the
terminal by leaving out the columns that say they can be spared; into a pipe it is written
whole and without colour. Whatever came from outside passes `plain`, so that no name or
number can steer a terminal or become a formula in a spreadsheet.
"""

import csv
import io
import json
import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import typer
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from orders.values import Money

Language = Literal["sv", "en"]
Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

_PIPE_WIDTH = 200
_GAP = 2
# A text that may wrap is given at least so many columns before others are left out.
_WRAPPED = 22
# Control characters, and the invisible ones that turn the direction of writing around.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading in both languages.

    `right` is for numbers, which are never wrapped. `spare` above zero lets the column go where the
    terminal is too narrow, the highest first.
    """

    sv: str
    en: str
    right: bool = False
    wrap: bool = False
    spare: int = 0


def kronor(money: Money) -> str:
    """An amount as Swedes write it; another currency than SEK is named.

    >>> kronor(Money.of("11590.00")), kronor(Money.of("-0.50", "EUR"))
    ('11 590,00', '-0,50 EUR')
    """
    text = f"{money.amount:,.2f}".replace(",", " ").replace(".", ",")
    return text if money.currency == "SEK" else f"{text} {money.currency}"


def number(value: Decimal) -> str:
    """A quantity or price without meaningless decimals.

    >>> number(Decimal("21.0000")), number(Decimal("95.5000"))
    ('21', '95,5')
    """
    text = f"{value:,f}".replace(",", " ").replace(".", ",")
    return text.rstrip("0").rstrip(",") if "," in text else text


def plain(text: str) -> str:
    """The text on one line, with everything a terminal would obey instead of show written as �."""
    one_line = text.replace("\n", " ")
    if one_line.isascii() and one_line.isprintable():
        return one_line
    return "".join("�" if unicodedata.category(sign) in _UNPRINTABLE else sign for sign in one_line)


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
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    language: Language,
    total: Sequence[str] | None = None,
) -> Table:
    """A table for the width there is; `total` is a row below a rule. A cell may hold several lines."""
    held = [[_cell(cell) for cell in row] for row in rows]
    kept = list(range(len(columns)))
    everything = [*held, *([list(total)] if total is not None else [])]
    headings = [column.sv if language == "sv" else column.en for column in columns]
    least = [
        _least(column, [headings[index], *(row[index] for row in everything)])
        for index, column in enumerate(columns)
    ]
    while _width(least, kept) > width_of_output():
        sparable = [index for index in kept if columns[index].spare]
        if not sparable:
            break
        kept.remove(max(sparable, key=lambda index: columns[index].spare))
    made = Table(
        box=None,
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
        header_style="bold",
        show_header=any(headings),
        min_width=_width(least, kept),
    )
    for index in kept:
        made.add_column(
            headings[index],
            justify="right" if columns[index].right else "left",
            no_wrap=not columns[index].wrap,
            overflow="fold",
        )
    for row in held:
        made.add_row(*(Text(row[index]) for index in kept))
    if total is not None:
        made.add_row(*(Text("-" * least[index] if columns[index].right else "") for index in kept))
        made.add_row(*(Text(total[index], style="bold") for index in kept))
    return made


def width_needed(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, language: Language) -> int:
    """How wide a table of these would be with nothing left out."""
    held = list(rows)
    least = [
        _least(column, [column.sv if language == "sv" else column.en, *(row[index] for row in held)])
        for index, column in enumerate(columns)
    ]
    return _width(least, range(len(columns)))


def _cell(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))


def _least(column: Column, cells: Iterable[str]) -> int:
    """The width a column cannot do without: its longest line, or a readable part of it where it may wrap."""
    longest = max((cell_len(line) for cell in cells for line in cell.split("\n")), default=0)
    return min(longest, _WRAPPED) if column.wrap else longest


def _width(least: Sequence[int], kept: Iterable[int]) -> int:
    widths = [least[index] for index in kept]
    return sum(widths) + _GAP * max(0, len(widths) - 1)


def write_json(value: Json) -> None:
    """Write one JSON document to standard output; keys in the order they were given."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> str:
    """RFC 4180 with a heading; a text that a spreadsheet would calculate is quoted with an apostrophe.

    >>> csv_text(["id", "amount"], [["=1+1", Decimal("-2.00")]])
    "id,amount\\r\\n'=1+1,-2.00\\r\\n"
    """
    paper = io.StringIO()
    writer = csv.writer(paper)
    writer.writerow(header)
    for row in rows:
        writer.writerow([str(cell) if isinstance(cell, Decimal) else _no_formula(cell) for cell in row])
    return paper.getvalue()


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
