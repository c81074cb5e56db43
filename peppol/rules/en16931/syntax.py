"""EN 16931: how often things may stand in UBL (UBL-SR).

Source: EN 16931 validation for UBL, release 1.3.16.
"""

from typing import Final

from peppol.rules.en16931.document import RELEASE, ROOT
from peppol.rules.en16931.vat_facts import is_charge
from peppol.rules.engine.checks import at_most_one, at_most_one_check, holds, present_check
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

_SYNTAX: Final = "syntax"
_SELLER: Final = ("cac:AccountingSupplierParty", "cac:Party")
_BUYER: Final = ("cac:AccountingCustomerParty", "cac:Party")

BOOK.context("cac:PostalAddress | cac:Address", pattern=_SYNTAX).add(
    "UBL-SR-51", at_most_one_check("cac:AddressLine"), "An address has one third line at most."
)


@BOOK.context("cac:AccountingSupplierParty/cac:Party", pattern=_SYNTAX).rule("UBL-SR-42")
def two_registrations_for_tax(party: Node) -> RuleVerdict:
    """The seller has two registrations for tax at most."""
    count = len(party.all("cac:PartyTaxScheme"))
    return holds(count <= 2, found=str(count), expected="2")


_reference: Final = BOOK.context("cac:AdditionalDocumentReference", pattern=_SYNTAX)
_reference.add(
    "UBL-SR-33",
    at_most_one_check("cbc:DocumentDescription"),
    "A supporting document is described once at most (BT-123).",
)


@_reference.rule("UBL-SR-43")
def scheme_for_invoiced_objects(reference: Node) -> RuleVerdict:
    """Only an invoiced object has a scheme, and the type code is 130, or 50 in a credit note.

    So a type code, where there is one, is 130, or 50 in a credit note.
    """
    codes = {code.text for code in reference.all("cbc:DocumentTypeCode")}
    if "130" in codes or ("50" in codes and reference.document.name == "CreditNote"):
        return None
    schemes = any("schemeID" in identifier.attributes for identifier in reference.all("cbc:ID"))
    return Broken(found=", ".join(sorted(codes)), expected="130") if codes or schemes else None


BOOK.context("cac:Delivery", pattern=_SYNTAX).add(
    "UBL-SR-25",
    at_most_one_check("cac:DeliveryParty", "cac:PartyName", "cbc:Name"),
    "Who it is delivered to is named once at most (BT-70).",
)
BOOK.context("cac:AllowanceCharge", pattern=_SYNTAX, by=is_charge, case=False).add(
    "UBL-SR-30",
    at_most_one_check("cbc:AllowanceChargeReason"),
    "An allowance has one reason in words at most.",
)
BOOK.context("cac:AllowanceCharge", pattern=_SYNTAX, by=is_charge, case=True).add(
    "UBL-SR-31", at_most_one_check("cbc:AllowanceChargeReason"), "A charge has one reason in words at most."
)


@BOOK.context("cac:PartyTaxScheme", pattern=_SYNTAX).rule("UBL-SR-53")
def registration_is_complete(scheme: Node) -> RuleVerdict:
    """A registration for tax has both its number and its scheme."""
    if not scheme.has("cbc:CompanyID"):
        return Broken(expected="cbc:CompanyID")
    return None if scheme.exists("cac:TaxScheme", "cbc:ID") else Broken(expected="cac:TaxScheme/cbc:ID")


_document: Final = BOOK.context(ROOT, pattern=_SYNTAX)

Once = tuple[tuple[str, tuple[str, ...], str], ...]

