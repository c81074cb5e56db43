"""`billing payments tasks|task-again|task-stop`, and large runs done at the terminal with a line that says how far.

What is asked for at the terminal is the same work as that of the pages, in the same table: who is cut off is followed
by a worker, or by the same command once more.
"""

import sys
import time
from typing import Annotated, Final

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.commands.due_payments import payments
from billing.cli.exit_codes import ExitCode, complain
from billing.cli.printing import TableColumn, show, table, write_json
from billing.server.background import background_work
from foundation.database import Database, utc_now
from foundation.formatting import Json
from foundation.text import Text
from operations.background import asking, task_store
from operations.background.tasks import KIND_WORDS, TASK_WORDS, Task, TaskState

Number = Annotated[int, typer.Argument(metavar="NR", help="Arbetets nummer / the number of the work")]
By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]

_TASKS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Arbete"), wrap=26),
    TableColumn(Text("Läge"), wrap=20),
    TableColumn(Text("Rader"), right=True),
    TableColumn(Text("Utfall"), wrap=36),
)
_WHOLE: Final = 1e9
_LOOK_SECONDS: Final = 2.0


@command(payments, "tasks")
def tasks(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa arbeten med stora betalningsförslag / show the work of large payment proposals."""
    with context.reading() as session:
        found = task_store.listed(session)
    if as_json:
        write_json([_told(each) for each in found])
        return
    rows = [
        (
            str(each.id),
            context.say(KIND_WORDS[each.kind]),
            context.say(TASK_WORDS[each.state]),
            f"{each.rows_done}/{each.rows_total}",
            context.say(each.outcome) or each.fault,
        )
        for each in found
    ]
    show(table(_TASKS, rows, language=context.language))


@command(payments, "task-again")
def again(context: CommandContext, number: Number, by: By) -> None:
    """Försök igen med det som fastnat / try again what is stuck."""
    with context.writing() as session:
        asking.again(session, number, by=by)
    typer.echo(context.say(Text("Arbetet tas upp igen.")))


@command(payments, "task-stop")
def stop(context: CommandContext, number: Number, by: By) -> None:
    """Avbryt ett arbete; det som är gjort står kvar / stop work; what has been done stays."""
    with context.writing() as session:
        asking.stop(session, number, by=by, now=utc_now())
    typer.echo(context.say(Text("Arbetet är avbrutet. Hur långt det kom visar billing payments tasks.")))


def follow(
    context: CommandContext, database: Database, number: int, *, as_json: bool, tells: bool = True
) -> Task:
    """Do the work here, whoever asked for it, until it has ended; say how far and, if it `tells`, what came of it."""
    progress = _Progress(context)
    while True:
        background_work.run_one(database, context.settings, only=number, tell=progress.tell, seconds=_WHOLE)
        with database.reading() as session:
            task = task_store.get(session, number)
        if task.state is not TaskState.WAITING:
            break
        progress.tell(task.rows_done, task.rows_total)
        # Another has it, or it rests after a fault.
        time.sleep(_LOOK_SECONDS)
    progress.end()
    if as_json:
        write_json(_told(task))
    elif task.state is TaskState.DONE and tells:
        typer.echo(context.say(task.outcome))
    if task.state is not TaskState.DONE:
        complain(context.say(task.outcome) or context.say(TASK_WORDS[task.state]))
        raise typer.Exit(ExitCode.FAILED)
    return task


class _Progress:
    """A line on standard error that is written over at a terminal, and a line for each tenth where nobody looks."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._at_terminal = sys.stderr.isatty()
        self._tenth = -1

    def tell(self, done: int, total: int) -> None:
        """Say how many of how many."""
        said = self._context.say(Text("%(done)s av %(total)s rader", done=done, total=total))
        tenth = 10 * done // total if total else 0
        if self._at_terminal:
            typer.echo(f"\r{said} ", err=True, nl=False)
        elif tenth != self._tenth:
            typer.echo(said, err=True)
        self._tenth = tenth

    def end(self) -> None:
        """Leave the line."""
        if self._at_terminal and self._tenth >= 0:
            typer.echo("", err=True)


def _told(task: Task) -> Json:
    return {
        "number": task.id,
        "kind": task.kind.value,
        "about": task.about,
        "state": task.state.value,
        "rows_done": task.rows_done,
        "rows_total": task.rows_total,
        "outcome": task.outcome.en,
        "is_short": task.is_short,
    }
