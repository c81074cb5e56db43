"""Orders that break one rule each, and the one that breaks none (T01, COMMON)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peppol.findings import Severity
from peppol.rules.engine.engine import RuleSet, judge
from peppol.rules.ordering.order import T01
from tests.support.stories.in_words import case, edited, findings, fired, rules_named, rules_of, tree

ORDERS = RuleSet("order", (T01,))
CONTROLS = dict.fromkeys([*range(0, 9), 11, 12, *range(14, 32)])

ORDER = """
Order
  CustomizationID urn:fdc:peppol.eu:poacc:trns:order:3
  ProfileID urn:fdc:peppol.eu:poacc:bis:ordering:3
  ID 4711
  IssueDate 2026-11-02
  DocumentCurrencyCode SEK
  ValidityPeriod
    EndDate 2026-11-30
  QuotationDocumentReference
    ID Anbud 7
  BuyerCustomerParty
    Party
      EndpointID @schemeID=0007 2021002114
      PartyIdentification
        ID @schemeID=0088 7300010000001
      PartyTaxScheme
        CompanyID SE202100211401
        TaxScheme
          ID VAT
      PartyLegalEntity
        RegistrationName Arbetsförmedlingen
        CompanyID @schemeID=0007 2021002114
  SellerSupplierParty
    Party
      EndpointID @schemeID=0007 5560360793
      PostalAddress
        Country
          IdentificationCode SE
      PartyLegalEntity
        RegistrationName Leverantören AB
  OriginatorCustomerParty
    Party
      PartyName
        Name Kontoret i Luleå
  AllowanceCharge
    ChargeIndicator false
    AllowanceChargeReasonCode 95
    AllowanceChargeReason Rabatt
    MultiplierFactorNumeric 10
    Amount @currencyID=SEK 300.00
    BaseAmount @currencyID=SEK 3000.00
    TaxCategory
      ID S
      Percent 25
      TaxScheme
        ID VAT
  AllowanceCharge
    ChargeIndicator true
    AllowanceChargeReasonCode FC
    AllowanceChargeReason Frakt
    Amount @currencyID=SEK 100.00
  TaxTotal
    TaxAmount @currencyID=SEK 700.00
  AnticipatedMonetaryTotal
    LineExtensionAmount @currencyID=SEK 3000.00
    TaxExclusiveAmount @currencyID=SEK 2800.00
    TaxInclusiveAmount @currencyID=SEK 3500.00
    AllowanceTotalAmount @currencyID=SEK 300.00
    ChargeTotalAmount @currencyID=SEK 100.00
    PrepaidAmount @currencyID=SEK 500.00
    PayableRoundingAmount @currencyID=SEK 0.00
    PayableAmount @currencyID=SEK 3000.00
  OrderLine
    LineItem
      ID 1
      Quantity @unitCode=DAY 20
      LineExtensionAmount @currencyID=SEK 2000.00
      Delivery
        RequestedDeliveryPeriod
          StartDate 2026-11-01
          EndDate 2026-11-30
      AllowanceCharge
        ChargeIndicator false
        AllowanceChargeReason Mängdrabatt
        MultiplierFactorNumeric 10
        Amount @currencyID=SEK 200.00
        BaseAmount @currencyID=SEK 2000.00
      AllowanceCharge
        ChargeIndicator true
        AllowanceChargeReason Resor
        Amount @currencyID=SEK 200.00
      Price
        PriceAmount @currencyID=SEK 100.00
        BaseQuantity @unitCode=DAY 1
        AllowanceCharge
          ChargeIndicator false
          Amount @currencyID=SEK 20.00
          BaseAmount @currencyID=SEK 120.00
      Item
        Name Rusta och matcha
        ClassifiedTaxCategory
          ID S
          Percent 25
          TaxScheme
            ID VAT
    QuotationLineReference
      LineID 1
  OrderLine
    LineItem
      ID 2
      Quantity @unitCode=DAY 10
      LineExtensionAmount @currencyID=SEK 1000.00
      Price
        PriceAmount @currencyID=SEK 300.000
        BaseQuantity @unitCode=DAY 3
      Item
        Name Handledning
