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
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from orders.values import Money

Language = Literal["sv", "en"]
Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

_PIPE_WIDTH = 200
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


def console() -> Console:
    """Standard output; as wide as the terminal, or wide enough for every table in a pipe."""
    probe = Console(highlight=False, markup=False, emoji=False)
    if probe.is_terminal or "COLUMNS" in os.environ:
        return probe
    return Console(highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)


def show(*things: RenderableType) -> None:
    """Write tables, trees and texts to standard output."""
    paper = console()
    for thing in things:
        paper.print(thing)


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    language: Language,
    total: Sequence[str] | None = None,
    width: int | None = None,
) -> Table:
    """A table that fits `width` (the terminal's where not given); `total` is a row below a rule."""
    held = [[plain(cell) if "\n" not in cell else cell for cell in row] for row in rows]
    room = width if width is not None else console().width
    kept = list(range(len(columns)))
    while True:
        made = _table(columns, held, kept, language=language, total=total)
        sparable = [index for index in kept if columns[index].spare]
        if natural_width(made) <= room or not sparable:
            return made
        kept.remove(max(sparable, key=lambda index: columns[index].spare))


def natural_width(thing: RenderableType) -> int:
    """How many columns of a terminal `thing` takes where nothing is wrapped."""
    paper = Console(width=10_000, file=io.StringIO())
    return Measurement.get(paper, paper.options, thing).maximum


def _table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    kept: Sequence[int],
    *,
    language: Language,
    total: Sequence[str] | None,
) -> Table:
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index in kept:
        column = columns[index]
        made.add_column(
            column.sv if language == "sv" else column.en,
            justify="right" if column.right else "left",
            no_wrap=not column.wrap,
            overflow="fold",
        )
    for row in rows:
        made.add_row(*(Text(row[index]) for index in kept))
    if total is not None:
        widest = [max((len(row[index]) for row in (*rows, total)), default=0) for index in kept]
        made.add_row(
            *(
                Text("-" * width if columns[index].right else "")
                for index, width in zip(kept, widest, strict=True)
            )
        )
        made.add_row(*(Text(total[index], style="bold") for index in kept))
    return made


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
