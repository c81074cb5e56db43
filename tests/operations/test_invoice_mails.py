"""Suppliers are mailed when an invoice comes into question or is paid: once, and only who may see it."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from accounts import mailing
from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from billing.server import invoice_mails
from invoicing.model import InvoiceState
from invoicing.verdicts import parking
from operations.mail.tables import mail
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from peppol.documents import shapes
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

REFERENCE = "100000101"
AUGUST = date(2026, 8, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 6, 1))
        for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", AUGUST)):
            system.report(REFERENCE, month, on=on)
        account(system, "all", FYRBAKEN)
        account(system, "here", FYRBAKEN, within=UnitScope(frozenset({"UV-101"})))
        account(system, "elsewhere", FYRBAKEN, within=UnitScope(frozenset({"UV-102"})))
        account(system, "other", LARKDRILLEN)
        yield system


def account(system: System, name: str, organisation: str, *, within: UnitScope | None = None) -> None:
    with system.database.writing() as session:
        account_store.add(
            session,
            organisation=organisation,
            sign_in_name=f"{name}@lev.example",
            display_name=name,
            permissions=frozenset({Permission.REPORT}),
            within=within,
            language="sv",
            at=CLOCK,
            by="test",
            state=AccountState.ACTIVE,
        )


def tell(system: System) -> str:
    with system.database.writing() as session:
        return invoice_mails.tell(session, AUGUST, CLOCK)


def mails(system: System) -> list[tuple[str, str]]:
    with system.database.reading() as session:
        rows = session.execute(select(mail.c.to_address, mail.c.template).order_by(mail.c.id))
        return [(row.to_address.partition("@")[0], row.template) for row in rows]


def test_what_happens_is_told_by_the_next_look_and_never_again(system: System) -> None:
    order = system.order(REFERENCE).number
    assert tell(system) == "nothing new"
    system.send(billed(system.flip(order, number="F-1", on=AUGUST), days="10"))
    assert tell(system) == "2 mails"
    assert tell(system) == "nothing new"
    assert len(mails(system)) == 2


def test_an_invoice_in_question_and_one_paid_are_told_once_to_who_may_see_them(system: System) -> None:
    order = system.order(REFERENCE).number
    wrong = system.send(billed(system.flip(order, number="F-1", on=AUGUST), days="10"))
    system.ask_credit(wrong, on=AUGUST)
    system.send_invoice(order, "002", number="F-2", on=AUGUST)
    assert tell(system) == "2 mails"
    assert tell(system) == "nothing new"
    assert mails(system) == [("all", "invoice-in-question"), ("here", "invoice-in-question")]
    system.pay(on=date(2026, 9, 2))
    tell(system)
    assert mails(system)[2:] == [("all", "invoice-paid"), ("here", "invoice-paid")]


def test_a_request_that_is_withdrawn_is_told_by_mail_as_well(system: System) -> None:
    number = system.order(REFERENCE).number
    early = billed(
        system.flip(number, "002", number="F-1", on=AUGUST),
        days="21",
        order_line_reference=shapes.LineReference(line_id="003"),
        invoice_period=None,
    )
    sent = system.send(early)
    with system.database.writing() as session:
        register = register_store.load(session)
        (asked,) = parking.stop_waiting(session, register, today=date(2026, 11, 1))
    assert asked.state is InvoiceState.CREDIT_REQUESTED
    tell(system)
    system.report(REFERENCE, "2026-08", on=date(2026, 11, 3))
    assert system.invoice(sent.id).state is InvoiceState.ACCEPTED
    tell(system)
    assert mails(system)[2:] == [("all", "credit-request-withdrawn"), ("here", "credit-request-withdrawn")]


def test_an_answer_to_an_objection_is_told_to_those_who_see_the_order(system: System) -> None:
    number = system.order(REFERENCE).number
    with system.database.writing() as session:
        laid = mailing.put_about_order(session, FYRBAKEN, "objection-answered", number, at=CLOCK)
    assert laid == 2
    assert mails(system) == [("all", "objection-answered"), ("here", "objection-answered")]
    with system.database.reading() as session:
        bodies = set(session.scalars(select(mail.c.body)))
    assert all(f"/orders/{number}#objection" in each for each in bodies)
