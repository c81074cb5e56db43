"""`billing mail` says truly what became of the mails, and ends with a code that a script can go by."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from foundation.database import Database
from foundation.journal import rows
from foundation.text import SWEDISH
from operations.journal_actions import OperationsAction
from operations.mail import mail
from tests.support.servers.mail_server import mail_server
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with a mail that waits."""
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    database = migrated(url)
    with database.writing() as session:
        mail.put_to_address(
            session, "gone@example.se", SWEDISH, "application-received", about="application 1", at=NOW
        )
    database.close()
    monkeypatch.setenv("BILLING_MAIL_FOLDER", str(tmp_path / "mail"))
    monkeypatch.setenv("BILLING_SMTP_ENCRYPTION", "none")
    return url


def billing(url: str, *words: str) -> Result:
    command: Sequence[str] = ("--database", url, "mail", *words)
    return CliRunner().invoke(app, command)


def test_a_server_that_is_away_is_told_and_ends_the_command_as_failed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        port = server.port
    monkeypatch.setenv("BILLING_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("BILLING_SMTP_PORT", str(port))
    for words in (("deliver",), ("check",)):
        told = billing(url, *words)
        assert told.exit_code == 1
        assert "Mejlservern svarar inte. Kontrollera BILLING_SMTP_HOST" in told.output
    assert "WAITING" in billing(url, "list").output


def test_what_is_stuck_is_listed_with_its_reason_and_tried_again_on_a_persons_word(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        monkeypatch.setenv("BILLING_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("BILLING_SMTP_PORT", str(server.port))
        assert billing(url, "check").exit_code == 0
        assert billing(url, "again").exit_code == 4
        told = billing(url, "deliver")
        assert (told.exit_code, "Fastnade: 1" in told.output) == (1, True)
        listed = billing(url, "list").output
        assert "RECEIVER_REFUSED 550" in listed
        assert "gone@" not in listed
        assert "1 mejl försöks igen" in billing(url, "again", "1", "--by", "user-17").output
        told = billing(url, "again", "1")
        assert (told.exit_code, "Mejlet väntar redan på att skickas." in told.output) == (1, True)
        assert billing(url, "again", "99").exit_code == 4
        monkeypatch.setattr(server, "handle_RCPT", _takes)
        assert billing(url, "deliver").exit_code == 0
    assert "SENT" in billing(url, "list").output
    told = billing(url, "again", "1")
    assert (told.exit_code, "Mejlet har redan gått." in told.output) == (1, True)
    database = Database(url)
    with database.reading() as session:
        noted = [each.actor for each in rows(session) if each.action == OperationsAction.MAIL_AGAIN]
    database.close()
    assert noted == ["user-17"]


async def _takes(server: object, session: object, envelope: object, address: str, options: object) -> str:
    envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
    return "250 OK"


def test_without_a_server_the_check_says_where_mails_are_laid(url: str) -> None:
    told = billing(url, "check")
    assert (told.exit_code, "Mejlen läggs i" in told.output) == (0, True)
