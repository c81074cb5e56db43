"""`billing bodies`: messages' bytes in the object storage: how much lies there, moving, removing, what nobody knows."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import write_json
from foundation.errors import Refused
from foundation.formatting import plain
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from operations.object_storage import moving, orphans, upkeep
from operations.object_storage.opening import terms_of
from peppol.exchange.bodies import moving_store, object_store
from peppol.exchange.bodies.body_store import NO_STORAGE
from peppol.exchange.bodies.object_storage import ObjectStorage, storage_of

bodies = typer.Typer()


@command(bodies, "status")
def status(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa hur mycket som ligger i objektlagret / show how much lies in the object storage."""
    terms = terms_of(context.settings)
    with context.opened() as database, database.reading() as session:
        found = object_store.figures(session)
        before = terms.before(stockholm_date(database.clock()))
        due = moving_store.count_due(session, before=before) if terms.after_days else 0
    if as_json:
        write_json(
            {
                "bodies": found.bodies,
                "bytes": found.size,
                "moved_last": found.newest_at.isoformat() if found.newest_at is not None else None,
                "due": due,
                "to_remove": found.to_remove,
                "faults": found.faults,
            }
        )
        return
    told = Text(
        "%(bodies)s meddelandens innehåll, %(bytes)s byte, ligger i objektlagret. %(due)s väntar på att flyttas dit, "
        "och %(to_remove)s på att tas bort där, varav lagret har sagt nej till %(faults)s.",
        bodies=found.bodies,
        bytes=found.size,
        due=due,
        to_remove=found.to_remove,
        faults=found.faults,
    )
    typer.echo(context.say(told))


@command(bodies, "move")
def move(
    context: CommandContext,
    at_most: Annotated[
        int | None, typer.Option("--at-most", min=1, help="Högst så många / at most so many")
    ] = None,
) -> None:
    """Flytta gammalt innehåll, följ bevarandekrav och gallring / move old bytes, follow holds and disposals."""
    terms = terms_of(context.settings)
    with context.opened() as database:
        with database.reading() as session:
            storage = _storage(session)
        now = database.clock()
        today = stockholm_date(now)
        removed = upkeep.remove_disposed(database, storage, now=now)
        moved = moving.move_due(database, storage, terms, today=today, now=now, at_most=at_most)
        kept = upkeep.follow_holds(database, storage, terms, now=now)
        if terms.after_days:
            moving.drop_empty_months(database, before=terms.before(today))
    told = Text(
        "%(moved)s flyttade, %(removed)s borttagna efter gallring, %(held)s bevarade och %(released)s släppta. "
        "Objektlagret har sagt nej till %(refused)s; de försöks igen varje dag.",
        moved=moved.bodies,
        removed=removed.removed,
        held=kept.held,
        released=kept.released,
        refused=removed.refused + kept.refused,
    )
    typer.echo(context.say(told))


@command(bodies, "faults")
def faults(context: CommandContext) -> None:
    """Visa vad objektlagret inte gör, och varför / show what the object storage does not do, and why."""
    with context.reading() as session:
        found = object_store.with_faults(session)
    for each in found:
        typer.echo(plain(f"{each.kind} {each.number}  {each.fault}  {each.place.key}"))
    if not found:
        typer.echo(context.say(Text("Objektlagret har gjort allt som böckerna har bett om.")))


@command(bodies, "orphans")
def find_orphans(
    context: CommandContext,
    remove: Annotated[bool, typer.Option("--remove", help="Ta bort dem / remove them")] = False,
) -> None:
    """Visa objekt som böckerna inte känner till / show objects that the books do not know."""
    terms = terms_of(context.settings)
    count = gone = 0
    with context.opened() as database:
        with database.reading() as session:
            storage = _storage(session)
        for each in orphans.found(database, storage, terms.prefix, now=database.clock()):
            count += 1
            typer.echo(plain(f"{each.place.key}  {each.place.version}  {each.size}"))
            gone += remove and orphans.remove(database, storage, each)
    told = Text("%(count)s objekt som böckerna inte känner till, %(gone)s borttagna.", count=count, gone=gone)
    typer.echo(context.say(told))
    if count > gone:
        raise typer.Exit(ExitCode.FAILED)


def _storage(session: Session) -> ObjectStorage:
    storage = storage_of(session)
    if storage is None:
        raise Refused(NO_STORAGE)
    return storage