"""

SUM_OF_LINES = "    LineExtensionAmount @currencyID=SEK 3000.00\n"
PAYABLE = "    PayableAmount @currencyID=SEK 3000.00\n"
LINE_2 = "LineExtensionAmount @currencyID=SEK 1000.00"

T01_CASES = [
    case("R001 R001", ("ID 2\n      Q", "ID 1\n      Q"), story="two lines, one number"),
    case("R001 B23901", ("      ID 2\n", ""), story="no number"),
    case("R002", ("  ValidityPeriod\n    EndDate 2026-11-30\n", "")),
    case("R003", ("TaxAmount @currencyID=SEK", "TaxAmount @currencyID=EUR")),
    case("R003", ("PrepaidAmount @currencyID=SEK", "PrepaidAmount @currencyID=EUR"), story="in the totals"),
    case("R003", (LINE_2, LINE_2.replace("SEK", "EUR")), story="on a line"),
    case("R004 R024", ("@unitCode=DAY 10", "@unitCode=DAY -10")),
    case("R004 R024", ("@unitCode=DAY 10", "@unitCode=DAY ten"), story="no number"),
    case("R004 R013 R024 B23902", ("      Quantity @unitCode=DAY 10\n", ""), story="no quantity"),
    case("R005 R024", ("SEK 300.000", "SEK -300")),
    case("R006", ("SEK 500.00", "SEK 3501.00"), (PAYABLE, PAYABLE.replace("3000.00", "-1.00"))),
    case("R006 R016 B22002", (PAYABLE, ""), story="gone"),
    case("R007 R008 R011", (SUM_OF_LINES, SUM_OF_LINES.replace("3000", "-3000"))),
    case("R007 R008 R011 B22001", (SUM_OF_LINES, ""), story="gone"),
    case("R008 R011", (SUM_OF_LINES, SUM_OF_LINES.replace("3000.00", "3000.01"))),
    case("R008 R024", (LINE_2, LINE_2.replace("1000.00", "x")), story="unreadable"),
    case("R009 R011", ("TotalAmount @currencyID=SEK 300.00", "TotalAmount @currencyID=SEK 301.00")),
    case("R009 R011", ("    AllowanceTotalAmount @currencyID=SEK 300.00\n", ""), story="gone"),
    case("R010 R011", ("TotalAmount @currencyID=SEK 100.00", "TotalAmount @currencyID=SEK 99.00")),
    case("R011 R017", ("SEK 2800.00", "SEK 2801.00")),
    case("R014", ("      PartyName\n        Name Kontoret", "      Contact\n        Name Kontoret")),
    case("R016", ("SEK 500.00", "SEK 500.01")),
    case("R016", (PAYABLE, PAYABLE.replace("3000.00", "3000.01")), story="by a hundredth"),
    case("R016 R017", ("SEK 3500.00", "SEK 3500.01")),
    case("R017", ("SEK 700.00", "SEK 699.99")),
    case("R019", ("SEK 120.00", "SEK 120.01")),
    case("R020", ("    BaseAmount @currencyID=SEK 3000.00\n", "")),
    case("R020", ("        BaseAmount @currencyID=SEK 2000.00\n", ""), story="on a line"),
    case("R021", ("    MultiplierFactorNumeric 10\n", "")),
    case("R021", ("Mängdrabatt\n        MultiplierFactorNumeric 10\n", "Mängdrabatt\n"), story="on a line"),
    case("R022", ("    MultiplierFactorNumeric 10\n", "    MultiplierFactorNumeric 10.001\n")),
    case(
        "R022",
        (
            "Mängdrabatt\n        MultiplierFactorNumeric 10\n",
            "Mängdrabatt\n        MultiplierFactorNumeric 9\n",
        ),
    ),
    case("R023", ("        AllowanceChargeReason Resor\n", "")),
    case("R024", ("SEK 300.000", "SEK 300.007")),
    case("R024 R008", (f"      {LINE_2}\n", ""), story="a priced line states its amount"),
    case("R025", ("BaseQuantity @unitCode=DAY 1", "BaseQuantity @unitCode=DAY 0")),
    case("R026", ("SE202100211401", "XX202100211401")),
    case("R027 R019", ("SEK 120.00", "SEK -120.00")),
    case("R028", ("SEK 700.00", "SEK 700.000")),
    case("R029 R030", ("          Percent 25\n", ""), story="on a line"),
    case("R029", ("      ID S\n      Percent 25\n", "      ID E\n")),
    case("R030", ("      Percent 25\n", "      Percent 0\n")),
    case("R031", ("bis:ordering:3", "bis:billing:3")),
    case("R032 R010", ("    Amount @currencyID=SEK 100.00", "    Amount @currencyID=SEK -100.00")),
    case("R033", ("SEK 20.00", "SEK -20.00"), ("SEK 120.00", "SEK 80.00")),
    case("R034", ("trns:order:3", "trns:order:4")),
    case("R035", ("  QuotationDocumentReference\n    ID Anbud 7\n", "")),
    case("CL001", ("ReasonCode 95", "ReasonCode FC")),
    case("CL002", ("ReasonCode FC", "ReasonCode 95")),
]

COMMON_CASES = [
    case("PEPPOL-COMMON-R001", ("RegistrationName Leverantören AB", "RegistrationName")),
    case(
        "PEPPOL-COMMON-R001", ("RegistrationName Leverantören AB", "RegistrationName ␠␠"), story="only blanks"
    ),
    case("PEPPOL-COMMON-R003 PEPPOL-T01-B00109", ("Order\n", "Order @xsi:schemaLocation=x\n")),
    case("PEPPOL-COMMON-R030", ("IssueDate 2026-11-02", "IssueDate 2026-11-31"), story="no such day"),
    case("PEPPOL-COMMON-R030", ("StartDate 2026-11-01", "StartDate 2026-11-01Z"), story="a time zone"),
    case("PEPPOL-COMMON-R049", ("0007 5560360793", "0007 5560360794")),
]

CASES = COMMON_CASES + [
    replace(each, rules=" ".join(f"PEPPOL-T01-{rule}" for rule in each.rules.split())) for each in T01_CASES
]


def test_a_good_order_breaks_no_rule() -> None:
    assert fired(ORDER, ORDERS) == {}


def test_a_broken_order_breaks_just_these_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            assert fired(edited(ORDER, *broken.edits), ORDERS) == broken.expected


def test_every_rule_written_by_hand_has_its_case() -> None:
    by_hand = {rule for rule in rules_of(ORDERS) if rule.startswith(("PEPPOL-T01-R", "PEPPOL-T01-CL"))}
    assert by_hand - rules_named(CASES) == set()
    assert len(by_hand) == 34


def test_slack_is_two_hundredths_and_no_more() -> None:
    assert fired(edited(ORDER, ("SEK 300.000", "SEK 300.006")), ORDERS) == {}


def test_what_is_outside_vat_needs_no_rate() -> None:
    assert fired(edited(ORDER, ("          ID S\n          Percent 25\n", "          ID O\n")), ORDERS) == {}


def test_two_rules_only_warn() -> None:
    warnings = {info.id for info in ORDERS.infos if info.severity is Severity.WARNING}
    own = {rule for rule in warnings if rule.startswith("PEPPOL-T01")}
    assert own == {"PEPPOL-T01-R002", "PEPPOL-T01-R013"}


def test_a_wrong_sum_shows_place_and_arithmetic() -> None:
    (finding,) = findings(edited(ORDER, ("SEK 300.000", "SEK 330")), ORDERS, "PEPPOL-T01-R024")
    assert finding.location == "/Order/cac:OrderLine[2]/cac:LineItem/cbc:LineExtensionAmount"
    assert (finding.found, finding.expected) == ("1000.00", "1100")
    assert finding.detail == "10 × 330 / 3 + 0 − 0 = 1100"
    assert finding.line > 0


def test_an_order_with_two_tax_totals_has_no_tax_amount_to_go_by() -> None:
    twice = (
        "  TaxTotal\n    TaxAmount",
        "  TaxTotal\n    TaxAmount @currencyID=SEK 0\n  TaxTotal\n    TaxAmount",
    )
    assert fired(edited(ORDER, twice), ORDERS) == {"PEPPOL-T01-R017": 1}


def test_a_fragment_is_judged_for_what_it_holds() -> None:
    line = "Order\n  DocumentCurrencyCode SEK\n  OrderLine\n    LineItem\n      ID 1\n      Quantity @unitCode=DAY -1\n"
    assert fired(line, ORDERS)["PEPPOL-T01-R004"] == 1


def test_numbers_of_any_length_are_judged() -> None:
    long = "9" * 59
    bill = edited(ORDER, ("@unitCode=DAY 10", f"@unitCode=DAY {long}"), ("SEK 300.000", f"SEK {long}"))
    assert fired(bill, ORDERS)["PEPPOL-T01-R024"] == 1


@given(st.binary(max_size=40), st.integers(0, 60))
def test_no_text_makes_the_rules_stumble(noise: bytes, place: int) -> None:
    order = tree(ORDER)
    leaves = [element for element in order.iter() if not len(element)]
    leaves[place % len(leaves)].text = noise.decode("ascii", errors="ignore").translate(CONTROLS)
    judge(order, ORDERS)
