"""How much is unbooked is counted as booking would count it, and what has VAT is made month by month as booking would
make it, at every step of a story where everything happens."""

from collections.abc import Iterator
from datetime import date

import pytest

from bookkeeping import booking, month_closing_store, unbooked_count_queries
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.vat_compensation import unbooked_vat
from bookkeeping.vat_compensation.vat_queries import KINDS
from bookkeeping.voucher_making import Coders
from foundation.periods import Month
from orders.register import store as register_store
from tests.bookkeeping.test_accounting_rules import RULES, in_force
from tests.support.stories.claiming import ClaimDesk
from tests.support.stories.months_of_work import months_of_work
from tests.support.stories.paying import NOW, OFFICER
from tests.support.stories.system import System, a_system

ACCOUNTS = LedgerAccounts()
MONTHS = tuple(Month(2026, number) for number in range(1, 7))
DAYS = (date(2026, 2, 3), date(2026, 2, 28), date(2026, 3, 12), date(2026, 4, 30), date(2027, 1, 1))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def agrees(system: System) -> int:
    """Count both ways for every day; how many there are in all."""
    with system.database.reading() as session:
        made = booking.unbooked(session, ACCOUNTS)
        for day in DAYS:
            counted = unbooked_count_queries.count(session, Coders.of(session, ACCOUNTS), until=day)
            assert counted == sum(each.booked_on <= day for each in made), day
        for month in MONTHS:
            brought = [each for each in made if each.kind in KINDS and month.period.contains(each.booked_on)]
            assert unbooked_vat.unbooked(session, ACCOUNTS, month) == brought, month
    return len(made)


def book(system: System, *, on: date) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        booking.book(session, register, ACCOUNTS, today=on, by=OFFICER, now=NOW)


@pytest.mark.both_engines
@pytest.mark.parametrize("arrivals", [False, True])
def test_it_is_counted_as_it_would_be_booked(system: System, arrivals: bool) -> None:
    if arrivals:
        in_force(system, "arrivals_from = 2026-02-01\n" + RULES)
    most = 0
    for place, day in enumerate(months_of_work(system)):
        waiting = agrees(system)
        most = max(most, waiting)
        if place % 4 == 3 and waiting:
            book(system, on=day)
            assert agrees(system) == 0
    assert most > 3


@pytest.mark.parametrize("arrivals", [False, True])
def test_what_happened_in_a_closed_month_is_of_the_first_open_one(
    system: System, arrivals: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is booked in the whole story: credits stand beside approvals of months before."""
    if arrivals:
        in_force(system, "arrivals_from = 2026-02-01\n" + RULES)
    for _ in months_of_work(system):
        pass
    assert agrees(system) > 3
    for closed in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)):
        monkeypatch.setattr(month_closing_store, "closed_to", lambda _, closed=closed: closed)
        agrees(system)


def test_what_is_given_back_and_taken_back_is_counted_too(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    for month in ("2026-01", "2026-02"):
        system.report("100000101", month, on=date(2026, 3, 4))
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    desk.repaid(desk.claim(invoice), "1000.00", on=date(2026, 5, 20))
    assert agrees(system) == 4
    book(system, on=date(2026, 5, 21))
    desk.repaid(desk.claim(invoice), on=date(2026, 5, 22))
    assert agrees(system) == 1
