"""The rows of an invoice beside its order line, receipt, report and interruption: one thing compared each. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from foundation import formatting
from foundation.money import Money, Quantity, total
from foundation.text import NO_TEXT, JoinedText, Text, WrittenText
from invoicing.matching import payee_accounts
from invoicing.matching.deviations import Deviation, DeviationCode, Weight
from invoicing.matching.facts import LineFacts, OrderFacts
from invoicing.matching.line_matching import invoiced_on
from invoicing.model import InvoiceContent, InvoicedLine, PeriodGiven, SupplierInvoice
from orders.model import Order, Receipt

ComparedValue = object | None


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One thing compared. `deviations` are those of the match about it; `term` the field of the invoice.

    `part` says which lines it is about, where the invoice is for several order lines; nothing for the whole of it.
    """

    name: Text
    term: str
    invoice: ComparedValue
    order_line: ComparedValue = None
    receipt: ComparedValue = None
    report: ComparedValue = None
    interruption: ComparedValue = None
    deviations: tuple[Deviation, ...] = ()
    part: Text = NO_TEXT

    @property
    def deviates(self) -> bool:
        """Whether something here stops the invoice."""
        return any(each.weight > Weight.NOTE for each in self.deviations)

    @property
    def noted(self) -> bool:
        """Whether something here differs and is let through."""
        return bool(self.deviations) and not self.deviates


_ABOUT: Mapping[str, frozenset[DeviationCode]] = {
    "order": frozenset({DeviationCode.ORDER_MISSING, DeviationCode.ORDER_UNKNOWN}),
    "supplier": frozenset({DeviationCode.ORDER_NOT_SUPPLIERS}),
    "line": frozenset(
        {
            DeviationCode.LINE_MISSING,
            DeviationCode.LINE_UNKNOWN,
            DeviationCode.SEVERAL_LINES,
            DeviationCode.SEVERAL_ORDERS,
            DeviationCode.ALREADY_INVOICED,
            DeviationCode.NOT_RECEIVED,
        }
    ),
    "reference": frozenset({DeviationCode.EXECUTION_REFERENCE, DeviationCode.CONTRACT}),
    "period": frozenset({DeviationCode.PERIOD}),
    "quantity": frozenset({DeviationCode.QUANTITY, DeviationCode.UNIT}),
    "price": frozenset({DeviationCode.PRICE}),
    "amount": frozenset({DeviationCode.AMOUNT}),
    "vat": frozenset({DeviationCode.VAT_CATEGORY, DeviationCode.VAT_RATE, DeviationCode.VAT_AMOUNT}),
    "buyer": frozenset({DeviationCode.BUYER, DeviationCode.CURRENCY}),
    "due": frozenset({DeviationCode.DUE_DATE}),
    "account": frozenset({DeviationCode.PAYEE_ACCOUNT}),
    "payee": frozenset({DeviationCode.PAYEE}),
    "dated": frozenset({DeviationCode.ISSUE_DATE}),
    "tax": frozenset({DeviationCode.F_TAX}),
}


@dataclass(frozen=True, slots=True)
class Sources:
    """What says something of the invoice, None where it is not there, and the deviations by what they are about."""

    content: InvoiceContent
    invoice: SupplierInvoice
    order: OrderFacts | None
    line: LineFacts | None
    accounts: tuple[str, ...]
    found: Mapping[str, tuple[Deviation, ...]]

    @property
    def placed(self) -> Order | None:
        """The order as it was placed."""
        return self.order.order if self.order else None

    @property
    def receipt(self) -> Receipt | None:
        """What was received on the line."""
        return self.line.receipt if self.line else None


def by_name(deviations: Iterable[Deviation]) -> Mapping[str, tuple[Deviation, ...]]:
    """The deviations by what they are about."""
    held = tuple(deviations)
    return {name: tuple(each for each in held if each.code in codes) for name, codes in _ABOUT.items()}


