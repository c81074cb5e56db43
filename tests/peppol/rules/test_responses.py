"""Answers that break one rule each: order response, invoice response, MLR and MLS."""

from dataclasses import replace

import pytest

from peppol.findings import Severity
from peppol.rules.engine.engine import RuleSet
from peppol.rules.ordering.message_status import MLS
from peppol.rules.ordering.order import T01
from peppol.rules.ordering.responses import T71, T76, T111
from tests.support.stories.in_words import Case, case, edited, findings, fired, rules_named, rules_of

RULES = {book.family: RuleSet(book.family, (book,)) for book in (T76, T111, T71, MLS)}

GOOD = {
    "PEPPOL-T76": """
OrderResponse
  CustomizationID urn:fdc:peppol.eu:poacc:trns:order_response:3
  ProfileID urn:fdc:peppol.eu:poacc:bis:ordering:3
  ID 1
  IssueDate 2026-11-03
  OrderResponseCode CA
  DocumentCurrencyCode SEK
  OrderReference
    ID 4711
  SellerSupplierParty
    Party
      EndpointID @schemeID=0007 5560360793
      PartyLegalEntity
        RegistrationName Leverantören AB
  BuyerCustomerParty
    Party
      EndpointID @schemeID=0007 2021002114
      PartyIdentification
        ID @schemeID=0088 7300010000001
  Delivery
    PromisedDeliveryPeriod
      StartDate 2026-11-01
      EndDate 2026-11-30
  OrderLine
    LineItem
      ID 1
      LineStatusCode 5
      Item
        Name Rusta och matcha
    OrderLineReference
      LineID 1
  OrderLine
    LineItem
      ID 2
      LineStatusCode 3
      Quantity @unitCode=DAY 18
      Price
        PriceAmount @currencyID=SEK 100
      Item
        Name Handledning
    OrderLineReference
      LineID 2
""",
    "PEPPOL-T111": """
ApplicationResponse
  CustomizationID urn:fdc:peppol.eu:poacc:trns:invoice_response:3
  ProfileID urn:fdc:peppol.eu:poacc:bis:invoice_response:3
  ID 1
  IssueDate 2026-11-03
  SenderParty
    EndpointID @schemeID=0007 2021002114
    PartyLegalEntity
      RegistrationName Arbetsförmedlingen
  ReceiverParty
    EndpointID @schemeID=0007 5560360793
    PartyLegalEntity
      RegistrationName Leverantören AB
  DocumentResponse
    Response
      ResponseCode UQ
      Status
        StatusReasonCode @listID=OPStatusReason REF
        StatusReason Beställningsnumret saknas
        Condition
          AttributeID BT-13
          Description 4711
      Status
        StatusReasonCode @listID=OPStatusAction NIN
    DocumentReference
      ID F-100
      DocumentTypeCode 380
""",
    "PEPPOL-T71": """
ApplicationResponse
  CustomizationID urn:fdc:peppol.eu:poacc:trns:mlr:3
  ProfileID urn:fdc:peppol.eu:poacc:bis:mlr:3
  ID 1
  IssueDate 2026-11-03
  SenderParty
    EndpointID @schemeID=0007 5560360793
  ReceiverParty
    EndpointID @schemeID=0007 2021002114
  DocumentResponse
    Response
      ResponseCode AP
    DocumentReference
      ID uuid-1
""",
    "SCH-MLS": """
ApplicationResponse
  CustomizationID urn:peppol:edec:mls:1.0
  ProfileID urn:peppol:edec:mls
  ID 1
  IssueDate 2026-11-03
  IssueTime 08:15:00+01:00
  SenderParty
    EndpointID @schemeID=0242 000417
  ReceiverParty
    EndpointID @schemeID=0242 000529-Seat_1.part-2
  DocumentResponse
    Response
      ResponseCode RE
      Description Orderraden saknar nummer
    DocumentReference
      ID 7a6e3f5c-0001
    LineResponse
      LineReference
        LineID /Order/cac:OrderLine[2]
      Response
        Description Raden har inget nummer
        Status
          StatusReasonCode BV
    LineResponse
      LineReference
        LineID NA
      Response
        Description Sista svarsdag saknas
        Status
          StatusReasonCode BW
""",
}

