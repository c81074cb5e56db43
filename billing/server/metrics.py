"""What a machine may watch: is the process alive, can it work, and how does the post stand.

`/livez` looks at nothing. `/readyz` asks the database. `/metrics` counts in the database at the
moment it is asked, so that every process tells the same and a restart forgets nothing. Nothing
here names a supplier: a sole trader's organisation number is a personal identity number.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from accounts.guessing import guessed_account_store, wrong_try_store
from accounts.guessing.guessed_accounts import GOES_ON
from billing.server import books_watch, metric_queries
from billing.server.books_watch import BooksAnswer
from billing.server.observability import database_figures, trade_figures
from billing.server.observability.metric_families import by, one, with_zeros
from foundation.database import Database, DatabaseUnusable
from foundation.sql import Session
from operations import exchange_queries
from operations.exchange_queries import AccessPointStanding, ExchangeStanding
from operations.job_run_store import JobRunState
from operations.machine import disk_watch
from operations.mail import mail_queries
from operations.mail.store import MailState
from operations.settings import Settings
from operations.webhooks import endpoint_store, message_store
from operations.webhooks.model import EndpointState, MessageState
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.object_storage import storage_of
from peppol.exchange.tables import OutState
from peppol.validation import apart
from web.budgets import Budgets
from web.pages import budgets_of

router = APIRouter(tags=["operation"])


@router.get("/livez", summary="Is the process alive?")
async def livez() -> dict[str, str]:
    """Answer ok without looking at anything else."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can it work?")
def readyz(request: Request) -> Response:
    """200 when the database answers, has its tables and room and can be written, otherwise 503 with why.

    A disk that is full or cannot be written on is named, also where it is not the database's and the rest works.

    With several buyers each is told, and one whose books are silent takes nobody's service away: it is 503 when all
    are.
    """
    told = {each.slug: _answer(each) for each in _watched(request)}
    works = BooksAnswer.OK in told.values()
    disks = {each.what: each.fault.value for each in disk_watch.troubles(request.app.state.settings)}
    works = works and "database" not in disks
    if "" in told:
        body: dict[str, object] = (
            {"status": "ok"} if works else {"status": "unavailable", "database": _word(told[""])}
        )
    else:
        body = {"status": "ok" if works else "unavailable", "buyers": told}
    if disks:
        body["disks"] = disks
    return JSONResponse(body, status_code=200 if works else 503)


def _word(told: BooksAnswer) -> str:
    return "cannot be written" if told is BooksAnswer.OK else told


@router.get("/metrics", summary="Figures in the Prometheus format", response_class=Response)
def metrics(request: Request) -> Response:
    """Figures of the post, the jobs and the mails. With `metrics_token` set, only for who bears it."""
    settings: Settings = request.app.state.settings
    token = settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(BooksCollector(_watched(request)))
    registry.register(ChecksCollector(budgets_of(request)))
    # Processor, memory and files of the process that answers.
    ProcessCollector(registry=registry)
    try:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
    except (SQLAlchemyError, DatabaseUnusable):
        return Response(status_code=503)


@dataclass(frozen=True, slots=True)
class Watched:
    """Books that are watched: the buyer's short name, empty where there is one buyer; None for books not opened."""

    slug: str
    database: Database | None


def _watched(request: Request) -> Sequence[Watched]:
    watched: Callable[[], Sequence[Watched]] = request.app.state.watched
    return watched()


def _answer(watched: Watched) -> BooksAnswer:
    return BooksAnswer.SILENT if watched.database is None else books_watch.answer_of(watched.database)


