"""What held from February to August 2026, and no more since: each difference told by a document."""

from datetime import date

import pytest

from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.engine.engine import judge
from peppol.rules.releases import rule_set_for
from tests.support.stories.bills_in_words import INVOICE
from tests.support.stories.in_words import Edit, edited, tree

THEN, SINCE = date(2026, 8, 23), date(2026, 8, 24)
SELLER = "EndpointID @schemeID=0007 5560360793"
VAT = "CompanyID SE556036079301"


def fired(text: str, on: date, kind: DocumentKind) -> dict[str, Severity]:
    return {each.rule: each.severity for each in judge(tree(text), rule_set_for(kind, on=on))}


def changed(
    *edits: Edit, text: str = INVOICE, kind: DocumentKind = DocumentKind.INVOICE
) -> dict[str, tuple[str, str]]:
    """How each rule that speaks otherwise spoke then and speaks since; "" is silence."""
    broken = edited(text, *edits)
    then, since = fired(broken, THEN, kind), fired(broken, SINCE, kind)
    return {
        rule: (str(then.get(rule, "")), str(since.get(rule, "")))
        for rule in then.keys() | since.keys()
        if then.get(rule) is not since.get(rule)
    }


def between(country: str) -> str:
    return INVOICE.replace("IdentificationCode SE", f"IdentificationCode {country}")


def two_in(country: str, *, seller: str = "", buyer: str = "") -> str:
    """The least that makes both parties of a country, and what else they say."""
    home = f"    Party\n      PostalAddress\n        Country\n          IdentificationCode {country}\n"
    return f"Invoice\n  AccountingSupplierParty\n{home}{seller}  AccountingCustomerParty\n{home}{buyer}"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ((SELLER, "EndpointID @schemeID=0096 1"), {"PEPPOL-COMMON-R052": ("warning", "fatal")}),
        ((SELLER, "EndpointID @schemeID=0198 1"), {"PEPPOL-COMMON-R053": ("warning", "fatal")}),
        ((SELLER, "EndpointID @schemeID=0106 1"), {"PEPPOL-COMMON-R054": ("", "warning")}),
        ((SELLER, "EndpointID @schemeID=0190 1"), {"PEPPOL-COMMON-R055": ("", "warning")}),
        ((SELLER, "EndpointID @schemeID=9944 1"), {"PEPPOL-COMMON-R056-1": ("", "warning")}),
        ((VAT, "CompanyID NL1"), {"PEPPOL-COMMON-R056-2": ("", "warning")}),
        (
            (SELLER, "EndpointID @schemeID=0217 1"),
            {"PEPPOL-COMMON-R057": ("", "warning"), "PEPPOL-EN16931-CL008": ("", "fatal")},
        ),
        ((SELLER, "EndpointID @schemeID=0037 1"), {"PEPPOL-EN16931-CL008": ("", "fatal")}),
        (
            (SELLER, "EndpointID @schemeID=0248 1"),
            {"PEPPOL-EN16931-CL008": ("fatal", ""), "BR-CL-25": ("fatal", "")},
        ),
        (("billing:3.0", "billing:3.0::2.1"), {"PEPPOL-EN16931-R004": ("", "fatal")}),
        (("poacc:billing:01:1.0", "poacc:billing:02:1.0"), {"PEPPOL-EN16931-R007": ("", "fatal")}),
        (
            ("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", "urn:peppol:bis:billing_with_response"),
            {"PEPPOL-EN16931-R007": ("fatal", "")},
        ),
        (("InvoiceTypeCode 380", "InvoiceTypeCode 502"), {"BR-CL-01": ("", "fatal")}),
    ],
    ids=lambda value: value[1].split(" ")[-1] if isinstance(value, tuple) else "",
)
def test_a_bill_was_judged_otherwise(edit: Edit, told: dict[str, tuple[str, str]]) -> None:
    assert changed(edit) == told


def test_in_another_process_any_type_passed() -> None:
    other = ("poacc:billing:01:1.0", "poacc:billing:02:1.0")
    assert "PEPPOL-EN16931-P0100" not in fired(
        edited(INVOICE, other, ("TypeCode 380", "TypeCode 389")), THEN, DocumentKind.INVOICE
    )
    assert "PEPPOL-EN16931-P0100" in fired(
        edited(INVOICE, ("TypeCode 380", "TypeCode 389")), THEN, DocumentKind.INVOICE
    )


