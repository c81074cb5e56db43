"""What the release of November 2026 changes: each rule broken alone, and the day before and the day of it."""

from datetime import date
from functools import partial

import pytest
from lxml import etree

from fixtures.build_bad import base
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.engine.engine import RuleSet, judge
from peppol.rules.releases import release_for, rule_set_for
from peppol.rules.releases.r2026_11.cardinality import EXACTLY_ONE, ExactlyOne, cardinality_book
from peppol.rules.releases.r2026_11.countries import (
    is_belgian_vat_number,
    is_gln_of_13_digits,
    is_luxembourg_matricule,
    is_luxembourg_vat_number,
)
from peppol.validation.validation import validate
from tests.support.stories.bills_in_words import CREDIT_NOTE, INVOICE
from tests.support.stories.in_words import Edit, edited, tree

BEFORE, FIRST = date(2027, 2, 23), date(2027, 2, 24)
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
WORDS = {"Invoice": INVOICE, "CreditNote": CREDIT_NOTE}
ALONE = RuleSet("cardinality", (cardinality_book("3.0.22"),))


def fired(text: str, on: date, kind: DocumentKind = DocumentKind.INVOICE) -> dict[str, Severity]:
    """Every rule of the release of that day that speaks of the words, and how grave it is."""
    return {each.rule: each.severity for each in judge(tree(text), rule_set_for(kind, on=on))}


def changed(*edits: Edit, text: str = INVOICE, kind: DocumentKind = DocumentKind.INVOICE) -> dict[str, str]:
    """The rules that the first day of the release adds (+), takes away (-) or regrades, for the edited words."""
    broken = edited(text, *edits)
    old, new = (fired(broken, day, kind) for day in (BEFORE, FIRST))
    return {
        rule: f"{_grade(old.get(rule))} > {_grade(new.get(rule))}"
        for rule in old.keys() | new.keys()
        if old.get(rule) is not new.get(rule)
    }


def _grade(severity: Severity | None) -> str:
    return severity.value if severity else "silent"


# --- exactly one ----------------------------------------------------------------------------------------


def at(root: etree._Element, path: str) -> etree._Element:
    """The first element at the path of prefixed names below the root, made where there is none."""
    for name in path.split("/"):
        tag = (CBC if name.startswith("cbc:") else CAC) + name[4:]
        found = root.find(tag)
        root = found if found is not None else etree.SubElement(root, tag)
    return root


def whole(kind: str) -> etree._Element:
    """A bill in which every element that must stand exactly once does so, in one of each of its places."""
    root = etree.Element(f"{{urn:oasis:names:specification:ubl:schema:xsd:{kind}-2}}{kind}")
    for rule in of_kind(kind):
        at(root, f"{rule.context}/{rule.element}".removeprefix(f"/{kind}/"))
    at(root, f"cac:{kind}Line/cac:Item")
    return root


def of_kind(kind: str) -> list[ExactlyOne]:
    return [rule for rule in EXACTLY_ONE if rule.context.split("/")[1] == kind]


def spoken(root: etree._Element) -> set[str]:
    return {finding.rule for finding in judge(root, ALONE)}


def test_there_are_137_rules_numbered_without_a_gap() -> None:
    numbers = sorted(rule.id for rule in EXACTLY_ONE)
    assert numbers == [f"PEPPOL-EN16931-R{number}" for number in range(140, 277)]
    assert (len(of_kind("CreditNote")), len(of_kind("Invoice"))) == (69, 68)


@pytest.mark.parametrize("kind", ["Invoice", "CreditNote"])
def test_a_bill_with_one_of_each_breaks_none(kind: str) -> None:
    assert spoken(whole(kind)) == set()


@pytest.mark.parametrize("rule", EXACTLY_ONE, ids=lambda rule: rule.id)
def test_none_or_two_of_an_element_breaks_its_rule_alone(rule: ExactlyOne) -> None:
    kind = rule.context.split("/")[1]
    path = f"{rule.context}/{rule.element}".removeprefix(f"/{kind}/")
    missing = whole(kind)
    element = at(missing, path)
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    assert spoken(missing) == {rule.id}
    (finding,) = judge(missing, ALONE)
    assert (finding.found, finding.expected, finding.severity) == ("0", "1", Severity.FATAL)
    doubled = whole(kind)
    element = at(doubled, path)
    element.addnext(etree.fromstring(etree.tostring(element)))
    assert spoken(doubled) == {rule.id}


