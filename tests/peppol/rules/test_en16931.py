"""EN 16931: valid documents pass, and each broken one makes exactly its rules speak."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from peppol.findings import Severity
from peppol.rules.en16931.rules import RULES
from peppol.rules.engine.engine import judge
from tests.support.rules.rules_broken import CASES, WITH_ENTRIES
from tests.support.rules.rules_broken_syntax import SYNTAX_CASES
from tests.support.rules.rules_documents import CAC, CBC, Facts, Line, a_tree, facts
from tests.support.rules.rules_edits import fired, put
from tests.support.rules.rules_mutants import BASES

ALL_CASES = [*CASES, *SYNTAX_CASES]
# As published these have no test, or one that cannot fail.
NEVER = {"BR-CO-05", "BR-CO-06", "BR-CO-07", "BR-CO-08", "BR-DEC-13", "BR-DEC-15"}


@pytest.mark.parametrize("given", BASES, ids=str)
def test_a_correct_document_breaks_no_rule(given: Facts) -> None:
    assert judge(a_tree(given), RULES) == ()


def test_one_broken_thing_makes_exactly_its_rules_speak(subtests: pytest.Subtests) -> None:
    for broken in ALL_CASES:
        with subtests.test(str(broken)):
            assert fired(broken.tree(), RULES) == broken.expected


def test_every_rule_is_made_to_speak_here_or_among_the_families() -> None:
    spoken = {rule for broken in ALL_CASES for rule in broken.expected}
    families = {info.id for info in RULES.infos if _in_a_family(info.id)}
    assert {info.id for info in RULES.infos} - spoken - families == NEVER


def _in_a_family(rule: str) -> bool:
    generated = ("UBL-CR-", "UBL-DT-", "BR-IC-", "BR-AE-", "BR-AF-", "BR-AG-")
    return rule.startswith((*generated, "BR-S-", "BR-Z-", "BR-E-", "BR-G-", "BR-O-", "BR-B-"))


def test_the_release_has_as_many_rules_of_each_kind_as_published() -> None:
    counted = Counter(info.id.rpartition("-")[0] for info in RULES.infos)
    assert counted == {
        **{"BR": 58, "BR-CO": 23, "BR-DEC": 21, "BR-CL": 23, "UBL-SR": 54, "UBL-DT": 24, "UBL-CR": 678},
        **{f"BR-{family}": 10 for family in ("S", "Z", "E", "AE", "G", "AF", "AG")},
        **{"BR-IC": 12, "BR-O": 14, "BR-B": 2},
    }


def test_only_left_out_elements_attributes_and_card_numbers_are_warnings() -> None:
    fatal = {info.id for info in RULES.infos if info.severity is Severity.FATAL}
    assert {rule for rule in fatal if rule.startswith("UBL-CR")} == {"UBL-CR-666", "UBL-CR-673"}
    assert {rule for rule in fatal if rule.startswith("UBL-DT")} == {"UBL-DT-01", "UBL-DT-06", "UBL-DT-07"}
    warnings = {info.id for info in RULES.infos} - fatal
    assert {rule for rule in warnings if not rule.startswith(("UBL-CR", "UBL-DT"))} == {"BR-51"}


def test_a_sum_that_is_wrong_comes_with_its_arithmetic() -> None:
    root = a_tree(facts(lines=2))
    put("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "3801.00")(root)
    found = {finding.rule: finding for finding in judge(root, RULES)}
    lines = found["BR-CO-10"]
    assert (lines.found, lines.expected, lines.detail) == (
        "3801.00",
        "3800.00",
        "1900.00 + 1900.00 = 3800.00",
    )
    assert lines.location == "/Invoice/cac:LegalMonetaryTotal/cbc:LineExtensionAmount"


def test_a_line_is_pointed_out_by_its_position_and_its_line_in_the_file() -> None:
    text = etree.tostring(a_tree(facts(lines=3))).replace(b"<cac:InvoiceLine>", b"\n<cac:InvoiceLine>")
    root = etree.fromstring(text.replace(b"<cbc:ID>2</cbc:ID>", b""))
    (finding,) = judge(root, RULES)
    assert (finding.rule, finding.location, finding.line) == ("BR-21", "/Invoice/cac:InvoiceLine[2]", 3)


def test_a_broken_line_is_found_as_often_as_it_occurs() -> None:
    root = a_tree(facts(lines=3))
    for line in root.findall(f"{{{CAC}}}InvoiceLine"):
        line.remove(line[0])
    assert fired(root, RULES) == {"BR-21": 3}


@pytest.mark.parametrize(
    "number", ["", " ", "NaN", "INF", "1e3", "1_000", "1 000", "1,00", "٣", "0x1", "--1"]
)
def test_a_number_that_is_none_breaks_the_sums_and_raises_nothing(number: str) -> None:
    root = a_tree(WITH_ENTRIES)
    for name in ("LineExtensionAmount", "PayableAmount", "TaxAmount", "TaxableAmount", "Amount", "Percent"):
        for element in root.iter(f"{{{CBC}}}{name}"):
            element.text = number
    assert {"BR-CO-10", "BR-CO-11", "BR-CO-14", "BR-CO-15", "BR-CO-16", "BR-CO-17"} <= set(fired(root, RULES))


def test_halves_are_rounded_upwards_also_below_zero() -> None:
    lines = tuple(replace(Line(), quantity=Decimal(quantity), price=Decimal("0.01")) for quantity in (-1, -1))
    root = a_tree(Facts(lines=lines))
    for line in root.iter(f"{{{CAC}}}InvoiceLine"):
        line[2].text = "-0.0025"
    put("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "0.00")(root)
    assert "BR-CO-10" not in fired(root, RULES)


def test_a_fragment_is_judged_by_what_is_there() -> None:
    root = etree.fromstring(
        f'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="{CAC}"'
        f' xmlns:cbc="{CBC}"><cac:PayeeParty/></Invoice>'
    )
    spoken = fired(root, RULES)
    assert spoken["BR-17"] == 1
    assert spoken["BR-CO-10"] == 0
    assert spoken["BR-18"] == 0
