"""What suppliers owe, on the pages of those who claim it: one question for many claims, and the sums of all."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest

from foundation.money import Money
from foundation.sql import Session
from invoicing.claims import claim_store, outstanding_queries
from invoicing.claims.claim_states import OPEN
from invoicing.payment import payment_store, repayments
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.statements import statements
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.system import System, a_system

DAY = datetime(2026, 6, 7, 9, 0, tzinfo=UTC)
TODAY = DAY.date()


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def officer(system: System) -> Iterator[Visitor]:
    url = system.database.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        site: Site = stack.enter_context(portal(url, business_clock=lambda: DAY, second_step=False))
        yield stack.enter_context(visitor(site, STAFF))


def questions(officer: Visitor, path: str) -> int:
    """How many questions about claims and proposals a page puts."""
    with statements() as put:
        assert officer.get(path).status_code == 200
    return len([each for each in put if "claim" in each or "payment_item" in each])


def test_a_page_asks_as_much_for_one_claim_as_for_several(system: System, officer: Visitor) -> None:
    desk = ClaimDesk(system)
    first = desk.paid()
    desk.credited()
    paths = ("/finance/payments", "/finance/payments/claims", f"/finance/payments/claims/{first.id}")
    before = [questions(officer, path) for path in paths]
    for line, number in (("002", "F-2"), ("001", "F-3")):
        desk.paid(number, line=line)
        desk.credited(f"K-{number}", on=date(2026, 5, 3))
    with system.database.reading() as session:
        assert len(claim_store.listed(session)) > 1
    assert [questions(officer, path) for path in paths] == before


def test_whoever_looks_for_one_claim_reads_no_other(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    with system.database.reading() as session, statements() as put:
        found = repayments.claim_of(session, invoice.id)
        assert payment_store.claims(session, []) == []
    assert found is not None
    assert found.invoice_id == invoice.id
    assert [each for each in put if "claim.invoice_id" not in each.rpartition("WHERE")[2]] == []


def sums_agree(session: Session, system: System) -> None:
    each = claim_store.listed(session)
    told = outstanding_queries.outstanding(session, currency="SEK", today=TODAY)
    assert outstanding_queries.count(session, OPEN) == len(each)
    assert told.overdue == sum(claim.is_overdue(TODAY) for claim in each)
    assert told.amount == sum((claim.left for claim in each), Money.of("0.00"))


@pytest.mark.both_engines
def test_what_is_owed_in_all_is_what_is_left_of_each_claim(system: System) -> None:
    desk = ClaimDesk(system)
    desk.rate()
    with system.database.reading() as session:
        sums_agree(session, system)
    first = desk.paid()
    desk.credited()
    desk.demand(desk.claim(first), on=date(2026, 5, 3))
    second = desk.paid("F-2", line="002")
    desk.confirm(desk.ask(second))
    with system.database.reading() as session:
        sums_agree(session, system)
        assert outstanding_queries.outstanding(session, currency="SEK", today=TODAY).overdue == 1
    # A part comes, and then more than the rest: interest is no part of what was owed.
    desk.repaid(desk.claim(first), "375.00", on=date(2026, 5, 10))
    with system.database.reading() as session:
        sums_agree(session, system)
    desk.repaid(desk.claim(first), on=date(2026, 6, 5))
    desk.dispute(desk.claim(second), on=date(2026, 6, 6))
    with system.database.reading() as session:
        sums_agree(session, system)
        assert outstanding_queries.outstanding(session, currency="SEK", today=TODAY).overdue == 0
