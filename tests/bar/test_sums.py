"""Sums of random documents, right or wrong by as little as an öre, before an oracle that knows no Decimal.

The oracle reads the amounts from the XML as whole öre and computes in integers and fractions: which of the sums do
not follow from the others is its answer alone, and our rules must find exactly those of BR-CO-10 to -17.
`document(7, 4711)` makes one again.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

import pytest
from lxml import etree

from foundation.money import Money, Quantity, line_amount, payable, vat_amount
from peppol.rules.en16931.rules import RULES
from peppol.rules.engine.engine import judge
from tests.bar.seeds import chance, seed
from tests.support.rules.rules_documents import NAMES, Entry, Facts, Line, a_tree

SUMS: Final = (
    "cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
    "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",
    "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
    "cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount",
    "cac:LegalMonetaryTotal/cbc:ChargeTotalAmount",
    "cac:LegalMonetaryTotal/cbc:PrepaidAmount",
    "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount",
    "cac:LegalMonetaryTotal/cbc:PayableAmount",
    "cac:TaxTotal/cbc:TaxAmount",
    "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount",
    "cac:AllowanceCharge/cbc:Amount",
    "cac:InvoiceLine/cbc:LineExtensionAmount",
    "cac:CreditNoteLine/cbc:LineExtensionAmount",
)
OFF_BY: Final = (-101, -100, -99, -2, -1, 1, 2, 99, 100, 101)


def document(seed: int, number: int) -> etree._Element:
    """One document of up to eight lines and its sums; every other one has a sum that is off."""
    among = chance(seed, "sums", number)
    made = Facts(
        credit_note=among.random() < 0.2,
        lines=[_line(among) for _ in range(among.randint(1, 8))],
        entries=[
            Entry(_kronor(among, 5_000), charge=among.random() < 0.5, percent=among.choice(("25", "12", "6")))
            for _ in range(among.choice((0, 0, 1, 3)))
        ],
        prepaid=_kronor(among, 9_000) if among.random() < 0.3 else None,
        rounding=Decimal(among.randint(-50, 50)).scaleb(-2) if among.random() < 0.3 else None,
    )
    root = a_tree(made)
    if among.random() < 0.5:
        places = [each for path in SUMS for each in root.iterfind(path, NAMES)]
        place = among.choice(places)
        place.text = _written(_read(place) + among.choice(OFF_BY))
    return root


def _line(among: random.Random) -> Line:
    return Line(
        quantity=Decimal(among.choice((1, -1, 20, among.randint(1, 99_999)))).scaleb(
            -among.choice((0, 0, 1))
        ),
        price=Decimal(among.randint(0, 2_000_000)).scaleb(-among.choice((0, 2, 2, 1))),
        percent=among.choice(("25", "25", "12", "6")),
        allowance=_kronor(among, 500) if among.random() < 0.2 else None,
        charge=_kronor(among, 500) if among.random() < 0.2 else None,
    )


def _kronor(among: random.Random, at_most: int) -> Decimal:
    return Decimal(among.randint(0, at_most * 100)).scaleb(-2)


# The oracle: whole öre -------------------------------------------------------------------------


def _read(element: etree._Element) -> int:
    """An amount in öre, read by hand."""
    text = (element.text or "").strip()
    whole, _, part = text.lstrip("-").partition(".")
    amount = int(whole) * 100 + int(f"{part:0<2}"[:2])
    assert not part[2:].strip("0"), text
    return -amount if text.startswith("-") else amount


def _written(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"


def half_away(value: Fraction) -> int:
    """The whole number nearest to a fraction, halves away from zero."""
    up = (abs(value) * 2 + 1) // 2
    return int(up) if value >= 0 else -int(up)


def broken_sums(root: etree._Element) -> set[str]:
    """Which of BR-CO-10 to -17 do not hold."""
    total = {
        etree.QName(each).localname: _read(each) for each in root.iterfind("cac:LegalMonetaryTotal/*", NAMES)
    }
    lines = [*root.iterfind("cac:InvoiceLine", NAMES), *root.iterfind("cac:CreditNoteLine", NAMES)]
    of_lines = sum(_at(line, "cbc:LineExtensionAmount") for line in lines)
    entries = [
        (each.findtext("cbc:ChargeIndicator", namespaces=NAMES) == "true", _at(each, "cbc:Amount"))
        for each in root.iterfind("cac:AllowanceCharge", NAMES)
    ]
    allowances = sum(amount for charge, amount in entries if not charge)
    charges = sum(amount for charge, amount in entries if charge)
    taxes = list(root.iterfind("cac:TaxTotal/cac:TaxSubtotal", NAMES))
    tax = _at(root, "cac:TaxTotal/cbc:TaxAmount")
    follows: Mapping[str, tuple[int, int]] = {
        "BR-CO-10": (total["LineExtensionAmount"], of_lines),
        "BR-CO-11": (total.get("AllowanceTotalAmount", 0), allowances),
        "BR-CO-12": (total.get("ChargeTotalAmount", 0), charges),
        "BR-CO-13": (
            total["TaxExclusiveAmount"],
            total["LineExtensionAmount"]
            - total.get("AllowanceTotalAmount", 0)
            + total.get("ChargeTotalAmount", 0),
        ),
        "BR-CO-14": (tax, sum(_at(each, "cbc:TaxAmount") for each in taxes)),
        "BR-CO-15": (total["TaxInclusiveAmount"], total["TaxExclusiveAmount"] + tax),
        "BR-CO-16": (
            total["PayableAmount"],
            total["TaxInclusiveAmount"]
            - total.get("PrepaidAmount", 0)
            + total.get("PayableRoundingAmount", 0),
        ),
    }
    broken = {rule for rule, (stands, comes_to) in follows.items() if stands != comes_to}
    return broken | ({"BR-CO-17"} if any(_tax_is_off(each) for each in taxes) else set())


def _at(element: etree._Element, path: str) -> int:
    found = element.find(path, NAMES)
    assert found is not None, path
    return _read(found)


def _tax_is_off(group: etree._Element) -> bool:
    """A group's tax may be less than a krona from its rate of what is taxed."""
    rate = Fraction(group.findtext("cac:TaxCategory/cbc:Percent", namespaces=NAMES) or "0")
    should = half_away(abs(_at(group, "cbc:TaxableAmount")) * rate / 100)
    return abs(abs(_at(group, "cbc:TaxAmount")) - should) >= 100


