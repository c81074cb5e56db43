"""Habits of lines and numbers: how they are cut, named, priced and written."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from billing.tools.producers.bills import NOTHING, Bill, billed_line, with_line
from billing.tools.producers.drafts import Desk
from foundation.money import rounded

_TEXTS = ("Tack för ert förtroende", "Enligt överenskommelse", "Deltagande enligt redovisning")


def line_ids(bill: Bill, desk: Desk) -> Bill:
    """Ids of the supplier's own."""
    prefix = desk.chance.choice(("10", "0000", "L", "rad "))
    lines = (replace(each, id=f"{prefix}{number}") for number, each in enumerate(bill.lines, 1))
    return replace(bill, lines=tuple(lines))


def price_for_a_hundred(bill: Bill, _: Desk) -> Bill:
    """2090.00 for 22 at 9500.00 a hundred."""
    return with_line(bill, price=billed_line(bill).price * 100, base_quantity=Decimal(100))


def base_quantity_one(bill: Bill, _: Desk) -> Bill:
    """The price is for one, and says so."""
    given = billed_line(bill).base_quantity
    return with_line(bill, base_quantity=Decimal(1) if given is None else given)


def gross_price(bill: Bill, _: Desk) -> Bill:
    """A price from a list and a discount, which give the price ordered."""
    return with_line(bill, gross_price=billed_line(bill).price + 5)


def text_lines(bill: Bill, desk: Desk) -> Bill:
    """One or two lines of nothing but words, before or after what is billed."""
    chance = desk.chance
    texts = chance.sample(_TEXTS, chance.choice((1, 2)))
    bare = replace(
        billed_line(bill),
        order_line="",
        quantity=NOTHING,
        price=NOTHING,
        amount=NOTHING,
        starts_on=None,
        ends_on=None,
        article_number="",
        base_quantity=None,
        gross_price=None,
    )
    extra = tuple(replace(bare, id=f"T{number}", name=text) for number, text in enumerate(texts, 1))
    return replace(bill, lines=(*extra, *bill.lines) if chance.random() < 0.5 else (*bill.lines, *extra))


def two_lines(bill: Bill, _: Desk) -> Bill:
    """The days on two lines, both for the same order line."""
    line = billed_line(bill)
    first = line.quantity // 2
    rest = line.quantity - first
    part = rounded(line.amount * first / line.quantity)
    if not first or rounded(line.amount * rest / line.quantity) + part != line.amount:
        return bill
    at = bill.lines.index(line)
    halves = (
        replace(line, quantity=first, amount=part),
        replace(line, id=f"{line.id}b", quantity=rest, amount=line.amount - part),
    )
    return replace(bill, lines=(*bill.lines[:at], *halves, *bill.lines[at + 1 :]))


def own_words(bill: Bill, desk: Desk) -> Bill:
    """A name, a description, a note and a number of the supplier's own."""
    return with_line(
        bill,
        name=desk.chance.choice(("Tjänst", "Ersättning & tillägg", "Konsulttid", "Månad <1>")),
        description="Enligt redovisning",
        note="Se bifogad specifikation",
        article_number=desk.chance.choice(("", "K100", billed_line(bill).article_number)),
    )


def whole_month(bill: Bill, desk: Desk) -> Bill:
    """The days of the whole month as period, where fewer of them were billed: the quantity says how many."""
    if not desk.due.is_by_day:
        return bill
    first = desk.due.starts_on.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return replace(
        bill,
        lines=tuple(
            each if each.starts_on is None else replace(each, starts_on=first, ends_on=last)
            for each in bill.lines
        ),
    )


def period_of_the_bill(bill: Bill, _: Desk) -> Bill:
    """The period for all of it (BG-14), and none on the lines."""
    line = billed_line(bill)
    return replace(without_period(bill, _), starts_on=line.starts_on, ends_on=line.ends_on)


def without_period(bill: Bill, _: Desk) -> Bill:
    """No period at all."""
    return replace(bill, lines=tuple(replace(each, starts_on=None, ends_on=None) for each in bill.lines))


# --- how numbers are written ------------------------------------------------------------------------------


def signed(value: Decimal) -> str:
    """+22.00."""
    return f"{value:+.2f}"


def with_a_bare_point(value: Decimal) -> str:
    """22., where nothing follows."""
    return f"{value:.0f}." if value == value.to_integral_value() else f"{value.normalize():f}"


def with_leading_zeros(value: Decimal) -> str:
    """0022."""
    return f"00{value:f}" if value >= 0 else f"{value:f}"


def with_twelve_decimals(value: Decimal) -> str:
    """95.000000000000: a price has no limit of decimals."""
    return f"{value:.12f}"
