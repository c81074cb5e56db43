"""Turning a received order line into the supplier's invoice, and an invoice into its full credit note.

The flip (vända order till faktura, REQ-43) takes quantity and price from the receipt and the
order, VAT and account from the register, and the references from the order, so that the
invoice it makes is the one that matches. Pure: what it needs is handed to it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from foundation.errors import Refused
from foundation.money import Money, Quantity, line_amount, payable, vat_amount
from foundation.text import Text
from invoicing.matching.facts import LineFacts, OrderFacts
from invoicing.model import pays_on
from orders.model import Receipt
from orders.purchase_orders.order_document import amount_document, number_document, price_document
from orders.register.agreements import Policy
from orders.register.parties import AccountScheme, Address, Buyer, PaymentAccount, Supplier, Vat, VatCategory
from peppol.documents import billing, shapes
from peppol.documents.billing import AccountingParty, BillingParty, PaymentMeans

_ORGANISATION = "0007"
_CREDIT_TRANSFER = "30"
GIRO_BRANCH: Final = {AccountScheme.BANKGIRO: "SE:BANKGIRO", AccountScheme.PLUSGIRO: "SE:PLUSGIRO"}
"""What an invoice says of a giro account besides its number (BT-86), as SFTI has it."""

_F_TAX = "Godkänd för F-skatt"  # SE-R-005 wants these very words


class NotToInvoice(Refused):
    """There is nothing on the line that may be invoiced now."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The number and day a supplier gives its document."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Stated:
    """What a supplier itself says that it invoices of a line; what it leaves out is what was received and agreed."""

    quantity: Decimal | None = None
    price: Decimal | None = None


AS_RECEIVED: Final = Stated()
"""All that was received, at the price of the order."""


def flip(
    order: OrderFacts,
    line: LineFacts,
    *,
    supplier: Supplier,
    buyer: Buyer,
    policy: Policy,
    given: Numbered,
    stated: Stated = AS_RECEIVED,
) -> billing.Invoice:
    """The invoice for a received and free order line. Raises NotToInvoice with what to do."""
    receipt = _to_invoice(order, line)
    quantity, price = receipt.quantity, line.line.price
    net = receipt.amount
    if stated != AS_RECEIVED:
        quantity = quantity if stated.quantity is None else Quantity(stated.quantity, quantity.unit)
        price = price if stated.price is None else stated.price
        net = line_amount(quantity, price, currency=net.currency)
    how = order.vat_of(line.line.line_id)
    vat = vat_amount(net, how.percent)
    pays = pays_on(
        given.issued_on,
        received_on=given.issued_on,
        terms_days=policy.payment_terms_days,
        runs_from=policy.payment_runs_from,
    )
    gross = payable(net=net, vat=vat)
    return billing.Invoice(
        id=given.number,
        issue_date=given.issued_on,
        due_date=pays,
        invoice_type_code="380",
        document_currency_code=net.currency,
        # Where the execution reference is sought first (BT-10).
        buyer_reference=order.order.execution_reference,
        order_reference=billing.OrderReference(id=order.order.number),
        contract_document_reference=shapes.Reference(id=order.order.contract_id),
        accounting_supplier_party=party_of(supplier, taxed=line.delivered_on, written=given.issued_on),
        accounting_customer_party=_buyer(buyer, hide_vat=how.category is VatCategory.OUTSIDE_SCOPE),
        payment_means=(_means(supplier.on(pays).own_accounts[0], given.number),),
        payment_terms=billing.PaymentTerms(note=f"{policy.payment_terms_days} dagar netto"),
        tax_totals=(_tax_total(net, vat, how),),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=amount_document(net),
            tax_exclusive_amount=amount_document(net),
            tax_inclusive_amount=amount_document(gross),
            payable_amount=amount_document(gross),
        ),
        invoice_lines=(
            billing.InvoiceLine(
                id="1",
                invoiced_quantity=shapes.Quantity(number_document(quantity.value), quantity.unit),
                line_extension_amount=amount_document(net),
                invoice_period=shapes.Period(
                    start_date=(receipt.period or line.line.period).start,
                    end_date=(receipt.period or line.line.period).end,
                ),
                order_line_reference=shapes.LineReference(line_id=line.line.line_id),
                item=billing.BilledItem(
                    name=line.line.article_name,
                    sellers_item_identification=shapes.Reference(id=line.line.article_number),
                    classified_tax_category=_category(how),
                ),
                price=shapes.Price(price_amount=shapes.Amount(price_document(price), net.currency)),
            ),
        ),
    )


