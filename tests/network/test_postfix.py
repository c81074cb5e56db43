"""Our mail through a real Postfix: encrypted, signed in, letters of all kinds, and each of its refusals by its code."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from foundation.database import Database
from foundation.text import SWEDISH
from operations.mail import connection, delivery, mail
from operations.mail.connection import Offers
from operations.mail.delivery import Delivered
from operations.mail.faults import MailFault, MailFaultKind
from operations.mail.tables import mail as mail_table
from operations.settings import Settings
from tests.support.pages.mailbox import said_in
from tests.support.servers import postfix
from tests.support.servers.postfix import PASSWORD, USER, Postfix
from tests.support.servers.server_certificate import server_certificate
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postfix]:
    with postfix.postfix(tmp_path_factory.mktemp("postfix")) as running:
        yield running


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = migrated(f"sqlite:///{tmp_path / 'billing.sqlite'}", clock=lambda: NOW)
    yield opened
    opened.close()


def settings(server: Postfix, **more: Any) -> Settings:  # noqa: ANN401 - any setting
    given: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.starttls_port,
        "smtp_user": USER,
        "smtp_password": PASSWORD,
        "smtp_ca_file": server.certificate.authority,
        "mail_from": "portalen@example.test",
        "public_url": "https://portal.example",
    }
    return Settings.model_validate({**given, **more})


def lay(
    database: Database, *receivers: str, template: str = "application-received", **values: object
) -> None:
    with database.writing() as session:
        for each in receivers:
            mail.put_to_address(
                session, each, SWEDISH, template, about="application 1", at=NOW, account_id=None, **values
            )


def delivered(database: Database, given: Settings) -> Delivered:
    return delivery.deliver(database, given, now=NOW, links=lambda *_: {})


def stands(database: Database) -> list[tuple[str, int, str]]:
    """State, attempts and fault of each mail."""
    table = mail_table.c
    with database.reading() as session:
        rows = session.execute(select(table.state, table.attempts, table.fault).order_by(table.id))
        return [(row.state, row.attempts, row.fault) for row in rows]


def wait_for(server: Postfix, count: int) -> None:
    """What Postfix has taken it passes on in its own time."""
    ends = time.monotonic() + 20
    while len(server.mailbox.received) < count:
        assert time.monotonic() < ends, server.log.read_text(errors="replace")[-2000:]
        time.sleep(0.05)


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_a_mail_goes_encrypted_and_signed_in_with_a_secret_of_any_letters(
    server: Postfix, database: Database, encryption: str
) -> None:
    before = len(server.mailbox.received)
    lay(database, "alva@example.test", "åsa@företag.example", "bo@företag.example")
    port = server.starttls_port if encryption == "starttls" else server.tls_port
    given = settings(server, smtp_encryption=encryption, smtp_port=port)
    assert delivered(database, given) == Delivered(sent=3)
    wait_for(server, before + 3)
    came = {each["To"]: each for each in server.mailbox.received[before:]}
    # The domain in plain letters, what stands before it as it is written.
    assert set(came) == {
        "alva@example.test",
        "åsa@xn--fretag-wxa.example",
        "bo@xn--fretag-wxa.example",
    }
    for each in came.values():
        assert each["Content-Language"] == "sv"
        assert [part.get_content_type() for part in each.iter_parts()] == ["text/plain", "text/html"]
        assert "Vi har tagit emot er ansökan" in said_in(each)


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_every_way_to_sign_in_is_taken(server: Postfix, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(connection, "_WAYS", {way: connection._WAYS[way]})
    with connection.connection(settings(server)) as opened:
        assert opened.noop()[0] == 250
        assert Offers.of(opened) == Offers("TLSv1.3", utf8=True)


@pytest.mark.parametrize(
    ("receiver", "state", "attempts", "fault"),
    [
        ("full@example.test", "WAITING", 1, "RECEIVER_LATER 452 4.2.2"),
        ("slow@example.test", "WAITING", 1, "RECEIVER_LATER 450 4.7.1"),
        ("gone@example.test", "STUCK", 1, "RECEIVER_REFUSED 550 5.1.1"),
        # It may be us the server does not know, and then it says so of everybody: that ends no mail at once.
        ("closed@example.test", "WAITING", 1, "RECEIVER_FORBIDDEN 554 5.7.1"),
        ("alva@-ö.example", "STUCK", 1, "ADDRESS_UNUSABLE"),
    ],
)
def test_a_receiver_that_is_refused_is_that_mails_own_and_the_others_go(
    server: Postfix, database: Database, receiver: str, state: str, attempts: int, fault: str
) -> None:
    lay(database, receiver, "alva@example.test")
    told = delivered(database, settings(server))
    assert (told.sent, told.fault) == (1, None)
    assert stands(database) == [(state, attempts, fault), ("SENT", 1, "")]


def test_a_mail_that_is_refused_for_what_is_in_it_is_not_sent_again(
    server: Postfix, database: Database
) -> None:
    lay(database, "alva@example.test", template="alarm", kind="avvisa", sentence="-", which="-")
    lay(database, "alva@example.test", template="alarm", kind="stor", sentence="x" * 70_000, which="-")
    lay(database, "alva@example.test")
    assert delivered(database, settings(server)) == Delivered(sent=1, stuck=2)
    assert [fault for _, _, fault in stands(database)] == [
        "CONTENT_REFUSED 550 5.7.1",
        "CONTENT_REFUSED 552 5.3.4",
        "",
    ]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"smtp_password": "losenord"}, MailFault(MailFaultKind.SIGN_IN_REFUSED, 535, "5.7.8")),
        ({"mail_from": "stranger@example.test"}, MailFault(MailFaultKind.SENDER_REFUSED, 550, "5.1.8")),
        ({"mail_from": "tired@example.test"}, MailFault(MailFaultKind.BUSY, 451, "4.1.8")),
        ({"smtp_encryption": "none"}, MailFault(MailFaultKind.SIGN_IN_MISSING)),
        ({"smtp_encryption": "tls"}, MailFault(MailFaultKind.TLS_FAILED)),
        ({"smtp_ca_file": None}, MailFault(MailFaultKind.NOT_TRUSTED)),
        ({"smtp_host": "localhost"}, MailFault(MailFaultKind.NOT_TRUSTED)),
        ({"smtp_host": "smtp.invalid"}, MailFault(MailFaultKind.HOST_UNKNOWN)),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, dict) else "",
)
def test_a_fault_of_ours_or_the_servers_costs_no_mail_an_attempt(
    server: Postfix, database: Database, given: dict[str, Any], fault: MailFault
) -> None:
    lay(database, "alva@example.test", "bo@example.test")
    assert delivered(database, settings(server, **given)) == Delivered(fault=fault)
    assert [(state, attempts) for state, attempts, _ in stands(database)] == [("WAITING", 0)] * 2


def test_a_server_that_hangs_up_on_one_mail_does_not_hold_the_others(
    server: Postfix, database: Database
) -> None:
    """421 closes the connection: the round ends, and the next begins with those behind."""
    lay(database, "busy@example.test", "alva@example.test")
    assert delivered(database, settings(server)) == Delivered(
        fault=MailFault(MailFaultKind.BUSY, 421, "4.3.2")
    )
    assert delivered(database, settings(server)).sent == 1
    assert [state for state, _, _ in stands(database)] == ["WAITING", "SENT"]


def test_a_certificate_that_has_run_out_is_not_trusted(tmp_path: Path, database: Database) -> None:
    lay(database, "alva@example.test")
    with postfix.postfix(tmp_path / "old", days=-1) as server:
        assert delivered(database, settings(server)).fault == MailFault(MailFaultKind.NOT_TRUSTED)
    # Nor is one that somebody else issued.
    with postfix.postfix(tmp_path / "other", smtputf8=False) as server:
        elsewhere = server_certificate(tmp_path / "elsewhere").authority
        assert delivered(database, settings(server, smtp_ca_file=elsewhere)).fault == MailFault(
            MailFaultKind.NOT_TRUSTED
        )
        # A server without SMTPUTF8 sends to a domain with letters, and not to letters before it.
        lay(database, "åsa@example.test", "asa@företag.example")
        assert delivered(database, settings(server)) == Delivered(sent=2, stuck=1)
    assert stands(database)[1] == ("STUCK", 1, "LETTERS_NOT_TAKEN")


def test_a_server_that_does_not_know_us_ends_no_mail_at_once(server: Postfix, database: Database) -> None:
    """It says "access denied" of every receiver, in the words of one receiver's own refusal."""
    lay(database, "alva@example.test", "bo@example.test")
    assert delivered(database, settings(server, smtp_user="")) == Delivered(waiting=2)
    assert [state for state, _, _ in stands(database)] == ["WAITING", "WAITING"]
