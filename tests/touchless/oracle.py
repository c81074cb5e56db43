"""Whether a bill obeys order and receipt, by the requirements alone: an opinion that shares nothing with matching.

It reads the bytes itself and knows what is true as plain facts. It says why a bill may not be paid without a person
looking at it, or nothing where it may. The reasons are the requirements' (REQ, E, A), not the product's codes.
"""

from collections.abc import Iterator
from fractions import Fraction

from tests.touchless.bill_reading import ReadBill, ReadLine
from tests.touchless.truth import TrueBill, TrueLine, TrueOrder, Truth

OBEYS = ""
_INVOICES = ("380", "388", "82", "386")
_KRONA = 100


def objection(bill: ReadBill, truth: Truth, *, came_before: bool = False) -> str:
    """The first reason why a person must look at the bill; OBEYS where there is none.

    `came_before` says that it is one of the earlier bills itself, asked about once more.
    """
    if is_to_credit(bill):
        return next(_to_credit(bill, truth), OBEYS)
    if not came_before and (bill.seller, bill.number) in truth.bills:
        return "a number used before (E-17)"
    return next(_to_invoice(bill, truth), OBEYS)


def is_to_credit(bill: ReadBill) -> bool:
    """Whether it takes back instead of asking for more: a credit note, or an invoice below zero."""
    return bill.is_credit or bill.net < 0


def _to_invoice(bill: ReadBill, truth: Truth) -> Iterator[str]:
    if bill.kind not in _INVOICES:
        yield "another kind of document than a bill for what was delivered"
    if bill.buyer != truth.buyer:
        yield "addressed to another buyer (E-35)"
    if bill.seller not in truth.accounts:
        yield "from nobody we know (E-19)"
    if bill.payee:
        yield "somebody else is to be paid"
    if bill.issued_on > truth.today:
        yield "dated in the future"
    order = truth.orders.get(bill.order_number)
    if order is None:
        yield "no order of ours (E-18)"
        return
    yield from _to_order(bill, order)
    yield from _to_payment(bill, truth)


def _to_order(bill: ReadBill, order: TrueOrder) -> Iterator[str]:
    if order.supplier != bill.seller:
        yield "the order is another's (E-19)"
    if order.is_called_off:
        yield "called off (E-04)"
    if order.currency != bill.currency:
        yield "another currency than the order's (E-35)"
    billed = [each for each in bill.lines if each.quantity or each.amount]
    named = {each.order_line for each in billed}
    if len(named) != 1 or not named <= order.lines.keys():
        yield "not for exactly one line of the order (REQ-32)"
        return
    line = order.lines[named.pop()]
    if line.received is None:
        yield "nothing is received (E-15)"
        return
    if line.billed_by not in ("", bill.number):
        yield "billed already (E-17)"
    yield from _to_lines(bill, billed, line)
    yield from _to_sums(bill, line, order.tax)
    if any(each.tax != order.tax for each in billed):
        yield "not how it is taxed (E-23)"


def _to_lines(bill: ReadBill, billed: list[ReadLine], line: TrueLine) -> Iterator[str]:
    if any(each.unit != line.unit for each in billed):
        yield "another unit than ordered"
    if any(each.price != line.price for each in billed):
        yield "another price than ordered (E-24)"
    if sum(each.quantity for each in billed) != line.received:
        yield "another quantity than received (E-16)"
    if any(each.is_adjusted for each in billed):
        yield "something added or taken off that nobody agreed to"
    days = [day for each in billed for day in each.days or bill.days]
    if line.is_by_day and any((day.year, day.month) != (line.first.year, line.first.month) for day in days):
        yield "for another month than the line's"


def _to_sums(bill: ReadBill, line: TrueLine, tax: tuple[str, Fraction]) -> Iterator[str]:
    assert line.received is not None
    net = line.price * line.received
    vat = _half_up(net * tax[1] / 100)
    if bill.adjusted:
        yield "something added or taken off that nobody agreed to"
    if sum(each.amount for each in bill.lines) != net or bill.net != net:
        yield "another amount than was received (A-8)"
    if bill.vat != vat or any(_half_up(taxable * rate / 100) != tax for taxable, tax, _, rate in bill.taxes):
        yield "another tax than the rate gives (A-8)"
    if bill.prepaid:
        yield "something paid beforehand, which nothing was"
    if abs(bill.rounding) > _KRONA or bill.payable != net + vat + bill.rounding - bill.prepaid:
        yield "another sum than net and tax, within a krona (A-8)"


def _to_payment(bill: ReadBill, truth: Truth) -> Iterator[str]:
    known = truth.accounts.get(bill.seller, frozenset())
    if any(_compact(each) not in known for each in bill.accounts):
        yield "an account that is not registered"


def _to_credit(bill: ReadBill, truth: Truth) -> Iterator[str]:
    sign = 1 if bill.is_credit else -1
    if len(bill.credits) != 1:
        yield "not for exactly one invoice (E-21)"
        return
    credited = truth.bills.get((bill.seller, bill.credits[0]))
    if credited is None or credited.is_credit:
        yield "for no invoice of the supplier's (E-21)"
        return
    if bill.buyer not in (truth.buyer, credited.buyer):
        yield "addressed to another buyer (E-35)"
    if credited.is_credited:
        yield "for an invoice that is credited (E-21)"
    if not _is_in_full(bill, credited, sign):
        yield "not for the whole invoice (REQ-37)"


def _is_in_full(bill: ReadBill, credited: TrueBill, sign: int) -> bool:
    asked = (sign * bill.net, sign * bill.vat, sign * bill.payable, bill.currency)
    return asked == (credited.net, credited.vat, credited.payable, credited.currency)


def _half_up(amount: Fraction) -> int:
    """Whole öre, half of one upwards."""
    return int((amount * 2 + 1) // 2)


def _compact(account: str) -> str:
    return "".join(sign for sign in account if sign.isalnum()).upper()
