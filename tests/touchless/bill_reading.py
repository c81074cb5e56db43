"""What a bill says, read a second time: by local names and plain numbers, with nothing of the product's reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from lxml import etree


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line; amounts in öre, `price` in öre for one unit."""

    order_line: str
    quantity: Fraction
    unit: str
    price: Fraction
    amount: int
    is_adjusted: bool
    days: tuple[date, ...]
    tax: tuple[str, Fraction]


@dataclass(frozen=True, slots=True)
class ReadBill:
    """A bill; amounts in öre. `taxes` are taxable amount, tax, category and rate of each subtotal."""

    is_credit: bool
    kind: str
    number: str
    issued_on: date
    currency: str
    order_number: str
    seller: str
    buyer: str
    payee: str
    credits: tuple[str, ...]
    days: tuple[date, ...]
    accounts: tuple[str, ...]
    lines: tuple[ReadLine, ...]
    taxes: tuple[tuple[int, int, str, Fraction], ...]
    adjusted: bool
    net: int
    vat: int
    prepaid: int
    rounding: int
    payable: int


def read_bill(root: etree._Element) -> ReadBill:
    """Read the tree of a valid bill."""
    name = etree.QName(root).localname
    totals = _at(root, "LegalMonetaryTotal")
    assert totals is not None
    tax = _at(root, "TaxTotal")
    return ReadBill(
        is_credit=name == "CreditNote",
        kind=_text(root, f"{name}TypeCode"),
        number=_text(root, "ID"),
        issued_on=date.fromisoformat(_text(root, "IssueDate")),
        currency=_text(root, "DocumentCurrencyCode"),
        order_number=_text(root, "OrderReference/ID"),
        seller=_number_of(root, "AccountingSupplierParty"),
        buyer=_number_of(root, "AccountingCustomerParty"),
        payee=_text(root, "PayeeParty/PartyName/Name"),
        credits=tuple(_texts(root, "BillingReference/InvoiceDocumentReference/ID")),
        days=_days(root),
        accounts=tuple(_texts(root, "PaymentMeans/PayeeFinancialAccount/ID")),
        lines=tuple(_line(each) for each in _all(root, f"{name}Line")),
        taxes=tuple(
            (
                _ore(each, "TaxableAmount"),
                _ore(each, "TaxAmount"),
                _text(each, "TaxCategory/ID"),
                _number(each, "TaxCategory/Percent"),
            )
            for each in _all(root, "TaxTotal/TaxSubtotal")
        ),
        adjusted=_is_adjusted(root),
        net=_ore(totals, "TaxExclusiveAmount"),
        vat=0 if tax is None else _ore(tax, "TaxAmount"),
        prepaid=_ore(totals, "PrepaidAmount"),
        rounding=_ore(totals, "PayableRoundingAmount"),
        payable=_ore(totals, "PayableAmount"),
    )


def _line(line: etree._Element) -> ReadLine:
    quantity = _at(line, "InvoicedQuantity")
    quantity = _at(line, "CreditedQuantity") if quantity is None else quantity
    assert quantity is not None
    base = _number(line, "Price/BaseQuantity") or Fraction(1)
    return ReadLine(
        order_line=_text(line, "OrderLineReference/LineID"),
        quantity=Fraction(Decimal((quantity.text or "").strip())),
        unit=quantity.get("unitCode", ""),
        price=_number(line, "Price/PriceAmount") * 100 / base,
        amount=_ore(line, "LineExtensionAmount"),
        is_adjusted=_is_adjusted(line),
        days=_days(line),
        tax=(
            _text(line, "Item/ClassifiedTaxCategory/ID"),
            _number(line, "Item/ClassifiedTaxCategory/Percent"),
        ),
    )


def _number_of(root: etree._Element, role: str) -> str:
    """Whose number: the digits of the one in the company register."""
    number = _text(root, f"{role}/Party/PartyLegalEntity/CompanyID")
    return "".join(sign for sign in number if sign.isdigit())


def _is_adjusted(parent: etree._Element) -> bool:
    """Whether anything is taken off or added."""
    return any(_ore(each, "Amount") for each in _all(parent, "AllowanceCharge"))


def _days(parent: etree._Element) -> tuple[date, ...]:
    written = (_text(parent, f"InvoicePeriod/{name}") for name in ("StartDate", "EndDate"))
    return tuple(date.fromisoformat(each) for each in written if each)


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in path.split("/"))


def _all(parent: etree._Element, path: str) -> list[etree._Element]:
    found = [parent]
    for step in _steps(path):
        found = [child for each in found for child in each.iterchildren(step)]
    return found


def _at(parent: etree._Element, path: str) -> etree._Element | None:
    found: etree._Element | None = parent
    for step in _steps(path):
        if found is None:
            return None
        found = next(found.iterchildren(step), None)
    return found


def _texts(parent: etree._Element, path: str) -> Iterator[str]:
    """The texts of elements, without the blanks around them, of whatever kind."""
    return ((each.text or "").strip() for each in _all(parent, path))


def _text(parent: etree._Element, path: str) -> str:
    found = _at(parent, path)
    return "" if found is None else (found.text or "").strip()


def _number(parent: etree._Element, path: str) -> Fraction:
    return Fraction(_decimal(parent, path))


def _ore(parent: etree._Element, path: str) -> int:
    """An amount in whole öre; nothing said is nothing."""
    amount = _decimal(parent, path) * 100
    assert amount == int(amount), f"{path}: {amount} is no whole öre"
    return int(amount)


def _decimal(parent: etree._Element, path: str) -> Decimal:
    return Decimal(_text(parent, path) or 0)
