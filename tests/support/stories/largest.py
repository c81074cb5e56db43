"""Invoices as large as they may be: one attached file fills the document to the byte, or the lines are very many."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from foundation.money import Money, vat_amount
from peppol.documents import billing, shapes
from peppol.xml import codec
from peppol.xml.gate_errors import LIMITS

_START = b"%PDF-1.4\n"


def filled(invoice: billing.Invoice, *, size: int = LIMITS.bytes_max) -> bytes:
    """The invoice with an attached PDF, of exactly `size` bytes: white space makes up what base64 cannot."""
    attached = billing.AdditionalDocumentReference(
        id=shapes.Identifier("bilaga-1"),
        attachment=shapes.Attachment(
            embedded_document_binary_object=shapes.BinaryObject(_START, "application/pdf", "bilaga.pdf")
        ),
    )
    written = codec.serialise(replace(invoice, additional_document_references=(attached,)))
    before, between, after = written.partition(b64encode(_START))
    assert between
    room = size - len(before) - len(after)
    packed = b64encode(_START + b"%" * (room // 4 * 3 - len(_START)))
    return before + packed + b" " * (room - len(packed)) + after


def with_lines(invoice: billing.Invoice, lines: Sequence[billing.InvoiceLine]) -> billing.Invoice:
    """The invoice with these lines, numbered from 1, and the sums they come to at its one rate of VAT."""
    currency = invoice.document_currency_code
    net = sum((each.line_extension_amount.value for each in lines), Decimal("0.00"))
    (of_vat,) = invoice.tax_totals
    (subtotal,) = of_vat.tax_subtotals
    tax = vat_amount(Money(net, currency), subtotal.tax_category.percent or Decimal(0)).amount
    net_amount, tax_amount, gross = (shapes.Amount(each, currency) for each in (net, tax, net + tax))
    return replace(
        invoice,
        invoice_lines=tuple(replace(each, id=str(number)) for number, each in enumerate(lines, 1)),
        tax_totals=(
            replace(
                of_vat,
                tax_amount=tax_amount,
                tax_subtotals=(replace(subtotal, taxable_amount=net_amount, tax_amount=tax_amount),),
            ),
        ),
        legal_monetary_total=replace(
            invoice.legal_monetary_total,
            line_extension_amount=net_amount,
            tax_exclusive_amount=net_amount,
            tax_inclusive_amount=gross,
            payable_amount=gross,
        ),
    )


def _charged_again(line: billing.InvoiceLine, number: int) -> billing.InvoiceLine:
    return line


def _of_order_line_unknown(line: billing.InvoiceLine, number: int) -> billing.InvoiceLine:
    return replace(line, order_line_reference=shapes.LineReference(line_id=f"{number + 900}"))


def _of_no_order_line(line: billing.InvoiceLine, number: int) -> billing.InvoiceLine:
    return replace(line, order_line_reference=None)


def _of_own_order(line: billing.InvoiceLine, number: int) -> billing.InvoiceLine:
    reference = shapes.LineReference(line_id="001", order_reference=shapes.Reference(id=f"29{number:08}"))
    return replace(line, order_line_reference=reference)


def _of_text(line: billing.InvoiceLine, number: int) -> billing.InvoiceLine:
    if number == 1:
        return line
    nothing = Decimal("0.00")
    return replace(
        line,
        invoiced_quantity=replace(line.invoiced_quantity, value=Decimal(0)),
        line_extension_amount=replace(line.line_extension_amount, value=nothing),
        order_line_reference=None,
    )


LINE_FORMS: Mapping[str, Callable[[billing.InvoiceLine, int], billing.InvoiceLine]] = {
    "one order line again and again": _charged_again,
    "order lines that are not there": _of_order_line_unknown,
    "no order line": _of_no_order_line,
    "an order of its own for each line": _of_own_order,
    "text": _of_text,
}
"""What each of very many lines may be for."""


def of_many_lines(invoice: billing.Invoice, form: str, count: int) -> billing.Invoice:
    """The invoice of one line with so many of a form, valid by every rule of the documents."""
    (line,) = invoice.invoice_lines
    made = LINE_FORMS[form]
    return with_lines(invoice, [made(line, number) for number in range(1, count + 1)])
