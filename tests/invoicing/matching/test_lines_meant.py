"""Which lines of an invoice charge something, which order line each is for, and what is asked for instead."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money, Quantity
from invoicing.matching.deviations import DeviationCode
from invoicing.matching.facts import Facts
from invoicing.matching.invoice_matching import lines_to_take, match
from invoicing.matching.lines_meant import as_charged
from invoicing.model import InvoiceContent, InvoicedLine, PeriodGiven
from orders.register.agreements import Policy
from tests.support.stories.builders import (
    a_line,
    a_receipt,
    an_invoice,
    an_occupant,
    an_order,
    facts_of,
    sek,
    with_lines,
)

ORDER = an_order()
INFERRED = Policy(inferred_line=True)
MARCH = PeriodGiven(date(2026, 3, 1), date(2026, 3, 31))


def text_line(**changes: object) -> InvoicedLine:
    nothing = replace(
        a_line("", days="0", line_id="9"), amount=sek("0.00"), vat_category="E", vat_percent=Decimal(0)
    )
    return replace(nothing, **changes)  # type: ignore[arg-type]


def received(*lines: str, policy: Policy = INFERRED, occupied: str = "") -> Facts:
    occupants = {occupied: an_occupant()} if occupied else {}
    return facts_of(ORDER, *(a_receipt(ORDER, each) for each in lines), policy=policy, occupants=occupants)


def bare(days: int = 31, order_line: str = "", period: PeriodGiven | None = None) -> InvoiceContent:
    """January's invoice with another reference to its order line."""
    invoice = an_invoice(ORDER, days=days)
    return with_lines(invoice, replace(invoice.lines[0], order_line=order_line, period=period))


def meant(invoice: InvoiceContent, facts: Facts) -> tuple[str, ...]:
    return as_charged(invoice, facts).order_lines


# Text -----------------------------------------------------------------------------------------


@given(
    place=st.integers(0, 1),
    quantity=st.sampled_from(["0", "0.00", "1"]),
    price=st.sampled_from(["0.00", "95.00"]),
    order_line=st.sampled_from(["", "002", "XX"]),
)
def test_a_line_that_charges_nothing_changes_nothing(
    place: int, quantity: str, price: str, order_line: str
) -> None:
    if Decimal(quantity):
        price, order_line = "0.00", ""
    line = text_line(quantity=Quantity(Decimal(quantity), "DAY"), price=Decimal(price), order_line=order_line)
    invoice = an_invoice(ORDER)
    lines = [*invoice.lines]
    lines.insert(place, line)
    facts = received("001", policy=Policy())
    assert (
        match(replace(invoice, lines=tuple(lines)), facts).deviations
        == match(invoice, facts).deviations
        == ()
    )


@pytest.mark.parametrize(
    "charge",
    [
        text_line(amount=sek("0.01")),
        text_line(adjustments=sek("-1.00")),
        text_line(quantity=Quantity(Decimal(31), "DAY"), price=Decimal("0.00"), order_line="001"),
    ],
    ids=["an öre", "an allowance", "a quantity of an order line"],
)
def test_a_line_that_charges_or_claims_something_is_no_text(charge: InvoicedLine) -> None:
    assert not charge.is_text


def test_an_invoice_of_nothing_but_text_is_judged_as_it_stands() -> None:
    invoice = replace(an_invoice(ORDER), lines=(text_line(),))
    assert DeviationCode.LINE_MISSING.value in match(invoice, received("001")).codes


