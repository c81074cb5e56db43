"""Suppliers are mailed when an invoice comes into question or is paid: once, and only who may see it."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from billing.server import invoice_mails
from operations.mail.tables import mail
from tests.support.servers.house_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.house import FYRBAKEN, LARKDRILLEN, House, a_house

REFERENCE = "100000101"
AUGUST = date(2026, 8, 3)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with a_house(database_url) as house:
        house.decide(REFERENCE, start=date(2026, 6, 1))
        for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", AUGUST)):
            house.report(REFERENCE, month, on=on)
        account(house, "all", FYRBAKEN)
        account(house, "here", FYRBAKEN, units=frozenset({"UV-101"}))
        account(house, "elsewhere", FYRBAKEN, units=frozenset({"UV-102"}))
        account(house, "other", LARKDRILLEN)
        yield house


def account(house: House, name: str, organisation: str, *, units: frozenset[str] | None = None) -> None:
    with house.database.writing() as session:
        account_store.add(
            session,
            organisation=organisation,
            sign_in_name=f"{name}@lev.example",
            display_name=name,
            permissions=frozenset({Permission.REPORT}),
            units=units,
            language="sv",
            at=CLOCK,
            by="test",
            state=AccountState.ACTIVE,
        )


def tell(house: House) -> str:
    with house.database.writing() as session:
        return invoice_mails.tell(session, AUGUST, CLOCK)


def mails(house: House) -> list[tuple[str, str]]:
    with house.database.reading() as session:
        rows = session.execute(select(mail.c.to_address, mail.c.template).order_by(mail.c.id))
        return [(row.to_address.partition("@")[0], row.template) for row in rows]


def test_what_happens_is_told_by_the_next_look_and_never_again(house: House) -> None:
    order = house.order(REFERENCE).number
    assert tell(house) == "nothing new"
    house.send(billed(house.flip(order, number="F-1", on=AUGUST), days="10"))
    assert tell(house) == "2 mails"
    assert tell(house) == "nothing new"
    assert len(mails(house)) == 2


def test_an_invoice_in_question_and_one_paid_are_told_once_to_who_may_see_them(house: House) -> None:
    order = house.order(REFERENCE).number
    wrong = house.send(billed(house.flip(order, number="F-1", on=AUGUST), days="10"))
    house.ask_credit(wrong, on=AUGUST)
    house.send_invoice(order, "002", number="F-2", on=AUGUST)
    assert tell(house) == "2 mails"
    assert tell(house) == "nothing new"
    assert mails(house) == [("all", "invoice-in-question"), ("here", "invoice-in-question")]
    house.pay(on=date(2026, 9, 2))
    tell(house)
    assert mails(house)[2:] == [("all", "invoice-paid"), ("here", "invoice-paid")]
