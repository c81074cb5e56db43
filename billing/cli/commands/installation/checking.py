"""`billing check`: what must always hold in the books, of one buyer or of all."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from accounts import sealed_secrets
from accounts.sealed_secrets import Standing
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.audit import read_heads
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import write_json
from foundation import books_mark, journal_anchor
from foundation.database import Database
from foundation.errors import Refused
from foundation.formatting import Json, plain
from foundation.sql import Session
from foundation.text import Text
from operations.access_point import opened_access_point
from operations.checks import invariants, private_files
from operations.checks.payment_checks import Findings
from operations.restore import going_through
from operations.restore.going_through import Places
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
        _check_all(context, as_json=as_json)
        return
    settings = context.settings
    with context.opened() as database:
        with database.reading() as session:
            broken = _broken(session, settings, heads)
        broken += _restored(database, settings)
    if as_json:
        write_json([_broken_json(each) for each in broken])
    else:
        _tell_broken(context, broken)
    if broken:
        raise typer.Exit(ExitCode.FAILED)


def _check_all(context: CommandContext, *, as_json: bool) -> None:
    """Every buyer's books, closed ones too; books that do not answer are told of and stop no others."""
    rows: list[Json] = []
    failed = False
    with context.installation() as installation:
        for books in installation.all():
            try:
                database = installation.database_of(books)
                with database.reading() as session:
                    broken = _broken(session, books.settings, None)
                broken += _restored(database, books.settings)
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


def _broken(session: Session, settings: Settings, heads: Path | None) -> list[invariants.BrokenInvariant]:
    outside = journal_anchor.verify(session, read_heads(heads))
    return [
        *invariants.check(session),
        *(
            invariants.BrokenInvariant("journal heads", f"journal row {each.sequence}", each.sentence)
            for each in outside
        ),
        *(invariants.BrokenInvariant("secrets", *each) for each in _secrets(session, settings)),
        *(invariants.BrokenInvariant("private files", *each) for each in private_files.wide(settings)),
    ]


def _restored(database: Database, settings: Settings) -> list[invariants.BrokenInvariant]:
    """What tells that the books were restored and nobody has gone through it, with the access point's folder."""
    with ExitStack() as stack:
        own = settings.access_point_kind == "folder"
        access_point = stack.enter_context(opened_access_point(settings)) if own else None
        found = going_through.look(database, Places(access_point))
    with database.reading() as session:
        held = books_mark.is_held(session)
    told = [("books mark", "the books are older than the mark outside them")] if held else []
    told += [
        (f"file {each.path}", "it came to us and was acknowledged, and the books lack it")
        for each in found.came
    ]
    if held:
        told += [
            (f"file {each.path}", f"{each.kind} {each.document_id} left us, and the books lack it")
            for each in found.left
        ]
    return [invariants.BrokenInvariant("restored", subject, sentence) for subject, sentence in told]


def _secrets(session: Session, settings: Settings) -> Findings:
    """Secrets that lie open, that only an older key opens, or that none does; a demo's may lie open."""
    found = sealed_secrets.standings(session, sealed_secrets.of(settings))
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
