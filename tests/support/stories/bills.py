"""Suppliers' documents changed as a story needs them: other days, prices or VAT, or the signs turned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from foundation.money import rounded
from peppol.documents import billing, shapes


def billed(
    invoice: billing.Invoice,
    *,
    days: str | None = None,
    price: str | None = None,
    amount: str | None = None,
    category: str = "S",
    percent: str | None = "25",
    **line: object,
) -> billing.Invoice:
    """A supplier's invoice with other days, price, amount or VAT, and totals that follow as the rules want."""
    (document,) = invoice.invoice_lines
    quantity = shapes.Quantity(Decimal(days), document.quantity.unit_code) if days else document.quantity
    cost = Decimal(price) if price else document.price.price_amount.value
    net = Decimal(amount) if amount else rounded(quantity.value * cost)
    rate = Decimal(percent) if percent is not None else None
    tax = rounded(net * (rate or Decimal(0)) / 100)
    scheme = shapes.TaxScheme(id="VAT")
    reason = {} if rate else {"tax_exemption_reason": "Undantag för utbildning"}
    return replace(
        invoice,
        invoice_lines=(
            replace(
                document,
                invoiced_quantity=quantity,
                line_extension_amount=_kronor(net),
                price=shapes.Price(price_amount=_kronor(cost)),
                item=replace(
                    document.item,
                    classified_tax_category=shapes.TaxCategory(id=category, percent=rate, tax_scheme=scheme),
                ),
                **line,  # type: ignore[arg-type]
            ),
        ),
        tax_totals=(
            shapes.TaxTotal(
                tax_amount=_kronor(tax),
                tax_subtotals=(
                    shapes.TaxSubtotal(
                        taxable_amount=_kronor(net),
                        tax_amount=_kronor(tax),
                        tax_category=shapes.TaxCategory(
                            id=category, percent=rate, tax_scheme=scheme, **reason
                        ),
                    ),
                ),
            ),
        ),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=_kronor(net),
            tax_exclusive_amount=_kronor(net),
            tax_inclusive_amount=_kronor(net + tax),
            payable_amount=_kronor(net + tax),
        ),
    )


def together(*invoices: billing.Invoice, number: str, names_order: bool = True) -> billing.Invoice:
    """One invoice for the lines of several, each line naming its own order; the document names the first, or none."""
    lines = [
        replace(
            line,
            id=str(position),
            order_line_reference=shapes.LineReference(
                line_id=line.order_line_reference.line_id,
                order_reference=shapes.Reference(id=invoice.order_reference.id),
            ),
        )
        for position, (invoice, line) in enumerate(
            ((invoice, line) for invoice in invoices for line in invoice.invoice_lines), 1
        )
        if line.order_line_reference is not None and invoice.order_reference is not None
    ]
    first = invoices[0]
    order = first.order_reference if names_order else None
    made = replace(first, id=number, order_reference=order, invoice_period=None, buyer_reference="Avd 4")
    return with_lines(made, lines)


def with_lines(invoice: billing.Invoice, lines: Sequence[billing.InvoiceLine]) -> billing.Invoice:
    """The invoice with these lines, at one rate of VAT, and totals that follow."""
    net = sum((line.line_extension_amount.value for line in lines), Decimal(0))
    (tax,) = invoice.tax_totals
    (subtotal,) = tax.tax_subtotals
    vat = rounded(net * (subtotal.tax_category.percent or Decimal(0)) / 100)
    told = replace(subtotal, taxable_amount=_kronor(net), tax_amount=_kronor(vat))
    return replace(
        invoice,
        invoice_lines=tuple(lines),
        tax_totals=(shapes.TaxTotal(tax_amount=_kronor(vat), tax_subtotals=(told,)),),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=_kronor(net),
            tax_exclusive_amount=_kronor(net),
            tax_inclusive_amount=_kronor(net + vat),
            payable_amount=_kronor(net + vat),
        ),
    )


def negative(credit: billing.CreditNote, *, number: str) -> billing.Invoice:
    """The credit note written as an invoice (380) with negative quantities and amounts."""
    totals = credit.legal_monetary_total
    (line,) = credit.credit_note_lines
    (tax,) = credit.tax_totals
    (subtotal,) = tax.tax_subtotals
    return billing.Invoice(
        id=number,
        issue_date=credit.issue_date,
        due_date=credit.issue_date + timedelta(days=30),
        invoice_type_code="380",
        document_currency_code=credit.document_currency_code,
        order_reference=credit.order_reference,
        billing_references=credit.billing_references,
        accounting_supplier_party=credit.accounting_supplier_party,
        accounting_customer_party=credit.accounting_customer_party,
        payment_means=credit.payment_means,
        tax_totals=(
            shapes.TaxTotal(
                tax_amount=_turned(tax.tax_amount),
                tax_subtotals=(
                    replace(
                        subtotal,
                        taxable_amount=_turned(subtotal.taxable_amount),
                        tax_amount=_turned(subtotal.tax_amount),
                    ),
                ),
            ),
        ),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=_turned(totals.line_extension_amount),
            tax_exclusive_amount=_turned(totals.tax_exclusive_amount),
            tax_inclusive_amount=_turned(totals.tax_inclusive_amount),
            payable_amount=_turned(totals.payable_amount),
        ),
        invoice_lines=(
            billing.InvoiceLine(
                id=line.id,
                invoiced_quantity=shapes.Quantity(-line.quantity.value, line.quantity.unit_code),
                line_extension_amount=_turned(line.line_extension_amount),
                order_line_reference=line.order_line_reference,
                item=line.item,
                price=line.price,
            ),
        ),
    )


def _kronor(value: Decimal) -> shapes.Amount:
    return shapes.Amount(value, "SEK")


def _turned(amount: shapes.Amount) -> shapes.Amount:
    return shapes.Amount(-amount.value, amount.currency_id)
