"""A worker from the command line, and what a person may do about the post."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from foundation import journal
from foundation.journal_entries import JournalAction
from operations.journal_actions import OperationsAction
from operations.tables import job_run
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState
from peppol.journal_actions import MessageAction
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

pytestmark = pytest.mark.both_engines

DAY = date(2026, 2, 3)
REFERENCE = "100000101"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


def billing(url: str, *given: str) -> Result:
    return CliRunner().invoke(app, ["--database", url, "--lang", "en", *given])


def actors(system: System, action: JournalAction) -> list[str]:
    with system.database.reading() as session:
        return [str(row.actor) for row in journal.rows(session) if row.action == action]


def test_one_turn_of_a_worker_sends_collects_sorts_and_runs_the_jobs(
    system: System, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING_MAIL_FOLDER", str(tmp_path / "mail"))
    folder = tmp_path / "post"
    (folder / "inbox").mkdir(parents=True)
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    (folder / "inbox" / "f1.xml").write_bytes(codec.serialise(invoice))
    done = billing(url, "work", "--once", "--folder", str(folder), "--on", "2026-02-03")
    assert done.exit_code == 0, done.output
    # The order, and the answer that the invoice was accepted, which came of it in the same turn.
    kinds = sorted(path.name.partition("-")[0] for path in (folder / "outbox").rglob("*.xml"))
    assert kinds == ["invoice", "order"]
    assert list((folder / "inbox").iterdir()) == []
    with system.database.reading() as session:
        assert set(session.scalars(select(job_run.c.state))) == {"DONE"}
    ran = json.loads(billing(url, "jobs", "list", "--json").output)
    assert {"alarms", "due-result-orders", "mail-deliver"} <= {each["job"] for each in ran}


def test_without_an_access_point_a_worker_says_so_and_does_everything_else(
    system: System, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING_MAIL_FOLDER", str(tmp_path))
    done = billing(url, "work", "--once")
    assert done.exit_code == 0
    assert "No access point is set" in done.output
    with system.database.reading() as session:
        assert session.scalar(select(exchange_tables.outbox.c.state)) == OutState.WAITING
        assert session.execute(select(job_run.c.job)).all()


def test_a_person_sends_a_stuck_message_again_and_sees_its_attempts(
    system: System, url: str, tmp_path: Path
) -> None:
    with system.database.writing() as session:
        session.execute(update(exchange_tables.outbox).values(state=OutState.STUCK, failures=5))
    assert billing(url, "post", "resend", "1", "--by", "user-17").exit_code == 0
    assert actors(system, MessageAction.RESENT) == ["user-17"]
    assert billing(url, "post", "deliver", "--folder", str(tmp_path)).exit_code == 0
    shown = json.loads(billing(url, "post", "show", "1", "--json").output)
    assert shown["state"] == "SENT"
    assert [(each["number"], each["outcome"]) for each in shown["attempts"]] == [(1, "ACCEPTED")]
    assert "ACCEPTED" in billing(url, "post", "show", "1").output
    refused = billing(url, "post", "resend", "1", "--by", "user-17")
    assert refused.exit_code == 1
    assert "Message 1 is in the state “Sent” and is not sent again" in refused.output
    assert billing(url, "post", "resend", "99", "--by", "user-17").exit_code == 4
    assert billing(url, "post", "show", "99").exit_code == 4


def test_a_person_has_a_message_read_again_that_failed(system: System, url: str) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    stored = system.post(codec.serialise(invoice), on=DAY)
    with system.database.writing() as session:
        session.execute(
            update(exchange_tables.inbox).values(state=InState.FAILED, failures=5, error="KeyError handle:1")
        )
    seen = billing(url, "inbox", "show", str(stored.id)).output
    assert "billing post replay" in " ".join(seen.split())
    again = billing(url, "post", "replay", str(stored.id), "--by", "user-17", "--on", "2026-02-03")
    assert again.exit_code == 0, again.output
    assert "F-1 ACCEPTED" in again.output
    assert actors(system, MessageAction.REPLAYED) == ["user-17"]
    twice = billing(url, "post", "replay", str(stored.id))
    assert twice.exit_code == 1
    assert "cannot be read again" in twice.output


def test_a_job_that_was_given_up_runs_again_on_a_persons_word(system: System, url: str) -> None:
    with system.database.writing() as session:
        row = {
            "job": "alarms",
            "slot": CLOCK,
            "state": "GIVEN_UP",
            "token": "x",
            "tries": 5,
            "started_at": CLOCK,
        }
        session.execute(job_run.insert(), {**row, "note": "KeyError work:1"})
    assert "KeyError work:1" in billing(url, "jobs", "list").output
    assert billing(url, "jobs", "again", "alarms", "--by", "user-17").exit_code == 0
    assert actors(system, OperationsAction.JOB_AGAIN) == ["user-17"]
    assert billing(url, "jobs", "again", "alarms").exit_code == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_of_its_own_process_ends_with_sigterm(system: System, url: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "billing.cli.cli",
        "--database",
        url,
        "work",
        "--folder",
        str(tmp_path),
    ]
    environment = {**os.environ, "BILLING_MAIL_FOLDER": str(tmp_path / "mail")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as worker:
        assert worker.stderr is not None
        lines = [worker.stderr.readline()]
        while '"event": "job"' not in lines[-1]:
            lines.append(worker.stderr.readline())
        worker.send_signal(signal.SIGTERM)
        worker.communicate()
    assert worker.returncode == 0
    with system.database.reading() as session:
        assert session.scalar(select(exchange_tables.outbox.c.state)) == OutState.SENT
    assert any('"message tried"' in line for line in lines)
    assert uuid.UUID(json.loads(lines[-1])["run_id"])
