"""`billing check`: what must always hold in the books, of one buyer or of all."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from accounts import sealed_secrets
from accounts.openid import personal_numbers
from accounts.sealed_secrets import Standing
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.audit import read_heads
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import write_json
from billing.migrations import supplier_role
from billing.server import ways_in
from foundation import books_mark, journal_anchor
from foundation.database import Database
from foundation.errors import Refused
from foundation.formatting import Json, plain
from foundation.sql import Session
from foundation.text import Text
from operations.checks import invariants, private_files
from operations.checks.payment_checks import Findings
from operations.object_storage import verifying
from operations.restore import looking, mark_places, opened_places
from operations.restore.found import Places, Whose
from operations.settings import Settings

alone = typer.Typer()


@command(alone, "check")
def check(
    context: CommandContext,
    heads: Annotated[
        Path | None,
        typer.Option("--heads", exists=True, dir_okay=False, help="Fil med journalhuvuden / heads"),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Alla köpares böcker / the books of every buyer")
    ] = False,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=0,
            help="Så många dagars mottagna filer läses; alla: --days 0 / days of files; 0: all",
        ),
    ] = None,
    all_bodies: Annotated[
        bool,
        typer.Option(
            "--all-bodies", help="Läs allt i objektlagret, inte ett urval / read all in the object storage"
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Pröva databasens invarianter, också mot journalhuvuden utanför / check the database's invariants."""
    if every:
        if heads is not None:
            raise Refused(
                Text(
                    "Journalhuvuden hör till en köpares journal. Ange köparen med --buyer i stället för --all."
                )
            )
        _check_all(context, days=days, all_bodies=all_bodies, as_json=as_json)
        return
    with context.installation() as installation:
        books = installation.books_of(context.asked)
        settings, database = books.settings, installation.database_of(books)
        with database.reading() as session:
            broken = _broken(session, settings, heads, all_bodies=all_bodies)
            shared = supplier_role.warning(session, settings.supplier_role)
        outside = _Outside(ways_in.whose(installation, books), _since(database, days))
        broken += _restored(database, settings, outside)
        if not database.marks:
            complain(context.say(mark_places.NOWHERE))
        if shared is not None:
            complain(context.say(shared))
    if as_json:
        write_json([_broken_json(each) for each in broken])
    else:
        _tell_broken(context, broken)
    if broken:
        raise typer.Exit(ExitCode.FAILED)


_DAYS = 35
"""So far back `billing check` reads what came, where nothing else is said: a month and some days."""


def _since(database: Database, days: int | None) -> datetime | None:
    days = _DAYS if days is None else days
    return database.clock() - timedelta(days=days) if days else None


def _check_all(context: CommandContext, *, days: int | None, all_bodies: bool, as_json: bool) -> None:
    """Every buyer's books, closed ones too; books that do not answer are told of and stop no others."""
    rows: list[Json] = []
    failed = False
    with context.installation() as installation:
        for books in installation.all():
            try:
                database = installation.database_of(books)
                with database.reading() as session:
                    broken = _broken(session, books.settings, None, all_bodies=all_bodies)
                outside = _Outside(ways_in.whose(installation, books), _since(database, days))
                broken += _restored(database, books.settings, outside)
                if not database.marks:
                    complain(f"{books.slug}: {context.say(mark_places.NOWHERE)}")
            except (SQLAlchemyError, Refused) as error:
                failed = True
                sentence = refusal_of(error).in_language(context.language)
                rows.append({"buyer": books.slug, "answers": False, "broken": [], "sentence": sentence})
                if not as_json:
                    complain(f"{books.slug}: {sentence}")
                continue
            failed = failed or bool(broken)
            rows.append(
                {"buyer": books.slug, "answers": True, "broken": [_broken_json(each) for each in broken]}
            )
            if not as_json:
                _tell_broken(context, broken, of=books.slug)
    if as_json:
        write_json(rows)
    if failed:
        raise typer.Exit(ExitCode.FAILED)