TWO_LINES = GOOD["PEPPOL-T76"][GOOD["PEPPOL-T76"].index("  OrderLine\n") :]
TWO_STATUSES = "".join(GOOD["PEPPOL-T111"].partition("      Status\n")[1:]).partition(
    "    DocumentReference"
)[0]
SECOND_ANSWER = """  DocumentResponse
    Response
      ResponseCode AP
    DocumentReference
      ID 8
"""
SENDER = "EndpointID @schemeID=0242 000417"
RECEIVER = "EndpointID @schemeID=0242 000529-Seat_1.part-2"
ISSUES = GOOD["SCH-MLS"][GOOD["SCH-MLS"].index("    LineResponse\n") :]

BROKEN = {
    "PEPPOL-T76": [
        case("R001", ("      PartyIdentification\n        ID @schemeID=0088 7300010000001\n", "")),
        case("R002", ("      PartyLegalEntity\n        RegistrationName Leverantören AB\n", "")),
        case("R003 R003", ("ID 2\n      L", "ID 1\n      L")),
        case("R004", ("EndDate 2026-11-30", "EndDate 2026-10-31")),
        case("R005", ("PriceAmount @currencyID=SEK", "PriceAmount @currencyID=EUR")),
        case("R005 B05301", ("PriceAmount @currencyID=SEK", "PriceAmount"), story="no currency"),
        case("R006", ("order_response:3", "order_agreement:3")),
        case("R007", (TWO_LINES, "")),
        case("R008", ("Code CA", "Code AP")),
        case("R009", ("Code CA", "Code RE")),
        case("R010", ("Code CA", "Code AB")),
        case("PEPPOL-COMMON-R030", ("StartDate 2026-11-01", "StartDate 2026-11-1")),
        case("PEPPOL-COMMON-R001", ("ID 4711", "ID")),
        case("PEPPOL-COMMON-R003 B00110", ("OrderResponse\n", "OrderResponse @xsi:schemaLocation=x\n")),
    ],
    "PEPPOL-T111": [
        case("R001", (TWO_STATUSES, "")),
        case("R002", ("REF\n        StatusReason Beställningsnumret saknas\n", "OTH\n")),
        case("R003", ("invoice_response:3\n  P", "mlr:3\n  P")),
        case("R004", ("REF\n        StatusReason Beställningsnumret saknas\n", "PPD\n")),
        case("R006", ("OPStatusAction NIN", "OPStatusAction QTY")),
        case("R007", ("OPStatusReason REF", "OPStatusReason NIN")),
        case("R008", ("bis:invoice_response:3", "bis:mlr:3")),
        case("PEPPOL-COMMON-R049", ("5560360793", "5560360794")),
    ],
    "PEPPOL-T71": [case("R001", ("trns:mlr:3", "trns:order:3"))],
    "SCH-MLS": [
        case("01", ("mls:1.0", "mls:2.0")),
        case("02", ("urn:peppol:edec:mls\n", "urn:peppol:edec:mlr\n")),
        case("03", ("  ID 1\n", "  ID ␠\n")),
        case("04", ("2026-11-03", "2026-11-03Z")),
        case("05 06", ("  IssueTime 08:15:00+01:00\n", "")),
        case("06", ("08:15:00+01:00", "08:15:00")),
        case("07 08 09 10 11", (f"    {SENDER}\n", "    PartyName\n      Name X\n")),
        case("08 09", (SENDER, "EndpointID @schemeID=0242 ␠")),
        case("09", (SENDER, "EndpointID @schemeID=0242 2021002114")),
        case("10 11", (SENDER, "EndpointID 000417")),
        case("11", (SENDER, "EndpointID @schemeID=0007 000417")),
        case("12 13 14 15 16", (f"    {RECEIVER}\n", "    PartyName\n      Name X\n")),
        case("13 14", (RECEIVER, "EndpointID @schemeID=0242")),
        case("14", (RECEIVER, "EndpointID @schemeID=0242 000529-X")),
        case("15 16", (RECEIVER, "EndpointID 000529")),
        case("16", (RECEIVER, "EndpointID @schemeID=0007 000529")),
        case("17", (ISSUES, ISSUES + SECOND_ANSWER)),
        case("18 19 25", ("      ResponseCode RE\n", "")),
        case("19 25", ("ResponseCode RE", "ResponseCode NO")),
        case("20 21", ("      Description Orderraden saknar nummer\n", "")),
        case("21", ("Description Orderraden saknar nummer", "Description")),
        case("22", ("    DocumentReference\n      ID 7a6e3f5c-0001\n", "")),
        case("23 24", (ISSUES, "")),
        case("24", ("StatusReasonCode BV", "StatusReasonCode BW")),
        case("25", ("ResponseCode RE", "ResponseCode AB")),
        case("26", ("ID 7a6e3f5c-0001", "ID ␠")),
        case("27", ("LineID NA", "LineID")),
        case("28 29", ("        Description Sista svarsdag saknas\n", "")),
        case("29", ("Description Sista svarsdag saknas", "Description")),
        case("30", ("        Status\n          StatusReasonCode BW\n", "")),
        case("31", ("StatusReasonCode BW", "StatusReasonCode XX")),
    ],
}


