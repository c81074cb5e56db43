"""EN 16931: elements and attributes an invoice leaves out are warned about, once each."""

from collections.abc import Iterator

import pytest
from lxml import etree

from peppol.findings import Severity
from peppol.rules.en16931.rules import RULES
from peppol.rules.engine.engine import judge
from peppol.rules.shared.ubl_elements import ATTRIBUTES, ATTRIBUTES_ANYWHERE, ELEMENTS, ELEMENTS_ANYWHERE
from tests.support.rules.rules_documents import CAC, CBC, a_tree, facts

EXT = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
SPACES = {"cac": CAC, "cbc": CBC, "ext": EXT}
NAMES_OF_ATTRIBUTES = {
    "schemeName": "UBL-DT-08",
    "schemeAgencyName": "UBL-DT-09",
    "schemeDataURI": "UBL-DT-10",
    "schemeURI": "UBL-DT-11",
    "format": "UBL-DT-12",
    "unitCodeListIdentifier": "UBL-DT-13",
    "unitCodeListAgencyIdentifier": "UBL-DT-14",
    "unitCodeListAgencyName": "UBL-DT-15",
    "listAgencyName": "UBL-DT-16",
    "listName": "UBL-DT-17",
    "name": "UBL-DT-18",
    "languageID": "UBL-DT-19",
    "listURI": "UBL-DT-20",
    "listSchemeURI": "UBL-DT-21",
    "languageLocaleID": "UBL-DT-22",
    "uri": "UBL-DT-23",
    "currencyCodeListVersionID": "UBL-DT-24",
    "characterSetCode": "UBL-DT-25",
    "encodingCode": "UBL-DT-26",
    "schemeAgencyID": "UBL-DT-27",
    "listAgencyID": "UBL-DT-28",
}


def _tree(path: str, attribute: str = "") -> etree._Element:
    """A rich invoice, or a credit note for its own lines, with the path added where it is not there."""
    root = a_tree(facts(rich=True, credit_note=path.startswith("cac:CreditNoteLine")))
    place = root
    for name in path.split("/"):
        prefix, local = name.split(":")
        tag = f"{{{SPACES[prefix]}}}{local}"
        found = place.find(tag)
        place = etree.SubElement(place, tag) if found is None else found
    if attribute:
        place.set(attribute, "x")
    return root


def _places() -> Iterator[tuple[str, str, str]]:
    for path, rules in ELEMENTS.items():
        for rule in rules:
            yield rule, path, ""
    for path, rule in ELEMENTS_ANYWHERE.items():
        yield rule, path, ""
    for (path, attribute), rule in {**ATTRIBUTES, **ATTRIBUTES_ANYWHERE}.items():
        yield rule, path or "cbc:ID", attribute


PLACES = [place for place in _places() if place[0] != "UBL-CR-631"]  # dropped in release 1.3.16
BOOKS = sorted({rule[:8] for rule, _, _ in PLACES})


@pytest.mark.parametrize("book", BOOKS)
def test_what_the_profile_leaves_out_is_warned_about_once(book: str, subtests: pytest.Subtests) -> None:
    for rule, path, attribute in PLACES:
        if not rule.startswith(book):
            continue
        with subtests.test(rule=rule, path=path, attribute=attribute):
            found = [finding for finding in judge(_tree(path, attribute), RULES) if finding.rule == rule]
            assert [(finding.severity, finding.rule) for finding in found] == [(Severity.WARNING, rule)]
            assert found[0].location.endswith(f"/@{attribute}" if attribute else path.rpartition(":")[2])


def test_every_path_has_its_rule_among_the_rules() -> None:
    listed = {info.id for info in RULES.infos if info.id.startswith("UBL-CR")}
    by_value = {"UBL-CR-002", "UBL-CR-412", "UBL-CR-665", "UBL-CR-666", "UBL-CR-673"}
    assert listed == {rule for rule, _, _ in PLACES} | by_value


def test_an_element_that_stands_on_every_line_is_warned_about_once() -> None:
    root = a_tree(facts(lines=3))
    for line in root.findall(f"{{{CAC}}}InvoiceLine"):
        etree.SubElement(line, f"{{{CBC}}}UUID").text = "x"
    (finding,) = judge(root, RULES)
    assert (finding.rule, finding.location) == ("UBL-CR-515", "/Invoice/cac:InvoiceLine[1]/cbc:UUID")


@pytest.mark.parametrize(("name", "rule"), NAMES_OF_ATTRIBUTES.items())
def test_an_attribute_the_profile_leaves_out_is_warned_about(name: str, rule: str) -> None:
    root = a_tree()
    for element in root.iter(f"{{{CBC}}}Name", f"{{{CBC}}}CityName"):
        element.set(name, "x")
    (finding,) = judge(root, RULES)
    assert (finding.rule, finding.severity, finding.found) == (rule, Severity.WARNING, "x")


def test_payment_means_may_be_named() -> None:
    root = a_tree()
    for element in root.iter(f"{{{CBC}}}PaymentMeansCode"):
        element.set("name", "Kontoöverföring")
    assert judge(root, RULES) == ()
