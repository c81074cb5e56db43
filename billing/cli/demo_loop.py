"""What `billing demo --access-point simulator` prints: the messages by kind, the faults met, and the statement.

Convention: Swedish and English side by side as the demo has it, since the two sides read it together.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import structlog
import typer
from rich.text import Text as RichText

from billing.cli.printing import TableColumn, show, side_by_side, table
from billing.tools.demo.folder import DATABASE_FILE, mark
from billing.tools.demo.loop_back import Looped, play
from billing.tools.demo.story import Story
from finance_desk.statement_files import statement_csv
from foundation.formatting import Json, kronor
from foundation.text import SWEDISH, Text
from invoicing.reconciliation.statement import Statement, StatementRow

Progress = Callable[[Story], AbstractContextManager[Callable[[date], None]]]

_COLUMNS = ("ordered", "received", "invoiced", "credited", "paid", "not_approved", "open")


def loop(
    story: Story,
    *,
    url: str,
    folder: Path,
    seed: int,
    faults: bool,
    as_json: bool,
    progress: Progress,
) -> None:
    """Play the story over the simulated access point, tell what came of it, and leave 1 where it is not settled."""
    with progress(story) as passed, _logged_to(folder / "post.log"):
        looped = play(
            story,
            url=url or f"sqlite:///{folder / DATABASE_FILE}",
            folder=folder,
            seed=seed,
            faults=faults,
            passed=passed,
        )
    mark(folder, looped.last_day)
    summary = json.dumps(_summary(looped), ensure_ascii=False, indent=2)
    (folder / "summary.json").write_text(summary + "\n", encoding="utf-8")
    statement = statement_csv(looped.statement)
    (folder / "statement.csv").write_text(statement, encoding="utf-8", newline="")
    if as_json:
        typer.echo(summary)
    else:
        _show(looped, folder)
    if looped.broken or not looped.statement.total.settled:
        raise typer.Exit(1)


@contextmanager
def _logged_to(path: Path) -> Iterator[None]:
    """The post's log lines go to a file: with faults switched on there are many, and the account counts them."""
    before = structlog.get_config()
    with path.open("w", encoding="utf-8") as file:
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=file))
        try:
            yield
        finally:
            structlog.configure(**before)


def _show(looped: Looped, folder: Path) -> None:
    told = (
        (Text("Våra meddelanden", context="demo"), looped.messages_out),
        (Text("Meddelanden till oss"), looped.messages_in),
        (Text("Fakturor och kreditfakturor"), looped.documents),
        (Text("Fel på vägen"), looped.faults),
    )
    for words, counts in told:
        said = ", ".join(f"{count} {what}" for what, count in counts.items()) or Text("inga").both()
        show(RichText(f"{words.both()}: {said}"))
    show(RichText(f"{Text('Kredit begärd i telefon').both()}: {looped.asked_in_person}"), "")
    columns = (
        TableColumn(Text("Leverantör")),
        TableColumn(side_by_side(Text("Beställt", context="demo")), right=True),
        TableColumn(side_by_side(Text("Levererat", context="demo")), right=True),
        TableColumn(side_by_side(Text("Fakturerat", context="demo")), right=True),
        TableColumn(side_by_side(Text("Krediterat", context="demo")), right=True),
        TableColumn(side_by_side(Text("Betalt", context="demo")), right=True),
        TableColumn(side_by_side(Text("Öppet", context="demo")), right=True),
    )
    show(table(columns, _rows(looped.statement), language=SWEDISH, total=_row(looped.statement.total)))
    for sentence in looped.broken:
        show(RichText(f"{Text('BRUTEN INVARIANT').both()}  {sentence}"))
    settled = Text(
        "Allt levererat är fakturerat, godkänt och betalt den %(day)s. Allt ligger i %(folder)s.",
        day=looped.last_day,
        folder=folder,
    )
    show(RichText(settled.both("\n")))


def _rows(statement: Statement) -> Iterator[list[str]]:
    for row in statement.rows:
        yield _row(row)


def _row(row: StatementRow) -> list[str]:
    amounts = (row.ordered, row.received, row.invoiced, row.credited, row.paid, row.open)
    return [row.key[0] or Text("Summa", context="demo").both(), *(kronor(each) for each in amounts)]


def _summary(looped: Looped) -> Mapping[str, Json]:
    total = looped.statement.total
    return {
        "last_day": looped.last_day.isoformat(),
        "letters_out": dict(looped.messages_out),
        "letters_in": dict(looped.messages_in),
        "documents": dict(looped.documents),
        "faults": dict(looped.faults),
        "asked_in_person": looped.asked_in_person,
        "statement": {name: str(getattr(total, name).amount) for name in _COLUMNS},
        "settled": total.settled,
        "invariants_broken": list(looped.broken),
        "books": looped.books,
    }
