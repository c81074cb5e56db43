"""`billing reconcile`: the statement from what was ordered to what was paid."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command, day
from billing.cli.printing import TableColumn, show, table, width_needed, width_of_output, write_json
from finance_desk.statement_files import AMOUNTS, amounts_of, statement_csv, statement_json, statement_xlsx
from foundation.disks.whole_files import write_whole
from foundation.formatting import kronor
from foundation.money import Money
from foundation.periods import Month, PeriodRefused
from foundation.text import JoinedText, Text
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import OpenItem, open_items
from invoicing.reconciliation.statement import DEFAULT_KEYS, Statement, StatementKey
from orders.terms import ArticleKind

alone = typer.Typer()

_SHORT = {"not_approved": Text("Ej godkänt")}
"""What stands above an amount where a column is narrow."""
# So many amounts above each other make the thirteen fit the narrowest terminal.
_STACKED = 3
_KEYS = {
    StatementKey.EXECUTION_REFERENCE: Text("Referens"),
    StatementKey.SUPPLIER: Text("Leverantör"),
    StatementKey.MONTH: Text("Månad"),
    StatementKey.ARTICLE: Text("Artikel"),
    StatementKey.DELIVERY_AREA: Text("Leveransområde"),
    StatementKey.SERVICE: Text("Tjänst"),
}


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodRefused as refused:
        raise typer.BadParameter(refused.text.both()) from None


def _keys(text: str) -> tuple[StatementKey, ...]:
    try:
        keys = tuple(StatementKey(part.strip()) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"Välj bland / choose from {', '.join(StatementKey)}.") from None
    return tuple(dict.fromkeys(keys))


@command(alone, "reconcile")
def reconcile(
    context: CommandContext,
    month: Annotated[
        Month | None, typer.Option("--month", parser=_month, metavar="YYYY-MM", help="Månad / month")
    ] = None,
    reference: Annotated[str, typer.Option("--reference", help="Genomförandereferens")] = "",
    by: Annotated[
        str, typer.Option("--by", metavar="KEY,...", help=f"Uppdelning / by: {', '.join(StatementKey)}")
    ] = ",".join(DEFAULT_KEYS),
    supplier: Annotated[str, typer.Option("--supplier", help="Organisationsnummer")] = "",
    article: Annotated[str, typer.Option("--article", help=f"{', '.join(ArticleKind)}")] = "",
    area: Annotated[str, typer.Option("--area", help="Leveransområde / delivery area")] = "",
    service: Annotated[str, typer.Option("--service", help="Tjänstens id / the service's id")] = "",
    as_of: Annotated[
        date | None,
        typer.Option("--as-of", parser=day, metavar="DATE", help="Som det stod den dagen / as of that day"),
    ] = None,
    open_only: Annotated[
        bool, typer.Option("--open", help="Visa dokumenten som är öppna / the documents that are open")
    ] = False,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Fil att skriva / file to write")] = None,
    xlsx_file: Annotated[Path | None, typer.Option("--xlsx", help="Fil att skriva / file to write")] = None,
    as_json: AsJson = False,
) -> None:
    """Stäm av från beställt till betalt / reconcile from ordered to paid."""
    keys = _keys(by)
    wanted = EntryFilter(reference, supplier, month, None, article, area, as_of, service=service)
    with context.reading() as session:
        if open_only:
            _show_open(open_items(entry_queries.entries(session, wanted=wanted)), context, as_json=as_json)
            return
        statement = entry_queries.statement(session, wanted, by=keys)
    if csv_file is not None:
        write_whole(csv_file, statement_csv(statement).encode())
    if xlsx_file is not None:
        write_whole(xlsx_file, statement_xlsx(statement))
    if files := [str(each) for each in (csv_file, xlsx_file) if each is not None]:
        typer.echo(context.say(Text("Avstämningen ligger i %(files)s.", files=", ".join(files))))
    elif as_json:
        write_json(statement_json(statement))
    else:
        _show(statement, context)


_OPEN = (
    TableColumn(Text("Dokument"), wrap=16),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Referens")),
    TableColumn(Text("Månad")),
    TableColumn(Text("Vad"), wrap=24),
    TableColumn(Text("Belopp"), right=True),
)


def _show_open(items: Sequence[OpenItem], context: CommandContext, *, as_json: bool) -> None:
    """Every document that keeps the statement from summing to zero."""
    if as_json:
        write_json(
            [
                {
                    "why": each.why.value,
                    "document": each.document,
                    "about": each.about,
                    "line": each.line,
                    "execution_reference": each.execution_reference,
                    "supplier": each.supplier,
                    "month": each.month,
                    "amount": str(each.amount.amount),
                    "currency": each.amount.currency,
                }
                for each in items
            ]
        )
        return
    if not items:
        typer.echo(context.say(Text("Inget är öppet: allt går jämnt upp.")))
        return
    rows = [
        (
            each.document,
            each.supplier,
            each.execution_reference,
            each.month,
            context.say(each.why.words),
            kronor(each.amount),
        )
        for each in items
    ]
    show(table(_OPEN, rows, language=context.language))


def _show(statement: Statement, context: CommandContext) -> None:
    """One amount a column where there is room, otherwise three above each other."""
    sum_word = context.say(Text("Summa"))
    rows = [*((row.key, amounts_of(row)) for row in statement.rows)]
    whole = amounts_of(statement.total)
    columns = [
        *(TableColumn(_KEYS[key]) for key in statement.keys),
        *(TableColumn(heading, right=True) for _, heading in AMOUNTS),
    ]
    cells = [[*key, *map(kronor, amounts)] for key, amounts in rows]
    total = [sum_word, *([""] * (len(statement.keys) - 1)), *map(kronor, whole)]
    if width_needed(columns, [*cells, total], language=context.language) > width_of_output():
        columns = _stacked_columns(statement.keys)
        cells = [[_two_lines(key), *_stacked(amounts)] for key, amounts in rows]
        total = [sum_word, *_stacked(whole)]
    show(table(columns, cells, language=context.language, total=total))


def _stacked_columns(keys: Sequence[StatementKey]) -> list[TableColumn]:
    """All keys in one column, and three amounts in each of the others."""
    first, *others = (_KEYS[key] for key in keys)
    return [
        TableColumn(JoinedText("\n", (first, JoinedText(" ", others)))),
        *(
            TableColumn(
                JoinedText("\n", (_SHORT.get(*each) for each in AMOUNTS[place : place + _STACKED])),
                right=True,
            )
            for place in range(0, len(AMOUNTS), _STACKED)
        ),
    ]


def _two_lines(parts: Sequence[str]) -> str:
    """The first part above the others."""
    return f"{parts[0]}\n{' '.join(parts[1:])}"


def _stacked(amounts: Sequence[Money]) -> list[str]:
    written = [kronor(money) for money in amounts]
    return ["\n".join(written[place : place + _STACKED]) for place in range(0, len(written), _STACKED)]
