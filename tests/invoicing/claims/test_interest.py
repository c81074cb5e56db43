"""Late-payment interest: every late day once, at its half-year's rate, on what was owed that day, and explained."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.claims.interest import RateUnknown, half_year_of, late_payment, runs_from
from invoicing.claims.late_payment_check import PaidInvoice, check
from invoicing.claims.published_rates import PUBLISHED

DAYS = st.dates(date(2019, 1, 1), date(2024, 12, 31))
AMOUNTS = st.integers(min_value=1, max_value=10**9).map(lambda cents: Money(Decimal(cents) / 100))


@given(AMOUNTS, DAYS, st.integers(min_value=0, max_value=900), st.data())
def test_it_is_what_each_day_comes_to_alone(owed: Money, first: date, days: int, data: st.DataObject) -> None:
    last = min(first + timedelta(days=days), date(2024, 12, 31))
    given_back = data.draw(
        st.lists(st.tuples(st.dates(first, last), AMOUNTS), max_size=3).map(
            lambda parts: [part for part in parts if part[1] <= Money(owed.amount)]
        )
    )
    found = late_payment(owed, first=first, last=last, rates=PUBLISHED, given_back=given_back)
    exact, late = Fraction(0), 0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        left = owed.amount - sum((part.amount for on, part in given_back if on < day), Decimal(0))
        if left > 0:
            late += 1
            exact += Fraction(left) * Fraction(PUBLISHED[half_year_of(day)] + 8) / 36500
    assert sum(each.days for each in found.spans) == late
    # Each row is rounded to the öre, and the rows add up to the sum.
    assert abs(Fraction(found.amount.amount) - exact) <= Fraction(len(found.spans), 200)
    for before, after in zip(found.spans, found.spans[1:], strict=False):
        assert after.first == before.last + timedelta(days=1)
    for each in found.spans:
        assert half_year_of(each.first) == half_year_of(each.last)


@given(AMOUNTS, DAYS, st.integers(1, 400), st.integers(1, 400), st.integers(1, 400))
def test_what_comes_back_is_late_again_from_the_day_after(
    owed: Money, first: date, off: int, back: int, days: int
) -> None:
    set_off = min(first + timedelta(days=off), date(2024, 12, 31))
    returned = min(set_off + timedelta(days=back), date(2024, 12, 31))
    last = min(returned + timedelta(days=days), date(2024, 12, 31))
    parts = [(set_off, owed), (returned, Money(-owed.amount))]
    whole = late_payment(owed, first=first, last=last, rates=PUBLISHED, given_back=parts)
    before = late_payment(owed, first=first, last=set_off, rates=PUBLISHED)
    assert whole.spans[: len(before.spans)] == before.spans
    if returned < last:
        again = returned + timedelta(days=1)
        after = late_payment(owed, first=again, last=last, rates=PUBLISHED)
        assert whole.spans[len(before.spans) :] == after.spans


def test_a_half_year_without_a_rate_is_asked_for_and_not_guessed() -> None:
    with pytest.raises(RateUnknown, match="2025-01-01"):
        late_payment(Money.of("100.00"), first=date(2024, 12, 1), last=date(2025, 1, 1), rates=PUBLISHED)


def test_nothing_runs_before_thirty_days_have_gone_nor_before_the_day_that_was_given() -> None:
    assert runs_from(sent_on=date(2024, 3, 1), due_on=date(2024, 3, 10)) == date(2024, 4, 1)
    assert runs_from(sent_on=date(2024, 3, 1), due_on=date(2024, 5, 1)) == date(2024, 5, 2)


@pytest.mark.parametrize(
    ("asked", "paid_on", "words"),
    [
        ("500.00", date(2024, 3, 31), "is 42.35 too much"),
        ("457.65", date(2024, 3, 31), "is within that"),
        ("10.00", date(2024, 3, 1), "No invoice that the claim names was paid late"),
    ],
)
def test_a_suppliers_claim_is_held_against_our_reckoning(asked: str, paid_on: date, words: str) -> None:
    # Due 1 March, and 30 days late at 4 + 8 percent on 775.65 kronor is 7.65.
    invoice = PaidInvoice("F-1", Money.of("775.65"), date(2024, 3, 1), paid_on)
    result = check(Money.of(asked), [invoice], rates=PUBLISHED, today=date(2024, 5, 1))
    assert words.replace(".", ",", 1) in result.words.en or words in result.words.en
    assert len(result.late) + len(result.in_time) == 1


def test_an_invoice_that_is_not_paid_yet_counts_to_today() -> None:
    invoice = PaidInvoice("F-1", Money.of("1000.00"), date(2024, 3, 1), None)
    (late,) = check(Money.of("1.00"), [invoice], rates=PUBLISHED, today=date(2024, 3, 11)).late
    assert (late.days, late.interest.amount) == (10, Money.of("3.29"))
