"""The credit note of some lines of a supplier's own invoice, or of some of their quantity. Pure.

Each line is credited at its own price and VAT and names the order line it was for, as the buyer's books take it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from foundation.money import Money, total, vat_amount
from invoicing.model import CreditedLine
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from orders.purchase_orders.order_document import amount_document, number_document
from peppol.documents import billing, shapes
from peppol.documents.billing import AccountingParty

_Rate = tuple[str, Decimal | None]


def credit_note_of_lines(
    invoice: billing.Invoice,
    lines: Sequence[CreditedLine],
    *,
    given: Numbered,
    by: AccountingParty | None = None,
) -> billing.CreditNote:
    """The credit note of these lines, each for the quantity and the amount without VAT that is named.

    What an invoice has of allowances and charges for the whole of it stays with what is left. Raises KeyError where a
    line is not the invoice's.
    """
    of_invoice = {line.id: line for line in invoice.invoice_lines}
    credited = tuple(_credited(of_invoice[each.invoice_line], each) for each in lines)
    currency = invoice.document_currency_code
    subtotals = _subtotals(invoice, credited, currency)
    net = total((each.amount for each in lines), currency=currency)
    vat = total((Money(each.tax_amount.value, currency) for each in subtotals), currency=currency)
    gross = net + vat
    part = replace(
        invoice,
        invoice_lines=credited,
        allowance_charges=(),
        tax_totals=(shapes.TaxTotal(tax_amount=amount_document(vat), tax_subtotals=subtotals),),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=amount_document(net),
            tax_exclusive_amount=amount_document(net),
            tax_inclusive_amount=amount_document(gross),
            payable_amount=amount_document(gross),
        ),
    )
    return credit_note_of(part, given=given, by=by)


def _credited(line: billing.InvoiceLine, credited: CreditedLine) -> billing.InvoiceLine:
    """The line with what is credited of it; what it has of allowances goes with the whole of it."""
    quantity = line.invoiced_quantity
    is_whole = quantity.value == credited.quantity
    named = line.order_line_reference
    # A person at the buyer may have said that it is for another line than it names.
    if credited.line_id and (named is None or named.line_id != credited.line_id):
        order = shapes.Reference(id=credited.order_number) if credited.order_number else None
        named = shapes.LineReference(line_id=credited.line_id, order_reference=order)
    return replace(
        line,
        invoiced_quantity=replace(quantity, value=number_document(credited.quantity)),
        line_extension_amount=amount_document(credited.amount),
        order_line_reference=named,
        allowance_charges=line.allowance_charges if is_whole else (),
    )


def _subtotals(
    invoice: billing.Invoice, lines: Sequence[billing.InvoiceLine], currency: str
) -> tuple[shapes.TaxSubtotal, ...]:
    """The VAT of the lines, each category and rate together, with the invoice's own reasons for exemption."""
    written: Mapping[_Rate, shapes.TaxCategory] = {
        _rate(subtotal.tax_category): subtotal.tax_category
        for tax in invoice.tax_totals
        for subtotal in tax.tax_subtotals
    }
    amounts: dict[_Rate, list[Money]] = {}
    for line in lines:
        amount = Money(line.line_extension_amount.value, currency)
        amounts.setdefault(_rate(line.item.classified_tax_category), []).append(amount)
    return tuple(
        shapes.TaxSubtotal(
            taxable_amount=amount_document(net),
            tax_amount=amount_document(vat_amount(net, rate[1] or Decimal(0))),
            tax_category=written[rate],
        )
        for rate, each in amounts.items()
        for net in (total(each, currency=currency),)
    )


def _rate(category: shapes.TaxCategory) -> _Rate:
    return category.id, category.percent
