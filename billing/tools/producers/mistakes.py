"""Mistakes: what suppliers get wrong. A document with one of them is never accepted without a person.

Each keeps the document valid by every published rule, as its totals follow from its lines; so it is stopped, if at
all, for what it asks. The shares are thousandths of all documents, chosen so that each is seen often; in service there
are fewer.
"""

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

from billing.tools.producers import head_mistakes as head
from billing.tools.producers import line_mistakes as line
from billing.tools.producers.drafts import Draft, MistakenChange, MistakenDesk, on_bill_if


class Standing(Enum):
    """How the order line stands that a bill is made for, or the invoice that is credited."""

    FREE = "received and not billed"
    BILLED = "billed already"
    AWAITED = "not received yet"
    REVOKED = "received once, and taken back"
    CANCELLED = "called off"
    CUT = "interrupted: fewer days than ordered"
    CREDIT = "an invoice to credit"
    CREDITED = "an invoice that is credited already"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake: its share, why nobody may accept it unseen, and for what it is made."""

    name: str
    share: int
    reason: str
    change: MistakenChange
    made_for: Standing = Standing.FREE


def _unchanged(draft: Draft, _: MistakenDesk) -> Draft:
    """The bill is as any other: what it is for is the mistake."""
    return draft


_NOBODY_AGREED = "nobody agreed to it"
_IN_FULL = "a credit is of exactly one invoice, in full (REQ-37)"
_OTHERS = "the order is another's (E-19)"

MISTAKES: Final[tuple[Mistake, ...]] = (
    Mistake("price too high", 8, "the price is the order's (E-24)", on_bill_if(line.price_too_high)),
    Mistake("price too low", 4, "too little is wrong too (E-16)", on_bill_if(line.price_too_low)),
    Mistake("too many", 8, "more than was received (E-16)", on_bill_if(line.too_many)),
    Mistake("too few", 4, "too little is wrong too (E-16)", on_bill_if(line.too_few)),
    Mistake(
        "the whole month", 8, "the participant left in it (E-01)", on_bill_if(line.whole_month), Standing.CUT
    ),
    Mistake("another month", 4, "not the month of the line", on_bill_if(line.another_month)),
    Mistake("a lump sum", 3, "not what was ordered, though the sum is right", on_bill_if(line.lump_sum)),
    Mistake("another unit", 3, "not what was ordered", on_bill_if(line.another_unit)),
    Mistake("amount an öre off", 5, "amounts agree exactly (A-8)", on_bill_if(line.amount_an_ore_off)),
    Mistake("a fee on the line", 3, _NOBODY_AGREED, on_bill_if(line.line_fee)),
    Mistake("a discount on the line", 3, _NOBODY_AGREED, on_bill_if(line.line_discount)),
    Mistake("a line for a fee", 4, _NOBODY_AGREED, on_bill_if(line.fee_line)),
    Mistake("a reminder fee", 3, "late payment is no part of an order", on_bill_if(line.reminder_line)),
    Mistake("interest", 3, "a person decides about late payment", on_bill_if(line.interest)),
    Mistake("two order lines", 4, "one line an invoice (REQ-32)", on_bill_if(line.two_order_lines)),
    Mistake("no order line", 6, "which line is not said (BT-132)", on_bill_if(line.no_line_reference)),
    Mistake("1 for 001", 4, "no line of the order: it is suggested", on_bill_if(line.line_without_zeros)),
    Mistake("unknown order line", 3, "no line of the order", on_bill_if(line.unknown_line)),
    Mistake("VAT rate", 5, "not the rate it is taxed at (E-23)", on_bill_if(line.vat_rate)),
    Mistake("VAT category", 3, "not how it is taxed (E-23)", on_bill_if(line.vat_category)),
    Mistake("VAT an öre off", 3, "the tax follows from the rate (A-8)", on_bill_if(line.vat_an_ore_off)),
    Mistake(
        "another participant's order", 5, "the line is another's", on_bill_if(head.another_participants_order)
    ),
    Mistake("another supplier's order", 3, _OTHERS, on_bill_if(head.another_suppliers_order)),
    Mistake("unknown order", 4, "no order of ours (E-18)", on_bill_if(head.unknown_order)),
    Mistake("no order number", 6, "which order is not said (E-18)", on_bill_if(head.no_order_number)),
    Mistake(
        "order number among words", 4, "not the number: it is suggested", on_bill_if(head.number_among_words)
    ),
    Mistake("two order numbers", 2, "one order an invoice (REQ-33)", on_bill_if(head.two_orders)),
    Mistake("a discrepancy report", 2, "it asks for no money", on_bill_if(head.discrepancy_report)),
    Mistake("another buyer", 3, "addressed to somebody else (E-35)", on_bill_if(head.another_buyer)),
    Mistake("another seller", 2, _OTHERS, on_bill_if(head.another_seller)),
    Mistake("unknown seller", 2, _OTHERS, on_bill_if(head.unknown_seller)),
    Mistake("another payee", 3, "the supplier is paid, nobody else", on_bill_if(head.factoring)),
    Mistake("a factored claim", 3, "the supplier is paid, nobody else", on_bill_if(head.factored)),
    Mistake("dated ahead", 3, "a day that has not been", on_bill_if(head.dated_ahead)),
    Mistake("another account", 6, "an account that is not registered", on_bill_if(head.another_account)),
    Mistake("another currency", 3, "not the order's (E-35)", on_bill_if(head.another_currency)),
    Mistake("rounding of kronor", 3, "at most a krona (A-8)", on_bill_if(head.rounding_of_kronor)),
    Mistake("prepaid", 2, "nothing is paid beforehand", on_bill_if(head.prepaid)),
    Mistake("a fee", 3, _NOBODY_AGREED, on_bill_if(head.fee)),
    Mistake("a discount", 2, _NOBODY_AGREED, on_bill_if(head.discount)),
    Mistake("twice", 8, "the line is billed already (E-17)", _unchanged, Standing.BILLED),
    Mistake(
        "a number used before",
        4,
        "a number is used once (E-17)",
        on_bill_if(head.number_used_before),
        Standing.BILLED,
    ),
    Mistake("before receipt", 8, "nothing is received (E-15)", _unchanged, Standing.AWAITED),
    Mistake("revoked", 4, "what was received is taken back", _unchanged, Standing.REVOKED),
    Mistake("called off", 4, "nothing may be billed (E-04)", _unchanged, Standing.CANCELLED),
    Mistake("credit without its invoice", 3, _IN_FULL, on_bill_if(head.without_invoice), Standing.CREDIT),
    Mistake(
        "credit of an unknown invoice", 2, _IN_FULL, on_bill_if(head.of_unknown_invoice), Standing.CREDIT
    ),
    Mistake("credit of two invoices", 2, _IN_FULL, on_bill_if(head.of_two_invoices), Standing.CREDIT),
    Mistake("credit of a part", 3, _IN_FULL, on_bill_if(head.of_a_part), Standing.CREDIT),
    Mistake("credit of an öre more", 2, _IN_FULL, on_bill_if(head.of_an_ore_more), Standing.CREDIT),
    Mistake(
        "credit to another buyer",
        2,
        "addressed to somebody else (E-35)",
        on_bill_if(head.another_buyer),
        Standing.CREDIT,
    ),
    Mistake("negative invoice", 2, _IN_FULL, on_bill_if(head.negative), Standing.CREDIT),
    Mistake("credited twice", 2, _IN_FULL, _unchanged, Standing.CREDITED),
)
"""Every mistake. One that does not fit a bill is not made."""


def drawn_mistake(chance: Random) -> Mistake | None:
    """Which mistake a document has; None for most."""
    draw = chance.randrange(1000)
    for each in MISTAKES:
        if draw < each.share:
            return each
        draw -= each.share
    return None
