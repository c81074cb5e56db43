"""`billing ledger`: VAT to requisition, commitments and the forecast, in the terminal and as files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.commands.desk.ledger import OneMonth, ledger
from billing.cli.printing import TableColumn, show, table, write_json
from bookkeeping.budget import drawing_up
from bookkeeping.budget.budget_keys import FINEST, BudgetKey
from bookkeeping.budget.commitments import CommitmentRow
from bookkeeping.budget.forecast import ForecastRow
from bookkeeping.budget.forecast_rules import is_percent
from bookkeeping.vat_compensation import drawing_up as vat_drawing_up
from bookkeeping.vat_compensation import vat_queries
from bookkeeping.vat_compensation.basis import CompensationBasis
from bookkeeping.voucher_making import Coders
from finance_desk.budget_files import (
    COMMITTED,
    FORESEEN,
    commitment_sheet,
    commitments_json,
    forecast_json,
    forecast_sheet,
)
from finance_desk.budget_words import NOT_TOLD, object_words
from finance_desk.sheets import Sheet
from finance_desk.vat_files import basis_json, vat_sheet
from foundation.disks.whole_files import write_whole
from foundation.formatting import kronor
from foundation.text import Text
from operations.payment_settings import ledger_of
from orders.register import store as register_store

CsvFile = Annotated[Path | None, typer.Option("--csv", help="Fil att skriva / file to write")]
XlsxFile = Annotated[Path | None, typer.Option("--xlsx", help="Fil att skriva / file to write")]


def _keys(text: str) -> tuple[BudgetKey, ...]:
    try:
        return tuple(dict.fromkeys(BudgetKey(part.strip()) for part in text.split(",")))
    except ValueError:
        raise typer.BadParameter(f"Välj bland / choose from {', '.join(BudgetKey)}.") from None


def _percent(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not is_percent(int(text)):
        raise typer.BadParameter("0–100.")
    return int(text)


By = Annotated[str, typer.Option("--by", metavar="KEY,...", help=f"Uppdelning / by: {', '.join(BudgetKey)}")]
_FINEST = ",".join(FINEST)
_ROWS = (
    TableColumn(Text("Anslag"), wrap=30),
    TableColumn(Text("Motpart"), wrap=30),
    TableColumn(Text("Moms på fakturor"), right=True),
    TableColumn(Text("Moms på krediter"), right=True),
    TableColumn(Text("Summa"), right=True),
)
_LEFT_OUT = (
    TableColumn(Text("Det här är inte med"), wrap=34),
    TableColumn(Text("Antal"), right=True),
    TableColumn(Text("Moms"), right=True),
    TableColumn(Text("Nästa steg"), wrap=50),
)


@command(ledger, "vat-compensation")
def vat_compensation(
    context: CommandContext,
    month: OneMonth,
    csv_file: CsvFile = None,
    xlsx_file: XlsxFile = None,
    as_json: AsJson = False,
) -> None:
    """Visa momsen att rekvirera för en månad / show the VAT to requisition of a month."""
    accounts = ledger_of(context.settings)
    with context.reading() as session:
        coders = Coders.of(session, accounts)
        basis = vat_drawing_up.draw_up(session, accounts, month)
        made = vat_sheet(
            vat_queries.documents(session, coders, month),
            left_out=vat_drawing_up.rules_of(coders).left_out,
            currency=register_store.currency(session),
        )
        # Inside: the vouchers are read as they are written.
        if _written(context, made, csv_file, xlsx_file):
            return
    if as_json:
        write_json(basis_json(basis))
        return
    _show_basis(basis, coders, context)


def _show_basis(basis: CompensationBasis, coders: Coders, context: CommandContext) -> None:
    names = coders.rules.names if coders.rules else {}
    rows = [
        (
            context.say(object_words(names.get("appropriation", {}), row.appropriation)),
            context.say(object_words(names.get("counterparty", {}), row.counterparty)),
            *map(kronor, (row.invoiced, row.credited, row.amount)),
        )
        for row in basis.rows
    ]
    total = (context.say(Text("Summa")), "", *map(kronor, (basis.invoiced, basis.credited, basis.amount)))
    show(table(_ROWS, rows, language=context.language, total=total))
    if basis.left_out:
        left_out = [
            (
                f"{context.say(each.why.words)} {each.account}".strip(),
                str(each.count),
                kronor(each.amount),
                context.say(each.why.next_step),
            )
            for each in basis.left_out
        ]
        show(table(_LEFT_OUT, left_out, language=context.language))
    state = Text("Slutlig") if basis.is_final else Text("Preliminär")
    typer.echo(f"{context.say(state)}.")
    if not basis.unexplained.is_zero:
        said = Text(
            "På momskontot ligger %(amount)s som inte kommer från fakturor eller krediter. Summan stämmer alltså inte "
            "med kontot: se över konteringsreglerna.",
            amount=kronor(basis.unexplained),
        )
        typer.echo(context.say(said))


@command(ledger, "commitments")
def commitments(
    context: CommandContext,
    by: By = _FINEST,
    on: On = None,
    csv_file: CsvFile = None,
    xlsx_file: XlsxFile = None,
    as_json: AsJson = False,
) -> None:
    """Visa vad som är beställt och vad det har blivit av det / show what is ordered and what has become of it."""
    keys, today = _keys(by), today_or(None)
    with context.reading() as session:
        drawn = drawing_up.commitments(
            session,
            Coders.of(session, ledger_of(context.settings)),
            register_store.currency(session),
            by=keys,
            as_of=min(today_or(on), today),
            today=today,
        )
    if _written(context, commitment_sheet(drawn), csv_file, xlsx_file):
        return
    if as_json:
        write_json(commitments_json(drawn))
        return
    cells = [[*row.key, *_amounts(row, COMMITTED)] for row in drawn.rows]
    _show(context, keys, COMMITTED, cells, [*([""] * (len(keys) - 1)), *_amounts(drawn.total, COMMITTED)])


@command(ledger, "forecast")
def forecast(
    context: CommandContext,
    by: By = BudgetKey.APPROPRIATION.value,
    ahead: Annotated[
        int, typer.Option(min=1, max=drawing_up.MONTHS_MOST, help="Månader framåt / months ahead")
    ] = drawing_up.MONTHS_AHEAD,
    delivered: Annotated[
        int | None, typer.Option(parser=_percent, metavar="0-100", help="Andel av dagar / share of days")
    ] = None,
    planned: Annotated[
        int | None, typer.Option(parser=_percent, metavar="0-100", help="Andel av resultat / of results")
    ] = None,
    next_stage: Annotated[
        int | None, typer.Option(parser=_percent, metavar="0-100", help="Andel som följs / that follow")
    ] = None,
    on: On = None,
    csv_file: CsvFile = None,
    xlsx_file: XlsxFile = None,
    as_json: AsJson = False,
) -> None:
    """Visa vad månaderna har kostat och kommer att kosta / show what months have cost and will cost."""
    given = {"delivered": delivered, "planned": planned, "next_stage": next_stage}
    with context.reading() as session:
        coders = Coders.of(session, ledger_of(context.settings))
        rules = drawing_up.rules_of(coders)
        drawn = drawing_up.forecast(
            session,
            coders,
            register_store.load(session),
            by=_keys(by),
            rules=rules.with_values({name: value for name, value in given.items() if value is not None}),
            today=today_or(on),
            ahead=ahead,
        )
    if _written(context, forecast_sheet(drawn), csv_file, xlsx_file):
        return
    if as_json:
        write_json(forecast_json(drawn))
        return
    months = [[str(row.month), *_amounts(row, FORESEEN)] for row in drawn.months]
    columns = [TableColumn(Text("Månad")), *(TableColumn(heading, right=True) for _, heading in FORESEEN)]
    total = [context.say(Text("Summa")), *_amounts(drawn.total, FORESEEN)]
    show(table(columns, months, language=context.language, total=total))
    cells = [[*row.key, *_amounts(row, FORESEEN)] for row in drawn.rows]
    _show(context, drawn.keys, FORESEEN, cells, [*([""] * (len(drawn.keys) - 1)), *total[1:]])
    if not drawn.overdue.is_zero:
        said = Text(
            "Utanför prognosen ligger %(amount)s som är beställt före %(month)s och varken redovisat eller stängt.",
            amount=kronor(drawn.overdue),
            month=drawn.months[0].month,
        )
        typer.echo(context.say(said))
    if drawn.unpriced:
        said = Text("Planerade ordrar utan pris, som inte är med: %(unpriced)s.", unpriced=drawn.unpriced)
        typer.echo(context.say(said))


def _amounts(row: CommitmentRow | ForecastRow, amounts: Sequence[tuple[str, Text]]) -> list[str]:
    return [kronor(getattr(row, name)) for name, _ in amounts]


def _show(
    context: CommandContext,
    keys: Sequence[BudgetKey],
    amounts: Sequence[tuple[str, Text]],
    cells: Sequence[Sequence[str]],
    total: Sequence[str],
) -> None:
    columns = [
        *(TableColumn(key.words) for key in keys),
        *(TableColumn(heading, right=True) for _, heading in amounts),
    ]
    rows = [[cell or context.say(NOT_TOLD) for cell in row] for row in cells]
    show(table(columns, rows, language=context.language, total=[context.say(Text("Summa")), *total]))


def _written(context: CommandContext, made: Sheet, csv_file: Path | None, xlsx_file: Path | None) -> bool:
    """Write the files that were asked for, and say where; False where none were."""
    rows = [tuple(row) for row in made.rows] if csv_file or xlsx_file else []
    made = Sheet(made.title, made.columns, rows)
    if csv_file is not None:
        write_whole(csv_file, made.csv())
    if xlsx_file is not None:
        write_whole(xlsx_file, made.xlsx())
    files = [str(each) for each in (csv_file, xlsx_file) if each is not None]
    if files:
        typer.echo(context.say(Text("Tabellen ligger i %(files)s.", files=", ".join(files))))
    return bool(files)