# The order line meant -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("invoice", "facts", "line"),
    [
        (bare(), received("001"), ("001",)),
        (bare(), received("001", "002"), ("001",)),  # 31 days, not 28
        (bare(), received("001", "003"), ()),  # two of 31 days
        (bare(period=MARCH), received("001", "003"), ("003",)),
        (bare(period=MARCH), received("001"), ("003",)),  # waits for its receipt
        (bare(), received("001", "003", occupied="001"), ()),  # perhaps the same once more
        (bare(), received("001", occupied="001"), ("001",)),
        (bare(order_line="1"), received("001"), ("001",)),
        (bare(order_line="1", period=MARCH), received("001", "003"), ("1",)),  # says two things
        (bare(order_line="7"), received("001"), ("7",)),
        (bare(days=30), received("001"), ()),
        (bare(), received("001", policy=Policy()), ()),  # as long as the buyer has not said so
    ],
)
def test_a_line_is_matched_where_only_one_is_possible(
    invoice: InvoiceContent, facts: Facts, line: tuple[str, ...]
) -> None:
    assert meant(invoice, facts) == line


def test_the_line_meant_is_judged_and_taken_like_one_that_is_named() -> None:
    facts = received("001")
    assert match(bare(), facts).deviations == ()
    assert [each.line.line_id for each in lines_to_take(bare(), facts)] == ["001"]


def test_a_line_meant_that_is_invoiced_already_is_said_to_be() -> None:
    assert match(bare(), received("001", occupied="001")).codes == ("ALREADY_INVOICED",)


@given(
    months=st.sets(st.sampled_from(["001", "002", "003", "004", "005", "006"])),
    days=st.integers(1, 31),
    number=st.sampled_from(["", "1", "2", "003", "9"]),
    period=st.sampled_from([None, MARCH, PeriodGiven(None, date(2026, 2, 28))]),
)
def test_what_is_meant_is_one_of_the_orders_lines_or_what_was_written(
    months: set[str], days: int, number: str, period: PeriodGiven | None
) -> None:
    facts = received(*sorted(months))
    invoice = bare(days, number, period)
    (line,) = as_charged(invoice, facts).lines
    assert facts.order is not None
    assert line.order_line in facts.order.lines or line.order_line == number
    assert replace(line, order_line=number) == invoice.lines[0]


# What is asked for ----------------------------------------------------------------------------


@given(
    days=st.integers(1, 40),
    price=st.decimals("1.00", "200.00", places=2),
    base=st.sampled_from(["1", "10", "3"]),
    adjustment=st.decimals("-200.00", "200.00", places=2),
    off=st.decimals("-3.00", "3.00", places=2),
    received_days=st.integers(1, 31),
)
def test_no_amount_of_a_line_is_asked_for_that_is_not_what_was_received(
    days: int, price: Decimal, base: str, adjustment: Decimal, off: Decimal, received_days: int
) -> None:
    invoice = an_invoice(ORDER)
    product = (Decimal(days) * price / Decimal(base)).quantize(Decimal("0.01"))
    line = replace(
        invoice.lines[0],
        quantity=Quantity(Decimal(days), "DAY"),
        price=price,
        base_quantity=Decimal(base),
        adjustments=Money(adjustment, "SEK"),
        amount=Money(product + adjustment + off, "SEK"),
    )
    receipt = a_receipt(ORDER, days=received_days)
    found = match(with_lines(invoice, line), facts_of(ORDER, receipt)).deviations
    for each in found:
        if each.code is DeviationCode.AMOUNT and each.line:
            assert each.expected == str(receipt.amount.amount)
            assert each.found == str(line.amount.amount)
    if line.amount != receipt.amount:
        assert {each.code for each in found} & {
            DeviationCode.AMOUNT,
            DeviationCode.PRICE,
            DeviationCode.QUANTITY,
        }


@pytest.mark.parametrize("slack", ["0.00", "0.02", "-0.02"])
def test_a_line_agrees_with_itself_within_the_published_slack(slack: str) -> None:
    line = replace(
        an_invoice(ORDER).lines[0],
        price=Decimal("100.00"),
        adjustments=sek("-155.00"),
        amount=sek("2945.00") + sek(slack),
    )
    facts = received("001")
    assert match(with_lines(an_invoice(ORDER), line), facts).codes == ("PRICE",)
    beyond = replace(line, amount=sek("2945.03"))
    assert match(with_lines(an_invoice(ORDER), beyond), facts).codes == ("PRICE", "AMOUNT")
