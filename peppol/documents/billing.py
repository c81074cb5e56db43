"""What the seller asks to be paid and gives back: Invoice and Credit Note (BIS Billing 3).

Structure of Peppol BIS Billing 3.0.21 (May 2026), in UBL 2.1's order; the numbers
beside the fields are the business terms of EN 16931. The two documents are the same
but for a few elements and their places, so each declares its own order; `type_code`,
`due_date`, `lines` and a line's `quantity` read alike on both. Amounts on a credit
note are positive when money is given back.
"""

from datetime import date
from typing import Annotated, ClassVar

from peppol.documents.shapes import (
    Address,
    AllowanceCharge,
    Amount,
    Attachment,
    Code,
    Identifier,
    Item,
    LineReference,
    MonetaryTotal,
    PartyIdentification,
    PartyName,
    PartyTaxScheme,
    Period,
    Price,
    Quantity,
    Reference,
    TaxCategory,
    TaxTotal,
    TradingParty,
)
from peppol.identifiers import DocumentKind
from peppol.xml.codec import Document, aggregate

# --- references -------------------------------------------------------------------------------------------


@aggregate
class OrderReference:
    """The order the invoice is about."""

    id: str  # the buyer's order number; BT-13
    sales_order_id: str | None = None  # BT-14


@aggregate
class InvoiceDocumentReference:
    """An earlier invoice."""

    id: str  # BT-25
    issue_date: date | None = None  # BT-26


@aggregate
class BillingReference:
    """The invoice that is credited or corrected. BG-3."""

    invoice_document_reference: InvoiceDocumentReference


@aggregate
class AdditionalDocumentReference:
    """An attachment (BG-24), the invoiced object (type 130) or a credit note's project (type 50)."""

    id: Identifier  # BT-18, BT-122
    document_type_code: str | None = None  # BT-18
    document_description: str | None = None  # BT-123
    attachment: Attachment | None = None


@aggregate
class LineDocumentReference:
    """The object a line is about."""

    id: Identifier  # BT-128
    document_type_code: str | None = None  # 130


# --- parties, delivery, payment ---------------------------------------------------------------------------


@aggregate
class BillingParty(TradingParty):
    """Seller or buyer."""

    postal_address: Address  # BG-5, BG-8


@aggregate
class AccountingParty:
    """The party in its role: supplier (BG-4) or customer (BG-7)."""

    party: BillingParty


@aggregate
class PayeeLegalEntity:
    """The payee in the company register."""

    company_id: Identifier  # BT-61


@aggregate
class PayeeParty:
    """Who is paid, when not the seller. BG-10."""

    party_identifications: tuple[PartyIdentification, ...] = ()  # BT-60, BT-90
    party_name: PartyName  # BT-59
    party_legal_entity: PayeeLegalEntity | None = None


@aggregate
class TaxRepresentativeParty:
    """Who answers for the seller's VAT. BG-11."""

    party_name: PartyName  # BT-62
    postal_address: Address  # BG-12
    party_tax_schemes: tuple[PartyTaxScheme, ...]  # BT-63


@aggregate
class DeliveryLocation:
    """Where it was delivered."""

    id: Identifier | None = None  # BT-71
    address: Address | None = None  # BG-15


@aggregate
class DeliveryParty:
    """Who received it."""

    party_name: PartyName | None = None  # BT-70


@aggregate
class Delivery:
    """When, where and to whom it was delivered. BG-13."""

    actual_delivery_date: date | None = None  # BT-72
    delivery_location: DeliveryLocation | None = None
    delivery_party: DeliveryParty | None = None


@aggregate
class CardAccount:
    """The card that was charged. BG-18."""

    primary_account_number_id: str  # BT-87
    network_id: str
    holder_name: str | None = None  # BT-88


@aggregate
class FinancialAccount:
    """The account to pay to: bankgiro and plusgiro by SE:BANKGIRO, SE:PLUSGIRO as branch. BG-17."""

    id: str  # BT-84
    name: str | None = None  # BT-85
    financial_institution_branch: Reference | None = None  # BT-86


@aggregate
class PaymentMandate:
    """The consent to direct debit. BG-19."""

    id: str | None = None  # BT-89
    payer_financial_account: Reference | None = None  # BT-91


@aggregate
class PaymentMeans:
    """How to pay. BG-16."""

    payment_means_code: Code  # UNCL4461, its `name` BT-82; BT-81
    payment_due_date: date | None = None  # on a credit note BT-9
    payment_id: str | None = None  # the OCR number; BT-83
    card_account: CardAccount | None = None
    payee_financial_account: FinancialAccount | None = None
    payment_mandate: PaymentMandate | None = None


@aggregate
class PaymentTerms:
    """When to pay, in words."""

    note: str  # BT-20


@aggregate
class LegalMonetaryTotal(MonetaryTotal):
    """The totals of an invoice or credit note. BG-22."""

    tax_exclusive_amount: Amount  # BT-109
    tax_inclusive_amount: Amount  # BT-112


# --- lines ------------------------------------------------------------------------------------------------


@aggregate
class BilledItem(Item):
    """The article or service, with its VAT. BG-31."""

    classified_tax_category: TaxCategory  # BG-30


@aggregate
class InvoiceLine:
    """One line of an invoice. BG-25."""

    id: str  # BT-126
    note: str | None = None  # BT-127
    invoiced_quantity: Quantity  # BT-129, BT-130
    line_extension_amount: Amount  # BT-131
    accounting_cost: str | None = None  # BT-133
    invoice_period: Period | None = None  # BG-26
    order_line_reference: LineReference | None = None  # BT-132
    document_reference: LineDocumentReference | None = None
    allowance_charges: tuple[AllowanceCharge, ...] = ()  # BG-27, BG-28
    item: BilledItem
    price: Price

    @property
    def quantity(self) -> Quantity:
        """The quantity, by the name it has on both documents."""
        return self.invoiced_quantity


