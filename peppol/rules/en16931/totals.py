"""EN 16931: the totals of the document and of its VAT, to the cent.

Right-hand sides are rounded to two decimals, half upwards, before they are compared;
left-hand sides are taken as written. A number that cannot be read breaks every rule it
takes part in. Source: EN 16931 validation for UBL, release 1.3.16.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from peppol.rules.en16931.document import RELEASE, ROOT
from peppol.rules.en16931.vat_facts import is_charge
from peppol.rules.engine.checks import number, present_check, two_decimals_check
from peppol.rules.engine.numbers import decimal_of, hundredths, total
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict
from peppol.rules.engine.tree import DocumentTree, Node, fact

BOOK: Final = Book("EN16931", RELEASE)

_ONE: Final = Decimal(1)
_HALF: Final = Decimal("0.5")

_totals: Final = BOOK.context("cac:LegalMonetaryTotal")

for _id, _name, _meaning in (
    ("BR-12", "cbc:LineExtensionAmount", "The sum of the lines is given (BT-106)."),
    ("BR-13", "cbc:TaxExclusiveAmount", "The total without VAT is given (BT-109)."),
    ("BR-14", "cbc:TaxInclusiveAmount", "The total with VAT is given (BT-112)."),
    ("BR-15", "cbc:PayableAmount", "The amount to pay is given (BT-115)."),
):
    _totals.add(_id, present_check(_name), _meaning)


def shown(value: Decimal | None) -> str:
    """A number for a person, "?" where there is none."""
    return "?" if value is None else f"{value:f}"


def equal(stated: Node | None, expected: Decimal | None, arithmetic: Callable[[], str]) -> RuleVerdict:
    """The stated amount is the expected one; nothing equals a number that cannot be read.

    `arithmetic` says how the expected one came about, and is asked only when they differ.
    """
    value = decimal_of(stated.text) if stated is not None else None
    if value is not None and expected is not None and value == expected:
        return None
    return Broken(
        found=stated.text if stated is not None else "",
        expected="" if expected is None else f"{expected:f}",
        detail=arithmetic(),
        at=stated,
    )


def written_out(values: Iterable[Decimal | None], expected: Decimal | None, most: int = 12) -> str:
    """The sum written out for a person: at most `most` terms, and how many there are."""
    parts = [shown(value) for value in values]
    listed = " + ".join(parts[:most]) + (f" + ... ({len(parts)})" if len(parts) > most else "")
    return f"{listed or '0'} = {shown(expected)}"


def amounts_of(nodes: Iterable[Node], name: str) -> list[Decimal | None]:
    """The amounts of those nodes that state one; one that cannot be read is None."""
    found = (node.first(name) for node in nodes)
    return [decimal_of(amount.text) for amount in found if amount is not None]


@fact
def line_amounts(document: DocumentTree) -> list[Decimal | None]:
    """The net amounts of all lines, wherever they stand."""
    return amounts_of(document.named("cac:InvoiceLine"), "cbc:LineExtensionAmount") + amounts_of(
        document.named("cac:CreditNoteLine"), "cbc:LineExtensionAmount"
    )


@_totals.rule("BR-CO-10")
def sum_of_lines(totals: Node) -> RuleVerdict:
    """The sum of the lines (BT-106) is that of their net amounts (BT-131)."""
    amounts = line_amounts(totals)
    expected = hundredths(total(amounts))
    return equal(totals.first("cbc:LineExtensionAmount"), expected, lambda: written_out(amounts, expected))


def _sum_of_entries(totals: Node, name: str, *, charges: bool) -> RuleVerdict:
    around = totals.above
    entries = around.all("cac:AllowanceCharge") if around is not None else ()
    meant = [entry for entry in entries if is_charge(entry) is charges]
    stated = totals.first(name)
    if stated is None and not meant:
        return None
    amounts = amounts_of(meant, "cbc:Amount")
    expected = hundredths(total(amounts))
    return equal(stated, expected, lambda: written_out(amounts, expected))


@_totals.rule("BR-CO-11")
def sum_of_allowances(totals: Node) -> RuleVerdict:
    """The sum of allowances (BT-107) is that of the document's allowances (BT-92)."""
    return _sum_of_entries(totals, "cbc:AllowanceTotalAmount", charges=False)


@_totals.rule("BR-CO-12")
def sum_of_charges(totals: Node) -> RuleVerdict:
    """The sum of charges (BT-108) is that of the document's charges (BT-99)."""
    return _sum_of_entries(totals, "cbc:ChargeTotalAmount", charges=True)


