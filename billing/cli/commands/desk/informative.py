"""`billing informative`: what suppliers tell beside the months, read, let wait again, and withdrawn."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json
from foundation.text import Text
from orders.events.data import InformativeReportFiled
from orders.placements.informative import informative_reports, informative_store
from orders.placements.informative.informative_store import InformativeState
from orders.terms import InformativeKind
from web import report_words

informative = typer.Typer()

_LIST = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Referens")),
    TableColumn(Text("Leverantör"), spare=1),
    TableColumn(Text("Lämnad")),
    TableColumn(Text("Läge"), spare=2),
    TableColumn(Text("Vad den gäller"), wrap=25),
)
Number = Annotated[int, typer.Argument(metavar="NR", help="Rapportens nummer / the report's number")]
By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]


@command(informative, "list")
def list_informative(
    context: CommandContext,
    state: Annotated[
        InformativeState, typer.Option("--state", help="Rapporternas läge / their state")
    ] = InformativeState.UNREAD,
    reference: Annotated[str, typer.Option("--reference", metavar="REF")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 500,
    as_json: AsJson = False,
) -> None:
    """Visa informativa rapporter / show informative reports."""
    with context.reading() as session:
        found = informative_store.listed(session, state, reference=reference, limit=limit)
    if as_json:
        rows: list[Json] = [
            {
                "number": each.id,
                "execution_reference": each.execution_reference,
                "supplier": each.supplier,
                "unit": each.unit_id,
                "kind": each.kind.value,
                "state": each.state.value,
                "filed_on": each.filed_on.isoformat(),
                "settled_on": each.settled_on.isoformat() if each.settled_on else None,
            }
            for each in found
        ]
        write_json(rows)
        return
    cells = [
        (
            str(each.id),
            each.execution_reference,
            each.supplier,
            each.filed_on.isoformat(),
            each.state.value,
            context.say(report_words.INFORMATIVE[each.kind]),
        )
        for each in found
    ]
    show(table(_LIST, cells, language=context.language))


@command(informative, "file")
def file(
    context: CommandContext,
    reference: Annotated[str, typer.Argument(metavar="REF")],
    kind: Annotated[InformativeKind, typer.Option("--kind", help="Vad den gäller / what it is about")],
    by: By,
) -> None:
    """Lämna en informativ rapport / file an informative report."""
    filed = InformativeReportFiled(execution_reference=reference, kind=kind, at=utc_now(), by=by)
    with context.writing() as session:
        report, _ = informative_reports.file(session, filed)
    typer.echo(str(report.id))


@command(informative, "read")
def read(context: CommandContext, number: Number, by: By, on: On = None) -> None:
    """Notera att den är läst / note that it is read."""
    with context.writing() as session:
        informative_reports.read(session, number, by=by, today=today_or(on))
    typer.echo(context.say(Text("Rapporten är läst.")))


@command(informative, "undo")
def undo(context: CommandContext, number: Number, by: By) -> None:
    """Låt den vänta igen / let it wait again."""
    with context.writing() as session:
        informative_reports.undo_read(session, number, by=by)
    typer.echo(context.say(Text("Rapporten väntar igen.")))


@command(informative, "withdraw")
def withdraw(context: CommandContext, number: Number, by: By, on: On = None) -> None:
    """Ta tillbaka den innan den är läst / withdraw it before it is read."""
    with context.writing() as session:
        informative_reports.withdraw(session, number, by=by, today=today_or(on))
    typer.echo(context.say(Text("Rapporten är återtagen.")))
