"""`billing post statistics`: what the access point's operator needs for the network's monthly reports (TSR, EUSR)."""

from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.inbox import post_office
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.disks.whole_files import write_whole
from foundation.periods import Month, PeriodRefused
from foundation.text import Text
from operations.network_reports import statistics
from operations.network_reports.statistics import Direction
from operations.network_reports.statistics_files import csv_of_month, json_of_month

_ROWS = (
    TableColumn(Text("Riktning")),
    TableColumn(Text("Dokumenttyp"), wrap=30),
    TableColumn(Text("Process"), wrap=24),
    TableColumn(Text("Meddelanden"), right=True),
)
_WAYS = {Direction.SENT: Text("Skickat"), Direction.RECEIVED: Text("Mottaget")}


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodRefused as refused:
        raise typer.BadParameter(refused.text.both()) from None


@command(post_office, "statistics")
def show_statistics(
    context: CommandContext,
    month: Annotated[Month, typer.Argument(parser=_month, metavar="YYYY-MM", help="Månad / month")],
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Fil att skriva / file to write")] = None,
    as_json: AsJson = False,
) -> None:
    """Statistik för nätets rapporter, till operatören / figures for the network's reports, to the operator."""
    settings = context.settings
    with context.reading() as session:
        found = statistics.of_month(
            session,
            month,
            end_user=settings.access_point_participant,
            country=settings.access_point_country,
        )
    if csv_file is not None:
        write_whole(csv_file, csv_of_month(found))
        typer.echo(context.say(Text("Statistiken ligger i %(file)s.", file=csv_file)))
        return
    if as_json:
        write_json(json_of_month(found))
        return
    say = context.say
    unknown = say(Text("okänd"))
    rows = [
        (
            say(_WAYS[row.key.direction]),
            row.key.document_type or unknown,
            row.key.process or unknown,
            str(row.messages),
        )
        for row in found.rows
    ]
    if rows:
        show(table(_ROWS, rows, language=context.language))
    typer.echo(
        say(
            Text(
                "Månaden %(month)s: %(sent)s meddelanden skickade och %(received)s mottagna över nätet av "
                "%(end_user)s, land %(country)s.",
                month=month,
                sent=found.count(Direction.SENT),
                received=found.count(Direction.RECEIVED),
                end_user=found.end_user,
                country=found.country,
            )
        )
    )