def _broken(
    session: Session, settings: Settings, heads: Path | None, *, all_bodies: bool
) -> list[invariants.BrokenInvariant]:
    moved = verifying.verify(session, sample=None if all_bodies else verifying.SAMPLE)
    outside = journal_anchor.verify(session, read_heads(heads))
    return [
        *invariants.check(session),
        *(
            invariants.BrokenInvariant("journal heads", f"journal row {each.sequence}", each.sentence)
            for each in outside
        ),
        *(invariants.BrokenInvariant("object storage", *each) for each in moved),
        *(invariants.BrokenInvariant("secrets", *each) for each in _secrets(session, settings)),
        *(invariants.BrokenInvariant("private files", *each) for each in private_files.wide(settings)),
    ]


@dataclass(frozen=True, slots=True)
class _Outside:
    """What of the access point's folder is read: whose it is, and only what was written since then; None: all."""

    whose: Whose | None = None
    since: datetime | None = None


def _restored(database: Database, settings: Settings, outside: _Outside) -> list[invariants.BrokenInvariant]:
    """What tells that the books were restored and nobody has gone through it, with the access point's folder."""
    with ExitStack() as stack:
        ways = (settings.access_point_kind, settings.access_point_inbox)
        kept = not {"folder", "sftp"}.isdisjoint(ways)
        places = (
            stack.enter_context(opened_places.opened(settings, whose=outside.whose)) if kept else Places()
        )
        with database.reading() as session:
            held = books_mark.is_held(session)
        # In books that are held everything is looked for, however old.
        since = None if held else outside.since
        told = [
            (f"file {each.path}", "it came to us and was acknowledged, and the books lack it")
            for each in looking.came_and_lacking(database, places, since=since)
        ]
        if held:
            told = [("books mark", "the books are older than the mark outside them"), *told]
            told += [
                (f"file {each.path}", f"{each.name} left us, and the books lack it")
                for each in looking.look(database, places).left
            ]
    return [invariants.BrokenInvariant("restored", subject, sentence) for subject, sentence in told]


def _secrets(session: Session, settings: Settings) -> Findings:
    """Secrets that lie open, that only an older key opens, or that none does; a demo's may lie open."""
    found = sealed_secrets.standings(session, sealed_secrets.of(settings))
    numbers = personal_numbers.standing(session, settings)
    if numbers.older:
        yield (
            f"{numbers.older} bound personal numbers",
            "are known by an older key: keep it until these people have come in, or bind them again",
        )
    if numbers.lost:
        yield f"{numbers.lost} bound personal numbers", "were bound by a key that is missing: put it back"
    if found[Standing.LOCKED]:
        yield f"{found[Standing.LOCKED]} secrets", "are sealed with a key that is missing: put it back"
    if found[Standing.OLDER]:
        yield f"{found[Standing.OLDER]} secrets", "are sealed with an older key: billing secrets seal"
    if found[Standing.PLAIN] and not settings.is_demo:
        yield (
            f"{found[Standing.PLAIN]} secrets",
            "lie open: make a key (billing secrets key), set BILLING_SECRET_KEYS, and run billing secrets seal",
        )


def _broken_json(each: invariants.BrokenInvariant) -> Json:
    return {"invariant": each.invariant, "subject": each.subject, "sentence": each.sentence}


def _tell_broken(
    context: CommandContext, broken: Sequence[invariants.BrokenInvariant], *, of: str = ""
) -> None:
    before = f"{of}: " if of else ""
    for each in broken:
        typer.echo(plain(f"{before}{each.invariant}: {each.subject}: {each.sentence}"))
    if not broken:
        count = len(invariants.INVARIANTS)
        told = context.say(Text("Allt stämmer: %(count)s invarianter prövade.", count=count))
        typer.echo(f"{before}{told}")
