"""`billing init` and `billing register`: the tables, what is agreed, and registers that programs have proposed."""

import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from accounts import register_need_queries as account_needs
from accounts.api_clients import client_store
from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode, complain, refusal_of
from billing.cli.printing import TableColumn, show, table, write_json
from billing.migrations import supplier_role
from billing.migrations.migrate import open_migrated
from billing.tools.demo.story_folder import example_register
from foundation.database import Database, utc_now
from foundation.errors import Refused
from foundation.formatting import plain
from foundation.journal import SYSTEM
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import CountedText, Text
from operations import register_loading
from operations.buyers import administration
from operations.register_loading import RegisterChecked
from operations.register_loads import proposing
from operations.register_loads import store as load_store
from operations.register_loads.store import LOAD_WORDS
from orders.register import store as register_store
from orders.register.files import read_register
from orders.register.needs import Need, RegisterUnfit
from orders.register.register import Register

alone = typer.Typer()
register = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Vem som gör det, ett id / who does it, an id")]
_PROPOSED = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Föreslaget")),
    TableColumn(Text("System")),
    TableColumn(Text("Läge")),
)


@command(alone, "init")
def init(context: CommandContext) -> None:
    """Gör de tabeller som saknas / make the tables that are missing."""
    with closing(
        open_migrated(context.installation_url, options=context.common.database_options)
    ) as database:
        _tell_made(context, database)
    failed = False
    with context.installation() as installation:
        for books in installation.all():
            if books.buyer is None or books.buyer.is_first:
                continue
            # What one buyer's books suffer stops no other's.
            try:
                settings = books.settings
                with closing(
                    open_migrated(settings.database_url, options=settings.database_options)
                ) as database:
                    _tell_made(context, database)
            except (SQLAlchemyError, Refused) as error:
                complain(f"{books.slug}: {refusal_of(error).in_language(context.language)}")
                failed = True
    if failed:
        raise typer.Exit(ExitCode.FAILED)


def _tell_made(context: CommandContext, database: Database) -> None:
    address = database.url.render_as_string(hide_password=True)
    typer.echo(context.say(Text("Tabellerna finns i %(address)s.", address=address)))
    with database.reading() as session:
        shared = supplier_role.warning(session, database.options.supplier_role)
    if shared is not None:
        complain(context.say(shared))


@command(register, "example")
def example(
    context: CommandContext,
    folder: Annotated[Path, typer.Argument(help="En mapp som inte finns / a folder to be made")],
) -> None:
    """Skriv demons register som en förlaga att ändra i / write the demo's register, to be changed into yours."""
    shutil.copytree(example_register(), folder)
    typer.echo(context.say(Text("Förlagan ligger i %(folder)s.", folder=folder)))


@command(register, "check")
def check(
    context: CommandContext,
    paths: Annotated[list[Path], typer.Argument(help="TOML-filer eller mappar / TOML files or folders")],
) -> None:
    """Pröva registret och visa vad det skulle ändra / try the register and show what it would change."""
    read = read_register(paths)
    administration.check_register(context.buyer, read)
    with context.opened() as database:
        found = _checked(database, read)
    _show(context, found)
    if found.refused:
        raise RegisterUnfit(found.refused)
    typer.echo(context.say(Text("Registret kan läsas in: %(counts)s.", counts=_counts(read))))


@command(register, "load")
def load(
    context: CommandContext,
    paths: Annotated[list[Path], typer.Argument(help="TOML-filer eller mappar / TOML files or folders")],
    by: Annotated[str, typer.Option("--by", help="Vem som läser in, ett id / who loads it, an id")] = SYSTEM,
    yes: Annotated[
        bool, typer.Option("--yes", help="Fråga inte efter skillnaden / do not ask after the difference")
    ] = False,
) -> None:
    """Läs in registret, helt; fakturor som väntat på ett konto prövas igen / load the register, whole."""
    read = read_register(paths)
    administration.check_register(context.buyer, read)
    with context.opened() as database:
        found = _checked(database, read)
        _show(context, found)
        if found.refused:
            raise RegisterUnfit(found.refused)
        # A script has no terminal to be asked at, and goes on as it always has.
        if found.sentences and not yes and at_terminal():
            typer.confirm(context.say(Text("Läs in ändringen?")), abort=True)
        with database.writing() as session:
            now = database.clock()
            loaded = register_loading.load(
                session,
                read,
                found,
                also=_accounts(session),
                by=by,
                now=now,
                today=stockholm_date(now),
            )
    if loaded.new:
        typer.echo(context.say(Text("Registret är inläst: %(counts)s.", counts=_counts(read))))
        for invoice in loaded.freed:
            typer.echo(plain(f"{invoice.number} > {invoice.state}"))
    else:
        typer.echo(context.say(Text("Registret är oförändrat: %(counts)s.", counts=_counts(read))))
    _tell_asked(context, loaded.asked)


