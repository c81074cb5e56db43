"""What a supplier's own system writes: invoices and order responses made from the order it received.

Nothing here knows the buyer's books: references, prices and parties come from the order document (T01),
the days from the report the buyer approved, VAT and account from the supplier's own records. So these
documents are another hand's than those of `flipping`, and have to stand before the same judgement.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from foundation.money import Money, Quantity, line_amount, payable, vat_amount
from foundation.periods import Period
from orders.purchase_orders.order_document import amount_document, number_document
from orders.register.parties import AccountScheme, Supplier, SupplierOnDay, VatCategory
from peppol.documents import billing, ordering, responses, shapes

_BRANCH = {AccountScheme.BANKGIRO: "SE:BANKGIRO", AccountScheme.PLUSGIRO: "SE:PLUSGIRO"}
_F_TAX = "Godkänd för F-skatt"
_ORGANISATION = "0007"
_DAYS_TO_PAY = 30


@dataclass(frozen=True, slots=True)
class SimulatedDelivery:
    """A month, or a result, that the buyer has approved: what may be billed on one order line.

    `version` is the report's; a corrected report says it anew. `period` is empty for a single result.
    """

    order_number: str
    line_id: str
    quantity: Quantity
    period: Period | None
    version: int = 1


def invoice(
    order: ordering.Order, delivered: SimulatedDelivery, *, supplier: Supplier, number: str, on: date
) -> billing.Invoice:
    """The invoice for what was delivered on one line of an order. Raises KeyError for a line it does not have."""
    line = {each.line_item.id: each.line_item for each in order.order_lines}[delivered.line_id]
    assert line.price is not None  # noqa: S101 - every order of this buyer has prices
    currency = order.document_currency_code
    each = line.price.price_amount.value
    net = line_amount(delivered.quantity, each, currency=currency)
    asked = line.delivery.requested_delivery_period if line.delivery else None
    start = delivered.period.start if delivered.period else asked.start_date if asked else None
    end = delivered.period.end if delivered.period else asked.end_date if asked else None
    held = supplier.on(end or on)
    vat = vat_amount(net, held.vat.percent)
    gross = payable(net=net, vat=vat)
    return billing.Invoice(
        id=number,
        issue_date=on,
        due_date=on + timedelta(days=_DAYS_TO_PAY),
        invoice_type_code="380",
        document_currency_code=currency,
        order_reference=billing.OrderReference(id=order.id),
        contract_document_reference=order.contract,
        accounting_supplier_party=_seller(order, supplier, held),
        accounting_customer_party=_buyer(order, held),
        payment_means=(_means(supplier.on(on + timedelta(days=_DAYS_TO_PAY)), number),),
        payment_terms=billing.PaymentTerms(note=f"{_DAYS_TO_PAY} dagar netto"),
        tax_totals=(_tax(net, vat, held),),
        legal_monetary_total=billing.LegalMonetaryTotal(
            line_extension_amount=amount_document(net),
            tax_exclusive_amount=amount_document(net),
            tax_inclusive_amount=amount_document(gross),
            payable_amount=amount_document(gross),
        ),
        invoice_lines=(
            billing.InvoiceLine(
                id="1",
                invoiced_quantity=shapes.Quantity(
                    number_document(delivered.quantity.value), delivered.quantity.unit
                ),
                line_extension_amount=amount_document(net),
                invoice_period=shapes.Period(start_date=start, end_date=end),
                order_line_reference=shapes.LineReference(line_id=delivered.line_id),
                item=billing.BilledItem(
                    name=line.item.name,
                    sellers_item_identification=line.item.sellers_item_identification,
                    classified_tax_category=_category(held),
                ),
                price=shapes.Price(price_amount=shapes.Amount(each, currency)),
            ),
        ),
    )


def order_response(
    order: ordering.Order, code: str, *, number: str, on: date, changed: str = "", note: str = ""
) -> ordering.OrderResponse:
    """The supplier's answer to an order; with CA every line is named, `changed` one of them as changed."""
    lines = tuple(
        ordering.OrderResponseLine(
            line_item=ordering.ResponseLineItem(
                id=line.line_item.id,
                note=note or None if line.line_item.id == changed else None,
                line_status_code="3" if line.line_item.id == changed else "5",
                item=shapes.Item(name=line.line_item.item.name),
            ),
            order_line_reference=shapes.LineReference(line_id=line.line_item.id),
        )
        for line in order.order_lines
    )
    return ordering.OrderResponse(
        id=number,
        issue_date=on,
        order_response_code=code,
        note=None if code == "CA" else note or None,
        document_currency_code=order.document_currency_code,
        order_reference=shapes.Reference(id=order.id),
        seller_supplier_party=_responding(order.seller_supplier_party.party),
        buyer_customer_party=_responding(order.buyer_customer_party.party),
        order_lines=lines if code == "CA" else (),
    )