class BooksCollector(Collector):
    """The figures, read from the books each time they are asked for, with a label `buyer` where there are several."""

    def __init__(self, watched: Sequence[Watched]) -> None:
        self._watched = watched

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every figure, of each books from one consistent view. Raises SQLAlchemyError for the only ones."""
        if [each.slug for each in self._watched] == [""]:
            (only,) = self._watched
            assert only.database is not None  # noqa: S101 - an application has books of its own
            yield from _figures(only.database)
            return
        families: dict[str, Metric] = {}
        up = families["billing_books_up"] = GaugeMetricFamily(
            "billing_books_up", "1 while a buyer's books answer.", labels=["buyer"]
        )
        for each in self._watched:
            try:
                found = list(_figures(each.database)) if each.database is not None else None
            except (SQLAlchemyError, DatabaseUnusable):
                found = None
            up.add_sample("billing_books_up", {"buyer": each.slug}, float(found is not None))
            for metric in found or ():
                family = families.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    family.add_sample(sample.name, {**sample.labels, "buyer": each.slug}, sample.value)
        yield from families.values()


class ChecksCollector(Collector):
    """How often checking a document was ended or refused in this process since it began: no books know of it."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Both figures, of this process alone."""
        yield by(
            "billing_checks_ended",
            "Checks of documents that this process ended before they were done, by why.",
            "why",
            [(why.value, count) for why, count in apart.CHECKS.ended.items()],
        )
        yield by(
            "billing_checks_refused",
            "Documents that this process did not check, by whose budget was used up.",
            "whose",
            self._budgets.figures.items(),
        )


def _figures(database: Database) -> Iterator[Metric]:
    with database.reading() as session:
        now = database.clock()
        stands = exchange_queries.standing(session)
        yield from _post(stands, now)
        yield from _directory(stands)
        yield from _work(session, now)
        yield from _object_storage(session)
        yield from trade_figures.receivers(stands.receivers)
        yield from trade_figures.figures(session)
        yield from database_figures.figures(session, now)


def _webhooks(session: Session, now: datetime) -> Iterator[Metric]:
    counts = endpoint_store.count_by_state(session)
    yield by(
        "billing_webhooks",
        "Webhooks that have not been taken away, by state.",
        "state",
        [
            (each.value.lower(), counts.get(each, 0))
            for each in (EndpointState.ACTIVE, EndpointState.DISABLED)
        ],
    )
    yield one(
        "billing_webhooks_failing",
        "Active webhooks whose last attempt failed.",
        endpoint_store.count_failing(session),
    )
    yield by(
        "billing_webhook_messages_open",
        "Messages to webhooks that wait or were given up, by state.",
        "state",
        [
            (each.value.lower(), message_store.count(session, each))
            for each in (MessageState.WAITING, MessageState.FAILED)
        ],
    )
    oldest = message_store.oldest_untried(session)
    yield one(
        "billing_oldest_webhook_seconds",
        "Since the oldest event happened that waits for its first attempt at an active webhook; 0 when none does.",
        max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
    )


def _post(stands: ExchangeStanding, now: datetime) -> Iterator[Metric]:
    yield by(
        "billing_letters_out_open",
        "Messages of ours that are not through, by state.",
        "state",
        [
            (state.value.lower(), stands.count(state))
            for state in (OutState.WAITING, OutState.STUCK, OutState.REJECTED)
        ],
    )
    yield by(
        "billing_letters_in_open",
        "Messages to us that have had no effect yet, by state.",
        "state",
        [("arrived", stands.arrived), ("failed", stands.failed), ("unfetched", stands.unfetched)],
    )
    yield one("billing_letters_out", "Messages of ours ever laid out.", stands.laid_out)
    yield one("billing_letters_in", "Messages ever come to us, with repeats.", stands.came)
    for name, what, oldest in (
        ("out", "message of ours that waits was laid out", stands.oldest_out),
        ("in", "message to us that waits came", stands.oldest_in),
    ):
        age = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
        yield one(f"billing_oldest_{name}_seconds", f"Since the oldest {what}; 0 when none waits.", age)
    yield from _access_points(stands.access_points)


