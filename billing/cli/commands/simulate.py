"""`billing simulate`: a deterministic world in a folder, to try the system on and to measure it with."""

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from billing.tools.demo.story_folder import example_register
from billing.tools.simulation.playing import simulate as play
from orders.register.files import read_register

alone = typer.Typer()

REGISTER = example_register()


@alone.command("simulate")
def simulate(
    participants: Annotated[int, typer.Option(min=1, max=100_000, help="Deltagare / participants")] = 100,
    months: Annotated[
        int, typer.Option(min=1, max=60, help="Månader med nya beslut / months of decisions")
    ] = 6,
    seed: Annotated[int, typer.Option(help="Samma frö ger samma bytes / same seed, same bytes")] = 1,
    folder: Annotated[Path, typer.Option("--dir", help="Dit allt skrivs / where it all goes")] = Path(
        "build/world"
    ),
    register: Annotated[
        Path, typer.Option(help="Registerfiler / register files", show_default="demons / the demo's")
    ] = REGISTER,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Skapa en värld av beslut, redovisningar och fakturor / make a world of decisions, reports and invoices."""
    known = read_register([register])
    result = play(known, participants=participants, months=months, seed=seed, folder=folder)
    shutil.copytree(register, folder / "register", dirs_exist_ok=True)
    if as_json:
        content = {
            "dir": str(folder),
            "events": result.events,
            "documents": result.documents,
            "states": dict(result.states),
            "broken": list(result.broken),
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        typer.echo(
            f"{result.events} händelser / events, {result.documents} dokument / documents i / in {folder}"
        )
        for state, count in result.states.items():
            typer.echo(f"  {state:<18}{count:>8}")
        for each in result.broken:
            typer.echo(f"  BROKEN {each}")
    if result.broken:
        raise typer.Exit(1)
