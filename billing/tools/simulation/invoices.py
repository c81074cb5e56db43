"""What simulated suppliers send: the invoice a line gives, or one of the mistakes the trade knows.

A mistake keeps the document valid by every published rule: its totals follow from its
lines. So it is refused, if at all, for a business reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

from foundation.money import Quantity, line_amount, payable, vat_amount
from orders.purchase_orders.order_document import amount_document
from peppol.documents import billing, shapes

# Shares of a thousand, in the order they are drawn; the rest of the invoices are right.
SHARES: Mapping[str, int] = {
    "over": 15,
    "under": 8,
    "price": 6,
    "no order number": 5,
    "unknown order": 3,
    "no order line": 5,
    "vat rate": 3,
    "account": 4,
    "due date": 10,
    "twice": 6,
    "same number": 3,
}
# After these the supplier sends a credit note and a corrected invoice.
TO_CORRECT = frozenset(
    {"over", "under", "price", "no order number", "unknown order", "no order line", "vat rate"}
)


def drawn_mistake(rng: Random) -> str:
    """Which mistake this invoice has; empty for none."""
    draw = rng.randrange(1000)
    for name, share in SHARES.items():
        if draw < share:
            return name
        draw -= share
    return ""


def with_mistake(invoice: billing.Invoice, name: str) -> billing.Invoice:
    """The invoice as a supplier who makes that mistake writes it."""
    change = _CHANGES.get(name)
    return change(invoice) if change else invoice


def recomputed(
    invoice: billing.Invoice,
    *,
    quantity: Decimal | None = None,
    price: Decimal | None = None,
    percent: Decimal | None = None,
) -> billing.Invoice:
    """The one-line invoice with another quantity, price or VAT rate, and everything that follows from it."""
    line = invoice.invoice_lines[0]
    subtotal = invoice.tax_totals[0].tax_subtotals[0]
    currency = invoice.document_currency_code
    count = line.invoiced_quantity.value if quantity is None else quantity
    each = line.price.price_amount.value if price is None else price
    rate = subtotal.tax_category.percent if percent is None else percent
    net = line_amount(Quantity(count, line.invoiced_quantity.unit_code), each, currency=currency)
    vat = vat_amount(net, rate or Decimal(0))
    gross = payable(net=net, vat=vat)
    category = replace(subtotal.tax_category, percent=rate)
    return replace(
        invoice,
        tax_totals=(
            shapes.TaxTotal(
                tax_amount=amount_document(vat),
                tax_subtotals=(
                    replace(
                        subtotal,
                        taxable_amount=amount_document(net),
                        tax_amount=amount_document(vat),
                        tax_category=category,
                    ),
                ),
            ),
        ),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=amount_document(net),
            tax_exclusive_amount=amount_document(net),
            tax_inclusive_amount=amount_document(gross),
            payable_amount=amount_document(gross),
        ),
        invoice_lines=(
            replace(
                line,
                invoiced_quantity=shapes.Quantity(count, line.invoiced_quantity.unit_code),
                line_extension_amount=amount_document(net),
                price=replace(line.price, price_amount=shapes.Amount(each, currency)),
                item=replace(
                    line.item,
                    classified_tax_category=replace(line.item.classified_tax_category, percent=rate),
                ),
            ),
        ),
    )


def _over(invoice: billing.Invoice) -> billing.Invoice:
    return recomputed(invoice, quantity=invoice.invoice_lines[0].invoiced_quantity.value + 2)


def _under(invoice: billing.Invoice) -> billing.Invoice:
    quantity = invoice.invoice_lines[0].invoiced_quantity.value
    return recomputed(invoice, quantity=quantity - 1) if quantity > 1 else invoice


def _price(invoice: billing.Invoice) -> billing.Invoice:
    return recomputed(invoice, price=invoice.invoice_lines[0].price.price_amount.value + Decimal("5.00"))


def _no_order(invoice: billing.Invoice) -> billing.Invoice:
    return replace(invoice, order_reference=billing.OrderReference(id="NA"))


def _unknown_order(invoice: billing.Invoice) -> billing.Invoice:
    return replace(invoice, order_reference=billing.OrderReference(id="1999999999"))


def _no_line(invoice: billing.Invoice) -> billing.Invoice:
    return replace(invoice, invoice_lines=(replace(invoice.invoice_lines[0], order_line_reference=None),))


def _vat_rate(invoice: billing.Invoice) -> billing.Invoice:
    taxed = invoice.invoice_lines[0].item.classified_tax_category.id == "S"
    return recomputed(invoice, percent=Decimal(12)) if taxed else invoice


def _account(invoice: billing.Invoice) -> billing.Invoice:
    """Another bankgiro with a right check digit."""
    means = invoice.payment_means[0]
    account = billing.FinancialAccount(
        id="9912346", financial_institution_branch=shapes.Reference(id="SE:BANKGIRO")
    )
    return replace(invoice, payment_means=(replace(means, payee_financial_account=account),))


def _due_date(invoice: billing.Invoice) -> billing.Invoice:
    return replace(invoice, due_date=invoice.issue_date)


_CHANGES: Mapping[str, Callable[[billing.Invoice], billing.Invoice]] = {
    "over": _over,
    "under": _under,
    "price": _price,
    "no order number": _no_order,
    "unknown order": _unknown_order,
    "no order line": _no_line,
    "vat rate": _vat_rate,
    "account": _account,
    "due date": _due_date,
}