def cases() -> list[Case]:
    """All cases; a bare number is a rule of the case's own family."""
    found = []
    for family, each in BROKEN.items():
        start = f"{family}-"
        for one in each:
            rules = [rule if rule.startswith("PEPPOL-COMMON") else start + rule for rule in one.rules.split()]
            found.append(replace(one, rules=" ".join(rules), base=family))
    return found


CASES = cases()


@pytest.mark.parametrize("family", GOOD)
def test_a_good_answer_breaks_no_rule(family: str) -> None:
    assert fired(GOOD[family], RULES[family]) == {}


def test_a_broken_answer_breaks_just_these_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            assert fired(edited(GOOD[broken.base], *broken.edits), RULES[broken.base]) == broken.expected


def test_every_rule_has_its_case_but_the_one_that_never_fires() -> None:
    by_hand = {rule for rules in RULES.values() for rule in rules_of(rules) if "-R" in rule or "SCH" in rule}
    own = {rule for rule in by_hand if not rule.startswith("PEPPOL-COMMON")}
    assert own - rules_named(CASES) == {"PEPPOL-T111-R005"}


@pytest.mark.parametrize("family", ["PEPPOL-T76", "PEPPOL-T111", "PEPPOL-T71"])
def test_every_post_award_answer_knows_the_common_rules(family: str) -> None:
    common = {rule for rule in rules_of(RuleSet("order", (T01,))) if rule.startswith("PEPPOL-COMMON")}
    assert len(common) == 20
    assert {rule for rule in rules_of(RULES[family]) if rule.startswith("PEPPOL-COMMON")} == common


def test_part_payment_without_paid_passes_as_published() -> None:
    answer = edited(GOOD["PEPPOL-T111"], ("OPStatusReason REF", "OPStatusReason PPD"))
    assert fired(answer, RULES["PEPPOL-T111"]) == {}


@pytest.mark.parametrize("answer", ["AB", "IP", "AP", "PD"])
def test_other_answers_need_no_clarification(answer: str) -> None:
    text = edited(GOOD["PEPPOL-T111"], ("ResponseCode UQ", f"ResponseCode {answer}"), (TWO_STATUSES, ""))
    assert fired(text, RULES["PEPPOL-T111"]) == {}


@pytest.mark.parametrize("answer", ["AP", "RE", "AB"])
def test_plain_answers_to_an_order_have_no_lines(answer: str) -> None:
    text = edited(GOOD["PEPPOL-T76"], ("Code CA", f"Code {answer}"), (TWO_LINES, ""))
    assert fired(text, RULES["PEPPOL-T76"]) == {}


def test_billing_with_response_is_a_process_of_the_invoice_response() -> None:
    text = edited(
        GOOD["PEPPOL-T111"],
        ("urn:fdc:peppol.eu:poacc:bis:invoice_response:3", "urn:peppol:bis:billing_with_response"),
    )
    assert fired(text, RULES["PEPPOL-T111"]) == {}


def test_a_delivered_message_needs_no_issue() -> None:
    text = edited(GOOD["SCH-MLS"], ("ResponseCode RE", "ResponseCode AP"), (ISSUES, ""))
    assert fired(text, RULES["SCH-MLS"]) == {}


def test_a_missing_explanation_of_other_only_warns() -> None:
    text = edited(GOOD["PEPPOL-T111"], ("REF\n        StatusReason Beställningsnumret saknas\n", "OTH\n"))
    (finding,) = findings(text, RULES["PEPPOL-T111"], "PEPPOL-T111-R002")
    assert finding.severity is Severity.WARNING
    assert finding.location == "/ApplicationResponse/cac:DocumentResponse/cac:Response/cac:Status[1]"