@_totals.rule("BR-CO-13")
def total_without_vat(totals: Node) -> RuleVerdict:
    """The total without VAT (BT-109) is the lines less allowances plus charges.

    Without allowances and charges it is the sum of the lines as written, not rounded.
    """
    stated = totals.first("cbc:TaxExclusiveAmount")
    lines = number(totals, "cbc:LineExtensionAmount")
    if not totals.has("cbc:ChargeTotalAmount") and not totals.has("cbc:AllowanceTotalAmount"):
        return equal(stated, lines, lambda: f"{shown(lines)} = {shown(lines)}")
    charges = _or_zero(totals, "cbc:ChargeTotalAmount")
    allowances = _or_zero(totals, "cbc:AllowanceTotalAmount")
    if lines is None or charges is None or allowances is None:
        return equal(stated, None, str)
    expected = hundredths(lines + charges - allowances)
    return equal(stated, expected, lambda: f"{lines:f} + {charges:f} - {allowances:f} = {shown(expected)}")


def _or_zero(totals: Node, name: str) -> Decimal | None:
    """The amount where it is stated, zero where it is left out, None where it cannot be read."""
    return number(totals, name) if totals.has(name) else Decimal(0)


@_totals.rule("BR-CO-16")
def amount_to_pay(totals: Node) -> RuleVerdict:
    """The amount to pay (BT-115) is the total with VAT less what is paid (BT-113) plus rounding (BT-114)."""
    stated = totals.first("cbc:PayableAmount")
    payable = decimal_of(stated.text) if stated is not None else None
    whole = number(totals, "cbc:TaxInclusiveAmount")
    paid = _or_zero(totals, "cbc:PrepaidAmount")
    rounding = _or_zero(totals, "cbc:PayableRoundingAmount")
    if stated is None or payable is None or whole is None or paid is None or rounding is None:
        return Broken(found=stated.text if stated is not None else "", at=stated)
    rounds = totals.has("cbc:PayableRoundingAmount")
    left = hundredths(payable - rounding) if rounds else payable
    right = hundredths(whole - paid) if totals.has("cbc:PrepaidAmount") else whole
    if left == right:
        return None
    expected = whole - paid + rounding
    return Broken(
        found=stated.text,
        expected=f"{expected:f}",
        detail=f"{whole:f} - {paid:f} + {rounding:f} = {expected:f}",
        at=stated,
    )


for _id, _name, _meaning in (
    ("BR-DEC-09", "cbc:LineExtensionAmount", "The sum of the lines (BT-106) has at most two decimals."),
    ("BR-DEC-10", "cbc:AllowanceTotalAmount", "The sum of allowances (BT-107) has at most two decimals."),
    ("BR-DEC-11", "cbc:ChargeTotalAmount", "The sum of charges (BT-108) has at most two decimals."),
    ("BR-DEC-12", "cbc:TaxExclusiveAmount", "The total without VAT (BT-109) has at most two decimals."),
    ("BR-DEC-14", "cbc:TaxInclusiveAmount", "The total with VAT (BT-112) has at most two decimals."),
    ("BR-DEC-16", "cbc:PrepaidAmount", "The amount already paid (BT-113) has at most two decimals."),
    ("BR-DEC-17", "cbc:PayableRoundingAmount", "The rounding (BT-114) has at most two decimals."),
    ("BR-DEC-18", "cbc:PayableAmount", "The amount to pay (BT-115) has at most two decimals."),
):
    _totals.add(_id, two_decimals_check(_name), _meaning)

_document: Final = BOOK.context(ROOT)


@_document.rule("BR-CO-15")
def total_with_vat(document: Node) -> RuleVerdict:
    """The total with VAT (BT-112) is the total without (BT-109) plus the VAT in the invoice's currency (BT-110).

    There is exactly one VAT total in that currency.
    """
    verdicts = (_total_in(document, currency.text) for currency in document.all("cbc:DocumentCurrencyCode"))
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _total_in(document: Node, currency: str) -> RuleVerdict:
    stated = document.every("cac:TaxTotal", "cbc:TaxAmount")
    taxes = [amount for amount in stated if amount.attributes.get("currencyID") == currency]
    if len(taxes) != 1:
        return Broken(found=str(len(taxes)), expected="1", detail=currency)
    without = number(document, "cac:LegalMonetaryTotal", "cbc:TaxExclusiveAmount")
    vat = decimal_of(taxes[0].text)
    expected = hundredths(without + vat) if without is not None and vat is not None else None
    return equal(
        document.at("cac:LegalMonetaryTotal", "cbc:TaxInclusiveAmount"),
        expected,
        lambda: f"{shown(without)} + {shown(vat)} = {shown(expected)}",
    )


def _never(document: Node) -> RuleVerdict:
    return None


# As published, these two look for a currency code inside the amount, where none can stand.
_document.add(
    "BR-DEC-13",
    _never,
    "The VAT total (BT-110) has at most two decimals. Cannot fire as published; UBL-DT-01 covers it.",
)
_document.add(
    "BR-DEC-15",
    _never,
    "The VAT total in the accounting currency (BT-111) has at most two decimals."
    " Cannot fire as published; UBL-DT-01 covers it.",
)
