"""`billing openapi`: the description of the machine API, as programs read it at its address."""

import typer

from billing.cli.command import CommandContext, command
from billing.server.app import create_app
from billing.server.described.description import as_text
from operations.settings import Settings

alone = typer.Typer()


@command(alone, "openapi")
def openapi(context: CommandContext) -> None:
    """Skriv beskrivningen av API:et (OpenAPI 3.1) / write the description of the API (OpenAPI 3.1)."""
    # What is described is the program's; no books are asked.
    typer.echo(as_text(create_app(Settings(database_url="sqlite://")).openapi()), nl=False)
