"""The laws of matching: what a receipt gives never deviates, and one changed value gives its own code."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money, Quantity
from invoicing.matching.deviations import DeviationCode
from invoicing.model import AccountGiven, InvoiceContent, InvoicedLine, PeriodGiven
from tests.support.stories.builders import (
    STANDARD,
    a_line,
    a_receipt,
    an_invoice,
    an_order,
    facts_of,
    with_lines,
)
from tests.support.stories.deviation_stories import ORDER, codes

prices = st.decimals("0.01", "9999.99", places=2)
amounts_off = st.decimals("0.01", "500.00", places=2)


@given(
    price=prices,
    days=st.integers(1, 31),
    cut=st.integers(1, 31),
    rate=st.sampled_from(["25.00", "12.00", "6.00"]),
)
def test_an_invoice_built_from_its_receipt_never_deviates(
    price: Decimal, days: int, cut: int, rate: str
) -> None:
    order = an_order(start=date(2026, 1, 32 - days), price=str(price))
    received = min(cut, days)
    vat = replace(STANDARD, percent=Decimal(rate))
    invoice = an_invoice(order, days=received, price=str(price))
    invoice = with_lines(invoice, replace(invoice.lines[0], vat_percent=Decimal(rate)))
    assert codes(invoice, facts_of(order, a_receipt(order, days=received), vat=vat)) == []


CHANGES: dict[DeviationCode, Callable[[InvoiceContent, Decimal], InvoiceContent]] = {
    DeviationCode.BUYER: lambda invoice, _: replace(invoice, buyer="5560360793"),
    DeviationCode.LINE_UNKNOWN: lambda invoice, _: _line(invoice, order_line="XX"),
    DeviationCode.LINE_MISSING: lambda invoice, _: _line(invoice, order_line=""),
    DeviationCode.UNIT: lambda invoice, _: _line(
        invoice, quantity=Quantity(invoice.lines[0].quantity.value, "C62")
    ),
    DeviationCode.AMOUNT: lambda invoice, off: _line(invoice, amount=invoice.lines[0].amount + Money(off)),
    DeviationCode.PERIOD: lambda invoice, _: _line(invoice, period=PeriodGiven(date(2026, 2, 1), None)),
    DeviationCode.VAT_RATE: lambda invoice, off: _line(invoice, vat_percent=Decimal("25.00") + off),
    DeviationCode.VAT_CATEGORY: lambda invoice, _: _line(invoice, vat_category="Z", vat_percent=Decimal(0)),
    DeviationCode.VAT_AMOUNT: lambda invoice, off: replace(
        invoice, vat=tuple(replace(each, tax=each.tax + Money(off)) for each in invoice.vat)
    ),
    DeviationCode.PAYEE_ACCOUNT: lambda invoice, _: replace(invoice, accounts=(AccountGiven("", "123-4"),)),
    DeviationCode.DUE_DATE: lambda invoice, _: replace(
        invoice, due_on=invoice.issued_on + timedelta(days=29)
    ),
    DeviationCode.CONTRACT: lambda invoice, _: replace(invoice, contract="AVT-2001"),
    DeviationCode.QUANTITY: lambda invoice, off: _requantified(invoice, off),
    DeviationCode.PRICE: lambda invoice, off: _repriced(invoice, off),
}


def _line(invoice: InvoiceContent, **changes: object) -> InvoiceContent:
    return with_lines(invoice, replace(invoice.lines[0], **changes))  # type: ignore[arg-type]


def _requantified(invoice: InvoiceContent, off: Decimal) -> InvoiceContent:
    line = invoice.lines[0]
    return with_lines(
        invoice, _recalculated(replace(line, quantity=Quantity(line.quantity.value + off, "DAY")))
    )


def _repriced(invoice: InvoiceContent, off: Decimal) -> InvoiceContent:
    line = invoice.lines[0]
    return with_lines(invoice, _recalculated(replace(line, price=line.price + off)))


def _recalculated(line: InvoicedLine) -> InvoicedLine:
    fresh = a_line(days=str(line.quantity.value), price=str(line.price))
    return replace(line, amount=fresh.amount)


@given(code=st.sampled_from(sorted(CHANGES)), days=st.integers(1, 31), off=amounts_off)
def test_one_changed_value_gives_exactly_its_own_code(code: DeviationCode, days: int, off: Decimal) -> None:
    invoice = CHANGES[code](an_invoice(ORDER, days=days), off)
    assert codes(invoice, facts_of(ORDER, a_receipt(ORDER, days=days))) == [code]
