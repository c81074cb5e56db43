"""`billing post diverted`, `resend-diverted` and `believe`: what the directory's no led to, and its way out."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.inbox import post_office
from billing.cli.commands.post import By
from billing.cli.exit_codes import ExitCode, complain
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.formatting import Json
from foundation.text import Text
from operations.directory import believing, diverted, diverted_queries
from operations.directory.diverted_queries import DivertedMessage

_ROWS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Dag")),
    TableColumn(Text("Dokument"), wrap=20),
    TableColumn(Text("Till"), wrap=15),
    TableColumn(Text("Katalogen sade")),
    TableColumn(Text("Fakturerad")),
)


@command(post_office, "diverted")
def show_diverted(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa vad katalogens nej har lagt i portalen / show what the directory's no has laid in the portal."""
    with context.reading() as session:
        found = diverted.listed(session)
        many = diverted_queries.count(session)
    if as_json:
        write_json({"count": many, "messages": [_json(each) for each in found]})
        return
    yes = context.say(Text("ja"))
    rows = [
        (
            str(each.sequence),
            str(each.issued_on),
            f"{each.kind} {each.document_id}",
            each.receiver,
            each.said,
            yes if each.is_invoiced else "",
        )
        for each in found
    ]
    if rows:
        show(table(_ROWS, rows, language=context.language))
    typer.echo(
        context.say(
            Text(
                "%(count)s meddelanden ligger i portalen på katalogens ord. Skicka om med: billing post "
                "resend-diverted NR... eller --all",
                count=many,
            )
            if many
            else Text("Inget meddelande ligger i portalen på katalogens ord.")
        )
    )


@command(post_office, "resend-diverted")
def resend_diverted(
    context: CommandContext,
    by: By,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[NR]...")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Alla i listan / all of the list")] = False,
) -> None:
    """Skicka om vad katalogens nej lagt i portalen / send again what the directory's no laid in the portal."""
    if bool(numbers) == everything:
        wrong = Text("Ange meddelandenas nummer eller --all. Se listan med: billing post diverted")
        raise typer.BadParameter(wrong.both())
    with context.opened() as database:
        came = diverted.send_again(database, None if everything else numbers, by=by)
    say = context.say
    typer.echo(
        say(
            Text(
                "%(sent)s meddelanden skickas igen; katalogen frågas på nytt först. %(left)s lämnas kvar: ordern är "
                "redan fakturerad i portalen.",
                sent=len(came.sent),
                left=len(came.invoiced),
            )
        )
    )
    for each in came.invoiced:
        typer.echo(f"  {each.sequence}  {each.kind} {each.document_id}  {each.recipient}")
    if came.elsewhere:
        shown = " ".join(map(str, came.elsewhere))
        complain(say(Text("Dessa ligger inte i portalen på katalogens ord: %(numbers)s", numbers=shown)))
        raise typer.Exit(ExitCode.NOT_FOUND)


@command(post_office, "believe")
def believe(context: CommandContext, by: By) -> None:
    """Säg att katalogens nej stämmer, i en timme / say that the directory's no is right, for an hour."""
    with context.opened() as database:
        until = believing.believe(database, by=by)
    typer.echo(
        context.say(
            Text(
                "Katalogens nej gäller till %(until)s: meddelanden till dem den inte känner läggs i portalen.",
                until=until.strftime("%Y-%m-%d %H:%M:%SZ"),
            )
        )
    )


def _json(each: DivertedMessage) -> Json:
    return {
        "sequence": each.sequence,
        "kind": each.kind,
        "document_id": each.document_id,
        "receiver": each.receiver,
        "recipient": each.recipient,
        "said": each.said,
        "issued_on": each.issued_on.isoformat(),
        "invoiced": each.is_invoiced,
    }