def _object_storage(session: Session) -> Iterator[Metric]:
    """What lies in the object storage; nothing where nothing ever did and none is set."""
    found = object_store.figures(session)
    if not found.bodies and storage_of(session) is None:
        return
    yield by(
        "billing_bodies",
        "Messages whose bytes are kept, by where they lie.",
        "place",
        [("database", metric_queries.bodies_here(session)), ("object_storage", found.bodies)],
    )
    yield one("billing_bodies_bytes", "Bytes of messages that lie in the object storage.", found.size)
    yield one(
        "billing_bodies_to_remove",
        "Messages disposed of whose object is still to be removed from the object storage.",
        found.to_remove,
    )
    yield one(
        "billing_bodies_faults",
        "Objects that the object storage would not hold, release or remove when it was asked last.",
        found.faults,
    )
    if found.newest_at is not None:
        yield one(
            "billing_bodies_moved_seconds",
            "When bytes were moved to the object storage last, in seconds since 1970.",
            found.newest_at.timestamp(),
        )


def _access_points(points: Sequence[AccessPointStanding]) -> Iterator[Metric]:
    """How each access point does, out and in apart: one may answer where the other does not."""
    for name, what, value in (
        (
            "up",
            "1 while messages go that way, 0 while it is left alone.",
            lambda each: int(each.opened_at is None),
        ),
        ("failures", "Failures in a row that way.", lambda each: each.failures),
    ):
        family = GaugeMetricFamily(f"billing_access_point_{name}", what, labels=["access_point", "way"])
        for each in points:
            family.add_metric([each.point, "in" if each.is_way_in else "out"], value(each))
        yield family
    yield by(
        "billing_last_collected_seconds",
        "When all that had come was collected last, in seconds since 1970.",
        "access_point",
        [(each.point, each.reached_at.timestamp()) for each in points if each.is_way_in and each.reached_at],
    )


def _directory(stands: ExchangeStanding) -> Iterator[Metric]:
    yield one(
        "billing_directory_believed",
        "1 while the directory's no is believed, 0 while messages wait since it is not.",
        int(stands.doubt.doubted_at is None),
    )
    yield one(
        "billing_letters_out_in_doubt",
        "Messages of ours that wait since the directory's no is not believed.",
        stands.in_doubt,
    )


def _work(session: Session, now: datetime) -> Iterator[Metric]:
    yield by(
        "billing_job_last_slot_seconds",
        "The newest slot of each job that went well, in seconds since 1970.",
        "job",
        [(name, slot.timestamp()) for name, slot in metric_queries.last_slots(session).items()],
    )
    yield by(
        "billing_job_slots_open",
        "Slots of jobs that have not gone well, by state.",
        "state",
        with_zeros(metric_queries.slots_not_done(session), (JobRunState.FAILED, JobRunState.GIVEN_UP)),
    )
    yield by(
        "billing_mails_open",
        "Mails that have not left, by state.",
        "state",
        with_zeros(metric_queries.mails_open(session), (MailState.WAITING, MailState.STUCK)),
    )
    _, oldest = mail_queries.waiting(session)
    yield one(
        "billing_oldest_mail_seconds",
        "Since the oldest mail that waits was laid; 0 when none waits.",
        max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
    )
    yield from _webhooks(session, now)
    yield one(
        "billing_accounts_guessed",
        "Accounts whose password strangers have guessed at within the hour.",
        guessed_account_store.count(session, seen_after=now - GOES_ON),
    )
    yield one(
        "billing_sign_in_keys_waiting",
        "Names, clients and browsers that must wait before they try again, from too many wrong tries.",
        wrong_try_store.count_waiting(session, now=now),
    )
    alarms = metric_queries.alarms(session)
    yield by("billing_alarms", "Alarms ever raised, by kind.", "kind", alarms.items())
    yield one(
        "billing_journal_rows",
        "The number of the journal's newest row.",
        metric_queries.journal_rows(session),
    )
