"""EN 16931: the VAT categories, one family of ten rules each.

The families say the same about each category in turn: the breakdown holds it (01), the
parties have the registrations it needs (02 to 04), rates fit it (05 to 07), its group in
the breakdown adds up (08, 09) and gives a reason for exemption or does not (10). So a
family is a row of data here, and each numbered rule is one function made for it. Small
differences between families are kept as published and said where they are made.

Categories (UNCL 5305): S standard rated, Z zero rated, E exempt, AE reverse charge,
K (rules BR-IC) supply within the Union, G export, O outside VAT, L (BR-AF) the Canary
Islands' IGIC, M (BR-AG) Ceuta's and Melilla's IPSI, B split payment in Italy.
Source: EN 16931 validation for UBL, release 1.3.16.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from peppol.rules.en16931.document import RELEASE, ROOT
from peppol.rules.en16931.vat_facts import VatNumbers, VatUse, is_charge, vat_code_of, vat_numbers, vat_use
from peppol.rules.en16931.vat_groups import (
    adds_up_exactly,
    adds_up_per_rate,
    reason_given,
    reason_not_given,
    tax_is_rate_of_taxable,
    tax_is_zero,
)
from peppol.rules.engine.checks import holds
from peppol.rules.engine.numbers import decimal_of
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

_DOCUMENT: Final = BOOK.context(ROOT)
_GROUPS: Final = "/*/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory"
_ENTRIES: Final = "cac:AllowanceCharge/cac:TaxCategory"
_ITEMS: Final = (
    "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory | "
    "cac:CreditNoteLine/cac:Item/cac:ClassifiedTaxCategory"
)

Uses = Callable[[VatUse], bool]
Registered = Callable[[VatNumbers], bool]
Fits = Callable[[Node], RuleVerdict]


@dataclass(frozen=True, slots=True)
class Family:
    """What sets one category's rules apart."""

    prefix: str
    code: str
    name: str
    registered: Registered
    registrations: str
    rate: Fits
    rate_meaning: str
    taxed: bool
    reason: bool


def _any_registration(numbers: VatNumbers) -> bool:
    return numbers.seller_any_tax or numbers.representative


def _vat_registration(numbers: VatNumbers) -> bool:
    return numbers.seller or numbers.representative


def _reverse_charge(numbers: VatNumbers) -> bool:
    return _any_registration(numbers) and (numbers.buyer or numbers.buyer_company)


def _within_the_union(numbers: VatNumbers) -> bool:
    return _vat_registration(numbers) and numbers.buyer


def _nobody(numbers: VatNumbers) -> bool:
    return not (numbers.seller or numbers.representative or numbers.buyer)


def _rate_is_zero(category: Node) -> RuleVerdict:
    text = category.own("cbc:Percent")
    return None if decimal_of(text) == 0 else Broken(found=text, expected="0")


def _rate_is_absent(category: Node) -> RuleVerdict:
    rate = category.first("cbc:Percent")
    return None if rate is None else Broken(found=rate.text, at=rate)


def _rate_is_positive(category: Node) -> RuleVerdict:
    text = category.own("cbc:Percent")
    rate = decimal_of(text)
    return None if rate is not None and rate > 0 else Broken(found=text, expected="> 0")


def _rate_is_not_negative(category: Node) -> RuleVerdict:
    text = category.own("cbc:Percent")
    rate = decimal_of(text)
    return None if rate is not None and rate >= 0 else Broken(found=text, expected=">= 0")


_SELLER: Final = "the seller's VAT or tax registration or its representative's VAT number is given"
_SELLER_VAT: Final = "the seller's or its representative's VAT number is given"
_BUYER: Final = ", and the buyer's VAT number or company registration"
_BUYER_VAT: Final = ", and the buyer's VAT number"
_NONE: Final = "no VAT number of the seller, its representative or the buyer is given"
_ZERO: Final = "the rate is 0"
_ABSENT: Final = "no rate is given"
_OVER: Final = "the rate is more than 0"
_NOT_UNDER: Final = "the rate is 0 or more"

FAMILIES: Final = (
    Family(
        "AE", "AE", "reverse charge", _reverse_charge, _SELLER + _BUYER, _rate_is_zero, _ZERO, False, True
    ),
    Family("E", "E", "exempt", _any_registration, _SELLER, _rate_is_zero, _ZERO, False, True),
    Family("G", "G", "export", _vat_registration, _SELLER_VAT, _rate_is_zero, _ZERO, False, True),
    Family(
        "IC",
        "K",
        "supply within the Union",
        _within_the_union,
        _SELLER_VAT + _BUYER_VAT,
        _rate_is_zero,
        _ZERO,
        False,
        True,
    ),
    Family("AF", "L", "IGIC", _any_registration, _SELLER, _rate_is_not_negative, _NOT_UNDER, True, False),
    Family("AG", "M", "IPSI", _any_registration, _SELLER, _rate_is_not_negative, _NOT_UNDER, True, False),
    Family("O", "O", "outside VAT", _nobody, _NONE, _rate_is_absent, _ABSENT, False, True),
    Family("S", "S", "standard rated", _any_registration, _SELLER, _rate_is_positive, _OVER, True, False),
    Family("Z", "Z", "zero rated", _any_registration, _SELLER, _rate_is_zero, _ZERO, False, False),
)


