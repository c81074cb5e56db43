"""`billing work`: a worker that delivers, collects, sorts and runs the jobs; `billing jobs`: what ran.

Any number of workers may run on PostgreSQL; on SQLite one is enough. With several buyers it works for each of them,
in threads of their own, or with --buyer for one. SIGTERM ends a worker
gracefully: the message in its hand is finished and the rest is given back.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated

import structlog
import typer

from billing.cli.command import AsJson, CommandContext, On, command
from billing.cli.commands.post import By
from billing.cli.every_buyer import only, tell_stopped
from billing.cli.exit_codes import ExitCode, complain
from billing.cli.printing import TableColumn, show, table, write_json
from billing.server import ways_in
from billing.server.background import webhook_work
from billing.server.installation import Books, Installation
from billing.server.jobs import jobs_of
from billing.server.observability import telemetry
from billing.server.worker import Worker
from billing.server.workers import Workers
from foundation import gc_tuning, journal
from foundation.errors import Refused
from foundation.text import Text
from operations import job_run_store, scheduler
from operations.access_point import is_asked, opened_access_point
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.restore import mark_places
from operations.settings import Settings
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import AccessPoint

alone = typer.Typer()
jobs = typer.Typer()


@command(alone, "work")
def work(
    context: CommandContext,
    once: Annotated[
        bool, typer.Option("--once", help="Gör det som väntar och sluta / do what waits and end")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0, metavar="SECONDS", help="Sluta efter / end after")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Mapp i stället för accesspunkten / folder instead"),
    ] = None,
    on: On = None,
) -> None:
    """Sköt posten och jobben tills du avbryter / tend the post and the jobs until stopped."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))
    with context.installation(takes_in=True) as installation:
        workers = Workers(
            installation,
            partial(_opened, context, installation, folder, on),
            only=only(context, installation),
        )

        def stop(number: int, frame: FrameType | None) -> None:
            workers.stop.set()

        gc_tuning.settle()
        stop_tracing = telemetry.start(telemetry.WORK)
        before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            if once:
                tell_stopped(context, workers.once())
            else:
                workers.run(seconds=seconds)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            stop_tracing()
        if workers.unfinished:
            # Its threads wait for somebody outside, and the process would wait for them.
            sys.stderr.flush()
            os._exit(ExitCode.OK)


@contextmanager
def _opened(
    context: CommandContext,
    installation: Installation,
    folder: Path | None,
    on: date | None,
    books: Books,
    stop: Event,
) -> Iterator[Worker]:
    """A buyer's worker with its books and its access point."""
    settings = books.settings
    database = installation.database_of(books)
    if not database.marks:
        complain(context.say(mark_places.NOWHERE))
    with _access_point(context, settings, folder) as access_point:
        yield Worker(
            database,
            access_point,
            jobs_of(settings),
            stop=stop,
            asks=folder is None and is_asked(settings),
            # One SFTP connection carries one thing at a time.
            at_once=1 if "sftp" in (settings.access_point_kind, settings.access_point_inbox) else 4,
            fixed_day=on,
            collects=partial(ways_in.is_collector, installation, books, folder=folder),
            into=ways_in.into(installation, database),
            settings=settings,
            webhooks=webhook_work.sender_of(database, settings, stopping=stop.is_set),
        )


@contextmanager
def _access_point(
    context: CommandContext, settings: Settings, folder: Path | None
) -> Iterator[AccessPoint | None]:
    """The folder that was named or the access point of the settings; None, with a word, where there is neither."""
    if folder is not None:
        yield FolderAccessPoint(folder)
    elif settings.access_point_kind:
        with opened_access_point(settings) as access_point:
            yield access_point
    else:
        complain(
            context.say(
                Text(
                    "Ingen accesspunkt är inställd: meddelanden varken skickas eller hämtas, allt annat sköts."
                )
            )
        )
        yield None


_RUNS = (
    TableColumn(Text("Jobb")),
    TableColumn(Text("Tid")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Utfall"), wrap=40),
)


@command(jobs, "list")
def list_jobs(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa varje jobbs senaste körning och det som gått fel / show the latest run of each job."""
    with context.reading() as session:
        ran = list(job_run_store.latest(session))
    if as_json:
        write_json(
            [
                {"job": each.job, "slot": each.slot.isoformat(), "state": each.state.value, "note": each.note}
                for each in ran
            ]
        )
        return
    rows = [(each.job, each.slot.strftime("%Y-%m-%d %H:%MZ"), each.state, each.note) for each in ran]
    show(table(_RUNS, rows, language=context.language))


@command(jobs, "again")
def again(
    context: CommandContext,
    job: Annotated[str, typer.Argument(help="Jobbets namn / the job's name")],
    by: By = "operator",
) -> None:
    """Låt ett jobb som givits upp köras igen / let a job that was given up run again."""
    with context.opened() as database, database.writing() as session:
        slots: list[datetime] = scheduler.try_again(session, job, now=database.clock())
        if not slots:
            raise Refused(
                Text(
                    "Jobbet %(job)s har inget att köra om. Se vad som gått fel med: billing jobs list",
                    job=job,
                )
            )
        for slot in slots:
            journal.record(
                session, by, OperationsAction.JOB_AGAIN, OperationsSubject.JOB.of(job), slot=slot.isoformat()
            )
    typer.echo(context.say(Text("%(runs)s körningar tas om av nästa arbetare.", runs=len(slots))))
