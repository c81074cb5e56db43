"""Arithmetic that orders and invoices share: lines, allowances and charges, net prices.

The same tests stand in T01 (R019, R022, R024) and in BIS Billing (R040, R046, R120)
under other ids. Amounts are exact decimals; a line or an allowance may differ from
its own arithmetic by 0.02. An amount that cannot be read is None, and the rule that
needs it does not hold.
"""

from decimal import Decimal
from typing import Final

from peppol.rules.engine.numbers import decimal_of, hundredths, quotient, total
from peppol.rules.engine.rulebook import Broken, RuleVerdict
from peppol.rules.engine.tree import Node

SLACK: Final = Decimal("0.02")
ALLOWANCE: Final = "false"
CHARGE: Final = "true"
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)


def amount_or(default: Decimal, node: Node | None, name: str) -> Decimal | None:
    """The number of the first child of that name; `default` when there is none, None when unreadable."""
    child = node.first(name) if node is not None else None
    return default if child is None else decimal_of(child.text)


def plain(number: Decimal) -> str:
    """A number for people: no exponent, at most six decimals, no zeros at the end."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def signed_sum(node: Node, indicator: str) -> Decimal | None:
    """The sum of the node's allowances (`ALLOWANCE`) or charges (`CHARGE`), rounded to two decimals."""
    if "cac:AllowanceCharge" not in node.kids:
        return ZERO
    return hundredths(
        total(
            decimal_of(amount.text)
            for item in node.all("cac:AllowanceCharge")
            if item.value_of("cbc:ChargeIndicator") == indicator
            for amount in item.all("cbc:Amount")
        )
    )


def line_amount_verdict(line: Node, quantity_name: str) -> RuleVerdict:
    """The line amount is quantity × net price / base quantity + charges − allowances, within 0.02.

    What is not there counts as: line amount 0, quantity 1, price 0, base quantity 1 (also when it is 0).
    """
    price_node = line.first("cac:Price")
    stated = amount_or(ZERO, line, "cbc:LineExtensionAmount")
    quantity = amount_or(ONE, line, quantity_name)
    price = amount_or(ZERO, price_node, "cbc:PriceAmount")
    base = amount_or(ONE, price_node, "cbc:BaseQuantity")
    charges = signed_sum(line, CHARGE)
    allowances = signed_sum(line, ALLOWANCE)
    at = line.first("cbc:LineExtensionAmount")
    found = at.value if at is not None else ""
    if (
        stated is None
        or quantity is None
        or price is None
        or base is None
        or charges is None
        or allowances is None
    ):
        return Broken(found=found, detail="a number of the line cannot be read", at=at)
    net = quantity * (price if base in (ZERO, ONE) else quotient(price, base)) + charges - allowances
    if -SLACK <= stated - net <= SLACK:
        return None
    parts = f"{plain(quantity)} × {plain(price)} / {plain(base or ONE)}"
    detail = f"{parts} + {plain(charges)} − {plain(allowances)} = {plain(net)}"
    return Broken(found=found, expected=plain(net), detail=detail, at=at)


def lacks_base(item: Node) -> bool:
    """Whether an allowance or charge has a percentage but no base amount."""
    return item.has("cbc:MultiplierFactorNumeric") and not item.has("cbc:BaseAmount")


def lacks_percentage(item: Node) -> bool:
    """Whether an allowance or charge has a base amount but no percentage."""
    return item.has("cbc:BaseAmount") and not item.has("cbc:MultiplierFactorNumeric")


def share_of_base_verdict(item: Node) -> RuleVerdict:
    """An allowance or charge with base and percentage is base × percentage / 100, within 0.02."""
    if not (item.has("cbc:MultiplierFactorNumeric") and item.has("cbc:BaseAmount")):
        return None
    stated = amount_or(ZERO, item, "cbc:Amount")
    base = amount_or(ZERO, item, "cbc:BaseAmount")
    percentage = amount_or(ZERO, item, "cbc:MultiplierFactorNumeric")
    if stated is None or base is None or percentage is None:
        return Broken(detail="a number of the allowance or charge cannot be read")
    share = base * percentage / 100
    if -SLACK <= stated - share <= SLACK:
        return None
    detail = f"{plain(base)} × {plain(percentage)} / 100 = {plain(share)}"
    return Broken(found=plain(stated), expected=plain(share), detail=detail, at=item.first("cbc:Amount"))


def net_price_verdict(discount: Node) -> RuleVerdict:
    """With a gross price, the net price is gross price − discount, exactly."""
    if not discount.has("cbc:BaseAmount"):
        return None
    net = discount.above.first("cbc:PriceAmount") if discount.above is not None else None
    gross = discount.first("cbc:BaseAmount")
    less = discount.first("cbc:Amount")
    numbers = [decimal_of(node.text) if node is not None else None for node in (net, gross, less)]
    price, before, off = numbers
    if price is None or before is None or off is None:
        return Broken(detail="a price is missing or cannot be read")
    if price == before - off:
        return None
    detail = f"{plain(before)} − {plain(off)} = {plain(before - off)}"
    return Broken(found=plain(price), expected=plain(before - off), detail=detail, at=net)


def positive_base_quantity(line: Node) -> RuleVerdict:
    """The price's base quantity, when it is stated, is above zero."""
    base = line.at("cac:Price", "cbc:BaseQuantity")
    if base is None:
        return None
    number = decimal_of(base.text)
    return None if number is not None and number > 0 else Broken(found=base.text, expected="> 0", at=base)
