"""`billing demo`: the whole house at work on a story of many cases, with a summary at the end."""

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
from rich.text import Text

from billing.cli.demo_loop import loop
from billing.cli.printing import TableColumn, show, table
from billing.tools.demo import people
from billing.tools.demo.folder import DATABASE_FILE, clear, mark
from billing.tools.demo.outcomes import ExpectedOutcome
from billing.tools.demo.playing import Played, play
from billing.tools.demo.story import Story, read_story
from billing.tools.demo.story_folder import story_folder
from foundation.formatting import Json

alone = typer.Typer()

_STORY = story_folder()


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
    story: Annotated[Path, typer.Option(help="Berättelsens filer / the story's files", hidden=True)] = _STORY,
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
    told = read_story(story)
    clear(folder)
    if access_point:
        loop(told, url=database, folder=folder, seed=seed, faults=faults, as_json=as_json, progress=_progress)
        return
    url = database or f"sqlite:///{folder / DATABASE_FILE}"
    with _progress(told) as passed:
        played = play(told, url=url, folder=folder, passed=passed)
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
                "name": f"{each.name} ({each.about})",
                "name_en": f"{each.name_en} ({each.about})",
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
        TableColumn("Rätt / right", "Right"),
        TableColumn("Fall / case", "Case", wrap=True),
        TableColumn("Gäller / about", "About", wrap=True),
        TableColumn("Utfall / outcome", "Outcome", wrap=True),
    )
    show(table(columns, _rows(played.outcomes), language="sv"), "")
    for name, words in _COUNTED.items():
        counts = ", ".join(f"{count} {what}" for what, count in played.counts[name].items())
        show(Text(f"{words}: {counts}"))
    show("")
    failed = [each for each in played.outcomes if not each.as_expected]
    for each in failed:
        show(Text(f"FEL / WRONG  {each.name} ({each.about})"))
        show(Text(f"  väntat / expected: {each.expected}\n  blev / became:     {each.actual}"))
    for sentence in played.broken:
        show(Text(f"BRUTEN INVARIANT / BROKEN INVARIANT  {sentence}"))
    cases = len({each.name for each in played.outcomes})
    count, right, broken = len(played.outcomes), len(played.outcomes) - len(failed), len(played.broken)
    show(
        Text(
            f"{cases} fall, {right} av {count} utfall som väntat, {broken} brutna invarianter. "
            f"Allt ligger i {folder}.\n"
            f"{cases} cases, {right} of {count} outcomes as expected, {broken} broken invariants. "
            f"All of it is in {folder}."
        )
    )
    show("")
    show(
        Text(
            f"Portalen / the portal: billing serve --dir {folder}\n"
            f"Lösenord för alla / password for all: {people.PASSWORD}"
        )
    )
    for person in people.PEOPLE:
        show(Text(f"  {person.sign_in_name:<28}{person.told[0]}"))


_COUNTED = {
    "events": "Händelser / events",
    "orders": "Ordrar / orders",
    "letters_in": "Meddelanden in / messages in",
    "documents": "Fakturor och kreditfakturor / invoices and credit notes",
    "letters_out": "Meddelanden ut / messages out",
}


def _rows(outcomes: Sequence[ExpectedOutcome]) -> Iterator[list[str]]:
    """One row a case: how many of its outcomes are right, and the one that tells most, its first."""
    for _, grouped in groupby(outcomes, key=lambda each: each.name):
        case = list(grouped)
        right, first = sum(each.as_expected for each in case), case[0]
        mark = "ja" if right == len(case) else "NEJ"
        yield [f"{mark} {right}/{len(case)}", f"{first.name}\n{first.name_en}", first.about, first.actual]
