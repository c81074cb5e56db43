"""`billing reconcile` and `billing check`: the statement, and the invariants of the house."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from invoicing import checking, stored_entries
from invoicing.reconciliation import DEFAULT_KEYS, Key, Row, Statement
from invoicing.reconciliation import reconcile as add_up
from orders.values import Money, Month, PeriodRefused
from supplier_portal.cli_door import AsJson, Code, House, command
from supplier_portal.printing import (
    Column,
    Json,
    Language,
    console,
    csv_text,
    kronor,
    natural_width,
    plain,
    show,
    table,
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
    """Stäm av beställt, levererat, fakturerat, krediterat, godkänt, betalt. / Reconcile ordered to paid."""
    keys = _keys(by)
    with house.reading() as session:
        statement = add_up(
            stored_entries.entries(session, execution_reference=reference, month=month), by=keys
        )
    if csv_file is not None:
        csv_file.write_text(_csv(statement), encoding="utf-8", newline="")
        typer.echo(house.say(f"Avstämningen ligger i {csv_file}.", f"The statement is in {csv_file}."))
    elif as_json:
        write_json(_statement_json(statement))
    else:
        _show(statement, house)


@command(alone, "check")
def check(house: House, as_json: AsJson = False) -> None:
    """Pröva husets invarianter på hela databasen. / Check the invariants of the house on the whole database."""
    with house.reading() as session:
        broken = list(checking.check(session))
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
    for made in (_wide(statement, house.language, sum_word), _narrow(statement, house.language, sum_word)):
        if natural_width(made) <= console().width:
            break
    show(made)


def _wide(statement: Statement, language: Language, sum_word: str) -> Table:
    columns = [Column(*_KEYS[key]) for key in statement.keys]
    columns += [Column(sv, en, right=True) for _, sv, en in _AMOUNTS]
    rows = [[*row.key, *map(kronor, _amounts(row))] for row in statement.rows]
    blank = [""] * (len(statement.keys) - 1)
    return table(
        columns,
        rows,
        language=language,
        total=[sum_word, *blank, *map(kronor, _amounts(statement.total))],
        width=10_000,
    )


def _narrow(statement: Statement, language: Language, sum_word: str) -> Table:
    pairs = list(zip(_AMOUNTS[::2], _AMOUNTS[1::2], strict=True))
    columns = [
        Column(
            "\n".join(_KEYS[key][0] for key in statement.keys),
            "\n".join(_KEYS[key][1] for key in statement.keys),
        )
    ]
    columns += [Column(f"{a[1]}\n{b[1]}", f"{a[2]}\n{b[2]}", right=True) for a, b in pairs]
    return table(
        columns,
        [["\n".join(map(plain, row.key)), *_stacked(row)] for row in statement.rows],
        language=language,
        total=[sum_word, *_stacked(statement.total)],
        width=10_000,
    )


def _stacked(row: Row) -> Sequence[str]:
    amounts = [kronor(money) for money in _amounts(row)]
    return [f"{above}\n{below}" for above, below in zip(amounts[::2], amounts[1::2], strict=True)]


def _csv(statement: Statement) -> str:
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
