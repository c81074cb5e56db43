"""Commands whose modules are loaded when somebody asks for them, so that `billing --help` answers at once.

Convention: the table knows a command's line in the help and where the command is; the module itself, with all
that it stands on, is imported only for the one command that is run. So a command may import what it needs at
the top of its module, and no other command pays for it.
"""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where a command is, and its line in the help.

    `module` is one of `commands`. `group` is the Typer in it whose commands stand below this name;
    without one the command stands alone, under its own name in the module's `alone`.
    """

    help: str
    module: str
    group: str = ""


Command = TyperCommand | TyperGroup


@cache
def loaded(name: str, place: CommandPlace) -> Command:
    """The command itself, with its module imported."""
    module = import_module(f"billing.cli.commands.{place.module}")
    # What a command stands on stays to its end. Not set aside, all of it is gone through once more when the
    # program leaves, half a second after the last line was printed.
    gc.freeze()
    above = typer.Typer(rich_markup_mode=None)
    if place.group:
        above.add_typer(getattr(module, place.group), name=name, help=place.help, no_args_is_help=True)
    else:
        above.add_typer(module.alone)
    found = get_group(above).commands[name]
    assert isinstance(found, Command)  # noqa: S101 - tells the type; the library makes nothing else
    return found


def table_of(app: typer.Typer, places: Mapping[str, CommandPlace]) -> None:
    """Give `app` the commands of the table, in its order."""

    class Table(TyperGroup):
        """The lines of the table for the help, the loaded command for whoever runs one."""

        def resolve_command(  # type: ignore[override]
            self, ctx: typer.Context, args: list[str]
        ) -> tuple[str, Command, list[str]]:
            name, _, rest = super().resolve_command(ctx, args)
            known = str(name)
            return known, loaded(known, places[known]), rest

    app.info.cls = Table
    for name, place in places.items():
        app.command(name, help=place.help)(_not_loaded)


def _not_loaded() -> None:
    """What stands in the table until the command is asked for."""