def acceptance(order: ordering.Order, *, number: str, on: date) -> responses.MessageLevelResponse:
    """The word of the supplier's system that the order passed its checks (MLR AP)."""
    seller, buyer = order.seller_supplier_party.party, order.buyer_customer_party.party
    return responses.MessageLevelResponse(
        id=number,
        issue_date=on,
        sender_party=responses.Messenger(endpoint_id=seller.endpoint_id),
        receiver_party=responses.Messenger(endpoint_id=buyer.endpoint_id),
        document_response=responses.MessageAnswer(
            response=responses.Outcome(response_code="AP"),
            document_reference=responses.AnsweredMessage(id=order.id),
        ),
    )


def _responding(party: shapes.TradingParty) -> ordering.ResponseParty:
    name = party.party_legal_entity.registration_name
    return ordering.ResponseParty(
        party=ordering.RespondingParty(
            endpoint_id=party.endpoint_id,
            party_identifications=party.party_identifications,
            party_legal_entity=shapes.PartyLegalEntity(registration_name=name),
        )
    )


def _seller(order: ordering.Order, supplier: Supplier, held: SupplierOnDay) -> billing.AccountingParty:
    party = order.seller_supplier_party.party
    assert party.postal_address is not None  # noqa: S101 - an order names its seller's address (tir01)
    outside = held.vat.category is VatCategory.OUTSIDE_SCOPE
    schemes = []
    if held.vat_id:
        schemes.append(_registration(held.vat_id, "VAT"))
    if held.f_tax and not outside:
        schemes.append(_registration(_F_TAX, "TAX"))
    return billing.AccountingParty(
        party=billing.BillingParty(
            endpoint_id=party.endpoint_id,
            postal_address=party.postal_address,
            party_tax_schemes=tuple(schemes),
            party_legal_entity=shapes.PartyLegalEntity(
                registration_name=supplier.name,
                company_id=shapes.Identifier(supplier.organisation_number, _ORGANISATION),
            ),
        )
    )


def _buyer(order: ordering.Order, held: SupplierOnDay) -> billing.AccountingParty:
    """The buyer as the order has it, at the address it wants its invoices at."""
    party = order.buyer_customer_party.party
    invoiced = order.accounting_customer_party
    address = invoiced.party.postal_address if invoiced else party.postal_address
    outside = held.vat.category is VatCategory.OUTSIDE_SCOPE
    number = party.party_legal_entity.company_id
    # The buyer's orders always say both.
    assert number is not None and address is not None  # noqa: S101, PT018
    return billing.AccountingParty(
        party=billing.BillingParty(
            endpoint_id=party.endpoint_id,
            postal_address=address,
            # A supplier outside VAT may show nobody's VAT number (BR-O-02).
            party_tax_schemes=() if outside else (_registration(f"SE{number.value}01", "VAT"),),
            party_legal_entity=shapes.PartyLegalEntity(
                registration_name=party.party_legal_entity.registration_name, company_id=number
            ),
        )
    )


def _registration(number: str, scheme: str) -> shapes.PartyTaxScheme:
    return shapes.PartyTaxScheme(company_id=number, tax_scheme=shapes.TaxScheme(id=scheme))


def _means(held: SupplierOnDay, reference: str) -> billing.PaymentMeans:
    account = held.payment_accounts[0]
    branch = _BRANCH.get(account.scheme)
    return billing.PaymentMeans(
        payment_means_code=shapes.Code("30"),
        payment_id=reference,
        payee_financial_account=billing.FinancialAccount(
            id=account.number,
            financial_institution_branch=shapes.Reference(id=branch) if branch else None,
        ),
    )


def _rate(held: SupplierOnDay) -> Decimal | None:
    outside = held.vat.category is VatCategory.OUTSIDE_SCOPE
    return None if outside else number_document(held.vat.percent)


def _category(held: SupplierOnDay) -> shapes.TaxCategory:
    return shapes.TaxCategory(
        id=held.vat.category.value, percent=_rate(held), tax_scheme=shapes.TaxScheme(id="VAT")
    )


def _tax(net: Money, vat: Money, held: SupplierOnDay) -> shapes.TaxTotal:
    return shapes.TaxTotal(
        tax_amount=amount_document(vat),
        tax_subtotals=(
            shapes.TaxSubtotal(
                taxable_amount=amount_document(net),
                tax_amount=amount_document(vat),
                tax_category=shapes.TaxCategory(
                    id=held.vat.category.value,
                    percent=_rate(held),
                    tax_exemption_reason_code=held.vat.exemption_code or None,
                    tax_exemption_reason=held.vat.exemption_reason or None,
                    tax_scheme=shapes.TaxScheme(id="VAT"),
                ),
            ),
        ),
    )
