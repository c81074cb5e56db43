"""Invoices and credit notes that break one Peppol rule each (PEPPOL-EN16931-R, CL, P and F)."""

from dataclasses import replace

import pytest

from peppol.findings import Severity
from peppol.rules.billing.all_countries import NATIONAL
from peppol.rules.billing.codes import CODES
from peppol.rules.billing.document import BILLING
from peppol.rules.engine.engine import RuleSet, judge
from tests.support.stories.bills_in_words import CREDIT_NOTE, INVOICE
from tests.support.stories.in_words import Case, case, edited, findings, fired, rules_named, rules_of, tree

PEPPOL = RuleSet("peppol", (BILLING, CODES, *NATIONAL))

LINE_AMOUNT = "LineExtensionAmount @currencyID=SEK 2200.00\n    InvoicePeriod"
DOCUMENT_REFERENCE = "    DocumentReference\n      ID AVROP-9\n      DocumentTypeCode 130\n"
ACCOUNTING_TOTAL = "  TaxTotal\n    TaxAmount @currencyID=EUR 45.00\n"
REASON = "TaxExemptionReasonCode vatex-eu-i"
BREAKDOWN = INVOICE[INVOICE.index("    TaxSubtotal\n") : INVOICE.index(ACCOUNTING_TOTAL)]

INVOICE_CASES = [
    case("R001 R007", ("  ProfileID urn:fdc:peppol.eu:2017:poacc:billing:01:1.0\n", "")),
    case("R007", ("poacc:billing:01:1.0", "poacc:billing:02:1.0")),
    case("R002", ("  Note Rusta", "  Note En till\n  Note Rusta")),
    case("R003", ("  BuyerReference 12345\n", "")),
    case("R004", ("billing:3.0", "billing:2.0")),
    case("R004", ("billing:3.0", "billing:3.0::2.1"), story="a double colon"),
    case("R005", ("TaxCurrencyCode EUR", "TaxCurrencyCode SEK")),
    case("R008", ("RegistrationName Leverantören AB", "RegistrationName ␠")),
    case("R010", ("      EndpointID @schemeID=0007 2021002114\n", "")),
    case("R020", ("      EndpointID @schemeID=0007 5560360793\n", "")),
    case("R040", ("    MultiplierFactorNumeric 10\n", "    MultiplierFactorNumeric 11\n")),
    case(
        "R040", ("      MultiplierFactorNumeric 10\n", "      MultiplierFactorNumeric 9\n"), story="on a line"
    ),
    case("R041", ("    BaseAmount @currencyID=SEK 2000.00\n", "")),
    case("R042", ("      MultiplierFactorNumeric 10\n", "")),
    case("R043", ("  ChargeIndicator false\n    AllowanceChargeReasonCode 95\n", "  ChargeIndicator 0\n")),
    case("R044", ("        ChargeIndicator false\n", "        ChargeIndicator true\n")),
    case("R046", ("SEK 120.00", "SEK 120.01")),
    case("R051", ("PriceAmount @currencyID=SEK", "PriceAmount @currencyID=NOK")),
    case("R051 R055", ("TaxAmount @currencyID=SEK", "TaxAmount @currencyID=NOK"), story="the tax total"),
    case("R053 R054", (BREAKDOWN, "")),
    case("R053", (ACCOUNTING_TOTAL, ACCOUNTING_TOTAL + "  TaxTotal\n" + BREAKDOWN), story="two breakdowns"),
    case("R054 R055", (ACCOUNTING_TOTAL, "")),
    case("R055", ("EUR 45.00", "EUR -45.00")),
    case("R061", ("    PaymentMandate\n      ID M-1\n", "")),
    case("R100", (DOCUMENT_REFERENCE, DOCUMENT_REFERENCE * 2)),
    case("R101", ("DocumentTypeCode 130", "DocumentTypeCode 50")),
    case("R110", ("StartDate 2026-11-01\n      ", "StartDate 2026-10-31\n      ")),
    case("R110 F001", ("StartDate 2026-11-01\n      ", "StartDate november\n      "), story="no date"),
    case("R111", ("EndDate 2026-11-30\n    O", "EndDate 2026-12-01\n    O")),
    case(
        "R120",
        ("PriceAmount @currencyID=SEK 100.00", "PriceAmount @currencyID=SEK 100.01"),
        ("120.00", "120.01"),
    ),
    case("R120 R121", ("BaseQuantity @unitCode=DAY 1", "BaseQuantity @unitCode=DAY -1")),
    case("R121", ("BaseQuantity @unitCode=DAY 1", "BaseQuantity @unitCode=DAY 0")),
    case("R130", ("BaseQuantity @unitCode=DAY 1", "BaseQuantity @unitCode=HUR 1")),
    case("CL001", ("application/pdf", "text/plain")),
    case("CL002", ("ReasonCode 95", "ReasonCode FC")),
    case("CL003", ("ReasonCode FC", "ReasonCode 95")),
    case("CL006", ("DescriptionCode 35", "DescriptionCode 36")),
    case("CL007 R051", ("PriceAmount @currencyID=SEK", "PriceAmount @currencyID=KR")),
    case("CL007 R051", ("PriceAmount @currencyID=SEK", "PriceAmount"), story="no currency"),
    case("CL008", ("EndpointID @schemeID=0007 2021002114", "EndpointID @schemeID=9955 SE202100211401")),
    case("P0100", ("TypeCode 380", "TypeCode 389")),
    case("P0112", ("TypeCode 380", "TypeCode 326")),
    case("P0112", ("TypeCode 380", "TypeCode 384"), story="a corrected invoice"),
    case("P0104", (REASON, "TaxExemptionReasonCode VATEX-EU-G")),
    case("P0105", (REASON, "TaxExemptionReasonCode VATEX-EU-O")),
    case("P0106", (REASON, "TaxExemptionReasonCode VATEX-EU-IC")),
    case("P0107", (REASON, "TaxExemptionReasonCode vatex-eu-ae")),
    case("P0108", (REASON, "TaxExemptionReasonCode VATEX-EU-D"), ("ID E\n", "ID Z\n")),
    case("P0109", (REASON, "TaxExemptionReasonCode VATEX-EU-F"), ("ID E\n", "ID Z\n")),
    case("P0110", ("ID E\n", "ID Z\n")),
    case("P0111", (REASON, "TaxExemptionReasonCode VATEX-EU-J"), ("ID E\n", "ID Z\n")),
    case("F001", ("DueDate 2026-12-31", "DueDate 2026-12-32")),
]

