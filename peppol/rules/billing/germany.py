"""Rules between German parties in BIS Billing: DE-R-001 to -018, -022, -026 to -031 and -T02.

Both parties German by postal address (BT-40, BT-55), capitals or not. They carry over
what the German standard XRechnung asks for: contact and addresses, a buyer reference, and
cash discounts (Skonto) in a machine-readable line of the payment terms (BT-20). Means of
payment are in `german_payments`.
"""

import re
from typing import Final

from peppol.rules.engine.checks import holds, present, present_check
from peppol.rules.engine.rulebook import WARNING, Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node, normal
from peppol.rules.shared.trading_countries import both_in

_VAT_CODES: Final = frozenset({"S", "Z", "E", "AE", "K", "G", "L", "M"})
_TYPES: Final = frozenset({"326", "380", "384", "389", "381", "875", "876", "877"})
_SKONTO: Final = re.compile(
    r"(?:^|\n)#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(?:#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#\Z"
)
_SKONTO_LINE: Final = re.compile(r"#[^\n\r]+#")
_LINE_END: Final = re.compile(r"[ \t\r\n]*\n")
_BREAK: Final = re.compile(r"\r?\n")
_MAIL: Final = re.compile(r"[^@ \t\r\n]+@(?:[^@. \t\r\n]+\.)+[^@. \t\r\n]+")
_ADDRESS: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")

GERMANY: Final = Book("DE-R", "3.0.21")
"""The rules between German parties; one pattern."""

_both_german: Final = both_in("DE")


_BILL: Final = GERMANY.context("/Invoice | /CreditNote", when=_both_german)
_BILL.add("DE-R-001", present_check("cac:PaymentMeans"), "A German bill has payment instructions (BG-16).")


def _one_filled(name: str) -> Test:
    def one_filled(node: Node) -> RuleVerdict:
        return holds(any(child.value for child in node.all(name)), expected=name)

    return one_filled


_BILL.add("DE-R-015", _one_filled("cbc:BuyerReference"), "A German bill has a buyer reference (BT-10).")


@_BILL.rule("DE-R-016")
def vat_needs_a_tax_number(bill: Node) -> RuleVerdict:
    """With VAT categories other than O the seller has a VAT (BT-31) or tax number (BT-32), or a representative."""
    codes = {code.text for code in _tax_codes(bill)}
    if codes.isdisjoint(_VAT_CODES) or bill.has("cac:TaxRepresentativeParty"):
        return None
    numbers = bill.every("cac:AccountingSupplierParty", "cac:Party", "cac:PartyTaxScheme", "cbc:CompanyID")
    return holds(any(number.value for number in numbers), expected="BT-31 BT-32 BG-11")


def _tax_codes(bill: Node) -> list[Node]:
    found = [
        code
        for item in bill.all("cac:AllowanceCharge")
        if any(indicator.text in ("true", "false") for indicator in item.all("cbc:ChargeIndicator"))
        for code in item.every("cac:TaxCategory", "cbc:ID")
    ]
    for line in ("cac:InvoiceLine", "cac:CreditNoteLine"):
        found.extend(bill.every(line, "cac:Item", "cac:ClassifiedTaxCategory", "cbc:ID"))
    return found


def _types(bill: Node) -> tuple[str, str]:
    return bill.value_of("cbc:InvoiceTypeCode"), bill.value_of("cbc:CreditNoteTypeCode")


@_BILL.rule("DE-R-017", WARNING)
def type_is_one_used_in_germany(bill: Node) -> RuleVerdict:
    """The type (BT-3) should be one of 326, 380, 381, 384, 389, 875, 876 and 877."""
    return holds(not _TYPES.isdisjoint(_types(bill)), found="".join(_types(bill)))


@_BILL.rule("DE-R-018")
def cash_discount_is_readable(bill: Node) -> RuleVerdict:
    """Each line of the payment terms (BT-20) that begins with # is a Skonto line, and a line break follows it.

    A Skonto line reads #SKONTO#TAGE=n#PROZENT=n.nn#, perhaps with BASISBETRAG=n.nn# at its end.
    """
    notes = [note for terms in bill.all("cac:PaymentTerms") for note in terms.all("cbc:Note")[:1]]
    for note in notes:
        lines = [normal(line) for line in _BREAK.split(note.text)]
        marked = [line for line in lines if line.startswith("#")]
        rest = _SKONTO_LINE.split(note.text)[-1]
        wrong = [line for line in marked if _SKONTO.search(line) is None]
        if wrong or (marked and _LINE_END.match(rest) is None):
            expected = "#SKONTO#TAGE=n#PROZENT=n.nn#"
            return Broken(found=(wrong or marked)[0], expected=expected, at=note)
    return None


@_BILL.rule("DE-R-022")
def file_names_are_unique(bill: Node) -> RuleVerdict:
    """Each attachment (BT-125) has a file name of its own."""
    seen: set[str] = set()
    for reference in bill.all("cac:AdditionalDocumentReference"):
        binaries = reference.every("cac:Attachment", "cbc:EmbeddedDocumentBinaryObject")
        names = {name for binary in binaries if (name := binary.attributes.get("filename")) is not None}
        if names & seen:
            return Broken(found=" ".join(sorted(names & seen)), at=reference)
        seen |= names
    return None


