"""An invoice or credit note as a person reads it: the paper that a page and a PDF show.

Made from the document itself, so that it shows what the bytes say and nothing else. What the
document does not say is empty here. Only this module, `documents.py`, `responding.py` and
`flipping.py` know the documents' own models.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.errors import Refused
from foundation.money import Money
from foundation.text import Text
from invoicing.documents.reading import money_of
from invoicing.model import AccountGiven, DocumentType
from peppol.documents import billing, shapes
from peppol.envelope import opening
from peppol.identifiers import DocumentKind
from peppol.validation import apart, attachments, validation
from peppol.validation.attachments import ExaminedAttachment
from peppol.xml import codec, literals
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused

_GIRO = {"SE:BANKGIRO": "BANKGIRO", "SE:PLUSGIRO": "PLUSGIRO"}
_CLASSES: dict[DocumentKind, type[billing.Invoice] | type[billing.CreditNote]] = {
    DocumentKind.INVOICE: billing.Invoice,
    DocumentKind.CREDIT_NOTE: billing.CreditNote,
}


class NoDocumentView(Refused):
    """The bytes are no invoice or credit note that can be shown."""

    def __init__(self) -> None:
        super().__init__(Text("Dokumentet går inte att visa som faktura. Läs det som XML i stället."))


@dataclass(frozen=True, slots=True)
class PaperParty:
    """Who sells or who buys, as the paper writes it."""

    name: str
    organisation_number: str
    vat_id: str
    f_tax: bool
    address: tuple[str, ...]
    endpoint: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line."""

    id: str
    order_line: str
    article: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Money
    starts_on: date | None
    ends_on: date | None
    vat_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class PaperVat:
    """The tax of one category and rate; a reason where there is none."""

    category: str
    percent: Decimal | None
    taxable: Money
    tax: Money
    reason: str


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document."""

    document_type: DocumentType
    type_code: str
    number: str
    issued_on: date
    due_on: date | None
    order_number: str
    contract: str
    buyer_reference: str
    note: str
    credits: tuple[str, ...]
    seller: PaperParty
    buyer: PaperParty
    lines: tuple[PaperLine, ...]
    adjustments: Money
    vat: tuple[PaperVat, ...]
    net: Money
    tax: Money
    gross: Money
    prepaid: Money
    rounding: Money
    payable: Money
    accounts: tuple[AccountGiven, ...]
    payment_reference: str
    terms: str


def document_of(body: bytes) -> billing.Invoice | billing.CreditNote:
    """The document in a message's bytes, in its envelope or bare, read in a process apart.

    Raises NoDocumentView, WorkEnded, WorkFailed, NoneFree.
    """
    document = apart.checked(_read, body)
    if document is None:
        raise NoDocumentView
    return document


def paper_of(body: bytes) -> Paper:
    """The paper of a message's bytes, read in a process apart.

    Raises NoDocumentView, WorkEnded, WorkFailed, NoneFree.
    """
    made = apart.checked(_paper, body)
    if made is None:
        raise NoDocumentView
    return made


def files_in(body: bytes) -> tuple[ExaminedAttachment, ...]:
    """The attachments that may be shown, read in a process apart; none where the bytes cannot be read.

    Raises WorkEnded, WorkFailed, NoneFree.
    """
    return apart.checked(attachments.files_in, body)


def _paper(body: bytes) -> Paper | None:
    document = _read(body)
    return None if document is None else paper(document)


def _read(body: bytes) -> billing.Invoice | billing.CreditNote | None:
    opened = opening.unwrap(body)
    try:
        root = opened.root if opened.root is not None else admit(opened.payload)
        document_class = _CLASSES.get(validation.kind_of(root) or DocumentKind.ORDER)
        return None if document_class is None else codec.parse(document_class, root)
    except (GateRefused, literals.UnreadableDocument):
        return None


def paper(document: billing.Invoice | billing.CreditNote) -> Paper:
    """The paper of a document."""
    currency = document.document_currency_code
    totals = document.legal_monetary_total
    means = document.payment_means
    signed = (
        each.amount.value if each.charge_indicator else -each.amount.value
        for each in document.allowance_charges
    )
    is_invoice = document.kind is DocumentKind.INVOICE
    return Paper(
        document_type=DocumentType.INVOICE if is_invoice else DocumentType.CREDIT_NOTE,
        type_code=document.type_code,
        number=document.id,
        issued_on=document.issue_date,
        due_on=document.due_date,
        order_number=document.order_reference.id if document.order_reference else "",
        contract=document.contract_document_reference.id if document.contract_document_reference else "",
        buyer_reference=document.buyer_reference or "",
        note=document.note or "",
        credits=tuple(each.invoice_document_reference.id for each in document.billing_references),
        seller=_party(document.accounting_supplier_party.party),
        buyer=_party(document.accounting_customer_party.party),
        lines=tuple(_line(line, currency) for line in document.lines),
        adjustments=Money(sum(signed, Decimal("0.00")), currency),
        vat=tuple(_vat(each, currency) for total in document.tax_totals for each in total.tax_subtotals),
        net=money_of(totals.tax_exclusive_amount, currency),
        tax=money_of(document.tax_totals[0].tax_amount if document.tax_totals else None, currency),
        gross=money_of(totals.tax_inclusive_amount, currency),
        prepaid=money_of(totals.prepaid_amount, currency),
        rounding=money_of(totals.payable_rounding_amount, currency),
        payable=money_of(totals.payable_amount, currency),
        accounts=tuple(_account(each) for each in means if each.payee_financial_account is not None),
        payment_reference=next((each.payment_id for each in means if each.payment_id), ""),
        terms=document.payment_terms.note if document.payment_terms else "",
    )


def _party(party: billing.BillingParty) -> PaperParty:
    entity = party.party_legal_entity
    schemes = {each.tax_scheme.id: each.company_id or "" for each in party.party_tax_schemes}
    address = party.postal_address
    town = " ".join(filter(None, (address.postal_zone, address.city_name)))
    lines = (address.street_name, address.additional_street_name, town)
    return PaperParty(
        name=entity.registration_name,
        organisation_number=entity.company_id.value if entity.company_id else "",
        vat_id=schemes.get("VAT", ""),
        f_tax="TAX" in schemes,
        address=tuple(each for each in lines if each),
        endpoint=f"{party.endpoint_id.scheme_id}:{party.endpoint_id.value}",
    )


def _line(line: billing.InvoiceLine | billing.CreditNoteLine, currency: str) -> PaperLine:
    period = line.invoice_period
    article = line.item.sellers_item_identification
    return PaperLine(
        id=line.id,
        order_line=line.order_line_reference.line_id if line.order_line_reference else "",
        article=article.id if article else "",
        name=line.item.name,
        quantity=line.quantity.value,
        unit=line.quantity.unit_code,
        price=line.price.price_amount.value,
        amount=money_of(line.line_extension_amount, currency),
        starts_on=period.start_date if period else None,
        ends_on=period.end_date if period else None,
        vat_percent=line.item.classified_tax_category.percent,
    )


def _vat(subtotal: shapes.TaxSubtotal, currency: str) -> PaperVat:
    category = subtotal.tax_category
    return PaperVat(
        category=category.id,
        percent=category.percent,
        taxable=money_of(subtotal.taxable_amount, currency),
        tax=money_of(subtotal.tax_amount, currency),
        reason=category.tax_exemption_reason or category.tax_exemption_reason_code or "",
    )


def _account(means: billing.PaymentMeans) -> AccountGiven:
    account = means.payee_financial_account
    assert account is not None  # noqa: S101 - the caller chose those that have one
    branch = account.financial_institution_branch
    scheme = _GIRO.get(branch.id.upper(), "") if branch else ""
    return AccountGiven(scheme or ("IBAN" if account.id[:2].isalpha() else ""), account.id)
