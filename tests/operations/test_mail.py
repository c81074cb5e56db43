"""Mails leave with the transaction they tell of, each once, and stay when nobody takes them."""

import email
import email.policy
import re
import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from accounts import mailing
from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from foundation.database import Database
from foundation.text import ENGLISH, translated
from operations.mail import choice_store, mail
from operations.mail import delivery as mail_delivery
from operations.mail.choices import MailChoice
from operations.mail.delivery import Delivered
from operations.mail.faults import MailFault, MailFaultKind
from operations.mail.tables import mail as mail_table
from operations.mail.texts import TEXTS, MailKind
from operations.settings import Settings
from orders.register.unit_scope import UnitPlace, UnitScope
from tests.support.pages.mailbox import said_in
from tests.support.servers.mail_server import mail_server
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FYRBAKEN = "5599991014"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = migrated(database_url, clock=lambda: NOW)
    yield opened
    opened.close()


def person(
    database: Database,
    name: str,
    *permissions: Permission,
    within: UnitScope | None = None,
    state: AccountState = AccountState.ACTIVE,
    english: bool = False,
) -> int:
    with database.writing() as session:
        return account_store.add(
            session,
            organisation=FYRBAKEN,
            sign_in_name=name,
            display_name="Någon",
            permissions=permissions or (Permission.REPORT,),
            within=within,
            language="en" if english else "sv",
            at=NOW,
            by="test",
            state=state,
        )


def tell_of_an_order(database: Database, place: UnitPlace | None = None) -> int:
    with database.writing() as session:
        return mailing.put_to_supplier(
            session,
            FYRBAKEN,
            "order-new",
            about="order 2100000001",
            at=NOW,
            places=(place,) if place else (),
            number="2100000001",
        )


def settings(port: int) -> Settings:
    return Settings(
        smtp_host="127.0.0.1", smtp_port=port, smtp_encryption="none", public_url="https://portal.example"
    )


def deliver(database: Database, given: Settings, *, now: datetime) -> Delivered:
    """Send what is due; none of these mails lets anybody in but where a test says so."""
    return mail_delivery.deliver(database, given, now=now, links=lambda _, mail: {"link": f"/link/{mail.id}"})


def states(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(mail_table.c.to_address, mail_table.c.state).order_by(mail_table.c.id))
        return [(row.to_address, row.state) for row in rows]


def test_everybody_whom_it_concerns_gets_the_mail_in_his_language(database: Database) -> None:
    person(database, "alva@fyrbaken.example")
    person(database, "bo@fyrbaken.example", english=True)
    person(database, "unit@fyrbaken.example", within=UnitScope(frozenset({"UV-102"})))
    person(database, "assigns@fyrbaken.example", Permission.ASSIGN)
    person(database, "invited@fyrbaken.example", state=AccountState.INVITED)
    assert tell_of_an_order(database, place=UnitPlace("UV-101", "UV-101")) == 2
    with mail_server() as server:
        assert deliver(database, settings(server.port), now=NOW) == Delivered(sent=2)
        assert deliver(database, settings(server.port), now=NOW) == Delivered()
        (swedish,), (english,) = server.to("alva@fyrbaken.example"), server.to("bo@fyrbaken.example")
    assert (swedish["Subject"], english["Subject"]) == ("En ny order", "A new order")
    assert "https://portal.example/orders/2100000001" in said_in(swedish)
    assert swedish["Auto-Submitted"] == "auto-generated"


def test_who_is_limited_to_a_unit_is_told_of_as_many_reports_as_that_unit_has(database: Database) -> None:
    person(database, "alva@fyrbaken.example")
    person(database, "unit@fyrbaken.example", within=UnitScope(frozenset({"UV-102"})))
    person(database, "other@fyrbaken.example", within=UnitScope(frozenset({"UV-109"})))
    late = [UnitPlace("UV-101", "UV-101"), UnitPlace("UV-102", "UV-102"), UnitPlace("UV-102", "UV-102-B")]
    with database.writing() as session:
        mails = mailing.put_to_supplier_counted(
            session, FYRBAKEN, "report-due", late, about="reports 2026-01", at=NOW, month="2026-01"
        )
    assert mails == 2
    with mail_server() as server:
        deliver(database, settings(server.port), now=NOW)
        (whole,), (unit,) = server.to("alva@fyrbaken.example"), server.to("unit@fyrbaken.example")
    assert "Antal: 3." in said_in(whole)
    assert "Antal: 2." in said_in(unit)


@pytest.mark.both_engines
def test_nobody_is_mailed_about_what_was_rolled_back(database: Database) -> None:
    person(database, "alva@fyrbaken.example")
    with pytest.raises(RuntimeError):
        _tell_and_fail(database)
    assert states(database) == []


def _tell_and_fail(database: Database) -> None:
    with database.writing() as session:
        mailing.put_to_supplier(session, FYRBAKEN, "order-new", about="order 1", at=NOW, number="1")
        raise RuntimeError


@pytest.mark.both_engines
def test_who_has_declined_a_kind_still_gets_the_others(database: Database) -> None:
    number = person(database, "alva@fyrbaken.example")
    with database.writing() as session:
        choice_store.choose(session, number, {MailKind.ORDERS: MailChoice.NEVER})
    assert tell_of_an_order(database) == 0
    with database.writing() as session:
        assert (
            mailing.put_to_supplier(session, FYRBAKEN, "invoice-paid", about="invoice 1", at=NOW, id=1) == 1
        )
        choice_store.choose(session, number, {MailKind.ORDERS: MailChoice.AT_ONCE})
    assert tell_of_an_order(database) == 1


