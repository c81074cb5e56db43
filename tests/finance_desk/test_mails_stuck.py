"""A mail that is stuck stands on the page of messages with its reason, and is sent again from there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts import mailing
from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.mails import leaving_mails
from foundation.journal import rows
from foundation.text import SWEDISH
from operations.journal_actions import OperationsAction
from operations.mail import mail
from operations.settings import Settings
from tests.browser.test_desk_pages import BUYER, Clock, Office
from tests.support.pages.browser import account_of, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.servers.mail_server import Mailbox, mail_server
from tests.support.stories.system import FYRBAKEN, a_system

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock(NOW)
    with a_system(url) as system, portal(url, business_clock=clock) as site:
        yield Office(system, site, any_page, clock)


def deliver(office: Office, server: Mailbox) -> None:
    settings = Settings(smtp_host="127.0.0.1", smtp_port=server.port, smtp_encryption="none")
    leaving_mails.deliver(office.system.database, settings, now=office.clock())


def tell_three(office: Office) -> int:
    """Mails that no server will take: to a supplier's person, one of the buyer's own, and an applicant."""
    database = office.site.database
    supplier = account_of(
        database,
        Person("sara", "Sara", FYRBAKEN, frozenset({Permission.REPORT})),
        name="gone.sara@fyrbaken.example",
    )
    own = account_of(
        database,
        Person("olle", "Olle Ek", BUYER, frozenset({Permission.OFFICER})),
        name="gone.olle@kopare.example",
    )
    with database.writing() as session:
        for person, template in ((supplier, "order-new"), (own, "second-step-changed")):
            account = account_store.by_id(session, person.account_id)
            assert account is not None
            mailing.put(session, account, template, about="order 2100000001", at=NOW, number="2100000001")
        mail.put_to_address(
            session, "gone@sokande.example", SWEDISH, "application-received", about="application 1", at=NOW
        )
    return supplier.account_id


def main_of(office: Office) -> str:
    return office.page.locator("main").inner_text()


def press(office: Office, name: str) -> str:
    office.page.get_by_role("button", name=name).click()
    return office.page.locator("body").inner_text()


def test_a_stuck_mail_is_seen_with_its_reason_sent_again_and_leaves_to_the_mended_address(
    office: Office,
) -> None:
    with mail_server() as server:
        account_id = tell_three(office)
        deliver(office, server)
        presser = office.sit("ekonom", Permission.FINANCE)
        office.go("/finance")
        assert "Fastnad post" in main_of(office)
        office.go("/finance/post")
        told = main_of(office)
        for each in ("En ny order", "Fyrbåken Exempel AB", "Olle Ek", "Den som har ansökt om konto"):
            assert each in told
        assert (
            "Mottagaren finns inte eller tar inte emot mejlet (550). Rätta adressen under Personer." in told
        )
        assert "Adressen stod i ansökan: nå den som ansökte på annat sätt." in told
        assert not any(each in told for each in ("gone", "Sara"))
        office.sound()
        assert "Välj minst ett mejl, eller skicka alla igen." in press(office, "Skicka de valda igen")
        office.go("/finance/post")
        assert "1 mejl försöks igen vid nästa utskick." in press(office, "Skicka igen mejl 1")
        assert "En ny order" not in main_of(office)
        # A colleague who has the page as it was presses the same.
        colleague = Person("kollega", "Kim Kollega", BUYER, frozenset({Permission.FINANCE}))
        with visitor(office.site, colleague) as other:
            pressed = other.post("/finance/post/mails", {"only": "1"})
            assert "Mejlet väntar redan på att skickas." in other.follow(pressed)
            assert "Inget sådant mejl har fastnat." in text_of(
                other.post("/finance/post/mails", {"only": "99"})
            )
        with office.site.database.writing() as session:
            account_store.change(session, account_id, sign_in_name="sara@fyrbaken.example")
        # The others are chosen; the first is stuck no more.
        for box in office.page.get_by_role("checkbox").all():
            box.check()
        assert "2 mejl försöks igen" in press(office, "Skicka de valda igen")
        assert "Inget meddelande behöver en person." in main_of(office)
        deliver(office, server)
        assert [each["Subject"] for each in server.received] == []
        office.go("/finance/post")
        assert "En ny order" in main_of(office)
        assert "3 mejl försöks igen" in press(office, "Skicka alla 3 igen")
        deliver(office, server)
        assert len(server.to("sara@fyrbaken.example")) == 1
        office.go("/finance/post")
        assert "En ny order" not in main_of(office)
    with office.system.database.reading() as session:
        noted = [each for each in rows(session) if each.action == OperationsAction.MAIL_AGAIN]
    assert {each.actor for each in noted} == {presser.id}
    assert "gone" not in "".join(each.detail for each in noted)


def test_an_auditor_reads_of_stuck_mails_in_english_and_presses_nothing(office: Office) -> None:
    with mail_server() as server:
        tell_three(office)
        deliver(office, server)
    auditor = office.sit("revisor", Permission.AUDIT)
    with office.site.database.writing() as session:
        account_store.change(session, auditor.account_id, language="en")
    office.go("/finance/post")
    told = main_of(office)
    for each in ("Mails that are stuck", "A new order", "Whoever applied for an account"):
        assert each in told
    assert office.page.get_by_role("button", name="Send again").count() == 0
    assert office.page.get_by_role("checkbox").count() == 0