def test_what_is_not_there_needs_nothing_within() -> None:
    root = etree.Element("{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice")
    asked_of_the_root = {rule.id for rule in of_kind("Invoice") if rule.context == "/Invoice"}
    assert spoken(root) == asked_of_the_root


@pytest.mark.parametrize("name", ["invoice", "credit-note"])
def test_a_second_legal_entity_of_the_buyer_is_refused_from_the_first_day(name: str) -> None:
    entity = (
        b"<cac:PartyLegalEntity><cbc:RegistrationName>Twice</cbc:RegistrationName></cac:PartyLegalEntity>"
    )
    head, buyer, rest = base(name).partition(b"<cac:AccountingCustomerParty>")
    end = b"</cac:PartyLegalEntity>"
    place = rest.index(end) + len(end)
    body = head + buyer + rest[:place] + entity + rest[place:]
    before, first = (validate(body, on=day) for day in (BEFORE, FIRST))
    rule = "PEPPOL-EN16931-R211" if name == "invoice" else "PEPPOL-EN16931-R142"
    assert rule not in {finding.rule for finding in before.findings}
    assert rule in {finding.rule for finding in first.fatal}


# --- numbers of parties ---------------------------------------------------------------------------------

SELLER = "EndpointID @schemeID=0007 5560360793"


def test_a_gln_has_thirteen_digits() -> None:
    assert changed((SELLER, "EndpointID @schemeID=0088 7300010000001")) == {}
    assert changed((SELLER, "EndpointID @schemeID=0088 12345670")) == {"PEPPOL-COMMON-R040": "silent > fatal"}
    assert not is_gln_of_13_digits("7300010000002")


def test_a_belgian_number_begins_with_0_or_1() -> None:
    assert changed((SELLER, "EndpointID @schemeID=0208 0202239951")) == {}
    assert changed((SELLER, "EndpointID @schemeID=0208 2000000042")) == {
        "PEPPOL-COMMON-R043": "silent > fatal"
    }


@pytest.mark.parametrize(
    ("scheme", "rule"),
    [("0106", "R054"), ("0190", "R055"), ("9944", "R056-1"), ("0217", "R057")],
)
def test_a_wrong_dutch_number_stops_the_bill(scheme: str, rule: str) -> None:
    told = changed((SELLER, f"EndpointID @schemeID={scheme} 1"))
    assert told == {f"PEPPOL-COMMON-{rule}": "warning > fatal"}


VAT = "CompanyID SE556036079301"


def test_a_wrong_dutch_vat_number_stops_the_bill() -> None:
    assert changed((VAT, "CompanyID NL1"))["PEPPOL-COMMON-R056-2"] == "warning > fatal"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("LU12345613", {}),
        ("lu12345613", {}),
        ("LU12345614", {"PEPPOL-COMMON-R058": "silent > warning"}),
        ("LU1234561", {"PEPPOL-COMMON-R058": "silent > warning"}),
        ("BE0202239951", {}),
        ("BE0202239952", {"PEPPOL-COMMON-R062": "silent > warning"}),
        ("BE2000000042", {"PEPPOL-COMMON-R062": "silent > warning"}),
    ],
)
def test_a_wrong_vat_number_of_luxembourg_or_belgium_warns(number: str, told: dict[str, str]) -> None:
    found = changed((VAT, f"CompanyID {number}"))
    assert {rule: how for rule, how in found.items() if "COMMON" in rule} == told


