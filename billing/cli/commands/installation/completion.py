"""`billing completion`: the script by which a shell completes commands and options of `billing` when Tab is pressed.

The script asks `billing` itself, so it never grows old; typer answers (`billing/cli/cli.py` has it listen).
"""

from typing import Annotated, Literal

import typer
from typer.completion import get_completion_inspect_parameters, shell_complete
from typer.main import get_command

from billing.cli.command import CommandContext, command

alone = typer.Typer()

VARIABLE = "_BILLING_COMPLETE"
"""What the script sets when it asks."""


@command(alone, "completion")
def completion(
    context: CommandContext,
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="Skalet / the shell")],
) -> None:
    """Skriv skriptet som fyller i kommandon med Tab / write the script that completes commands by Tab."""
    get_completion_inspect_parameters()
    shell_complete(get_command(alone), {}, "billing", VARIABLE, f"source_{shell}")