@pytest.mark.both_engines
def test_a_full_mailbox_is_tried_again_later_and_a_closed_one_is_not(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    person(database, "full@fyrbaken.example")
    person(database, "gone@fyrbaken.example")
    person(database, "alva@fyrbaken.example")
    tell_of_an_order(database)
    with mail_server() as server:
        assert deliver(database, settings(server.port), now=NOW) == Delivered(1, 1, 1)
        assert deliver(database, settings(server.port), now=NOW) == Delivered()
        for days in range(1, 20):
            deliver(database, settings(server.port), now=NOW + timedelta(days=days))
    assert states(database) == [
        ("full@fyrbaken.example", "STUCK"),
        ("gone@fyrbaken.example", "STUCK"),
        ("alva@fyrbaken.example", "SENT"),
    ]
    written = capsys.readouterr()
    assert "mail not sent" in written.out + written.err
    assert "fyrbaken" not in written.out + written.err


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPDataError(451, b"greylisted"), "WAITING"),
        (smtplib.SMTPDataError(499, b"later"), "WAITING"),
        (smtplib.SMTPDataError(500, b"no"), "STUCK"),
        (smtplib.SMTPDataError(599, b"no"), "STUCK"),
        (smtplib.SMTPSenderRefused(421, b"too many", "a@b"), "WAITING"),
        # That our sender is refused is no fault of this mail: all wait.
        (smtplib.SMTPSenderRefused(550, b"not you", "a@b"), "WAITING"),
        (smtplib.SMTPRecipientsRefused({"a": (554, b"5.1.8 sender's domain not found")}), "WAITING"),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"full")}), "WAITING"),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"gone")}), "STUCK"),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"gone"), "b": (450, b"full")}), "WAITING"),
        (smtplib.SMTPServerDisconnected(), "WAITING"),
        (smtplib.SMTPHeloError(501, b"no"), "WAITING"),
        (OSError(28, "no space"), "WAITING"),
    ],
    ids=repr,
)
def test_a_server_that_asks_to_wait_is_asked_again_and_one_that_refuses_is_believed(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    person(database, "alva@fyrbaken.example")
    tell_of_an_order(database)

    def refuse(*_: object) -> None:
        raise error

    with mail_server() as server, monkeypatch.context() as patched:
        patched.setattr(mail_delivery, "_send", refuse)
        deliver(database, settings(server.port), now=NOW)
        assert states(database) == [("alva@fyrbaken.example", state)]
    with mail_server() as server:
        deliver(database, settings(server.port), now=NOW + timedelta(hours=3))
    assert states(database) == [("alva@fyrbaken.example", "SENT" if state == "WAITING" else state)]


def test_without_its_server_everything_waits(database: Database) -> None:
    person(database, "alva@fyrbaken.example")
    tell_of_an_order(database)
    with mail_server() as server:
        port = server.port
    told = deliver(database, settings(port), now=NOW)
    assert told == Delivered(fault=MailFault(MailFaultKind.NOT_ANSWERING))
    assert states(database) == [("alva@fyrbaken.example", "WAITING")]


@pytest.mark.both_engines
def test_a_claim_that_was_never_marked_is_sent_again_under_the_same_id(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(database, "alva@fyrbaken.example")
    tell_of_an_order(database)
    folder = Settings(mail_folder=tmp_path / "mail")
    with monkeypatch.context() as patched:
        patched.setattr(mail_delivery, "_mark", _die)
        with pytest.raises(KeyboardInterrupt):
            deliver(database, folder, now=NOW)
    (path,) = folder.mail_folder.iterdir()
    first = path.read_bytes()
    assert deliver(database, folder, now=NOW + timedelta(minutes=9)).sent == 0
    assert deliver(database, folder, now=NOW + timedelta(minutes=10)).sent == 1
    assert [each.read_bytes() for each in folder.mail_folder.iterdir()] == [first]
    assert email.message_from_bytes(first, policy=email.policy.default)["To"] == "alva@fyrbaken.example"


def _die(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.both_engines
def test_a_link_of_an_earlier_version_is_forgotten_once_its_mail_has_left(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        mail.put_to_address(
            session,
            "ny@fyrbaken.example",
            "sv",
            "invitation",
            about="user-1",
            at=NOW,
            link="/invitation/hemlig",
            until="2026-11-28",
        )
    deliver(database, Settings(mail_folder=tmp_path), now=NOW)
    with database.reading() as session:
        assert "hemlig" not in session.execute(select(mail_table.c.body)).scalar_one()


@pytest.mark.parametrize("template", sorted(TEXTS))
def test_a_mail_needs_the_same_values_in_both_languages(template: str) -> None:
    for text in (TEXTS[template].subject, TEXTS[template].body):
        english = translated(text.message, ENGLISH)
        names = [sorted(re.findall(r"%\((\w+)\)s", each)) for each in (text.message, english)]
        assert names[0] == names[1]


@pytest.mark.both_engines
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_choices_pressed_at_once_follow_each_other(database: Database) -> None:
    account = person(database, "alla@fyrbaken.example")

    def press(_: int) -> None:
        with database.writing() as session:
            choice_store.choose(session, account, dict.fromkeys(MailKind, MailChoice.NEVER))

    with ThreadPoolExecutor(8) as hands:
        assert list(hands.map(press, range(40))) == [None] * 40
    with database.reading() as session:
        assert set(choice_store.of(session, account).values()) == {MailChoice.NEVER}
