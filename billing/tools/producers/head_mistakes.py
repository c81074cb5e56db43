"""Mistakes in everything but the lines: which order, from whom, to whom, how much in all, to which account."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from billing.tools.producers.bills import Bill, BillAccount, billed_line, rebilled, with_line
from billing.tools.producers.drafts import MistakenDesk
from foundation.money import rounded

_UNKNOWN_ORDER = "1999999999"
_NOBODYS_NUMBER = "5599998886"
_ANOTHER_BUYER = "5599997771"
_FOREIGN_ACCOUNT = BillAccount("30", "", "9912346", "SE:BANKGIRO")


# --- which order ------------------------------------------------------------------------------------------


def another_participants_order(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """The order of another participant of the same supplier."""
    return _laid_on(bill, desk.own_elsewhere)


def another_suppliers_order(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """The order of another supplier."""
    return _laid_on(bill, desk.others_order)


def unknown_order(bill: Bill, _: MistakenDesk) -> Bill:
    """A number that nobody gave."""
    return replace(bill, order_number=_UNKNOWN_ORDER)


def no_order_number(bill: Bill, desk: MistakenDesk) -> Bill:
    """None, or the word that stands for none; the number may stand where one reads it oneself."""
    reference = desk.chance.choice((bill.order_number.strip(), "Ekonomi"))
    return replace(
        bill, order_number=desk.chance.choice(("", "NA")), sales_order="", buyer_reference=reference
    )


def number_among_words(bill: Bill, desk: MistakenDesk) -> Bill:
    """The number with something before or after it."""
    number = bill.order_number.strip()
    return replace(
        bill, order_number=desk.chance.choice((f"PO: {number},", f"Order {number}", f"{number}/1"))
    )


def two_orders(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """Two numbers where one belongs."""
    if desk.own_elsewhere is None:
        return None
    return replace(bill, order_number=f"{bill.order_number.strip()}, {desk.own_elsewhere[0]}")


def _laid_on(bill: Bill, place: tuple[str, str] | None) -> Bill | None:
    if place is None:
        return None
    number, line_id = place
    lines = (replace(each, order_line=line_id) if each.quantity else each for each in bill.lines)
    return replace(bill, order_number=number, lines=tuple(lines))


# --- what kind of document --------------------------------------------------------------------------------


def discrepancy_report(bill: Bill, _: MistakenDesk) -> Bill:
    """A document of a kind that asks for no money, though all in it agrees."""
    return replace(bill, type_code="553")


# --- from whom, to whom -----------------------------------------------------------------------------------


def another_buyer(bill: Bill, _: MistakenDesk) -> Bill:
    """Another company as buyer, at our address."""
    return replace(bill, buyer=replace(bill.buyer, number=_ANOTHER_BUYER, vat_id="", identification=""))


def another_seller(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """Another supplier bills what this one gave."""
    return None if desk.others_number is None else _sold_by(bill, desk.others_number)


def unknown_seller(bill: Bill, _: MistakenDesk) -> Bill:
    """A company that is no supplier: a sister company, or the name it will have."""
    return _sold_by(bill, _NOBODYS_NUMBER)


def _sold_by(bill: Bill, number: str) -> Bill:
    vat_id = f"SE{number}01" if bill.seller.vat_id else ""
    return replace(
        bill,
        seller=replace(
            bill.seller,
            number=number,
            number_scheme="0007",
            vat_id=vat_id,
            endpoint=f"0007:{number}",
            identification="",
        ),
    )


def factoring(bill: Bill, _: MistakenDesk) -> Bill:
    """Somebody else is to be paid (BG-10)."""
    return replace(bill, payee="Fordringsköparen Exempel AB")


def another_account(bill: Bill, desk: MistakenDesk) -> Bill:
    """An account that is not registered, alone or beside one that is."""
    # One bill has one reference to pay with, whatever its accounts (UBL-SR-44).
    reference = bill.accounts[0].reference if bill.accounts else bill.number
    foreign = replace(_FOREIGN_ACCOUNT, reference=reference)
    return replace(bill, accounts=(foreign,) if desk.chance.random() < 0.7 else (*bill.accounts, foreign))


def factored(bill: Bill, _: MistakenDesk) -> Bill:
    """The type code of a bill whose claim is sold (393)."""
    return replace(bill, type_code="393")


def number_used_before(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """The number of an earlier bill, on another day: a series that begins anew each year."""
    return None if desk.used_number is None else replace(bill, number=desk.used_number, note="Ny")


def dated_ahead(bill: Bill, desk: MistakenDesk) -> Bill:
    """A day that has not been: next month, or next year by a slip of the hand."""
    issued_on = bill.issued_on + timedelta(days=desk.chance.choice((28, 365)))
    return replace(bill, issued_on=issued_on, due_on=issued_on + timedelta(days=30))


# --- how much in all --------------------------------------------------------------------------------------


def another_currency(bill: Bill, _: MistakenDesk) -> Bill:
    """Another currency, the same numbers."""
    return replace(bill, currency="EUR")


def rounding_of_kronor(bill: Bill, desk: MistakenDesk) -> Bill:
    """A rounding that rounds nothing (BT-114)."""
    return replace(bill, rounding=Decimal(desk.chance.choice(("1.01", "5.00", "-100.00"))))


def prepaid(bill: Bill, _: MistakenDesk) -> Bill:
    """Something paid beforehand (BT-113), though nothing is."""
    return replace(bill, prepaid=Decimal("100.00"))


def fee(bill: Bill, _: MistakenDesk) -> Bill:
    """A charge for the bill itself (BG-21)."""
    return replace(bill, allowance=Decimal("-25.00"))


def discount(bill: Bill, _: MistakenDesk) -> Bill:
    """An allowance that nobody agreed to (BG-20)."""
    return replace(bill, allowance=Decimal("10.00"))


# --- credit notes -----------------------------------------------------------------------------------------


def without_invoice(bill: Bill, _: MistakenDesk) -> Bill:
    """A credit note that names no invoice."""
    return replace(bill, credits=())


def of_unknown_invoice(bill: Bill, _: MistakenDesk) -> Bill:
    """A credit note of an invoice we never had."""
    return replace(bill, credits=(("FINNS-EJ-1", bill.credits[0][1]),))


def of_two_invoices(bill: Bill, _: MistakenDesk) -> Bill:
    """One credit note for two invoices."""
    return replace(bill, credits=(*bill.credits, ("FINNS-EJ-1", bill.credits[0][1])))


def of_a_part(bill: Bill, _: MistakenDesk) -> Bill | None:
    """A part of the invoice credited: what should not have been billed."""
    line = billed_line(bill)
    return (
        rebilled(bill, quantity=line.quantity - 1)
        if line.quantity > 1
        else rebilled(bill, price=line.price - 1)
    )


def of_an_ore_more(bill: Bill, _: MistakenDesk) -> Bill:
    """An öre more than the invoice."""
    return with_line(bill, amount=rounded(billed_line(bill).amount + Decimal("0.01")))


def negative(bill: Bill, _: MistakenDesk) -> Bill:
    """A credit by an invoice with negative amounts, which names no invoice."""
    lines = (replace(each, quantity=-each.quantity, amount=-each.amount) for each in bill.lines)
    return replace(
        bill,
        lines=tuple(lines),
        type_code="380",
        is_credit=False,
        credits=(),
        rounding=-bill.rounding,
        due_on=bill.issued_on,
    )