_ONCE_IN_DOCUMENT: Final[Once] = (
    ("UBL-SR-01", ("cac:ContractDocumentReference", "cbc:ID"), "One contract at most (BT-12)."),
    ("UBL-SR-02", ("cac:ReceiptDocumentReference", "cbc:ID"), "One receiving advice at most (BT-15)."),
    ("UBL-SR-03", ("cac:DespatchDocumentReference", "cbc:ID"), "One despatch advice at most (BT-16)."),
    ("UBL-SR-05", ("cac:PaymentTerms", "cbc:Note"), "Payment terms once at most (BT-20)."),
    ("UBL-SR-08", ("cac:InvoicePeriod",), "One invoicing period at most (BG-14)."),
    (
        "UBL-SR-09",
        (*_SELLER, "cac:PartyLegalEntity", "cbc:RegistrationName"),
        "The seller's name once at most (BT-27).",
    ),
    (
        "UBL-SR-10",
        (*_SELLER, "cac:PartyName", "cbc:Name"),
        "The seller's trading name once at most (BT-28).",
    ),
    (
        "UBL-SR-11",
        (*_SELLER, "cac:PartyLegalEntity", "cbc:CompanyID"),
        "The seller's legal registration once at most (BT-30).",
    ),
    (
        "UBL-SR-14",
        (*_SELLER, "cac:PartyLegalEntity", "cbc:CompanyLegalForm"),
        "The seller's further legal information once at most (BT-33).",
    ),
    (
        "UBL-SR-15",
        (*_BUYER, "cac:PartyLegalEntity", "cbc:RegistrationName"),
        "The buyer's name once at most (BT-44).",
    ),
    (
        "UBL-SR-16",
        (*_BUYER, "cac:PartyIdentification", "cbc:ID"),
        "The buyer's identifier once at most (BT-46).",
    ),
    (
        "UBL-SR-17",
        (*_BUYER, "cac:PartyLegalEntity", "cbc:CompanyID"),
        "The buyer's legal registration once at most (BT-47).",
    ),
    ("UBL-SR-24", ("cac:Delivery",), "One delivery at most (BG-13)."),
    ("UBL-SR-39", ("cac:ProjectReference", "cbc:ID"), "One project at most (BT-11)."),
    ("UBL-SR-40", (*_BUYER, "cac:PartyName", "cbc:Name"), "The buyer's trading name once at most (BT-45)."),
    ("UBL-SR-45", ("cac:PaymentMeans", "cbc:PaymentDueDate"), "One due date at most (BT-9)."),
    ("UBL-SR-49", ("cac:InvoicePeriod", "cbc:DescriptionCode"), "One code for the tax point at most (BT-8)."),
    ("UBL-SR-54", ("cac:PaymentMeans", "cac:CardAccount"), "One payment card at most (BG-18)."),
    (
        "UBL-SR-55",
        ("cac:PaymentMeans", "cac:PaymentMandate"),
        "One mandate for direct debit at most (BG-19).",
    ),
    (
        "UBL-SR-56",
        ("cac:OriginatorDocumentReference", "cbc:ID"),
        "One call for tender or originator's document at most (BT-17).",
    ),
)
for _id, _path, _meaning in _ONCE_IN_DOCUMENT:
    _document.add(_id, at_most_one_check(*_path), _meaning)


def _is_vat(scheme: Node) -> bool:
    """As published here, unlike elsewhere, blanks around VAT are not taken away."""
    return any(tax.own("cbc:ID").upper() == "VAT" for tax in scheme.all("cac:TaxScheme"))


def _is_other_tax(scheme: Node) -> bool:
    return any(tax.own("cbc:ID").upper() != "VAT" for tax in scheme.all("cac:TaxScheme"))


def _numbers(document: Node, party: tuple[str, ...], *, vat: bool) -> RuleVerdict:
    schemes = document.every(*party, "cac:PartyTaxScheme")
    if len(schemes) == 1 and len(schemes[0].all("cbc:CompanyID")) <= 1:
        return None
    meant = [scheme for scheme in schemes if (_is_vat(scheme) if vat else _is_other_tax(scheme))]
    count = sum(len(scheme.all("cbc:CompanyID")) for scheme in meant)
    return holds(count <= 1, found=str(count), expected="1")


_document.add(
    "UBL-SR-12",
    lambda document: _numbers(document, _SELLER, vat=True),
    "The seller's VAT number once at most (BT-31).",
)
_document.add(
    "UBL-SR-13",
    lambda document: _numbers(document, _SELLER, vat=False),
    "The seller's other tax registration once at most (BT-32).",
)
_document.add(
    "UBL-SR-18",
    lambda document: _numbers(document, _BUYER, vat=True),
    "The buyer's VAT number once at most (BT-48).",
)


@_document.rule("UBL-SR-04")
def one_invoiced_object(document: Node) -> RuleVerdict:
    """One invoiced object at most (BT-18)."""
    references = document.all("cac:AdditionalDocumentReference")
    objects = [reference for reference in references if is_invoiced_object(reference)]
    count = sum(len(reference.all("cbc:ID")) for reference in objects)
    return holds(count <= 1, found=str(count), expected="1")


def is_invoiced_object(reference: Node) -> bool:
    """Whether a document reference names what is invoiced: its type code is 130, as written."""
    return any(code.text == "130" for code in reference.all("cbc:DocumentTypeCode"))


@_document.rule("UBL-SR-29")
def one_creditor_reference(document: Node) -> RuleVerdict:
    """One bank reference of the creditor at most (BT-90)."""
    identifiers = document.document.anywhere("cac:PartyIdentification", "cbc:ID")
    count = sum(identifier.attributes.get("schemeID", "").upper() == "SEPA" for identifier in identifiers)
    return holds(count <= 1, found=str(count), expected="1")


def _all_alike(name: str) -> Test:
    def check(document: Node) -> RuleVerdict:
        values = {node.text for node in document.document.named(name)}
        return holds(len(values) <= 1, found=", ".join(sorted(values)))

    return check


_document.add("UBL-SR-44", _all_alike("cbc:PaymentID"), "All payment references are the same (BT-83).")
_document.add("UBL-SR-47", _all_alike("cbc:PaymentMeansCode"), "All payment means are the same (BT-81).")


