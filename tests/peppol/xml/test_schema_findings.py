"""How a schema's fault is told: its place, its words, and never more than a person reads."""

import pytest
from lxml import etree

from billing.tools.schemas.build_schemas import CAC, CBC
from peppol.findings import EACH_RULE_MAX, FindingTally
from peppol.identifiers import DocumentKind
from peppol.xml.schemas import check
from tests.support.rules.schema_documents import a_document, find, reread


def test_a_finding_tells_line_and_position() -> None:
    root = a_document(DocumentKind.INVOICE, full=True)
    second = root.findall(f"{{{CAC}}}InvoiceLine")[1]
    second.remove(find(second, "cbc:ID"))
    read = reread(root)
    [finding] = check(read, DocumentKind.INVOICE)
    assert finding.location == "/Invoice/cac:InvoiceLine[2]"
    assert finding.line == read.findall(f"{{{CAC}}}InvoiceLine")[1].sourceline
    assert finding.line > 1


def test_a_hopeless_document_is_told_in_fifty_findings_and_counted_whole() -> None:
    root = a_document(DocumentKind.INVOICE)
    for _ in range(200):
        etree.SubElement(root, f"{{{CBC}}}Nonsense")
    tally = FindingTally()
    assert len(check(root, DocumentKind.INVOICE, tally=tally)) == EACH_RULE_MAX
    assert [(each.rule, each.count, each.told) for each in tally.counts] == [("XSD", 200, EACH_RULE_MAX)]


def test_what_libxml2_refuses_never_passes_for_want_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peppol.xml.schema_findings.tell", lambda root, path, tally: None)
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:IssueDate").text = "imorgon"
    [finding] = check(root, DocumentKind.INVOICE)
    assert (finding.rule, finding.fatal, finding.detail) == ("XSD", True, "schema")
    assert "IssueDate" in finding.location


def test_a_long_value_is_cut_in_the_telling() -> None:
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:IssueDate").text = "9" * 5000
    [finding] = check(root, DocumentKind.INVOICE)
    assert len(finding.found) == 100


def test_every_kind_of_fault_is_told_by_its_own_detail() -> None:
    root = a_document(DocumentKind.INVOICE)
    find(root, "cbc:IssueDate").text = "imorgon"
    find(root, "cbc:ID").set("colour", "red")
    find(root, "cac:TaxTotal/cbc:TaxAmount").attrib.clear()
    find(root, "cac:InvoiceLine").append(find(root, "cac:InvoiceLine/cbc:ID"))
    root.append(etree.Element(f"{{{CBC}}}Nonsense"))
    root.insert(1, etree.fromstring(etree.tostring(root[0])))
    find(root, "cac:LegalMonetaryTotal").tail = "hej"
    root.remove(find(root, "cbc:DocumentCurrencyCode"))
    findings = check(root, DocumentKind.INVOICE) + check(root, DocumentKind.ORDER)
    assert {each.detail for each in findings} == {
        "root", "missing", "unexpected", "misplaced", "repeated", "value",
        "attribute-missing", "attribute-unexpected", "text",
    }  # fmt: skip
