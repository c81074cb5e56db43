"""Watching: figures that are true, from the database, and nothing in them or in the log that must not be there."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from typer.testing import CliRunner

from billing.cli.cli import app as billing
from billing.server import exchange_events
from billing.server.app import create_app
from billing.server.jobs import jobs_of
from operations import alarms, scheduler
from operations.settings import Settings
from peppol.exchange.sending import MessageSender
from tests.support.servers.faulty_point import (
    ALFA,
    BETA,
    FaultyPoint,
    Moment,
    away,
    lay_out,
    loses_reply,
    takes,
)
from tests.support.stories.system import System, a_system


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def moment(system: System, monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(system.database, "clock", moment)
    return moment


class Client:
    """Asks the application in this process."""

    def __init__(self, url: str, moment: Moment, token: str = "") -> None:
        self._settings = Settings(database_url=url, metrics_token=SecretStr(token))
        self._moment = moment

    def get(self, path: str, *, bearer: str = "") -> httpx.Response:
        app = create_app(self._settings, clock=self._moment)

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://portal"
            ) as http:
                return await http.get(path, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})

        try:
            # A browser of another test may keep a loop of its own in this thread.
            with ThreadPoolExecutor(1) as aside:
                return aside.submit(anyio.run, asked).result()
        finally:
            app.state.database.close()


def figures(url: str, moment: Moment) -> dict[str, float]:
    text = Client(url, moment).get("/metrics").text
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sender(system: System, point: FaultyPoint) -> MessageSender:
    return MessageSender(system.database.writing, point, system.database.clock, exchange_events.tell)


def some_post(system: System, moment: Moment) -> None:
    """Two messages through, one stuck, one waiting for ten minutes, and an alarm."""
    point = FaultyPoint()
    with system.database.writing() as session:
        lay_out(session, [1, 2])
    sender(system, point).round()
    with system.database.writing() as session:
        lay_out(session, [3], receiver=BETA)
    point.fault = loses_reply
    for _ in range(5):
        sender(system, point).round()
        moment.pass_(hours=5)
    with system.database.writing() as session:
        lay_out(session, [4])
        alarms.raise_due(session, now=moment())
    moment.pass_(minutes=10)


def test_the_figures_say_what_waits_what_is_stuck_and_since_when(
    system: System, moment: Moment, database_url: str
) -> None:
    scheduler.run_due(system.database, jobs_of(Settings()))
    some_post(system, moment)
    told = figures(database_url, moment)
    assert told["billing_letters_out_open waiting"] == 1
    assert told["billing_letters_out_open stuck"] == 1
    assert told["billing_letters_out_open rejected"] == 0
    assert told["billing_letters_out"] == 4
    assert told["billing_oldest_out_seconds"] == 600
    assert told["billing_oldest_in_seconds"] == 0
    assert told["billing_access_point_up faulty out"] == 1
    assert told["billing_alarms LETTERS_STUCK"] == 1
    assert told["billing_job_slots_open given_up"] == 0
    assert told["billing_job_last_slot_seconds alarms"] > 0
    # No supplier can be told from the figures.
    text = Client(database_url, moment).get("/metrics").text
    assert "559999" not in text


@pytest.mark.both_engines
def test_an_access_point_that_is_left_alone_is_down_in_the_figures(
    system: System, moment: Moment, database_url: str
) -> None:
    with system.database.writing() as session:
        lay_out(session, [1])
    point = FaultyPoint(fault=away)
    for _ in range(3):
        sender(system, point).round()
        moment.pass_(minutes=30)
    assert figures(database_url, moment)["billing_access_point_up faulty out"] == 0
    point.fault = takes
    sender(system, point).round()
    assert figures(database_url, moment)["billing_access_point_up faulty out"] == 1


def test_the_figures_can_be_kept_for_who_bears_a_token(
    system: System, moment: Moment, database_url: str
) -> None:
    guarded = Client(database_url, moment, "the operator's")
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", bearer="another").status_code == 401
    borne = guarded.get("/metrics", bearer="the operator's")
    assert borne.status_code == 200


def test_ready_only_with_a_database_that_answers_and_has_its_tables(
    system: System, moment: Moment, database_url: str
) -> None:
    assert Client(database_url, moment).get("/readyz").json() == {"status": "ok"}
    empty = Client("sqlite://", moment)
    assert empty.get("/readyz").status_code == 503
    assert empty.get("/metrics").status_code == 503
    assert empty.get("/livez").status_code == 200


@pytest.mark.both_engines
def test_the_status_command_tells_people_and_machines_the_same(
    system: System, moment: Moment, database_url: str
) -> None:
    some_post(system, moment)
    told = CliRunner().invoke(billing, ["--database", database_url, "post", "status", "--json"])
    status = json.loads(told.output)
    assert status["out"] == {"SENT": 2, "STUCK": 1, "WAITING": 1}
    assert [(each["receiver"], each["waiting"], each["stuck"]) for each in status["receivers"]] == [
        (ALFA, 1, 0),
        (BETA, 0, 1),
    ]
    (point,) = status["access_points"]
    assert (point["name"], point["answers"]) == ("faulty", True)
    words = CliRunner().invoke(billing, ["--database", database_url, "post", "status", "--lang", "en"]).output
    assert "From us: 2 SENT, 1 STUCK, 1 WAITING" in words
    assert BETA in words


def test_every_attempt_is_one_line_that_names_the_message_and_nothing_of_its_content(
    system: System, moment: Moment
) -> None:
    with system.database.writing() as session:
        (instance_id,) = lay_out(session, [7])
    # The command line lets warnings through only; here everything is looked at.
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as lines:
        sender(system, FaultyPoint(fault=loses_reply)).round()
        moment.pass_(minutes=1)
        sender(system, FaultyPoint()).round()
    tried = [line for line in lines if line["event"] == "message tried"]
    assert [(line["attempt"], line["outcome"], line["log_level"]) for line in tried] == [
        (1, "UNCLEAR", "warning"),
        (2, "ACCEPTED", "info"),
    ]
    assert {line["instance_id"] for line in tried} == {instance_id}
    assert tried[0]["about"] == "00007"
    assert not any("<M>" in str(value) for line in lines for value in line.values())
