"""The claims that a month is closed with are what was left of each at its end, without VAT, whoever raised it."""

from collections.abc import Iterator
from datetime import date

import pytest

from bookkeeping import closing_queries
from invoicing.claims import raising
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import SECOND
from tests.support.stories.system import System, a_system

APRIL, MAY, JUNE, JULY = (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def desk(system: System) -> ClaimDesk:
    return ClaimDesk(system)


def open_at(system: System, ends_on: date) -> tuple[int, str]:
    with system.database.reading() as session:
        count, left = closing_queries.claims(session, ends_on)
    return count, str(left) if left is not None else ""


@pytest.mark.both_engines
def test_what_two_people_claim_and_what_is_left_of_it_is_told_as_it_stood_on_each_day(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    claim = desk.ask(invoice, on=date(2026, 5, 2))
    assert open_at(system, MAY) == (0, "")
    desk.confirm(claim, on=date(2026, 5, 2))
    assert [open_at(system, day) for day in (APRIL, MAY)] == [(0, ""), (1, "1900.00 SEK")]
    # 375 with VAT are 300 without.
    desk.repaid(claim, "375.00", on=date(2026, 6, 4))
    assert [open_at(system, day) for day in (MAY, JUNE)] == [(1, "1900.00 SEK"), (1, "1600.00 SEK")]
    desk.repaid(claim, on=date(2026, 7, 3))
    assert [open_at(system, day) for day in (MAY, JUNE, JULY)] == [
        (1, "1900.00 SEK"),
        (1, "1600.00 SEK"),
        (0, ""),
    ]


@pytest.mark.both_engines
def test_what_was_withdrawn_was_open_until_then_and_what_nobody_agreed_to_never(
    system: System, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    declined = desk.ask(invoice, on=date(2026, 5, 2))
    with system.database.writing() as session:
        raising.decline(session, declined.number, by=SECOND, today=date(2026, 6, 1))
    assert open_at(system, MAY) == (0, "")
    claim = desk.ask(invoice, on=date(2026, 6, 2))
    desk.confirm(claim, on=date(2026, 6, 2))
    desk.ask_write_off(claim, on=date(2026, 7, 1))
    desk.write_off(claim, on=date(2026, 7, 2))
    assert [open_at(system, day) for day in (MAY, JUNE, JULY)] == [(0, ""), (1, "1900.00 SEK"), (0, "")]


def test_the_claim_that_a_credit_raises_is_without_vat_too(system: System, desk: ClaimDesk) -> None:
    desk.paid()
    desk.credited(on=date(2026, 5, 2))
    assert [open_at(system, day) for day in (APRIL, MAY)] == [(0, ""), (1, "1900.00 SEK")]