def test_a_matricule_of_luxembourg_warns_when_its_form_or_check_digit_is_wrong() -> None:
    good = next(
        number for number in (f"199924{rest:05}" for rest in range(100000)) if is_luxembourg_matricule(number)
    )
    assert changed((SELLER, f"EndpointID @schemeID=0240 {good}")) == {}
    for wrong in (good[:-1] + str((int(good[-1]) + 3) % 10), good[:4] + "19" + good[6:], good[:-1], "x" * 11):
        told = changed((SELLER, f"EndpointID @schemeID=0240 {wrong}"))
        assert told == {"PEPPOL-COMMON-R059": "silent > warning"}, wrong


def test_form_24_has_two_check_digits_and_the_others_one() -> None:
    def valid(start: str) -> list[str]:
        return [digit for digit in "0123456789" if is_luxembourg_matricule(start + digit)]

    starts = [f"1999{{}}{rest:04}" for rest in range(200)]
    assert max(len(valid(start.format("24"))) for start in starts) == 2
    assert max(len(valid(start.format("22"))) for start in starts) == 1
    assert is_luxembourg_vat_number("LU00000000")
    assert not is_belgian_vat_number("FR0202239951")


# --- countries and codes --------------------------------------------------------------------------------


def test_a_scheme_of_addresses_comes_back() -> None:
    told = changed((SELLER, "EndpointID @schemeID=0158 1"))
    assert told == {"PEPPOL-EN16931-CL008": "fatal > silent"}


def test_swedish_rates_are_asked_for_between_swedish_parties_alone() -> None:
    wrong = ("        ID S\n        Percent 25\n", "        ID S\n        Percent 20\n")
    abroad = INVOICE.replace("IdentificationCode SE", "IdentificationCode NO").replace(
        "IdentificationCode NO", "IdentificationCode SE", 1
    )
    assert "SE-R-006" not in changed(wrong)
    assert fired(edited(INVOICE, wrong), FIRST)["SE-R-006"] is Severity.FATAL
    assert changed(wrong, text=abroad)["SE-R-006"] == "fatal > silent"


TYPE = "InvoiceTypeCode 380"


def in_country(country: str) -> str:
    """The invoice between two parties of a country, by address and by VAT number."""
    return INVOICE.replace("IdentificationCode SE", f"IdentificationCode {country}").replace(
        "CompanyID SE", f"CompanyID {country}"
    )


def test_type_384_is_for_slovak_parties_too_and_389_for_german_ones_alone() -> None:
    slovak, german = in_country("SK"), in_country("DE")
    assert changed((TYPE, "InvoiceTypeCode 384"), text=slovak)["PEPPOL-EN16931-P0112"] == "fatal > silent"
    assert "PEPPOL-EN16931-P0112" in fired(edited(INVOICE, (TYPE, "InvoiceTypeCode 384")), FIRST)
    assert "PEPPOL-EN16931-P0112" in fired(edited(slovak, (TYPE, "InvoiceTypeCode 326")), FIRST)
    assert changed((TYPE, "InvoiceTypeCode 389"), text=german) == {"PEPPOL-EN16931-P0100": "fatal > silent"}
    assert changed((TYPE, "InvoiceTypeCode 389")) == {
        "PEPPOL-EN16931-P0100": "fatal > silent",
        "PEPPOL-EN16931-P0112": "silent > fatal",
    }


def test_a_corrected_slovak_invoice_names_the_one_it_corrects() -> None:
    corrected = edited(in_country("SK"), (TYPE, "InvoiceTypeCode 384"))
    reference = "  BillingReference\n    InvoiceDocumentReference\n      ID 1\n"
    assert fired(corrected, FIRST)["SK-R-001"] is Severity.WARNING
    assert "SK-R-001" not in fired(corrected, BEFORE)
    assert "SK-R-001" not in fired(corrected + reference, FIRST)
    assert "SK-R-001" not in fired(in_country("SK"), FIRST)