def test_an_amount_to_pay_needed_a_day_or_terms() -> None:
    bare = "\n".join(
        line for line in INVOICE.splitlines() if not line.strip().startswith(("DueDate", "PaymentDueDate"))
    )
    start = bare.find("  PaymentTerms\n")
    if start >= 0:
        bare = bare[:start] + bare[bare.index("\n  ", start + 15) + 1 :]
    assert "DueDate" not in bare
    then = fired(bare, THEN, DocumentKind.INVOICE)
    assert then.get("BR-CO-25") is Severity.FATAL
    assert "BR-CO-25" not in fired(bare, SINCE, DocumentKind.INVOICE)
    nothing_to_pay = bare.replace("PayableAmount @currencyID=SEK 2500.00", "PayableAmount @currencyID=SEK 0")
    assert "BR-CO-25" not in fired(nothing_to_pay, THEN, DocumentKind.INVOICE)
    dated = bare + "\n  DueDate 2026-12-01\n"
    assert "BR-CO-25" not in fired(dated, THEN, DocumentKind.INVOICE)


def test_a_currency_has_its_day() -> None:
    for gone in ("ANG", "BGN"):
        told = changed(("DocumentCurrencyCode SEK", f"DocumentCurrencyCode {gone}"))
        assert told == {"BR-CL-04": ("", "fatal")}
    assert changed(("DocumentCurrencyCode SEK", "DocumentCurrencyCode XCG")) == {"BR-CL-04": ("fatal", "")}


def test_a_seller_known_by_a_banks_reference_alone_was_known() -> None:
    seller = """
Invoice
  AccountingSupplierParty
    Party
      PartyIdentification
        ID @schemeID=SEPA 1
"""
    assert "BR-CO-26" not in fired(seller, THEN, DocumentKind.INVOICE)
    assert "BR-CO-26" in fired(seller, SINCE, DocumentKind.INVOICE)


def test_split_payment_beside_standard_rate_was_seen_on_lines_alone() -> None:
    breakdown = """
Invoice
  TaxTotal
    TaxSubtotal
      TaxCategory
        ID B
    TaxSubtotal
      TaxCategory
        ID S
"""
    assert "BR-B-02" not in fired(breakdown, THEN, DocumentKind.INVOICE)
    lines = breakdown + "  InvoiceLine\n    Item\n      ClassifiedTaxCategory\n        ID S\n"
    assert fired(lines, THEN, DocumentKind.INVOICE)["BR-B-02"] is Severity.FATAL


def test_what_was_not_asked_for_yet() -> None:
    twice = "Invoice\n" + "  OriginatorDocumentReference\n    ID 1\n" * 2
    assert changed(text=twice)["UBL-SR-56"] == ("", "fatal")
    numbers = "Invoice\n  TaxRepresentativeParty\n" + "    PartyTaxScheme\n      CompanyID 1\n" * 2
    assert changed(text=numbers)["UBL-SR-23"] == ("", "fatal")


def test_german_and_danish_rules_were_milder_or_stricter() -> None:
    address = (
        "    Attachment\n",
        "    Attachment\n      ExternalReference\n        URI www.example.com\n",
    )
    assert changed(address, text=between("DE")) == {"DE-R-T02": ("", "warning")}
    legal = "      PartyLegalEntity\n        CompanyID @schemeID=0007 2021002114\n"
    assert changed(text=two_in("DK", buyer=legal))["DK-R-017"] == ("warning", "fatal")
    mail = two_in("DE", seller="      Contact\n        ElectronicMail å@exämple.se\n")
    assert changed(text=mail)["DE-R-028"] == ("warning", "")


# --- orders and answers ---------------------------------------------------------------------------------

ORDER = DocumentKind.ORDER


def test_an_order_line_had_no_quotation() -> None:
    line = "Order\n  OrderLine\n    LineItem\n      ID 1\n    QuotationLineReference\n      LineID 1\n"
    then, since = fired(line, THEN, ORDER), fired(line, SINCE, ORDER)
    assert ("PEPPOL-T01-R035" in then, "PEPPOL-T01-R035" in since) == (False, True)
    strangers = [rule for rule in then.keys() - since.keys() if "-B" in rule]
    assert len(strangers) == 1


def test_an_order_had_the_codes_of_its_day() -> None:
    charge = (
        "Order\n  AllowanceCharge\n    ChargeIndicator true\n    AllowanceChargeReasonCode {}\n    Amount 1\n"
    )
    assert changed(text=charge.format("AA"), kind=ORDER) == {}
    late = changed(text=charge.format("CAX"), kind=ORDER)
    assert late.pop("PEPPOL-T01-CL002") == ("fatal", "")
    assert all("-B" in rule for rule in late)
    scheme = (
        "Order\n  BuyerCustomerParty\n    Party\n      EndpointID @schemeID={} 1\n      X\n        ID 1\n"
    )
    (told,) = changed(text=scheme.format("0245"), kind=ORDER).values()
    assert told == ("fatal", "")


def test_an_invoice_response_had_one_process() -> None:
    answer = "ApplicationResponse\n  ProfileID urn:peppol:bis:billing_with_response\n  X\n    ID 1\n"
    told = changed(text=answer, kind=DocumentKind.INVOICE_RESPONSE)
    assert told == {"PEPPOL-T111-B00301": ("fatal", "")}
