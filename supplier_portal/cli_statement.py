"""`billing reconcile` and `billing check`: the statement, and the invariants of the house."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from invoicing import checking, stored_entries
from invoicing.reconciliation import DEFAULT_KEYS, Key, Row, Statement
from invoicing.reconciliation import reconcile as add_up
from orders import journal_outside
from orders.values import Money, Month, PeriodRefused
from supplier_portal.cli_audit import read_heads
from supplier_portal.cli_door import AsJson, House, command
from supplier_portal.cli_refusals import Code
from supplier_portal.printing import (
    Column,
    Json,
    csv_text,
    kronor,
    plain,
    show,
    table,
    width_needed,
    width_of_output,
    write_json,
)

alone = typer.Typer()

_KEYS = {
    Key.EXECUTION_REFERENCE: ("Referens", "Reference"),
    Key.SUPPLIER: ("Leverantör", "Supplier"),
    Key.MONTH: ("Månad", "Month"),
    Key.ARTICLE: ("Artikel", "Article"),
}
# Two and two belong together; where the screen is narrow they stand above each other.
_AMOUNTS = (
    ("ordered", "Beställt", "Ordered"),
    ("received", "Levererat", "Received"),
    ("invoiced", "Fakturerat", "Invoiced"),
    ("credited", "Krediterat", "Credited"),
    ("approved", "Godkänt", "Approved"),
    ("paid", "Betalt", "Paid"),
    ("to_invoice", "Att fakturera", "To invoice"),
    ("in_question", "I fråga", "In question"),
    ("to_pay", "Att betala", "To pay"),
    ("open", "Öppet", "Open"),
)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodRefused as refused:
        raise typer.BadParameter(f"{refused.sentence_sv} / {refused.sentence}") from None


def _keys(text: str) -> tuple[Key, ...]:
    try:
        keys = tuple(Key(part.strip()) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"Välj bland / choose from {', '.join(Key)}.") from None
    return tuple(dict.fromkeys(keys))


@command(alone, "reconcile")
def reconcile(
    house: House,
    month: Annotated[
        Month | None, typer.Option("--month", parser=_month, metavar="YYYY-MM", help="Månad / month")
    ] = None,
    reference: Annotated[str, typer.Option("--reference", help="Genomförandereferens")] = "",
    by: Annotated[
        str, typer.Option("--by", metavar="KEY,...", help=f"Uppdelning / by: {', '.join(Key)}")
    ] = ",".join(DEFAULT_KEYS),
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Fil att skriva / file to write")] = None,
    as_json: AsJson = False,
) -> None:
    """Stäm av från beställt till betalt / reconcile from ordered to paid."""
    keys = _keys(by)
    with house.reading() as session:
        statement = add_up(
            stored_entries.entries(session, execution_reference=reference, month=month), by=keys
        )
    if csv_file is not None:
        csv_file.write_text(statement_csv(statement), encoding="utf-8", newline="")
        typer.echo(house.say(f"Avstämningen ligger i {csv_file}.", f"The statement is in {csv_file}."))
    elif as_json:
        write_json(_statement_json(statement))
    else:
        _show(statement, house)


@command(alone, "check")
def check(
    house: House,
    heads: Annotated[
        Path | None,
        typer.Option("--heads", exists=True, dir_okay=False, help="Fil med journalhuvuden / heads"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Pröva databasens invarianter, också mot journalhuvuden utanför / check the database's invariants."""
    with house.reading() as session:
        broken = list(checking.check(session))
        outside = journal_outside.verify(session, read_heads(heads))
        broken += [
            checking.Broken("journal heads", f"journal row {each.sequence}", each.sentence)
            for each in outside
        ]
    if as_json:
        write_json(
            [
                {"invariant": each.invariant, "subject": each.subject, "sentence": each.sentence}
                for each in broken
            ]
        )
    elif broken:
        for each in broken:
            typer.echo(plain(f"{each.invariant}: {each.subject}: {each.sentence}"))
    else:
        count = len(checking.INVARIANTS)
        typer.echo(
            house.say(
                f"Allt stämmer: {count} invarianter prövade.", f"All is well: {count} invariants checked."
            )
        )
    if broken:
        raise typer.Exit(Code.FAILED)


def _amounts(row: Row) -> list[Money]:
    return [getattr(row, name) for name, _, _ in _AMOUNTS]


def _show(statement: Statement, house: House) -> None:
    """One amount a column where there is room, otherwise two above each other."""
    sum_word = house.say("Summa", "Total")
    rows = [*((row.key, _amounts(row)) for row in statement.rows)]
    whole = _amounts(statement.total)
    columns = [
        *(Column(*_KEYS[key]) for key in statement.keys),
        *(Column(sv, en, right=True) for _, sv, en in _AMOUNTS),
    ]
    cells = [[*key, *map(kronor, amounts)] for key, amounts in rows]
    total = [sum_word, *([""] * (len(statement.keys) - 1)), *map(kronor, whole)]
    if width_needed(columns, [*cells, total], language=house.language) > width_of_output():
        columns = _paired_columns(statement.keys)
        cells = [[_two_lines(key), *_paired(amounts)] for key, amounts in rows]
        total = [sum_word, *_paired(whole)]
    show(table(columns, cells, language=house.language, total=total))


def _paired_columns(keys: Sequence[Key]) -> list[Column]:
    """All keys in one column, and two amounts in each of the others."""
    return [
        Column(_two_lines([_KEYS[key][0] for key in keys]), _two_lines([_KEYS[key][1] for key in keys])),
        *(
            Column(f"{above[1]}\n{below[1]}", f"{above[2]}\n{below[2]}", right=True)
            for above, below in zip(_AMOUNTS[::2], _AMOUNTS[1::2], strict=True)
        ),
    ]


def _two_lines(parts: Sequence[str]) -> str:
    """The first part above the others."""
    return f"{parts[0]}\n{' '.join(parts[1:])}"


def _paired(amounts: Sequence[Money]) -> list[str]:
    written = [kronor(money) for money in amounts]
    return [f"{above}\n{below}" for above, below in zip(written[::2], written[1::2], strict=True)]


def statement_csv(statement: Statement) -> str:
    """The statement as CSV: its keys, every column, and the currency."""
    header = [*statement.keys, *(name for name, _, _ in _AMOUNTS), "currency"]
    rows: list[list[str | Decimal]] = [
        [*row.key, *(money.amount for money in _amounts(row)), row.ordered.currency] for row in statement.rows
    ]
    return csv_text(header, rows)


def _row_json(row: Row) -> dict[str, Json]:
    amounts: dict[str, Json] = {
        name: str(money.amount) for (name, _, _), money in zip(_AMOUNTS, _amounts(row), strict=True)
    }
    return {**amounts, "currency": row.ordered.currency, "settled": row.settled}


def _statement_json(statement: Statement) -> Json:
    return {
        "keys": [key.value for key in statement.keys],
        "rows": [
            {**dict(zip((key.value for key in statement.keys), row.key, strict=True)), **_row_json(row)}
            for row in statement.rows
        ],
        "total": _row_json(statement.total),
    }