def credit_note_of(
    invoice: billing.Invoice, *, given: Numbered, by: AccountingParty | None = None
) -> billing.CreditNote:
    """The credit note of the whole invoice: every line and total the same, and the invoice named (BG-3).

    `by` is a successor that credits in its own name (E-33); without it, it is by whoever invoiced.
    """
    return billing.CreditNote(
        id=given.number,
        issue_date=given.issued_on,
        credit_note_type_code="381",
        document_currency_code=invoice.document_currency_code,
        buyer_reference=invoice.buyer_reference,
        order_reference=invoice.order_reference,
        billing_references=(
            billing.BillingReference(
                invoice_document_reference=billing.InvoiceDocumentReference(
                    id=invoice.id, issue_date=invoice.issue_date
                )
            ),
        ),
        contract_document_reference=invoice.contract_document_reference,
        accounting_supplier_party=by or invoice.accounting_supplier_party,
        accounting_customer_party=invoice.accounting_customer_party,
        payment_means=invoice.payment_means,
        allowance_charges=invoice.allowance_charges,
        tax_totals=invoice.tax_totals,
        legal_monetary_total=invoice.legal_monetary_total,
        credit_note_lines=tuple(
            billing.CreditNoteLine(
                id=line.id,
                credited_quantity=line.invoiced_quantity,
                line_extension_amount=line.line_extension_amount,
                invoice_period=line.invoice_period,
                order_line_reference=line.order_line_reference,
                allowance_charges=line.allowance_charges,
                item=line.item,
                price=line.price,
            )
            for line in invoice.invoice_lines
        ),
    )


def _to_invoice(order: OrderFacts, line: LineFacts) -> Receipt:
    order_line = f"{order.order.number}/{line.line.line_id}"
    if line.receipt is None and not order.will_be_received(line):
        raise NotToInvoice(
            Text(
                "På orderrad %(order_line)s levereras inget mer, så den kan inte faktureras.",
                order_line=order_line,
            )
        )
    if line.receipt is None:
        raise NotToInvoice(
            Text(
                "Orderrad %(order_line)s är inte inlevererad. Lämna månadens redovisning och vänta tills den "
                "är godkänd.",
                order_line=order_line,
            ),
        )
    if line.occupant is not None:
        raise NotToInvoice(
            Text(
                "Orderrad %(order_line)s är redan fakturerad med %(invoice_number)s. Kreditera den först.",
                order_line=order_line,
                invoice_number=line.occupant.number,
            ),
        )
    left = line.left or line.receipt
    if line.shares and left.quantity.is_zero:
        raise NotToInvoice(
            Text(
                "Orderrad %(order_line)s är redan fakturerad med %(invoice_number)s. Kreditera den först.",
                order_line=order_line,
                invoice_number=line.shares[-1].number,
            ),
        )
    if line.receipt.quantity.is_zero:
        raise NotToInvoice(
            Text("Orderrad %(order_line)s har ingen dag att fakturera.", order_line=order_line)
        )
    return left