def order_rows(of: Sources) -> Iterator[ComparisonRow]:
    """What the invoice is for: order, line and case."""
    content, placed, receipt = of.content, of.placed, of.receipt
    yield ComparisonRow(
        Text("Ordernummer"),
        "BT-13",
        content.order_number or None,
        order_line=placed.number if placed else None,
        receipt=receipt.order_number if receipt else None,
        deviations=of.found["order"],
    )
    if of.found["supplier"]:
        yield ComparisonRow(
            Text("Leverantör"),
            "BT-30",
            of.invoice.supplier,
            order_line=_supplier_of(of),
            deviations=of.found["supplier"],
        )
    yield ComparisonRow(
        Text("Orderrad"),
        "BT-132",
        ", ".join(content.order_lines) or None,
        order_line=_order_line(of),
        receipt=receipt.line_id if receipt else None,
        report=f"{receipt.month} v{receipt.report_version}" if receipt and receipt.report_version else None,
        deviations=of.found["line"],
    )
    yield ComparisonRow(
        Text("Genomförandereferens"),
        "BT-10",
        _reference(content, placed.execution_reference if placed else ""),
        order_line=placed.execution_reference if placed else None,
        receipt=receipt.execution_reference if receipt else None,
        deviations=of.found["reference"],
    )


def _supplier_of(of: Sources) -> ComparedValue:
    """Whose the order is; where the invoice is of that one, from when another has taken it over or may invoice it."""
    if of.placed is None:
        return None
    (told, *_) = of.found["supplier"]
    if told.variant in ("early", "succeeded"):
        return Text("övertagen från och med %(day)s", day=told.expected)
    return of.placed.supplier


def _order_line(of: Sources) -> ComparedValue:
    """The order line and, where the invoice names the right one, what keeps it from being invoiced."""
    if of.line is None:
        return None
    number = of.line.line.line_id
    stands = next((words for each in of.found["line"] if (words := _stands(each))), NO_TEXT)
    return JoinedText(" · ", (WrittenText(number), stands)) if stands else number


def _stands(deviation: Deviation) -> Text:
    if deviation.code is DeviationCode.ALREADY_INVOICED:
        return Text("fakturerad med %(number)s", number=deviation.reference)
    if deviation.code is DeviationCode.NOT_RECEIVED:
        return Text("återkallad") if deviation.variant == "cancelled" else Text("inte inlevererad")
    return NO_TEXT


def line_rows(of: Sources) -> Iterator[ComparisonRow]:
    """What is billed of the order line: period, quantity, price and amount."""
    content, line, receipt = of.content, of.line, of.receipt
    invoiced = _invoiced(content, line)
    cut = of.order.interruption if of.order else None
    yield ComparisonRow(
        Text("Period"),
        "BT-134",
        _written(invoiced[0].period or content.period) if invoiced else None,
        order_line=line.line.period if line else None,
        receipt=receipt.period if receipt else None,
        report=receipt.month if receipt else None,
        interruption=cut.effective_on if cut else None,
        deviations=of.found["period"],
    )
    yield ComparisonRow(
        Text("Antal"),
        "BT-129",
        _quantity(content, line),
        order_line=line.line.quantity if line else None,
        receipt=receipt.quantity if receipt else None,
        deviations=of.found["quantity"],
    )
    yield ComparisonRow(
        Text("Pris"),
        "BT-146",
        invoiced[0].price if invoiced else None,
        order_line=line.line.price if line else None,
        deviations=of.found["price"],
    )
    yield ComparisonRow(
        Text("Belopp utan moms"),
        "BT-131",
        _amount(content, line),
        order_line=line.line.amount if line else None,
        receipt=receipt.amount if receipt else None,
        deviations=of.found["amount"],
    )


