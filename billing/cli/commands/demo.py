"""`billing demo`: the whole system at work on a story of many cases, with a summary at the end."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text as RichText

from billing.cli.demo_loop import loop
from billing.cli.printing import TableColumn, show, side_by_side, table
from billing.tools.demo import people
from billing.tools.demo.folder import DATABASE_FILE, clear, mark
from billing.tools.demo.outcomes import ExpectedOutcome
from billing.tools.demo.playing import Played, play
from billing.tools.demo.story import Story, read_story
from billing.tools.demo.story_folder import demos, story_folder
from foundation.formatting import Json
from foundation.text import SWEDISH, Text
from operations.settings import Settings

alone = typer.Typer()


@alone.command("demo")
def demo(
    folder: Annotated[
        Path,
        typer.Option(
            "--dir", help="Dit meddelanden, kontoutdrag och sammanfattning skrivs / where it all goes"
        ),
    ] = Path("build/demo"),
    database: Annotated[
        str,
        typer.Option(
            "--database", metavar="URL", help="En tom databas / an empty database [SQLite i --dir / in --dir]"
        ),
    ] = "",
    service: Annotated[
        str,
        typer.Option(
            "--service",
            metavar="NAME",
            help=f"Demon av en annan tjänst / the demo of another service: {', '.join(demos())}",
        ),
    ] = "",
    story: Annotated[
        Path | None, typer.Option(help="Berättelsens filer / the story's files", hidden=True)
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Sammanfattningen som JSON / the summary as JSON")
    ] = False,
    access_point: Annotated[
        Literal["", "simulator"],
        typer.Option(
            help="simulator: meddelanden reser, leverantörers system svarar / messages travel, suppliers answer"
        ),
    ] = "",
    faults: Annotated[
        bool,
        typer.Option(
            "--faults", help="Meddelanden förloras, dubbleras, byter plats / lost, doubled, mixed up"
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Samma frö ger samma misstag / same seed, same mistakes")] = 1,
) -> None:
    """Spela upp alla fall från beslut till betalning / play every case from decision to payment."""
    # Suppliers' simulated systems invoice what they receive, and know of nothing that is taken back.
    told = read_story(story or story_folder(service), first_chapter_only=bool(access_point))
    clear(folder)
    if access_point:
        loop(told, url=database, folder=folder, seed=seed, faults=faults, as_json=as_json, progress=_progress)
        return
    url = database or f"sqlite:///{folder / DATABASE_FILE}"
    with _progress(told) as passed:
        played = play(told, url=url, folder=folder, passed=passed, options=Settings().database_options)
    mark(folder, told.last_day)
    summary = json.dumps(_summary(played), ensure_ascii=False, indent=2)
    (folder / "summary.json").write_text(summary + "\n", encoding="utf-8")
    if as_json:
        typer.echo(summary)
    else:
        _show(played, folder)
    if not played.as_expected:
        raise typer.Exit(1)


@contextmanager
def _progress(story: Story) -> Iterator[Callable[[date], None]]:
    """A bar with the day of the story, where somebody looks; nothing in a pipe."""
    paper = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=paper, transient=True, disable=not paper.is_terminal) as progress:
        task = progress.add_task("", total=len(story.days))

        def passed(day: date) -> None:
            progress.update(task, advance=1, description=str(day))

        yield passed


def _summary(played: Played) -> Json:
    return {
        "cases": [
            {
                "name": f"{each.name.sv} ({each.about})",
                "name_en": f"{each.name.en} ({each.about})",
                "expected": each.expected,
                "actual": each.actual,
            }
            for each in played.outcomes
        ],
        "invariants_broken": list(played.broken),
        "counts": {name: dict(counts) for name, counts in played.counts.items()},
    }


def _show(played: Played, folder: Path) -> None:
    columns = (
        TableColumn(side_by_side(Text("Rätt"))),
        TableColumn(side_by_side(Text("Fall")), wrap=True),
        TableColumn(side_by_side(Text("Gäller", context="demo")), wrap=True),
        TableColumn(side_by_side(Text("Utfall", context="demo")), wrap=True),
    )
    show(table(columns, _rows(played.outcomes), language=SWEDISH), "")
    for name, words in _COUNTED.items():
        counts = ", ".join(f"{count} {what}" for what, count in played.counts[name].items())
        show(RichText(f"{words.both()}: {counts}"))
    show("")
    failed = [each for each in played.outcomes if not each.as_expected]
    for each in failed:
        show(RichText(f"{Text('FEL').both()}  {each.name.sv} ({each.about})"))
        expected, became = Text("väntat").both(), Text("blev").both()
        show(RichText(f"  {expected}: {each.expected}\n  {became}:     {each.actual}"))
    for sentence in played.broken:
        show(RichText(f"{Text('BRUTEN INVARIANT').both()}  {sentence}"))
    summed_up = Text(
        "%(cases)s fall, %(right)s av %(outcomes)s utfall som väntat, %(broken)s brutna invarianter. "
        "Allt ligger i %(folder)s.",
        cases=len({each.name for each in played.outcomes}),
        right=len(played.outcomes) - len(failed),
        outcomes=len(played.outcomes),
        broken=len(played.broken),
        folder=folder,
    )
    show(RichText(summed_up.both("\n")), "")
    show(RichText(f"{Text('Portalen').both()}: billing serve --dir {folder}"))
    show(RichText(f"{Text('Lösenord för alla').both()}: {people.PASSWORD}"))
    for person in people.PEOPLE:
        show(RichText(f"  {person.sign_in_name:<28}{person.told.sv}"))


_COUNTED = {
    "events": Text("Händelser", context="demo"),
    "orders": Text("Ordrar", context="demo"),
    "letters_in": Text("Meddelanden in"),
    "documents": Text("Fakturor och kreditfakturor"),
    "letters_out": Text("Meddelanden ut"),
}


def _rows(outcomes: Sequence[ExpectedOutcome]) -> Iterator[list[str]]:
    """One row a case: how many of its outcomes are right, and the one that tells most, its first."""
    for _, grouped in groupby(outcomes, key=lambda each: each.name):
        case = list(grouped)
        right, first = sum(each.as_expected for each in case), case[0]
        mark = "ja" if right == len(case) else "NEJ"
        yield [f"{mark} {right}/{len(case)}", first.name.both("\n"), first.about, first.actual]
