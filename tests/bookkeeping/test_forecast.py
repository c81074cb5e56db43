"""The forecast: past months are what was received, and the coming ones what is ordered and planned, with its shares."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookkeeping.budget import drawing_up
from bookkeeping.budget.budget_keys import BudgetKey
from bookkeeping.budget.forecast import (
    Forecast,
    ForecastKind,
    ForecastRow,
    ForecastSum,
    expected,
    forecast,
    months_shown,
)
from bookkeeping.budget.forecast_rules import ForecastRules
from bookkeeping.coding import CodingBasis
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.voucher_making import Coders
from foundation.money import Money
from foundation.periods import Month
from operations.event_loading import place_due_orders
from tests.bookkeeping.test_accounting_rules import RULES, in_force
from tests.support.stories.system import LARKDRILLEN, System, a_system, outcome

REFERENCE, OTHER = "100000101", "100000102"
ACCOUNTS = LedgerAccounts()
ALL = ForecastRules()


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def drawn(
    system: System, *, today: date, rules: ForecastRules = ALL, by: BudgetKey = BudgetKey.APPROPRIATION
) -> Forecast:
    with system.database.reading() as session:
        coders = Coders.of(session, ACCOUNTS)
        return drawing_up.forecast(
            session, coders, system.register, by=(by,), rules=rules, today=today, ahead=8
        )


def told(found: Forecast) -> dict[str, list[str]]:
    """The months that come to anything: received, days, planned and what follows, in whole kronor and öre."""
    return {str(row.month): parts(row) for row in found.months if not row.amount.is_zero}


def parts(row: ForecastRow) -> list[str]:
    return [str(each.amount) for each in (row.received, row.days, row.planned, row.next_stage)]


def work_from_february(system: System) -> None:
    """The participant leaves for work on Friday the thirteenth; R1 is three months after Monday the sixteenth."""
    system.interrupt(REFERENCE, on=date(2026, 2, 10), last_day=date(2026, 2, 13))
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 2, 16)), on=date(2026, 2, 16))


@pytest.mark.both_engines
def test_months_are_what_was_received_and_what_is_ordered(system: System) -> None:
    system.decide(OTHER, supplier=LARKDRILLEN)
    now = drawn(system, today=date(2026, 2, 20), by=BudgetKey.DELIVERY_AREA)
    # Twice 20, 20, 22, 20, 19 and 22 days at 95 kronor; January of one of them is received.
    assert told(now) == {
        "2026-01": ["1900.00", "1900.00", "0.00", "0.00"],
        "2026-02": ["0.00", "3800.00", "0.00", "0.00"],
        "2026-03": ["0.00", "4180.00", "0.00", "0.00"],
        "2026-04": ["0.00", "3800.00", "0.00", "0.00"],
        "2026-05": ["0.00", "3610.00", "0.00", "0.00"],
        "2026-06": ["0.00", "4180.00", "0.00", "0.00"],
    }
    assert {row.key: parts(row)[:2] for row in now.rows} == {
        ("LO-NORD",): ["1900.00", "9785.00"],
        ("LO-MITT",): ["0.00", "11685.00"],
    }
    assert (str(now.total.amount.amount), now.overdue.is_zero) == ("23370.00", True)
    # Eight of ten days: what is over, and not reported yet, is counted whole.
    share = told(drawn(system, today=date(2026, 2, 20), rules=ForecastRules(delivered=80)))
    assert [share[month][1] for month in ("2026-01", "2026-02", "2026-03")] == [
        "1900.00",
        "3040.00",
        "3344.00",
    ]


def test_an_interruption_cuts_the_days_and_the_results_wait_for_theirs(system: System) -> None:
    work_from_february(system)
    # 10 days of February, R1 of 15 000 and a bonus of 2 000 in May, and R2 of 15 000 in August if it comes.
    assert told(drawn(system, today=date(2026, 2, 20))) == {
        "2026-01": ["1900.00", "0.00", "0.00", "0.00"],
        "2026-02": ["0.00", "950.00", "0.00", "0.00"],
        "2026-05": ["0.00", "0.00", "17000.00", "0.00"],
        "2026-08": ["0.00", "0.00", "0.00", "15000.00"],
    }
    less = told(
        drawn(system, today=date(2026, 2, 20), rules=ForecastRules(delivered=10, planned=50, next_stage=30))
    )
    assert [less[month] for month in ("2026-02", "2026-05", "2026-08")] == [
        ["0.00", "950.00", "0.00", "0.00"],
        ["0.00", "0.00", "8500.00", "0.00"],
        ["0.00", "0.00", "0.00", "4500.00"],
    ]


def test_what_was_planned_becomes_what_was_received_and_what_follows_becomes_planned(system: System) -> None:
    work_from_february(system)
    # Nobody has run the orders of May: they are counted in the month that is.
    assert told(drawn(system, today=date(2026, 6, 5)))["2026-06"][2] == "17000.00"
    place_due_orders(system.database, today=date(2026, 5, 18))
    second = outcome(REFERENCE, "R2", started_on=date(2026, 2, 16))
    system.must("outcome.approved", second, on=date(2026, 6, 1))
    now = told(drawn(system, today=date(2026, 6, 5)))
    assert now["2026-05"] == ["17000.00", "0.00", "0.00", "0.00"]
    assert now["2026-08"] == ["0.00", "0.00", "15000.00", "0.00"]
    back = {"execution_reference": REFERENCE, "ended_on": "2026-07-01"}
    system.must("outcome.ended", back, on=date(2026, 7, 1))
    assert "2026-08" not in told(drawn(system, today=date(2026, 7, 2)))


def test_nothing_follows_for_who_is_back(system: System) -> None:
    work_from_february(system)
    place_due_orders(system.database, today=date(2026, 5, 18))
    assert told(drawn(system, today=date(2026, 6, 5)))["2026-08"][3] == "15000.00"
    back = {"execution_reference": REFERENCE, "ended_on": "2026-06-03"}
    system.must("outcome.ended", back, on=date(2026, 6, 3))
    assert "2026-08" not in told(drawn(system, today=date(2026, 6, 5)))


def test_what_is_older_than_the_months_shown_is_told_beside(system: System) -> None:
    later = drawn(system, today=date(2026, 9, 10))
    # From March on; February's 20 days were never reported.
    assert (str(later.months[0].month), str(later.overdue.amount)) == ("2026-03", "1900.00")


def test_shares_are_those_of_the_accounting_rules(system: System) -> None:
    in_force(system, RULES + "[forecast]\ndelivered = 90\n")
    with system.database.reading() as session:
        rules = drawing_up.rules_of(Coders.of(session, ACCOUNTS))
    assert rules == ForecastRules(delivered=90)
    (row,) = drawn(system, today=date(2026, 2, 20), rules=rules).rows
    assert row.key == ("1:3",)


# Laws --------------------------------------------------------------------------------------------------------

_MONTHS = months_shown(Month(2026, 2), back=3, ahead=5)
_SUMS = st.lists(
    st.builds(
        ForecastSum,
        basis=st.builds(CodingBasis, unit=st.sampled_from(["UV-1", "UV-2"])),
        month=st.sampled_from([*_MONTHS, Month(2028, 1)]),
        kind=st.sampled_from(list(ForecastKind)),
        amount=st.decimals(0, 10**8, places=2),
        is_certain=st.booleans(),
        steps=st.integers(1, 3),
    ),
    max_size=12,
)
_RULES = st.builds(ForecastRules, *(st.integers(0, 100) for _ in range(3)))


@given(_SUMS, _RULES)
def test_months_rows_and_cells_come_to_the_same(sums: list[ForecastSum], rules: ForecastRules) -> None:
    nil = Money.of("0.00")
    found = forecast(sums, ACCOUNTS, by=(BudgetKey.UNIT,), months=_MONTHS, rules=rules, overdue=nil)
    for rows in (found.months, found.rows, found.cells):
        for name in ("received", "days", "planned", "next_stage", "amount"):
            whole = sum((getattr(row, name).amount for row in rows), Decimal())
            assert whole == getattr(found.total, name).amount
    assert tuple(row.month for row in found.months) == _MONTHS
    for each in sums:
        assert 0 <= expected(each, rules, "SEK").amount <= each.amount
        assert expected(each, ALL, "SEK").amount == each.amount
