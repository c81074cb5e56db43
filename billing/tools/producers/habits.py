"""Habits: what suppliers' programs write otherwise than ours and may. A bill with any of them obeys order and receipt.

Each has its share of the suppliers, in thousandths, and the reason why it is right. A supplier keeps its habits: they
are its program's, or its economist's.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from billing.tools.producers import head_habits as head
from billing.tools.producers import line_habits as line
from billing.tools.producers.bill_writing import as_a_float, with_four_decimals
from billing.tools.producers.drafts import Change, in_manner, on_bill


@dataclass(frozen=True, slots=True)
class Habit:
    """A habit: how many suppliers in a thousand have it, and why a bill with it is right."""

    name: str
    share: int
    reason: str
    change: Change


_BLANK = "a blank is no part of a number"
_NUMBER = "the rules let a number be written so (xs:decimal)"
_PRICE = "the price of one is the same"
_TRANSFER = "a transfer by another name (UNCL4461)"
_EARLY = "noted, and paid when the terms end (E-27)"

HABITS: Final[tuple[Habit, ...]] = (
    Habit("blanks around the order number", 60, f"{_BLANK} (BT-13)", on_bill(head.blanks_around_order)),
    Habit("blanks around the line number", 30, f"{_BLANK} (BT-132)", on_bill(head.blanks_around_line)),
    Habit("execution reference repeated", 150, "it is the order's", on_bill(head.reference_repeated)),
    Habit("a reference of its own", 150, "BT-10 is free text here", on_bill(head.buyer_reference)),
    Habit("its own order number", 60, "BT-14 is the supplier's", on_bill(head.own_order_number)),
    Habit("no contract", 100, "the order names it (BT-12)", on_bill(head.without_contract)),
    Habit("another contract", 20, "noted: the order's holds (BT-12)", on_bill(head.other_contract)),
    Habit(
        "another kind of invoice",
        20,
        "judged by order and receipt all the same (BT-3)",
        on_bill(head.other_kind),
    ),
    Habit("line ids of its own", 120, "BT-126 is the supplier's", on_bill(line.line_ids)),
    Habit("price for a hundred", 25, f"{_PRICE} (BT-149)", on_bill(line.price_for_a_hundred)),
    Habit("base quantity one", 80, f"{_PRICE} (BT-149)", on_bill(line.base_quantity_one)),
    Habit("gross price and discount", 30, f"{_PRICE} (BT-146 to BT-148)", on_bill(line.gross_price)),
    Habit("text lines of zero", 60, "nothing is billed on them", on_bill(line.text_lines)),
    Habit("two lines for one order line", 25, "together they are what was received", on_bill(line.two_lines)),
    Habit("own words for the article", 200, "the order line says what it is", on_bill(line.own_words)),
    Habit("the whole month as period", 80, "the quantity says how many days", on_bill(line.whole_month)),
    Habit("a period of the whole bill", 100, "the same days (BG-14)", on_bill(line.period_of_the_bill)),
    Habit("no period", 100, "the order line says the month", on_bill(line.without_period)),
    Habit("another address", 60, "the organisation number decides (REQ-39)", on_bill(head.other_address)),
    Habit("number without scheme", 30, "ten digits are one (BT-30)", on_bill(head.number_without_scheme)),
    Habit("names and identities", 150, "they agree (BT-28, BT-29)", on_bill(head.names_and_identities)),
    Habit("due in 10 days", 50, _EARLY, head.due_in(10)),
    Habit("due in 14 days", 40, _EARLY, head.due_in(14)),
    Habit("due in 60 days", 20, "paid when the terms end", head.due_in(60)),
    Habit("no due date", 40, "paid when the terms end", on_bill(head.no_due_date)),
    Habit("payment means 31", 60, _TRANSFER, head.means_code("31")),
    Habit("payment means 42", 60, _TRANSFER, head.means_code("42")),
    Habit("payment means 58", 40, _TRANSFER, head.means_code("58")),
    Habit("no branch", 80, "a registered number is right by any name (BT-84)", on_bill(head.no_branch)),
    Habit("account written apart", 80, "the same number (BT-84)", on_bill(head.account_written_apart)),
    Habit("every account", 60, "all of them are registered", on_bill(head.every_account)),
    Habit("no account", 40, "paid to the registered one", on_bill(head.no_account)),
    Habit("payment reference", 250, "BT-83 is the supplier's", on_bill(head.payment_reference)),
    Habit("whole kronor", 60, "at most a krona (BT-114, A-8)", on_bill(head.whole_kronor)),
    Habit("a file", 100, "kept, never opened (BG-24)", on_bill(head.attached)),
    Habit("a note", 200, "for people (BT-22)", on_bill(head.remark)),
    Habit("day of delivery", 80, "BT-72 decides nothing", on_bill(head.delivery_date)),
    Habit("amounts with a sign", 20, _NUMBER, in_manner(amount=line.signed)),
    Habit("quantities with a bare point", 20, _NUMBER, in_manner(quantity=line.with_a_bare_point)),
    Habit("quantities with leading zeros", 20, _NUMBER, in_manner(quantity=line.with_leading_zeros)),
    Habit("quantities with decimals", 100, _NUMBER, in_manner(quantity=with_four_decimals)),
    Habit("prices with twelve decimals", 30, _NUMBER, in_manner(price=line.with_twelve_decimals)),
    Habit("rates with a decimal", 80, _NUMBER, in_manner(percent=as_a_float)),
)
"""Every habit. One that does not fit a bill (two lines for a single thing) changes nothing."""


def drawn_habits(chance: Random) -> tuple[Habit, ...]:
    """The habits of one supplier."""
    return tuple(each for each in HABITS if chance.randrange(1000) < each.share)
