"""`billing init`, `billing register example` and `billing register load`: the tables, and what is agreed."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from billing.cli.command import CommandContext, command
from billing.migrations.migrate import open_migrated
from billing.tools.demo.story_folder import example_register
from foundation.formatting import plain
from foundation.journal import SYSTEM
from foundation.periods import stockholm_date
from foundation.text import Text
from invoicing.verdicts import parking
from orders.register import store as register_store
from orders.register.files import read_register

alone = typer.Typer()
register = typer.Typer()


@command(alone, "init")
def init(context: CommandContext) -> None:
    """Gör de tabeller som saknas / make the tables that are missing."""
    with closing(open_migrated(context.url)) as database:
        address = database.url.render_as_string(hide_password=True)
    typer.echo(context.say(Text("Tabellerna finns i %(address)s.", address=address)))


@command(register, "example")
def example(
    context: CommandContext,
    folder: Annotated[Path, typer.Argument(help="En mapp som inte finns / a folder to be made")],
) -> None:
    """Skriv demons register som en förlaga att ändra i / write the demo's register, to be changed into yours."""
    shutil.copytree(example_register(), folder)
    typer.echo(context.say(Text("Förlagan ligger i %(folder)s.", folder=folder)))


@command(register, "load")
def load(
    context: CommandContext,
    paths: Annotated[list[Path], typer.Argument(help="TOML-filer eller mappar / TOML files or folders")],
    by: Annotated[str, typer.Option("--by", help="Vem som läser in, ett id / who loads it, an id")] = SYSTEM,
) -> None:
    """Läs in registret, helt; fakturor som väntat på ett konto prövas igen / load the register, whole."""
    read = read_register(paths)
    with context.opened() as database, database.writing() as session:
        new = register_store.save(session, read, at=database.clock(), actor=by)
        freed = parking.judge_held_again(session, read, today=stockholm_date(database.clock())) if new else []
    counts = Text(
        "%(suppliers)s leverantörer, %(contracts)s avtal, %(price_lists)s prislistor",
        suppliers=len(read.suppliers),
        contracts=len(read.contracts),
        price_lists=len(read.price_lists),
    )
    if new:
        typer.echo(context.say(Text("Registret är inläst: %(counts)s.", counts=counts)))
        for invoice in freed:
            typer.echo(plain(f"{invoice.number}: HELD > {invoice.state}"))
    else:
        typer.echo(context.say(Text("Registret är oförändrat: %(counts)s.", counts=counts)))