def party_of(supplier: Supplier, *, taxed: date, written: date) -> AccountingParty:
    """The supplier as a document of `written` names it, for what is taxed as on the day `taxed`."""
    scheme, _, number = _endpoint(supplier)
    then, now = supplier.on(taxed), supplier.on(written)
    schemes = []
    if then.vat_id:
        schemes.append(shapes.PartyTaxScheme(company_id=then.vat_id, tax_scheme=shapes.TaxScheme(id="VAT")))
    # A supplier outside VAT may show no tax registration at all (BR-O-02), F-tax included.
    if now.f_tax and then.vat.category is not VatCategory.OUTSIDE_SCOPE:
        schemes.append(shapes.PartyTaxScheme(company_id=_F_TAX, tax_scheme=shapes.TaxScheme(id="TAX")))
    return AccountingParty(
        party=BillingParty(
            endpoint_id=shapes.Identifier(number, scheme),
            # Programs show this name, and some refuse a party without it, though the rules do not ask for it.
            party_name=shapes.PartyName(name=supplier.name),
            postal_address=_address(now.address),
            party_tax_schemes=tuple(schemes),
            party_legal_entity=shapes.PartyLegalEntity(
                registration_name=supplier.name,
                company_id=shapes.Identifier(supplier.organisation_number, _ORGANISATION),
            ),
        )
    )


def _endpoint(supplier: Supplier) -> tuple[str, str, str]:
    return (supplier.participant_id or f"{_ORGANISATION}:{supplier.organisation_number}").partition(":")


def _buyer(buyer: Buyer, *, hide_vat: bool) -> AccountingParty:
    scheme, _, number = buyer.participant_id.partition(":")
    vat = shapes.PartyTaxScheme(company_id=buyer.vat_id, tax_scheme=shapes.TaxScheme(id="VAT"))
    return AccountingParty(
        party=BillingParty(
            endpoint_id=shapes.Identifier(number, scheme),
            party_name=shapes.PartyName(name=buyer.name),
            postal_address=_address(buyer.invoice_address),
            party_tax_schemes=() if hide_vat else (vat,),
            party_legal_entity=shapes.PartyLegalEntity(
                registration_name=buyer.name,
                company_id=shapes.Identifier(buyer.organisation_number, _ORGANISATION),
            ),
        )
    )


def _address(address: Address) -> shapes.Address:
    return shapes.Address(
        street_name=address.street or None,
        city_name=address.city or None,
        postal_zone=address.postal_code or None,
        country=shapes.Country(identification_code=address.country),
    )


def _means(account: PaymentAccount, reference: str) -> PaymentMeans:
    branch = GIRO_BRANCH.get(account.scheme)
    return PaymentMeans(
        payment_means_code=shapes.Code(_CREDIT_TRANSFER),
        payment_id=reference,
        payee_financial_account=billing.FinancialAccount(
            id=account.number,
            financial_institution_branch=shapes.Reference(id=branch) if branch else None,
        ),
    )


def _category(vat: Vat) -> shapes.TaxCategory:
    """The line's category; one outside VAT has no rate at all (BR-O-05)."""
    outside = vat.category is VatCategory.OUTSIDE_SCOPE
    return shapes.TaxCategory(
        id=vat.category.value,
        percent=None if outside else number_document(vat.percent),
        tax_scheme=shapes.TaxScheme(id="VAT"),
    )


def _tax_total(net: Money, vat: Money, how: Vat) -> shapes.TaxTotal:
    outside = how.category is VatCategory.OUTSIDE_SCOPE
    return shapes.TaxTotal(
        tax_amount=amount_document(vat),
        tax_subtotals=(
            shapes.TaxSubtotal(
                taxable_amount=amount_document(net),
                tax_amount=amount_document(vat),
                tax_category=shapes.TaxCategory(
                    id=how.category.value,
                    percent=None if outside else number_document(how.percent),
                    tax_exemption_reason_code=how.exemption_code or None,
                    tax_exemption_reason=how.exemption_reason or None,
                    tax_scheme=shapes.TaxScheme(id="VAT"),
                ),
            ),
        ),
    )
