"""`billing simulate`: a deterministic world in a folder, to try the system on and to measure it with.

With `--producers` the suppliers' documents are written in the manners of several producers, with habits and mistakes
(`billing/tools/producers`); documents.jsonl says of each what it is and what became of it.
"""

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from billing.tools.demo.story_folder import example_register
from billing.tools.producers.sent_documents import SentDocument
from billing.tools.producers.year import play_year
from billing.tools.simulation.playing import Simulated
from billing.tools.simulation.playing import simulate as play
from orders.register.files import read_register
from orders.register.register import Register

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
    producers: Annotated[
        bool,
        typer.Option(
            "--producers",
            help="Fakturor som flera program skriver dem, med vanor och fel / as several programs write them",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Skapa en värld av beslut, redovisningar och fakturor / make a world of decisions, reports and invoices."""
    known = read_register([register])
    if producers:
        result = _of_producers(known, participants=participants, months=months, seed=seed, folder=folder)
    else:
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


def _of_producers(
    register: Register, *, participants: int, months: int, seed: int, folder: Path
) -> Simulated:
    played = play_year(register, participants=participants, months=months, seed=seed, folder=folder)
    with (folder / "documents.jsonl").open("w", encoding="utf-8") as written:
        written.writelines(f"{_told(each)}\n" for each in played.documents)
    return Simulated(played.events, len(played.documents), played.states, played.broken)


def _told(document: SentDocument) -> str:
    practice = document.practice
    content = {
        "file": document.file,
        "number": document.bill.number,
        "producer": practice.producer,
        "habits": [each.name for each in practice.habits],
        "mistake": document.mistake.name if document.mistake else None,
        "became": document.outcome,
    }
    return json.dumps(content, ensure_ascii=False)
