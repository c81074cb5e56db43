"""`billing figures`: the service's own figures by month, without any person in them."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from finance_desk import figure_files
from foundation.disks.whole_files import write_whole
from foundation.formatting import number
from foundation.periods import Month, PeriodRefused
from foundation.text import Text
from orders.figures import service_figures
from orders.figures.counts import Dimension
from orders.figures.service_figures import ServiceFigures
from orders.figures.told_figures import FigureRow
from orders.register import store as register_store
from orders.register.register import Register

alone = typer.Typer()


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodRefused as refused:
        raise typer.BadParameter(refused.text.both()) from None


@command(alone, "figures")
def figures(
    context: CommandContext,
    first: Annotated[
        Month | None, typer.Option("--from", parser=_month, metavar="YYYY-MM", help="Från månad / from month")
    ] = None,
    last: Annotated[
        Month | None, typer.Option("--to", parser=_month, metavar="YYYY-MM", help="Till månad / to month")
    ] = None,
    by: Annotated[Dimension | None, typer.Option("--by", help="Uppdelat på / told by")] = None,
    service: Annotated[str, typer.Option("--service", help="Tjänstens id / the service's id")] = "",
    supplier: Annotated[str, typer.Option("--supplier", help="Organisationsnummer")] = "",
    area: Annotated[str, typer.Option("--area", help="Leveransområde / delivery area")] = "",
    level: Annotated[str, typer.Option("--level", help="Nivå / level")] = "",
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Fil att skriva / file to write")] = None,
    xlsx_file: Annotated[Path | None, typer.Option("--xlsx", help="Fil att skriva / file to write")] = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Tjänstens siffror: pågående, avbrott, resultat / the service's figures, without any person."""
    today = today_or(on)
    with context.reading() as session:
        register = register_store.load(session)
        wanted = service_figures.asked(
            register,
            today=today,
            service=service,
            first=first,
            last=last,
            by=by,
            supplier=supplier,
            area=area,
            level=level,
        )
        least = context.settings.figures_least
        found = service_figures.service_figures(session, register, wanted, today=today, least=least)
    if csv_file is not None:
        write_whole(csv_file, figure_files.figures_csv(found, register, context.language))
    if xlsx_file is not None:
        write_whole(xlsx_file, figure_files.figures_xlsx(found, register, context.language))
    if files := [str(each) for each in (csv_file, xlsx_file) if each is not None]:
        typer.echo(context.say(Text("Siffrorna ligger i %(files)s.", files=", ".join(files))))
    elif as_json:
        write_json(figure_files.figures_json(found, register, context.language))
    else:
        _show(found, register, context)


def _show(found: ServiceFigures, register: Register, context: CommandContext) -> None:
    """The rows, their sums where they are of one group, and the approved suppliers."""
    told, suppliers = found.told, found.suppliers
    words = figure_files.figure_words(register, told.service)
    columns = [
        TableColumn(Text("Månad")),
        *([TableColumn(figure_files.DIMENSIONS[told.dimension], wrap=24)] if told.rows else []),
        *(TableColumn(words[name], right=True, wrap=10) for name in told.names),
    ]

    def cells(row: FigureRow, month: str) -> list[str]:
        name = context.say(figure_files.group_name(register, told.service, row.group))
        return [month, *([name] if told.rows else []), *map(_cell, row.counts.values())]

    rows = [cells(row, str(row.month)) for row in told.rows or told.whole]
    total = cells(told.sums[0], context.say(Text("Summa"))) if len(told.sums) == 1 else None
    show(table(columns, rows, language=context.language, total=total))
    typer.echo(
        context.say(
            Text(
                "Till och med %(day)s: %(approved)s godkända leverantörer, %(active)s med pågående, på "
                "%(addresses)s unika adresser.",
                day=suppliers.day,
                approved=suppliers.approved,
                active=suppliers.active,
                addresses=suppliers.addresses,
            )
        )
    )
    if told.hides_any:
        typer.echo(
            context.say(
                Text(
                    "Två punkter (..) står där ett antal inte visas: det är under %(least)s, eller skulle röja "
                    "ett som är det.",
                    least=told.least,
                )
            )
        )


def _cell(count: int | None) -> str:
    return figure_files.NOT_TOLD if count is None else number(Decimal(count))