@_BILL.rule("DE-R-026", WARNING)
def correction_names_its_invoice(bill: Node) -> RuleVerdict:
    """A corrected invoice (BT-3 is 384) should refer to the preceding one (BG-3)."""
    return (
        None
        if "384" not in _types(bill)
        else present(bill, "cac:BillingReference", "cac:InvoiceDocumentReference")
    )


@_BILL.rule("DE-R-030")
def direct_debit_names_the_creditor(bill: Node) -> RuleVerdict:
    """With a direct debit (BG-19) the creditor's bank identifier (BT-90) is stated, scheme SEPA."""
    if not bill.exists("cac:PaymentMeans", "cac:PaymentMandate"):
        return None
    seller = bill.every("cac:AccountingSupplierParty", "cac:Party", "cac:PartyIdentification", "cbc:ID")
    payee = bill.every("cac:PayeeParty", "cac:PartyIdentification", "cbc:ID")
    named = any(number.attributes.get("schemeID") == "SEPA" for number in (*seller, *payee))
    return holds(named, expected="BT-90")


@_BILL.rule("DE-R-031")
def direct_debit_names_the_account(bill: Node) -> RuleVerdict:
    """With a direct debit (BG-19) the debited account (BT-91) is stated."""
    if not bill.exists("cac:PaymentMeans", "cac:PaymentMandate"):
        return None
    return present(bill, "cac:PaymentMeans", "cac:PaymentMandate", "cac:PayerFinancialAccount", "cbc:ID")


def _on_bill(path: str) -> str:
    return f"/Invoice/{path} | /CreditNote/{path}"


@GERMANY.context(
    _on_bill("cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference"), when=_both_german
).rule("DE-R-T02", WARNING)
def document_address_is_absolute(reference: Node) -> RuleVerdict:
    """The place of an external document (BT-124) begins with a scheme such as https."""
    address = reference.text_of("cbc:URI")
    return holds(_ADDRESS.match(address) is not None, found=address)


GERMANY.context(_on_bill("cac:AccountingSupplierParty"), when=_both_german).add(
    "DE-R-002", present_check("cac:Party", "cac:Contact"), "A German seller names a contact (BG-6)."
)

_CONTACT: Final = GERMANY.context(
    _on_bill("cac:AccountingSupplierParty/cac:Party/cac:Contact"), when=_both_german
)
_CONTACT.add("DE-R-005", _one_filled("cbc:Name"), "A German seller's contact has a name (BT-41).")
_CONTACT.add(
    "DE-R-006", _one_filled("cbc:Telephone"), "A German seller's contact has a telephone number (BT-42)."
)
_CONTACT.add(
    "DE-R-007", _one_filled("cbc:ElectronicMail"), "A German seller's contact has a mail address (BT-43)."
)


@_CONTACT.rule("DE-R-027", WARNING)
def telephone_has_three_digits(contact: Node) -> RuleVerdict:
    """The contact's telephone number (BT-42) should hold three digits at least."""
    number = contact.value_of("cbc:Telephone")
    return holds(sum(sign in "0123456789" for sign in number) >= 3, found=number)


@_CONTACT.rule("DE-R-028", WARNING)
def mail_address_is_one(contact: Node) -> RuleVerdict:
    """The contact's mail address (BT-43) should have one @ and a dot behind it, neither at an end."""
    address = contact.value_of("cbc:ElectronicMail")
    return holds(_MAIL.fullmatch(address) is not None, found=address)


for _path, _city, _zone, _whose in (
    (
        "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress",
        "DE-R-003",
        "DE-R-004",
        "seller (BT-37, BT-38)",
    ),
    (
        "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress",
        "DE-R-008",
        "DE-R-009",
        "buyer (BT-52, BT-53)",
    ),
    ("cac:Delivery/cac:DeliveryLocation/cac:Address", "DE-R-010", "DE-R-011", "delivery (BT-77, BT-78)"),
):
    _place = GERMANY.context(_on_bill(_path), when=_both_german)
    _place.add(
        _city, _one_filled("cbc:CityName"), f"Between German parties the city of the {_whose} is stated."
    )
    _place.add(
        _zone,
        _one_filled("cbc:PostalZone"),
        f"Between German parties the post code of the {_whose} is stated.",
    )

_SUBTOTAL: Final = GERMANY.context(_on_bill("cac:TaxTotal/cac:TaxSubtotal"), when=_both_german)


@_SUBTOTAL.rule("DE-R-014")
def breakdown_has_a_rate(subtotal: Node) -> RuleVerdict:
    """A VAT breakdown (BG-23) between German parties states its rate (BT-119)."""
    rates = subtotal.every("cac:TaxCategory", "cbc:Percent")
    return holds(any(rate.value for rate in rates), expected="cac:TaxCategory/cbc:Percent")