def document_rows(of: Sources) -> Iterator[ComparisonRow]:
    """What holds of the whole invoice: VAT, buyer, day and account."""
    content, placed = of.content, of.placed
    yield ComparisonRow(
        Text("Moms"),
        "BT-110",
        content.amount_vat,
        order_line=_taxed(of),
        deviations=of.found["vat"],
    )
    yield ComparisonRow(Text("Att betala"), "BT-115", content.amount_payable)
    yield ComparisonRow(
        Text("Köpare och valuta"),
        "BT-47",
        f"{content.buyer} {content.currency}",
        order_line=placed.amount.currency if placed else None,
        deviations=of.found["buyer"],
    )
    yield from _found_rows(of)
    if of.found["payee"]:
        (told, *_) = of.found["payee"]
        yield ComparisonRow(
            Text("Betalningsmottagare"),
            "BT-59",
            told.found or None,
            order_line=told.expected or None,
            deviations=of.found["payee"],
        )
    yield ComparisonRow(
        Text("Förfallodag"),
        "BT-9",
        content.due_on,
        order_line=of.invoice.pays_on,
        deviations=of.found["due"],
    )
    yield ComparisonRow(
        Text("Betalkonto"),
        "BT-84",
        ", ".join(payee_accounts.as_written(each.scheme, each.number) for each in content.accounts) or None,
        order_line=", ".join(of.accounts) or None,
        deviations=of.found["account"],
    )


def _taxed(of: Sources) -> str | None:
    """How the line is taxed by what held on its delivery; without a line, the order."""
    if of.order is None:
        return None
    vat = of.order.vat_of(of.line.line.line_id) if of.line else of.order.vat
    return _rate(vat.category, vat.percent)


def _rate(category: str, percent: Decimal | None) -> str:
    """A category and its rate, written alike on both sides: S 25 %."""
    return f"{category} {formatting.number(percent or Decimal(0))} %"


def _reference(invoice: InvoiceContent, expected: str) -> str | None:
    if expected and expected in invoice.references:
        return expected
    return ", ".join(invoice.references) or None


def _invoiced(invoice: InvoiceContent, line: LineFacts | None) -> tuple[InvoicedLine, ...]:
    """The invoice lines of an order line; all that charge something where none names it."""
    return (invoiced_on(invoice, line.line.line_id) if line else ()) or invoice.charging_lines


def _quantity(invoice: InvoiceContent, line: LineFacts | None) -> Quantity | None:
    lines = _invoiced(invoice, line)
    units = {each.quantity.unit for each in lines}
    if len(units) != 1:
        return None
    return Quantity(sum((each.quantity.value for each in lines), lines[0].quantity.value * 0), units.pop())


def _amount(invoice: InvoiceContent, line: LineFacts | None) -> Money:
    if line is None:
        return invoice.amount_net
    return total((each.amount for each in _invoiced(invoice, line)), currency=invoice.currency)


def _written(given: PeriodGiven | None) -> str | None:
    if given is None:
        return None
    return " – ".join(day.isoformat() if day else "…" for day in (given.start, given.end))


def left_rows(of: Sources) -> Iterator[ComparisonRow]:
    """What other invoices have left of an order line that is invoiced in parts."""
    if of.line is not None and of.line.shares and of.line.left is not None:
        yield ComparisonRow(Text("Kvar på orderraden"), "", None, receipt=of.line.left.quantity)


def tax_rows(of: Sources) -> Iterator[ComparisonRow]:
    """How the lines are taxed, and what else deviates of their order."""
    rates = {_rate(each.vat_category, each.vat_percent) for each in of.content.lines}
    yield ComparisonRow(
        Text("Moms"),
        "BT-151",
        ", ".join(sorted(rates)),
        order_line=_taxed(of),
        deviations=of.found["vat"],
    )
    if of.found["buyer"]:
        placed = of.placed
        yield ComparisonRow(
            Text("Köpare och valuta"),
            "BT-5",
            of.content.currency,
            order_line=placed.amount.currency if placed else None,
            deviations=of.found["buyer"],
        )
    yield from _found_rows(of)


def _found_rows(of: Sources) -> Iterator[ComparisonRow]:
    """What is compared only where it deviates: F-tax and the date of the invoice."""
    if of.found["tax"]:
        yield ComparisonRow(Text("F-skatt"), "BT-32", None, deviations=of.found["tax"])
    if of.found["dated"]:
        yield ComparisonRow(Text("Fakturadatum"), "BT-2", of.content.issued_on, deviations=of.found["dated"])