def _exactly_one(code: str) -> Test:
    def check(document: Node) -> RuleVerdict:
        use = vat_use(document)
        count = use.breakdown.get(code, 0)
        if count == 1 or (code not in use.categories and code not in use.items):
            return None
        return Broken(found=str(count), expected="1", detail=code)

    return check


def _at_least_one(used: Uses, broken_down: Uses, broken_down_at_all: Uses) -> Test:
    def check(document: Node) -> RuleVerdict:
        use = vat_use(document)
        return holds(broken_down(use) if used(use) else not broken_down_at_all(use))

    return check


def _in_breakdown(family: Family) -> Test:
    """Rule 01: as published, S asks of any tax, and L and M find the group by its code as written."""
    code = family.code
    if code == "S":
        return _at_least_one(
            lambda use: "S" in use.entries_any or "S" in use.items_any,
            lambda use: "S" in use.breakdown_any,
            lambda use: "S" in use.breakdown_any,
        )
    if code == "L":
        return _at_least_one(
            lambda use: "L" in use.entries or "L" in use.items,
            lambda use: "L" in use.breakdown_written,
            lambda use: "L" in use.breakdown_groups,
        )
    if code == "M":
        return _at_least_one(
            lambda use: "M" in use.entries or "M" in use.items,
            lambda use: "M" in use.breakdown_vat_written,
            lambda use: "M" in use.breakdown_groups,
        )
    return _exactly_one(code)


def _needs_registration(used: Uses, family: Family, also: Uses | None = None) -> Test:
    """Rules 02 to 04; where `also` is given the category must fit it as well for the rule to hold."""

    def check(document: Node) -> RuleVerdict:
        use = vat_use(document)
        if not used(use):
            return None
        fits = also is None or also(use)
        if fits and family.registered(vat_numbers(document)):
            return None
        return Broken(expected=family.registrations, detail=family.code)

    return check


def _used_by_items(family: Family) -> tuple[Uses, Uses | None]:
    """As published, S alone also speaks of lines whose category S belongs to another tax than VAT."""
    code = family.code
    if code == "S":
        return (lambda use: "S" in use.items_any), (lambda use: "S" in use.items)
    return (lambda use: code in use.items), None


def _used_by_allowances(family: Family) -> Uses:
    """As published, O alone looks only at the document's own allowances."""
    code = family.code
    if code == "O":
        return lambda use: code in use.document_allowances
    return lambda use: code in use.allowances


def _used_by_charges(family: Family) -> Uses:
    """As published, O looks only at the document's own charges, and L compares its code as written."""
    code = family.code
    if code == "O":
        return lambda use: code in use.document_charges
    if code == "L":
        return lambda use: code in use.charges_written
    return lambda use: code in use.charges


def _side_and_code(category: Node) -> Hashable:
    charge = is_charge(category.above)
    return None if charge is None else (charge, vat_code_of(category))


def _register(family: Family) -> None:
    id, name, code = f"BR-{family.prefix}-", family.name, family.code
    document = _DOCUMENT
    exactly = "at least one group" if code in ("S", "L", "M") else "exactly one group"
    document.add(
        f"{id}01",
        _in_breakdown(family),
        f"Who uses {name} ({code}) has {exactly} of it in the VAT breakdown.",
    )
    needs = f"{name} ({code}), {family.registrations}."
    items, also = _used_by_items(family)
    document.add(f"{id}02", _needs_registration(items, family, also), f"With a line at {needs}")
    document.add(
        f"{id}03", _needs_registration(_used_by_allowances(family), family), f"With an allowance at {needs}"
    )
    document.add(
        f"{id}04", _needs_registration(_used_by_charges(family), family), f"With a charge at {needs}"
    )
    rate = f"at {name} ({code}) {family.rate_meaning}."
    BOOK.context(_ITEMS, by=vat_code_of, case=code).add(f"{id}05", family.rate, f"On a line {rate}")
    BOOK.context(_ENTRIES, by=_side_and_code, case=(False, code)).add(
        f"{id}06", family.rate, f"On an allowance {rate}"
    )
    BOOK.context(_ENTRIES, by=_side_and_code, case=(True, code)).add(
        f"{id}07", family.rate, f"On a charge {rate}"
    )
    group = BOOK.context(_GROUPS, by=vat_code_of, case=code)
    if family.taxed:
        group.add(
            f"{id}08",
            adds_up_per_rate(code),
            f"What is taxed at {name} ({code}) and one rate (BT-116) is its lines and charges less its"
            " allowances, to less than one unit.",
        )
        group.add(
            f"{id}09",
            tax_is_rate_of_taxable,
            f"The tax at {name} ({code}) (BT-117) is the rate of what is taxed, to less than one unit.",
        )
    else:
        group.add(
            f"{id}08",
            adds_up_exactly(code),
            f"What falls under {name} ({code}) (BT-116) is its lines and charges less its allowances.",
        )
        group.add(f"{id}09", tax_is_zero, f"The tax at {name} ({code}) (BT-117) is 0.")
    if family.reason:
        group.add(
            f"{id}10",
            reason_given,
            f"The group {name} ({code}) gives a reason for exemption, as a code (BT-121) or in words (BT-120).",
        )
    else:
        group.add(f"{id}10", reason_not_given, f"The group {name} ({code}) gives no reason for exemption.")


for _family in FAMILIES:
    _register(_family)