CREDIT_NOTE_CASES = [
    case("R080", ("    ID Bilaga 1\n", "    ID Bilaga 1\n    DocumentTypeCode 50\n")),
    case("P0101", ("TypeCode 381", "TypeCode 380")),
    case("R120", ("CreditedQuantity @unitCode=DAY 20", "CreditedQuantity @unitCode=DAY 21")),
    case("R110", ("StartDate 2026-11-01\n      ", "StartDate 2026-10-31\n      ")),
    case("R041", ("      BaseAmount @currencyID=SEK 2000.00\n", "")),
    case("R130", ("BaseQuantity @unitCode=DAY 1", "BaseQuantity @unitCode=HUR 1")),
]


def with_ids(cases: list[Case], base: str) -> list[Case]:
    return [
        replace(each, rules=" ".join(f"PEPPOL-EN16931-{rule}" for rule in each.rules.split()), base=base)
        for each in cases
    ]


CASES = with_ids(INVOICE_CASES, INVOICE) + with_ids(CREDIT_NOTE_CASES, CREDIT_NOTE)


@pytest.mark.parametrize("bill", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
def test_a_good_bill_breaks_no_rule(bill: str) -> None:
    assert fired(bill, PEPPOL) == {}


def test_a_broken_bill_breaks_just_these_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            assert fired(edited(broken.base, *broken.edits), PEPPOL) == broken.expected


def test_every_peppol_rule_has_its_case() -> None:
    own = {rule for rule in rules_of(PEPPOL) if rule.startswith("PEPPOL-EN16931")}
    assert own - rules_named(CASES) == set()
    assert len(own) == 46


def test_all_peppol_rules_are_fatal() -> None:
    own = [info for info in PEPPOL.infos if info.id.startswith("PEPPOL-EN16931")]
    assert {info.severity for info in own} == {Severity.FATAL}


@pytest.mark.parametrize(
    "process",
    [
        "urn:peppol:bis:billing_with_response",
        "urn:peppol:france:billing:regulated",
        "urn:peppol:france:billing:non-regulated",
    ],
)
def test_other_approved_processes_pass(process: str) -> None:
    assert fired(edited(INVOICE, ("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", process)), PEPPOL) == {}


def test_an_order_number_does_for_a_buyer_reference() -> None:
    order = "  OrderReference\n    ID 4711\n"
    assert fired(edited(INVOICE, ("  BuyerReference 12345\n", order)), PEPPOL) == {}


def test_an_unknown_process_leaves_the_type_unjudged() -> None:
    bill = edited(INVOICE, ("billing:01:1.0", "billing:99:1.0"), ("TypeCode 380", "TypeCode 389"))
    assert fired(bill, PEPPOL) == {"PEPPOL-EN16931-R007": 1}


def test_slack_of_a_line_is_two_hundredths() -> None:
    price = ("PriceAmount @currencyID=SEK 100.00", "PriceAmount @currencyID=SEK 100.001")
    assert fired(edited(INVOICE, price, ("SEK 120.00", "SEK 120.001")), PEPPOL) == {}


def test_a_bill_without_due_date_and_terms_passes() -> None:
    assert fired(edited(INVOICE, ("  DueDate 2026-12-31\n", "")), PEPPOL) == {}


def test_a_currency_that_differs_is_shown_at_its_attribute() -> None:
    bill = edited(INVOICE, ("PriceAmount @currencyID=SEK", "PriceAmount @currencyID=NOK"))
    (finding,) = findings(bill, PEPPOL, "PEPPOL-EN16931-R051")
    assert finding.location == "/Invoice/cac:InvoiceLine/cac:Price/cbc:PriceAmount/@currencyID"
    assert (finding.found, finding.expected) == ("NOK", "SEK")


def test_each_amount_in_a_fragment_without_currency_is_a_finding() -> None:
    fragment = "Invoice\n  LegalMonetaryTotal\n    PayableAmount 1\n    PrepaidAmount 1\n"
    assert fired(fragment, PEPPOL)["PEPPOL-EN16931-R051"] == 2


def test_an_empty_root_is_judged_without_a_stumble() -> None:
    assert judge(tree("Invoice\n"), PEPPOL)