@aggregate
class CreditNoteLine:
    """One line of a credit note. BG-25."""

    id: str  # BT-126
    note: str | None = None  # BT-127
    credited_quantity: Quantity  # BT-129, BT-130
    line_extension_amount: Amount  # BT-131
    accounting_cost: str | None = None  # BT-133
    invoice_period: Period | None = None  # BG-26
    order_line_reference: LineReference | None = None  # BT-132
    document_reference: LineDocumentReference | None = None
    allowance_charges: tuple[AllowanceCharge, ...] = ()  # BG-27, BG-28
    item: BilledItem
    price: Price

    @property
    def quantity(self) -> Quantity:
        """The quantity, by the name it has on both documents."""
        return self.credited_quantity


# --- documents --------------------------------------------------------------------------------------------


@aggregate
class Invoice(Document):
    """Invoice."""

    kind: ClassVar = DocumentKind.INVOICE

    customization_id: str = DocumentKind.INVOICE.customization_id  # BT-24
    profile_id: str = DocumentKind.INVOICE.profile_ids[0]  # BT-23; then id BT-1
    issue_date: date  # BT-2
    due_date: date | None = None  # BT-9
    invoice_type_code: str  # BT-3
    note: str | None = None  # BT-22
    tax_point_date: date | None = None  # BT-7
    document_currency_code: str  # BT-5
    tax_currency_code: str | None = None  # BT-6
    accounting_cost: str | None = None  # BT-19
    buyer_reference: str | None = None  # BT-10
    invoice_period: Period | None = None  # BG-14
    order_reference: OrderReference | None = None
    billing_references: tuple[BillingReference, ...] = ()
    despatch_document_reference: Reference | None = None  # BT-16
    receipt_document_reference: Reference | None = None  # BT-15
    originator_document_references: tuple[Reference, ...] = ()  # tenders or lots; BT-17
    contract_document_reference: Reference | None = None  # BT-12
    additional_document_references: tuple[AdditionalDocumentReference, ...] = ()
    project_reference: Reference | None = None  # BT-11
    accounting_supplier_party: AccountingParty
    accounting_customer_party: AccountingParty
    payee_party: PayeeParty | None = None
    tax_representative_party: TaxRepresentativeParty | None = None
    delivery: Delivery | None = None
    payment_means: Annotated[tuple[PaymentMeans, ...], "PaymentMeans"] = ()
    payment_terms: PaymentTerms | None = None
    allowance_charges: tuple[AllowanceCharge, ...] = ()
    tax_totals: tuple[TaxTotal, ...]
    legal_monetary_total: LegalMonetaryTotal
    invoice_lines: tuple[InvoiceLine, ...]

    @property
    def type_code(self) -> str:
        """UNCL1001, such as 380; BT-3."""
        return self.invoice_type_code

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """The lines, by the name they have on both documents."""
        return self.invoice_lines


@aggregate
class CreditNote(Document):
    """Credit note."""

    kind: ClassVar = DocumentKind.CREDIT_NOTE

    customization_id: str = DocumentKind.CREDIT_NOTE.customization_id  # BT-24
    profile_id: str = DocumentKind.CREDIT_NOTE.profile_ids[0]  # BT-23; then id BT-1
    issue_date: date  # BT-2
    tax_point_date: date | None = None  # BT-7
    credit_note_type_code: str  # BT-3
    note: str | None = None  # BT-22
    document_currency_code: str  # BT-5
    tax_currency_code: str | None = None  # BT-6
    accounting_cost: str | None = None  # BT-19
    buyer_reference: str | None = None  # BT-10
    invoice_period: Period | None = None  # BG-14
    order_reference: OrderReference | None = None
    billing_references: tuple[BillingReference, ...] = ()
    despatch_document_reference: Reference | None = None  # BT-16
    receipt_document_reference: Reference | None = None  # BT-15
    contract_document_reference: Reference | None = None  # BT-12
    additional_document_references: tuple[AdditionalDocumentReference, ...] = ()  # with BT-11, type 50
    originator_document_references: tuple[Reference, ...] = ()  # tenders or lots; BT-17
    accounting_supplier_party: AccountingParty
    accounting_customer_party: AccountingParty
    payee_party: PayeeParty | None = None
    tax_representative_party: TaxRepresentativeParty | None = None
    delivery: Delivery | None = None
    payment_means: Annotated[tuple[PaymentMeans, ...], "PaymentMeans"] = ()
    payment_terms: PaymentTerms | None = None
    allowance_charges: tuple[AllowanceCharge, ...] = ()
    tax_totals: tuple[TaxTotal, ...]
    legal_monetary_total: LegalMonetaryTotal
    credit_note_lines: tuple[CreditNoteLine, ...]

    @property
    def type_code(self) -> str:
        """UNCL1001, such as 381; BT-3."""
        return self.credit_note_type_code

    @property
    def due_date(self) -> date | None:
        """The day of payment, which a credit note keeps with its means of payment; BT-9."""
        return next((means.payment_due_date for means in self.payment_means if means.payment_due_date), None)

    @property
    def lines(self) -> tuple[CreditNoteLine, ...]:
        """The lines, by the name they have on both documents."""
        return self.credit_note_lines
