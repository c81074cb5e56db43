"""Mails that wait for a mail server that cannot be used are alarmed about, seen in the figures, and go when it can."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.server import mail_watch
from foundation.database import Database
from foundation.text import SWEDISH
from operations.mail import mail, mail_queries
from operations.settings import Settings
from operations.tables import alarm
from tests.support.servers.mail_server import mail_server
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = migrated(f"sqlite:///{tmp_path / 'billing.sqlite'}", clock=lambda: NOW)
    yield opened
    opened.close()


def test_a_mail_server_that_is_away_is_alarmed_about_after_an_hour_and_every_four(database: Database) -> None:
    with database.writing() as session:
        mail.put_to_address(session, "a@b.example", SWEDISH, "application-received", about="1", at=NOW)
    with mail_server() as server:
        port = server.port
    away = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_encryption="none")
    for minutes in range(0, 6 * 60, 10):
        note = mail_watch.deliver(database, away, now=NOW + timedelta(minutes=minutes))
        assert note == "0 sent, 0 waiting, 0 stuck, NOT_ANSWERING"
    with database.reading() as session:
        raised = session.execute(select(alarm.c.raised_at, alarm.c.kind, alarm.c.sentence_sv)).all()
    assert [row.raised_at - NOW for row in raised] == [timedelta(hours=1), timedelta(hours=5)]
    assert "Mejlservern svarar inte" in raised[0].sentence_sv
    with mail_server() as server:
        there = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_encryption="none")
        assert mail_watch.deliver(database, there, now=NOW + timedelta(hours=6)).startswith("1 sent")
    with database.reading() as session:
        assert mail_queries.waiting(session) == (0, None)