@_document.rule("UBL-SR-46")
def one_payment_text(document: Node) -> RuleVerdict:
    """How to pay is said in words once at most (BT-82)."""
    codes = document.every("cac:PaymentMeans", "cbc:PaymentMeansCode")
    count = sum("name" in code.attributes for code in codes)
    return holds(count <= 1, found=str(count), expected="1")


_line: Final = BOOK.context("cac:InvoiceLine | cac:CreditNoteLine", pattern=_SYNTAX)

_ONCE_ON_LINE: Final[Once] = (
    ("UBL-SR-34", ("cbc:Note",), "A line has one note at most (BT-127)."),
    (
        "UBL-SR-35",
        ("cac:OrderLineReference", "cbc:LineID"),
        "A line refers to one order line at most (BT-132).",
    ),
    ("UBL-SR-36", ("cac:InvoicePeriod",), "A line has one period at most (BG-26)."),
    (
        "UBL-SR-37",
        ("cac:Price", "cac:AllowanceCharge", "cbc:Amount"),
        "A price has one discount at most (BT-147).",
    ),
    ("UBL-SR-50", ("cac:Item", "cbc:Description"), "An item is described once at most (BT-154)."),
    ("UBL-SR-52", ("cac:DocumentReference",), "A line refers to one document at most (BT-128)."),
)
for _id, _path, _meaning in _ONCE_ON_LINE:
    _line.add(_id, at_most_one_check(*_path), _meaning)


@_line.rule("UBL-SR-48")
def one_category_per_line(line: Node) -> RuleVerdict:
    """A line has exactly one VAT category (BG-30)."""
    count = len(line.every("cac:Item", "cac:ClassifiedTaxCategory"))
    return None if count == 1 else Broken(found=str(count), expected="1")


_payee: Final = BOOK.context("cac:PayeeParty", pattern=_SYNTAX)


def _is_not_the_seller(payee: Node) -> bool:
    """Some name of the payee differs from some registered name of the seller; without either it does not."""
    if payee.above is None:
        return False
    names = {name.text for name in payee.every("cac:PartyName", "cbc:Name")}
    sellers = {
        name.text for name in payee.above.every(*_SELLER, "cac:PartyLegalEntity", "cbc:RegistrationName")
    }
    return any(name != seller for name in names for seller in sellers)


def _once_and_not_the_seller(*path: str) -> Test:
    def check(payee: Node) -> RuleVerdict:
        return at_most_one(payee, *path) if _is_not_the_seller(payee) else Broken(detail="seller")

    return check


_payee.add(
    "UBL-SR-19",
    _once_and_not_the_seller("cac:PartyName", "cbc:Name"),
    "A payee is not the seller and has one name at most (BT-59).",
)


@_payee.rule("UBL-SR-20")
def one_identifier_of_the_payee(payee: Node) -> RuleVerdict:
    """A payee is not the seller and has one identifier at most (BT-60), bank references aside."""
    identifiers = payee.every("cac:PartyIdentification", "cbc:ID")
    own = [node for node in identifiers if node.attributes.get("schemeID", "").upper() != "SEPA"]
    if len(own) > 1:
        return Broken(found=str(len(own)), expected="1")
    return None if _is_not_the_seller(payee) else Broken(detail="seller")


_payee.add(
    "UBL-SR-21",
    _once_and_not_the_seller("cac:PartyLegalEntity", "cbc:CompanyID"),
    "A payee is not the seller and has one legal registration at most (BT-61).",
)

_means: Final = BOOK.context("cac:PaymentMeans", pattern=_SYNTAX)
_means.add("UBL-SR-26", at_most_one_check("cbc:PaymentID"), "One payment reference at most (BT-83).")
_means.add("UBL-SR-27", at_most_one_check("cbc:PaymentMeansCode"), "One code for how to pay at most (BT-81).")
_means.add(
    "UBL-SR-28", at_most_one_check("cac:PaymentMandate", "cbc:ID"), "One mandate reference at most (BT-89)."
)

_billing: Final = BOOK.context("cac:BillingReference", pattern=_SYNTAX)
_billing.add(
    "UBL-SR-06",
    at_most_one_check("cac:InvoiceDocumentReference"),
    "One earlier invoice per reference (BG-3).",
)
_billing.add(
    "UBL-SR-07",
    present_check("cac:InvoiceDocumentReference", "cbc:ID"),
    "A reference to an earlier invoice has its number (BT-25).",
)

_representative: Final = BOOK.context("cac:TaxRepresentativeParty", pattern=_SYNTAX)
_representative.add(
    "UBL-SR-22", at_most_one_check("cac:PartyName", "cbc:Name"), "A tax representative has one name (BT-62)."
)
_representative.add(
    "UBL-SR-23",
    at_most_one_check("cac:PartyTaxScheme", "cbc:CompanyID"),
    "A tax representative has one VAT number (BT-63).",
)

BOOK.context("cac:TaxSubtotal", pattern=_SYNTAX).add(
    "UBL-SR-32",
    at_most_one_check("cac:TaxCategory", "cbc:TaxExemptionReason"),
    "A VAT group gives one reason for exemption in words at most (BT-120).",
)
