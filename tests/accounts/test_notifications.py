"""What somebody is told of in the pages: whatever is mailed, once until it is seen, and nobody else's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from accounts import accounts, mailing, sessions
from accounts import store as account_store
from accounts.identity import Permission
from accounts.notifications import store as notification_store
from accounts.notifications.tables import notification
from accounts.store import Account
from billing.server import jobs
from foundation.database import Database
from foundation.text import language_of
from invoicing.documents.tables import invoice
from operations.mail import choice_store
from operations.mail.choices import MailChoice
from operations.mail.tables import mail, mail_gathered
from operations.mail.texts import TEXTS, MailKind
from orders.register.unit_scope import UnitPlace, UnitScope
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.demo_books import demo_site

ALVA, BO, LEO = (f"{name}@fyrbaken.example" for name in ("alla", "redovisa", "lasa"))
FRIDA = "ekonom@kopare.example"
FYRBAKEN = "5599991014"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def books(site: Site) -> Database:
    return site.database


def account(books: Database, name: str = ALVA) -> Account:
    with books.reading() as session:
        found = account_store.by_name(session, name)
    assert found is not None
    return found


def tell(books: Database, template: str, *to: str, minutes: int = 0, **values: object) -> None:
    with books.writing() as session:
        for name in to or (ALVA,):
            mailing.put(
                session, account(books, name), template, about="it", at=CLOCK + minutes * MINUTE, **values
            )


def heading(who: Visitor, address: str = "/account") -> str:
    """What the link in the head of a page is read out as; empty where there is none."""
    links = html.document_fromstring(who.get(address).text).cssselect(".news a")
    return "".join(each.get("aria-label") or each.text_content().strip() for each in links)


def rows(who: Visitor, address: str = "/notifications") -> list[str]:
    """What the page says, row by row."""
    page = html.document_fromstring(who.get(address).text)
    for hidden in page.cssselect(".told [aria-hidden]"):
        hidden.drop_tree()
    return [" ".join(each.text_content().split()) for each in page.cssselect(".told > li")]


@contextmanager
def at_home(site: Site, name: str = ALVA) -> Iterator[Visitor]:
    """Somebody of the demo, signed in."""
    with site.database.writing() as session:
        secret = sessions.start(session, account(site.database, name).id, now=site.app.state.clock())
    with visitor(site) as who:
        who.plant("session", secret)
        yield who


def test_what_one_may_choose_about_leads_where_its_mail_leads_and_nothing_else_is_told() -> None:
    for name, text in TEXTS.items():
        led = re.findall(r"%\(portal\)s(/\S+)", text.body.message)
        assert text.address == (led[0] if text.notice is not None else ""), name


@pytest.mark.parametrize("choice", list(MailChoice))
def test_it_is_told_in_the_page_however_its_mail_is_had(
    site: Site, books: Database, choice: MailChoice
) -> None:
    with books.writing() as session:
        choice_store.choose(session, account(books).id, {MailKind.ORDERS: choice})
    tell(books, "order-new", number="2100000001")
    with at_home(site) as alva:
        assert heading(alva) == "Nytt, 1 oläst"
        (row,) = rows(alva)
    assert row.startswith("En ny order Oläst Order 2100000001")
    with books.reading() as session:
        laid, gathered = (session.execute(select(each.c.id)).all() for each in (mail, mail_gathered))
    assert (len(laid), len(gathered)) == {"AT_ONCE": (1, 0), "DAILY": (0, 1), "NEVER": (0, 0)}[choice]


def test_a_mail_that_nobody_chooses_about_is_told_in_no_page(site: Site, books: Database) -> None:
    tell(books, "password-changed")
    with at_home(site) as alva:
        assert heading(alva) == "Nytt"
        assert rows(alva) == []
        assert "Inget har hänt" in alva.get("/notifications").text


@pytest.mark.both_engines
def test_the_same_thing_is_one_row_until_it_is_seen_and_another_after(site: Site, books: Database) -> None:
    for minutes, month in enumerate(("2026-08", "2026-09", "2026-10")):
        tell(books, "report-due", minutes=minutes, month=month, count=minutes + 1)
    with at_home(site) as alva:
        assert heading(alva) == "Nytt, 1 oläst"
        (row,) = rows(alva)
        assert row.startswith("Redovisningar att lämna Oläst 3 gånger, senast")
        # By whatever way one comes to the page: it is read in the very answer that shows it.
        assert heading(alva, "/reports/due") == "Nytt"
        assert "Oläst" not in rows(alva)[0]
        tell(books, "report-due", minutes=9, month="2026-11", count=1)
        first, second = rows(alva)
        assert ("Oläst" in first, "Oläst" in second) == (True, False)
        assert "gånger" not in first


def test_two_kinds_about_one_page_are_two_rows_and_both_seen_there(site: Site, books: Database) -> None:
    for template in ("invoice-in-question", "invoice-question", "invoice-paid"):
        tell(books, template, id=7)
    tell(books, "invoice-paid", id=8)
    with books.writing() as session:
        assert notification_store.unseen(session, account(books).id, "/invoices/7").here == 3
        assert notification_store.see(session, account(books).id, "/invoices/7", at=CLOCK) == 3
        assert notification_store.unseen(session, account(books).id, "").count == 1


def test_an_invoice_is_named_to_who_sees_it_and_read_on_its_page(tmp_path: Path) -> None:
    with demo_site(tmp_path) as site:
        bo_elsewhere = account(site.database, BO)
        with site.database.writing() as session:
            number, name = session.execute(
                select(invoice.c.id, invoice.c.number).where(invoice.c.supplier == FYRBAKEN).limit(1)
            ).one()
            # Bo was mailed when he saw the unit, and sees another now.
            within = UnitScope(frozenset({"UV-102"}))
            account_store.regrant(session, bo_elsewhere.id, bo_elsewhere.permissions, within)
            for each in (account(site.database).id, bo_elsewhere.id):
                notification_store.remove_all(session, each)
        tell(site.database, "invoice-paid", ALVA, BO, id=number)
        with at_home(site) as alva, at_home(site, BO) as bo:
            assert rows(alva)[0].startswith(f"En faktura är betald Oläst {name} ")
            assert rows(bo)[0].startswith("En faktura är betald Oläst 20")
            assert bo.get(f"/invoices/{number}").status_code == 404
            assert heading(alva, f"/invoices/{number}") == "Nytt"
            assert heading(bo) == "Nytt, 1 oläst"


def test_a_page_that_could_not_be_shown_is_not_seen(site: Site, books: Database) -> None:
    tell(books, "order-new", number="2100000001")
    with at_home(site) as alva:
        assert alva.get("/orders/2100000001").status_code == 404
        assert heading(alva) == "Nytt, 1 oläst"


@pytest.mark.both_engines
def test_nobody_is_shown_another_ones_and_reading_ones_own_reads_no_other(
    site: Site, books: Database
) -> None:
    tell(books, "change-decided", ALVA, BO)
    tell(books, "order-new", BO, number="2100000009")
    with at_home(site) as alva, at_home(site, BO) as bo:
        assert [each.split(" Oläst")[0] for each in rows(alva)] == ["Er begäran om ändring är besvarad"]
        assert heading(bo) == "Nytt, 2 olästa"
        alva.get("/settings")
        assert alva.post("/notifications/seen").status_code == 303
        assert (heading(alva), heading(bo)) == ("Nytt", "Nytt, 2 olästa")


def test_all_are_marked_but_what_came_after_the_page_was_shown(site: Site, books: Database) -> None:
    tell(books, "change-decided")
    tell(books, "test-level", minutes=1)
    with at_home(site) as alva:
        page = html.document_fromstring(alva.get("/notifications").text)
        (until,) = page.cssselect("input[name=told_until]")
        tell(books, "order-new", minutes=2, number="2100000001")
        answer = alva.post("/notifications/seen", {"told_until": str(until.get("value"))})
        assert answer.headers["location"] == "/notifications"
        assert ["Oläst" in each for each in rows(alva)] == [True, False, False]
        alva.post("/notifications/seen", {"told_until": "i går"})
        assert "Oläst" not in "".join(rows(alva))
        assert "Markera alla" not in alva.get("/notifications").text


def test_whoever_may_only_look_marks_their_own(site: Site, books: Database) -> None:
    tell(books, "order-new", LEO, number="2100000001")
    with at_home(site, LEO) as leo:
        assert heading(leo) == "Nytt, 1 oläst"
        assert leo.post("/notifications/seen").status_code == 303
        assert heading(leo) == "Nytt"


def test_a_page_is_read_where_nothing_can_be_noted(
    site: Site, books: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(books, "report-due", month="2026-10", count=1)

    def stands_by(*given: object, **named: object) -> int:
        raise OperationalError("update", {}, Exception("read-only"))

    with at_home(site) as alva, monkeypatch.context() as patched:
        patched.setattr(notification_store, "see", stands_by)
        assert alva.get("/reports/due").status_code == 200
        assert heading(alva, "/reports/due") == "Nytt, 1 oläst"
        patched.setattr(notification_store, "unseen", stands_by)
        assert heading(alva, "/reports/due") == "Nytt"


@pytest.mark.both_engines
def test_what_an_ended_account_was_told_is_forgotten(site: Site, books: Database) -> None:
    tell(books, "order-new", ALVA, BO, number="2100000001")
    with books.for_supplier(FYRBAKEN).writing() as session:
        bo = account(books, BO)
        accounts.end(session, FYRBAKEN, bo.id, by="user-1", today=CLOCK.date())
        assert notification_store.kept(session, bo.id).count == 0
        assert notification_store.kept(session, account(books).id).count == 1


@pytest.mark.both_engines
def test_who_does_not_see_the_place_is_told_nothing_and_a_supplier_tells_its_own(books: Database) -> None:
    with books.for_supplier(FYRBAKEN).writing() as session:
        mailing.put_to_supplier(
            session,
            FYRBAKEN,
            "order-new",
            about="order 2100000001",
            at=CLOCK,
            permissions=tuple(Permission),
            places=[UnitPlace("UV-102", "")],
            number="2100000001",
        )
    with books.reading() as session:
        told = set(session.scalars(select(notification.c.account_id)))
    assert told == {account(books, name).id for name in (ALVA, LEO)}


def test_it_is_said_in_the_language_its_reader_has_now(site: Site, books: Database) -> None:
    tell(books, "order-new", number="2100000001")
    with books.writing() as session:
        account_store.change(session, account(books).id, language=language_of("en"))
    with at_home(site) as alva:
        assert heading(alva) == "News, 1 unread"
        assert rows(alva)[0].startswith("A new order Unread Order 2100000001")


def test_the_buyers_people_have_the_page_and_a_link_to_it_where_there_is_something(
    site: Site, books: Database
) -> None:
    with at_home(site, FRIDA) as frida:
        assert heading(frida) == ""
        assert frida.get("/notifications").status_code == 200
        tell(books, "order-new", FRIDA, number="2100000001")
        assert heading(frida) == "Nytt, 1 oläst"


def test_a_long_list_is_turned_page_by_page(site: Site, books: Database) -> None:
    for number in range(53):
        tell(books, "order-new", minutes=number, number=f"21000000{number:02}")
    with at_home(site) as alva:
        assert heading(alva) == "Nytt, 53 olästa"
        first, second = rows(alva), rows(alva, "/notifications?page=2")
    assert (len(first), len(second)) == (50, 3)
    assert "2100000052" in first[0]


@pytest.mark.both_engines
def test_it_is_kept_for_ninety_days_seen_or_not(books: Database) -> None:
    tell(books, "change-decided")
    tell(books, "order-new", minutes=1, number="2100000001")
    with books.writing() as session:
        told = jobs.forget_notifications(session, date(2026, 1, 1), CLOCK + timedelta(days=90))
        assert told == "0 notifications"
        now = CLOCK + timedelta(days=90) + MINUTE
        assert jobs.forget_notifications(session, date(2026, 1, 1), now) == "1 notifications"
        assert notification_store.kept(session, account(books).id).count == 1
