"""What is true in a simulated year, as plain dates, days and öre: orders, receipts, accounts and earlier bills."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


@dataclass(slots=True)
class TrueLine:
    """An order line. `received` is the number of units received, None before and after a receipt is taken back."""

    unit: str
    price: int
    first: date
    last: date
    ordered: int
    is_by_day: bool
    received: int | None = None
    billed_by: str = ""


@dataclass(slots=True)
class TrueOrder:
    """An order, whose it is, and how what it is for is taxed: category and rate."""

    supplier: str
    currency: str
    tax: tuple[str, Fraction]
    lines: dict[str, TrueLine]
    is_called_off: bool = False


@dataclass(slots=True)
class TrueBill:
    """A bill that came before, with what a credit of it must be for."""

    net: int
    vat: int
    payable: int
    currency: str
    is_credited: bool = False
    is_credit: bool = False
    buyer: str = ""  # where it was addressed to somebody else


@dataclass(slots=True)
class Truth:
    """All of it on one day. Accounts are numbers without blanks and hyphens, by supplier; earlier bills by supplier."""

    buyer: str
    accounts: dict[str, frozenset[str]]
    orders: dict[str, TrueOrder] = field(default_factory=dict)
    bills: dict[tuple[str, str], TrueBill] = field(default_factory=dict)
    today: date = date.max