@command(register, "proposed")
def proposed(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa register som system har föreslagit / show the registers that systems have proposed."""
    with context.reading() as session:
        loads = load_store.newest_first(session, limit=1000)
    if as_json:
        write_json(
            [
                {
                    "number": each.id,
                    "state": each.state.value,
                    "proposed_by": each.proposed_by,
                    "proposed_at": each.proposed_at.isoformat(),
                    "decided_by": each.decided_by,
                    "reason": each.reason,
                }
                for each in loads
            ]
        )
        return
    rows = [
        (str(each.id), str(each.proposed_at.date()), each.proposed_by, context.say(LOAD_WORDS[each.state]))
        for each in loads
    ]
    show(table(_PROPOSED, rows, language=context.language))


@command(register, "confirm")
def confirm(
    context: CommandContext,
    number: Annotated[int, typer.Argument(metavar="NR", help="Förslagets nummer / the proposal's number")],
    by: By,
    yes: Annotated[
        bool, typer.Option("--yes", help="Fråga inte efter skillnaden / do not ask after the difference")
    ] = False,
) -> None:
    """Läs in ett föreslaget register, efter att ha sett skillnaden / load a proposed register, having looked."""
    with context.opened() as database:
        today = stockholm_date(database.clock())
        with database.reading() as session:
            _, found = proposing.looked_at(session, number, also=_accounts(session), today=today)
        _show(context, found)
        if found.sentences and not yes and at_terminal():
            typer.confirm(context.say(Text("Läs in ändringen?")), abort=True)
        with database.writing() as session:
            load = load_store.get(session, number)
            loaded = proposing.load(
                session,
                number,
                responsible=client_store.responsible_for(session, load.proposed_by),
                also=_accounts(session),
                by=by,
                now=database.clock(),
                today=today,
            )
    typer.echo(context.say(Text("Registret är inläst.")))
    _tell_asked(context, loaded.asked)


@command(register, "decline")
def decline(
    context: CommandContext,
    number: Annotated[int, typer.Argument(metavar="NR", help="Förslagets nummer / the proposal's number")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Skälet, som systemet får / the reason it is told")],
) -> None:
    """Säg nej till ett föreslaget register / say no to a proposed register."""
    with context.writing() as session:
        proposing.decline(session, number, by=by, reason=reason, now=utc_now())
    typer.echo(context.say(Text("Förslaget är avslaget.")))


def at_terminal() -> bool:
    """Whether somebody sits at the other end and can answer."""
    return sys.stdin.isatty()


def _checked(database: Database, read: Register) -> RegisterChecked:
    with database.reading() as session:
        today = stockholm_date(database.clock())
        return register_loading.check(session, read, also=_accounts(session), today=today)


def _show(context: CommandContext, found: RegisterChecked) -> None:
    for each in found.sentences:
        typer.echo(plain(context.say(each)))


def _accounts(session: Session) -> list[Need]:
    before = register_store.newest(session)
    return account_needs.needs(session, buyer=before.buyer.organisation_number if before else "")


def _counts(read: Register) -> Text:
    return Text(
        "%(suppliers)s leverantörer, %(contracts)s avtal, %(price_lists)s prislistor",
        suppliers=len(read.suppliers),
        contracts=len(read.contracts),
        price_lists=len(read.price_lists),
    )


def _tell_asked(context: CommandContext, asked: int) -> None:
    if asked:
        typer.echo(
            context.say(
                CountedText(
                    "%(count)s ändring väntar på två personer, under Ändringar.",
                    "%(count)s ändringar väntar på två personer, under Ändringar.",
                    count=asked,
                )
            )
        )
