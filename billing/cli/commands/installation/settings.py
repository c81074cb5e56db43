"""`billing settings`: every setting there is, what it means, and whether it is set; a value is never shown."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.printing import TableColumn, show, table, write_json
from billing.tools.configuration import settings_page
from foundation.text import Text
from operations.configuration import reference
from operations.settings import Settings

alone = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Variabel")),
    TableColumn(Text("Satt")),
    TableColumn(Text("Typ"), wrap=24, spare=1),
    TableColumn(Text("Om inget sätts"), wrap=20, spare=2),
    TableColumn(Text("Betydelse (engelska)"), wrap=40),
)
_YES, _NO = Text("Ja"), Text("Nej")


@command(alone, "settings")
def settings(
    context: CommandContext,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Sidan docs/settings.md / the page docs/settings.md")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Inställningarna: namn, typ, värde om inget sätts, betydelse / the settings, and what each means."""
    if as_markdown:
        typer.echo(settings_page.page(), nl=False)
        return
    given = Settings().model_fields_set
    rows = [
        (each, each.variable.removeprefix(reference.PREFIX).lower() in given) for each in reference.every()
    ]
    if as_json:
        write_json(
            [
                {
                    "variable": each.variable,
                    "group": each.group,
                    "type": each.kind,
                    "default": each.default,
                    "meaning": each.meaning,
                    "is_secret": each.is_secret,
                    "is_set": is_set,
                    "read_by": [str(process) for process in each.read_by],
                }
                for each, is_set in rows
            ]
        )
        return
    show(
        table(
            _COLUMNS,
            [
                (each.variable, context.say(_YES if is_set else _NO), each.kind, each.default, each.meaning)
                for each, is_set in rows
            ],
            language=context.language,
        )
    )
