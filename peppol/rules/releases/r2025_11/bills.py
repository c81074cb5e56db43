"""Rules of invoices and credit notes as November 2025 asked them.

Between German parties blanks around codes are taken away as since; the forms of cash discounts
are those of May 2026 too.
"""

import re
from typing import Final

from peppol.rules.en16931.vat_facts import in_vat
from peppol.rules.engine.checks import at_most_one_check, holds, number
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node
from peppol.rules.releases.differences import Remade
from peppol.rules.releases.release import BILLING_SPECIFICATION

_PROCESS: Final = re.compile(r"urn:fdc:peppol\.eu:2017:poacc:billing:([0-9]{2}):1.0")
_ORDINARY: Final = "01"
_ATOM: Final = r"[a-zA-Z0-9!#$%&\"*+/=?^_`{|}~-]+"
_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_MAIL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


def _process(bill: Node) -> str:
    """The number of the process (BT-23), "" when it is not written as one of Peppol's billing."""
    written = bill.document.value_of("cbc:ProfileID")
    if _PROCESS.search(written) is None:
        return ""
    parts = written.split(":")
    return parts[6] if len(parts) > 6 else ""


def _process_is_billing(bill: Node) -> RuleVerdict:
    return holds(bool(_process(bill)), found=bill.value_of("cbc:ProfileID"))


def _specification_begins_as_billing(bill: Node) -> RuleVerdict:
    stated = bill.first("cbc:CustomizationID")
    specification = stated.direct_value if stated is not None else ""
    good = specification.startswith(BILLING_SPECIFICATION)
    return holds(good, found=specification, expected=BILLING_SPECIFICATION)


def type_among(codes: frozenset[str]) -> Test:
    """A test that a type (BT-3) is one of the codes, in the ordinary process alone."""

    def among(code: Node) -> RuleVerdict:
        return holds(_process(code) != _ORDINARY or code.direct_value in codes, found=code.value)

    return among


def _seller_is_identified(supplier: Node) -> RuleVerdict:
    for party in supplier.all("cac:Party"):
        if party.exists("cac:PartyIdentification", "cbc:ID") or party.exists(
            "cac:PartyLegalEntity", "cbc:CompanyID"
        ):
            return None
        if any(scheme.has("cbc:CompanyID") and in_vat(scheme) for scheme in party.all("cac:PartyTaxScheme")):
            return None
    return Broken(expected="cac:PartyTaxScheme/cbc:CompanyID")


def _split_payment_excludes_standard_rate(bill: Node) -> RuleVerdict:
    shared = [
        *bill.every("cac:AllowanceCharge", "cac:TaxCategory", "cbc:ID"),
        *bill.document.anywhere("cac:ClassifiedTaxCategory", "cbc:ID"),
    ]
    groups = ("cac:TaxTotal", "cac:TaxSubtotal")
    split = any(code.text == "B" for code in (*bill.every(*groups, "cac:TaxCategory", "cbc:ID"), *shared))
    # As published: in the breakdown it is looked for one step too high, where it never stands.
    standard = any(code.text == "S" for code in (*bill.every(*groups, "cbc:ID"), *shared))
    return holds(not (split and standard))


def _mail_address_is_one(contact: Node) -> RuleVerdict:
    address = contact.value_of("cbc:ElectronicMail")
    return holds(_MAIL.fullmatch(address) is not None, found=address)


REMADE: Final = {
    "PEPPOL-EN16931-R004": Remade(
        _specification_begins_as_billing, "The specification (BT-24) begins with that of Peppol billing 3.0."
    ),
    "PEPPOL-EN16931-R007": Remade(
        _process_is_billing, "The business process (BT-23) is written as one of Peppol's for billing."
    ),
    "BR-CO-26": Remade(
        _seller_is_identified,
        "The seller has an identifier (BT-29), a legal registration (BT-30) or a VAT number (BT-31).",
    ),
    "BR-B-02": Remade(
        _split_payment_excludes_standard_rate,
        "Split payment (B) and standard rated (S) do not stand in one document.",
    ),
    "UBL-SR-23": Remade(
        at_most_one_check("cac:Party", "cac:PartyTaxScheme", "cbc:CompanyID"),
        "A tax representative has one VAT number (BT-63).",
    ),
    "DE-R-028": Remade(
        _mail_address_is_one, "The contact's mail address (BT-43) should be one, in plain letters and digits."
    ),
}
"""What is asked otherwise than since."""


def _has_a_day_or_terms(amount: Node) -> RuleVerdict:
    """An amount to pay above zero comes with a due date or payment terms."""
    bill = amount.document
    dated = bool(bill.named("cbc:DueDate")) or bool(bill.anywhere("cac:PaymentTerms", "cbc:Note"))
    payable = number(amount.above, "cbc:PayableAmount") if amount.above is not None else None
    return holds(payable is not None and (payable <= 0 or dated), found=amount.text)


def payment_terms_book(release: str) -> Book:
    """BR-CO-25, withdrawn since."""
    book = Book("EN16931", release)
    book.context("/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount", pattern="due").add(
        "BR-CO-25",
        _has_a_day_or_terms,
        "An amount to pay (BT-115) above zero comes with a due date (BT-9) or payment terms (BT-20).",
    )
    return book
