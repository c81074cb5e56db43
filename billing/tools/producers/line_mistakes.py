"""Mistakes in the lines: what is billed, how much of it, at which price, for which days, with which tax."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from billing.tools.producers.bills import Bill, BillLine, billed_line, rebilled, with_line
from billing.tools.producers.drafts import MistakenDesk
from foundation.money import rounded

_ORE = Decimal("0.01")
_STANDARD, _EXEMPT = "S", "E"


def price_too_high(bill: Bill, desk: MistakenDesk) -> Bill:
    """A new price before it is agreed."""
    return _priced(bill, desk.chance.choice(("0.01", "1.00", "5.00", "1000.00")))


def price_too_low(bill: Bill, desk: MistakenDesk) -> Bill:
    """An old price."""
    return _priced(bill, desk.chance.choice(("-0.01", "-1.00", "-5.00")))


def _priced(bill: Bill, more: str) -> Bill:
    line = billed_line(bill)
    price = line.price + Decimal(more) * (line.base_quantity or 1)
    gross = None if line.gross_price is None else price
    return rebilled(bill, price=price, gross_price=gross)


def too_many(bill: Bill, desk: MistakenDesk) -> Bill:
    """More than was received."""
    return rebilled(bill, quantity=billed_line(bill).quantity + desk.chance.choice((1, 2, Decimal("0.5"))))


def too_few(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """Less than was received."""
    less = billed_line(bill).quantity - desk.chance.choice((1, Decimal("0.25")))
    return rebilled(bill, quantity=less) if less > 0 else None


def whole_month(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """All that was ordered, where an interruption left fewer days."""
    more = desk.due.ordered - desk.due.quantity
    return rebilled(bill, quantity=billed_line(bill).quantity + more) if more else None


def another_month(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """The right days of the month before, or of the one after, as period."""
    if not desk.due.is_by_day:
        return None
    shift = timedelta(days=desk.chance.choice((-35, 35)))
    first, last = desk.due.starts_on + shift, desk.due.ends_on + shift
    if bill.starts_on is not None:
        return replace(bill, starts_on=first, ends_on=last)
    return with_line(bill, starts_on=first, ends_on=last)


def lump_sum(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """One of something for the whole sum."""
    if not desk.due.is_by_day or len(bill.lines) > 1:
        return None
    line = billed_line(bill)
    return rebilled(
        bill, quantity=Decimal(1), unit=_PIECE, price=line.amount, base_quantity=None, gross_price=None
    )


def another_unit(bill: Bill, _: MistakenDesk) -> Bill:
    """The right number of another unit."""
    return with_line(bill, unit=_MONTH)


_PIECE, _MONTH = "H87", "MON"


def amount_an_ore_off(bill: Bill, desk: MistakenDesk) -> Bill:
    """An öre more or less than price times quantity; the published rules let it pass (PEPPOL-EN16931-R120)."""
    return with_line(bill, amount=billed_line(bill).amount + desk.chance.choice((_ORE, -_ORE)))


def line_fee(bill: Bill, _: MistakenDesk) -> Bill:
    """A charge on the line (BG-28)."""
    return rebilled(bill, allowance=Decimal("-5.00"))


def line_discount(bill: Bill, _: MistakenDesk) -> Bill:
    """An allowance on the line (BG-27)."""
    return rebilled(bill, allowance=Decimal("10.00"))


def fee_line(bill: Bill, _: MistakenDesk) -> Bill:
    """A line for a fee of the supplier's own, which no order line is for."""
    return replace(bill, lines=(*bill.lines, _other_line(bill, order_line="", price=Decimal("25.00"))))


def reminder_line(bill: Bill, _: MistakenDesk) -> Bill:
    """A reminder fee on the bill of an order."""
    fee = replace(_other_line(bill, order_line="", price=Decimal("60.00")), name="Påminnelseavgift")
    return replace(bill, lines=(*bill.lines, fee))


def interest(bill: Bill, _: MistakenDesk) -> Bill:
    """Interest for late payment and nothing else, for no order."""
    claim = replace(_other_line(bill, order_line="", price=Decimal("412.50")), name="Dröjsmålsränta")
    return replace(bill, order_number="", sales_order="", buyer_reference="Ekonomi", lines=(claim,))


def two_order_lines(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """Two lines of one order on one bill."""
    if desk.second_line is None:
        return None
    line = billed_line(bill)
    second = replace(line, id=f"{line.id}+", order_line=desk.second_line, starts_on=None, ends_on=None)
    return replace(bill, lines=(*bill.lines, second))


def no_line_reference(bill: Bill, _: MistakenDesk) -> Bill:
    """No order line named: several programs cannot."""
    return _on_every_line(bill, "")


def line_without_zeros(bill: Bill, _: MistakenDesk) -> Bill | None:
    """1 for 001."""
    line_id = billed_line(bill).order_line.strip()
    short = line_id.lstrip("0")
    return _on_every_line(bill, short) if short not in ("", line_id) else None


def unknown_line(bill: Bill, _: MistakenDesk) -> Bill:
    """A line the order does not have."""
    return _on_every_line(bill, "999")


def vat_rate(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """A rate of another kind of goods."""
    if desk.due.vat_category != _STANDARD:
        return None
    return _taxed(bill, _STANDARD, Decimal(desk.chance.choice((6, 12))))


def vat_category(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """Exempt where it is taxed, or taxed where it is exempt."""
    if desk.due.vat_category == _STANDARD:
        exempt = _taxed(bill, _EXEMPT, Decimal(0))
        return replace(exempt, exemption_reason="Undantag för utbildning")
    return _taxed(bill, _STANDARD, Decimal(25)) if desk.due.vat_category == _EXEMPT else None


def vat_an_ore_off(bill: Bill, desk: MistakenDesk) -> Bill | None:
    """The tax an öre more or less than its rate gives; the published rules let almost a krona pass (BR-CO-17)."""
    if desk.due.vat_category != _STANDARD:
        return None
    return replace(bill, vat_off=desk.chance.choice((_ORE, -_ORE)))


def _taxed(bill: Bill, category: str, percent: Decimal) -> Bill:
    lines = (replace(each, vat_category=category, vat_percent=percent) for each in bill.lines)
    return replace(bill, lines=tuple(lines))


def _on_every_line(bill: Bill, order_line: str) -> Bill:
    return replace(
        bill,
        lines=tuple(replace(each, order_line=order_line) if each.quantity else each for each in bill.lines),
    )


def _other_line(bill: Bill, *, order_line: str, price: Decimal) -> BillLine:
    return replace(
        billed_line(bill),
        id="avgift",
        order_line=order_line,
        quantity=Decimal(1),
        price=price,
        amount=rounded(price),
        base_quantity=None,
        gross_price=None,
        name="Faktureringsavgift",
        starts_on=None,
        ends_on=None,
    )
