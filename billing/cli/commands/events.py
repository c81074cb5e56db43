"""`billing events`: load what the decision systems tell us, and look at what became of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.formatting import Json
from foundation.text import Text
from operations.event_feed import contract as feed_contract
from operations.event_feed import numbering
from operations.event_feed import reading as feed_reading
from operations.event_feed.reading import LIMIT_MOST
from operations.event_loading import (
    EventLine,
    Loaded,
    apply_by_hand,
    lay_aside,
    load_events,
    replay_unappliable,
)
from orders.events import envelope as event_envelope
from orders.events import store as event_store
from orders.events.store import EventState

events = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Nr"), right=True, spare=1),
    TableColumn(Text("Dag")),
    TableColumn(Text("Händelse"), wrap=17),
    TableColumn(Text("Id"), wrap=15, spare=2),
    TableColumn(Text("Referens")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Skäl"), wrap=22),
)


@command(events, "load")
def load(
    context: CommandContext,
    files: Annotated[list[Path], typer.Argument(help="JSON Lines, en händelse per rad / one event a line")],
    history_by: Annotated[
        str,
        typer.Option(
            "--history-by",
            help="Läs in som historia, på händelsernas egna dagar; id på den som svarar för dem / load as history, "
            "on the events' own days; the id of who answers for them",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Läs in händelser, var och en en gång / load events, each once."""
    loaded, unreadable = Loaded(), False
    with context.opened() as database:
        for path in files:
            try:
                loaded.add(load_events(database, _lines(path), as_history_by=history_by))
            except OSError as error:
                complain(context.say(refusal_of(error).text))
                unreadable = True
    _tell(context, loaded, as_json=as_json)
    if unreadable:
        raise typer.Exit(ExitCode.FAILED)


@command(events, "schema")
def schema(
    context: CommandContext,
    out: Annotated[bool, typer.Option("--out", help="För händelser från oss / of those we tell")] = False,
) -> None:
    """Visa JSON-schemat för händelser / show the JSON Schema of events."""
    write_json(feed_contract.schema() if out else event_envelope.schema())  # type: ignore[arg-type]


@command(events, "list")
def list_events(
    context: CommandContext,
    state: Annotated[
        EventState | None, typer.Option("--state", help="Bara i detta läge / only in this")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Visa händelserna som de kom / show the events as they came."""
    with context.reading() as session:
        states = [state] if state is not None else list(EventState)
        held = sorted(
            (event for each in states for event in event_store.in_state(session, each)),
            key=lambda event: event.sequence,
        )
    if as_json:
        rows: list[Json] = [
            {
                "sequence": event.sequence,
                "occurred_on": event.occurred_on.isoformat(),
                "told_on": event.told_on.isoformat(),
                "type": event.type,
                "event_id": event.event_id,
                "execution_reference": event.execution_reference,
                "state": event.state.value,
                "reason": context.say(event.reason),
            }
            for event in held
        ]
        write_json(rows)
        return
    cells = [
        (
            str(event.sequence),
            event.occurred_on.isoformat(),
            event.type,
            event.event_id,
            event.execution_reference,
            event.state.value,
            context.say(event.reason),
        )
        for event in held
    ]
    show(table(_COLUMNS, cells, language=context.language))


@command(events, "replay")
def replay(context: CommandContext, as_json: AsJson = False) -> None:
    """Försök igen med dem som inte gick / try again those that failed."""
    with context.opened() as database:
        _tell(context, replay_unappliable(database), as_json=as_json)


@command(events, "feed")
def feed(
    context: CommandContext,
    after: Annotated[
        int, typer.Option("--after", min=0, help="Läst till och med detta nummer / read up to this number")
    ] = 0,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Högst så många / at most so many")
    ] = None,
) -> None:
    """Visa händelser från oss, en per rad / show the events of ours, one a line."""
    left = limit
    with context.opened() as database, numbering.reading_numbered(database) as session:
        while left is None or left > 0:
            found = feed_reading.events_after(session, after, limit=min(left or LIMIT_MOST, LIMIT_MOST))
            for event in found:
                typer.echo(event.to_line())
            if not found:
                return
            after, left = found[-1].sequence, None if left is None else left - len(found)


Number = Annotated[int, typer.Argument(metavar="NR", help="Händelsens nummer / the event's number")]
By = Annotated[str, typer.Option("--by", help="Den som avgör, ett id / who decides, an id")]


@command(events, "apply")
def apply(context: CommandContext, number: Number, by: By, on: On = None) -> None:
    """Verkställ ett besked som kom för sent / apply what came too late."""
    with context.writing() as session:
        apply_by_hand(session, number, by=by, today=today_or(on))
    typer.echo(context.say(Text("Beskedet är verkställt.")))


@command(events, "lay-aside")
def put_aside(context: CommandContext, number: Number, by: By) -> None:
    """Lägg en händelse till handlingarna / lay an event aside for good."""
    with context.writing() as session:
        lay_aside(session, number, by=by)
    typer.echo(context.say(Text("Händelsen är lagd till handlingarna.")))


def _lines(path: Path) -> Iterator[EventLine]:
    """The lines of a file, with bytes that are no UTF-8 kept as they are."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
        for count, text in enumerate(file, 1):
            yield EventLine(f"{path}:{count}", text.rstrip("\r\n"))


def _tell(context: CommandContext, loaded: Loaded, *, as_json: bool) -> None:
    counts = {
        "applied": loaded.applied,
        "repeated": loaded.repeated,
        "conflicts": loaded.conflicts,
        "unappliable": loaded.unappliable,
        "quarantined": loaded.quarantined,
    }
    if as_json:
        problems: list[Json] = [
            {"place": place, "sentence": context.say(reason.text)} for place, reason in loaded.problems
        ]
        write_json({**counts, "problems": problems})
        return
    typer.echo(
        context.say(
            Text(
                "Händelser: %(applied)s införda, %(repeated)s redan kända, %(conflicts)s i konflikt, "
                "%(unappliable)s kunde inte införas, %(quarantined)s i karantän.",
                applied=loaded.applied,
                repeated=loaded.repeated,
                conflicts=loaded.conflicts,
                unappliable=loaded.unappliable,
                quarantined=loaded.quarantined,
            )
        )
    )
    for place, reason in loaded.problems:
        complain(f"{place}: {context.say(reason.text)}")