# What must be the same -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0, 400),
        *[pytest.param(at, at + 10_000, marks=pytest.mark.nightly) for at in range(400, 100_400, 10_000)],
    ],
)
def test_our_rules_find_the_sums_that_do_not_follow_and_no_others(
    first: int, last: int, record_property: Callable[[str, object], None]
) -> None:
    found: Counter[str] = Counter()
    for number in range(first, last):
        root = document(seed(), number)
        ours = {each.rule for each in judge(root, RULES) if "BR-CO-10" <= each.rule <= "BR-CO-17"}
        oracle = broken_sums(root)
        assert ours == oracle, f"document({seed()}, {number})"
        found.update(oracle or ["none"])
    record_property("documents", last - first)
    # Half of them are right, and no rule was left out.
    assert found["none"] > (last - first) // 3
    assert {f"BR-CO-{number}" for number in range(10, 18)} <= set(found)


def test_the_three_places_that_round_do_so_to_the_ore(record_property: Callable[[str, object], None]) -> None:
    among = chance("rounding")
    for _ in range(5_000):
        days = Decimal(among.randint(-99_999, 999_999)).scaleb(-among.choice((0, 1, 4)))
        price = Decimal(among.randint(0, 999_999)).scaleb(-among.choice((0, 2, 4)))
        rate = Decimal(among.choice(("25", "12", "6", "0", "12.5")))
        net = line_amount(Quantity(days, "DAY"), price)
        assert net.amount * 100 == half_away(Fraction(days) * Fraction(price) * 100), (days, price)
        tax = vat_amount(net, rate)
        assert tax.amount * 100 == half_away(Fraction(net.amount) * Fraction(rate)), (net, rate)
        assert payable(net=net, vat=tax) == Money(net.amount + tax.amount)
    record_property("roundings", 5_000)
