"""Suppliers are mailed about what they are asked to pay back: the demand, the answer, and that it was never owed."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import AccountState
from billing.server import invoice_mails
from operations.mail.tables import mail
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.system import FYRBAKEN, System, a_system

MAY = date(2026, 5, 2)


@pytest.fixture
def desk(database_url: str) -> Iterator[ClaimDesk]:
    with a_system(database_url, begun=two_months) as system:
        with system.database.writing() as session:
            account_store.add(
                session,
                organisation=FYRBAKEN,
                sign_in_name="all@lev.example",
                display_name="Alla",
                permissions=frozenset({Permission.REPORT}),
                within=None,
                language="sv",
                at=CLOCK,
                by="test",
                state=AccountState.ACTIVE,
            )
        yield ClaimDesk(system)


def told(system: System) -> list[str]:
    """What the supplier has been mailed, in order."""
    with system.database.writing() as session:
        invoice_mails.tell(session, MAY, CLOCK)
    with system.database.reading() as session:
        return list(session.scalars(select(mail.c.template).order_by(mail.c.id)))


def test_a_demand_its_dispute_and_its_end_are_each_told_once(desk: ClaimDesk) -> None:
    invoice = desk.paid()
    told(desk.system)
    desk.confirm(desk.ask(invoice))
    desk.demand(desk.claim(invoice), on=MAY)
    assert told(desk.system)[-1:] == ["claim-letter"]
    desk.dispute(desk.claim(invoice), on=MAY)
    desk.uphold(desk.claim(invoice), on=MAY)
    assert told(desk.system)[-1:] == ["claim-answered"]
    claim = desk.claim(invoice)
    desk.ask_write_off(claim)
    desk.write_off(claim, on=date(2026, 6, 1))
    # It was never credited, so it was paid for good and never owed.
    assert told(desk.system)[-2:] == ["claim-answered", "claim-withdrawn"]
    with desk.system.database.reading() as session:
        (text,) = session.scalars(select(mail.c.body).where(mail.c.template == "claim-withdrawn"))
    assert f"/economy/claims/{invoice.id}" in text


def test_who_was_never_asked_to_pay_is_not_told_that_nothing_is_owed(desk: ClaimDesk) -> None:
    invoice = desk.paid()
    desk.confirm(desk.ask(invoice))
    claim = desk.claim(invoice)
    desk.ask_write_off(claim)
    desk.write_off(claim, on=date(2026, 6, 1))
    assert not [each for each in told(desk.system) if each.startswith("claim")]