SLOVAK = """
Invoice
  AccountingSupplierParty
    Party
      PostalAddress
        StreetName Mlynske nivy 12
        CityName Bratislava
        PostalZone 821 09
        Country
          IdentificationCode SK
  AccountingCustomerParty
    Party
      PostalAddress
        StreetName Sturova 8
        CityName Kosice
        PostalZone 040 01
        Country
          IdentificationCode SK
"""


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("SK-R-002", "        StreetName Mlynske nivy 12\n"),
        ("SK-R-003", "        CityName Bratislava\n"),
        ("SK-R-004", "        PostalZone 821 09\n"),
        ("SK-R-005", "        StreetName Sturova 8\n"),
        ("SK-R-006", "        CityName Kosice\n"),
        ("SK-R-007", "        PostalZone 040 01\n"),
    ],
)
def test_slovak_addresses_are_whole(rule: str, line: str) -> None:
    slovak = {each for each in fired(SLOVAK.replace(line, ""), FIRST) if each.startswith("SK-R")}
    assert slovak == {rule}
    assert not any(each.startswith("SK-R") for each in fired(SLOVAK, FIRST))
    half = SLOVAK.replace(line, "").replace("IdentificationCode SK", "IdentificationCode CZ", 1)
    assert not any(each.startswith("SK-R") for each in fired(half, FIRST))


def test_a_greek_number_may_name_any_type_of_document() -> None:
    greek = INVOICE.replace("CompanyID SE556036079301", "CompanyID EL094259216").replace(
        "\n  ID ", "\n  ID 094259216|07/11/2026|1|9.9|A|", 1
    )
    old, new = fired(greek, BEFORE), fired(greek, FIRST)
    assert "GR-R-001-5" in old
    assert "GR-R-001-5" not in new
    assert ("GR-R-001-3" in old) == ("GR-R-001-3" in new)


# --- orders and answers ---------------------------------------------------------------------------------


def of_order(*edits: tuple[bytes, bytes]) -> tuple[set[str], set[str]]:
    body = base("order")
    for old, new in edits:
        assert old in body
        body = body.replace(old, new, 1)
    on = partial(validate, body)
    before, first = ({each.rule for each in on(on=day).findings} for day in (BEFORE, FIRST))
    return before, first


def test_an_order_need_not_say_how_long_it_may_be_answered() -> None:
    start, end = b"<cac:ValidityPeriod>", b"</cac:ValidityPeriod>"
    body = base("order")
    period = body[body.index(start) : body.index(end) + len(end)] if start in body else b""
    before, first = of_order((period, b""))
    assert ("PEPPOL-T01-R002" in before, "PEPPOL-T01-R002" in first) == (True, False)


def test_an_order_line_may_leave_out_when_it_is_delivered() -> None:
    body = base("order")
    line = body.index(b"<cac:LineItem>")
    start = body.index(b"<cac:RequestedDeliveryPeriod>", line)
    end = body.index(b"</cac:RequestedDeliveryPeriod>", start) + len(b"</cac:RequestedDeliveryPeriod>")
    before, first = of_order((body[start:end], b""))
    assert ("PEPPOL-T01-B24701" in before, "PEPPOL-T01-B24701" in first) == (True, False)


@pytest.mark.parametrize(
    "kind", [DocumentKind.ORDER_RESPONSE, DocumentKind.INVOICE_RESPONSE, DocumentKind.MLR]
)
def test_an_answers_gln_has_thirteen_digits_and_its_luxembourg_number_warns(kind: DocumentKind) -> None:
    words = f"{kind.root_name}\n  SenderParty\n    EndpointID @schemeID={{}} {{}}\n    X\n      ID 1\n"
    short, matricule = words.format("0088", "12345670"), words.format("0240", "1")
    assert "PEPPOL-COMMON-R040" not in fired(short, BEFORE, kind)
    assert fired(short, FIRST, kind)["PEPPOL-COMMON-R040"] is Severity.FATAL
    assert "PEPPOL-COMMON-R059" not in fired(matricule, BEFORE, kind)
    assert fired(matricule, FIRST, kind)["PEPPOL-COMMON-R059"] is Severity.WARNING


# --- the whole release ----------------------------------------------------------------------------------


def test_each_kind_changes_on_its_first_day() -> None:
    for kind in DocumentKind:
        if kind is not DocumentKind.MLS:
            names = [release_for(kind, on=day).name for day in (BEFORE, FIRST)]
            assert names[0] != names[1], kind
            assert release_for(kind, on=FIRST).binds(FIRST)
