"""EN 16931: our rules and the published ones, run by Saxon, say the same of spoilt documents.

An ordinary run asks both about 280 mutants, `make test-slow` about 5,000, `make fuzz`
(FUZZ_MUTANTS=1000000) about a hundredth of that number. What may differ stands in `rules_agreement` and, in words, in
docs/rules-agreement.md.
"""

import os
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.en16931.rules import RULES
from peppol.rules.engine.engine import judge
from peppol.validation import published_rules
from peppol.xml import schemas
from tests.support.rules.rules_agreement import comparable, explained, of_today
from tests.support.rules.rules_documents import Facts, Line, a_tree, facts
from tests.support.rules.rules_edits import add, mark, put, without
from tests.support.rules.rules_mutants import BASES, mutants

# Of each of the fourteen correct documents, so that a run asks about 280 or about 5,000.
MUTANTS: Final = max(20, int(os.environ.get("FUZZ_MUTANTS", "0")) // 900)
MORE_MUTANTS: Final = 560
BROKEN_ANYHOW: Final = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _invalid_for_us(root: etree._Element) -> bool:
    credit = etree.QName(root).localname == "CreditNote"
    kind = DocumentKind.CREDIT_NOTE if credit else DocumentKind.INVOICE
    findings = (*judge(root, RULES), *schemas.check(root, kind, outside=True))
    return any(finding.fatal for finding in findings)


@pytest.mark.parametrize("given_facts", BASES, ids=str)
def test_the_published_rules_find_nothing_in_a_correct_document(given_facts: Facts) -> None:
    assert published_rules.judge(a_tree(given_facts)) == ()


@settings(max_examples=MUTANTS, deadline=None, suppress_health_check=BROKEN_ANYHOW)
@given(data=st.data())
@pytest.mark.parametrize("base", BASES, ids=str)
def test_both_say_the_same_of_a_spoilt_document(base: Facts, data: st.DataObject) -> None:
    _compared(base, data)


@pytest.mark.slow
@settings(max_examples=MORE_MUTANTS, deadline=None, suppress_health_check=BROKEN_ANYHOW)
@given(data=st.data())
@pytest.mark.parametrize("base", BASES, ids=str)
def test_both_say_the_same_of_many_a_spoilt_document(base: Facts, data: st.DataObject) -> None:
    _compared(base, data)


def _compared(base: Facts, data: st.DataObject) -> None:
    root = data.draw(mutants(base))
    ours = comparable(judge(root, RULES))
    try:
        theirs = of_today(published_rules.judge(root))
    except published_rules.OfficialRulesFailed:
        # Where the published rules stop without a verdict, ours or the schema has refused the document.
        assert _invalid_for_us(root)
        return
    differing = {rule for rule in ours | theirs if ours[rule] != theirs[rule]}
    assert {rule: (ours[rule], theirs[rule]) for rule in differing if not explained(rule, root)} == {}


def test_a_published_finding_says_what_where_and_how_grave() -> None:
    root = a_tree(facts(lines=2))
    without("cac:InvoiceLine[2]/cbc:ID")(root)
    add("cac:InvoiceLine[1]/cac:OrderLineReference", "<cbc:UUID>1</cbc:UUID>")(root)
    found = {finding.rule: finding for finding in published_rules.judge(root)}
    assert found["BR-21"].location == "/Invoice/cac:InvoiceLine[2]"
    assert found["BR-21"].severity is Severity.FATAL
    assert found["UBL-CR-526"].severity is Severity.WARNING


def test_saxon_opens_nothing_however_the_document_asks() -> None:
    root = etree.fromstring(
        b'<?xml-stylesheet href="file:///etc/hostname"?>'
        + etree.tostring(a_tree()).replace(b"<Invoice ", b'<Invoice xml:base="file:///etc/" ', 1)
    )
    assert published_rules.judge(root) == ()


def test_a_number_that_is_none_stops_the_published_rules_and_not_ours() -> None:
    root = a_tree()
    put("cac:LegalMonetaryTotal/cbc:PayableAmount", "två tusen")(root)
    with pytest.raises(published_rules.OfficialRulesFailed, match="stopped over the document"):
        published_rules.judge(root)
    assert _invalid_for_us(root)


def test_missing_rules_are_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(published_rules.FOLDER_VARIABLE, "/nowhere")
    published_rules.published.cache_clear()
    try:
        with pytest.raises(published_rules.OfficialRulesMissing, match="Install the extra 'official'"):
            published_rules.judge(a_tree())
        assert not published_rules.available()
    finally:
        published_rules.published.cache_clear()


def test_the_known_differences_are_real() -> None:
    """Each exception of docs/rules-agreement.md is met by a document, so that none outlives its reason."""
    ours_alone: dict[str, etree._Element] = {}
    theirs_alone: dict[str, etree._Element] = {}
    bank = a_tree(facts("O", None))
    without("cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID")(bank)
    sepa = '<cac:PartyIdentification><cbc:ID schemeID="SEPA">1</cbc:ID></cac:PartyIdentification>'
    add("cac:AccountingSupplierParty/cac:Party", sepa)(bank)
    ours_alone["BR-CO-26"] = bank
    split = a_tree(Facts(lines=(Line(category="B", percent="22"),)))
    group = "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID"
    put(group, "S")(split)
    ours_alone["BR-B-02"] = split
    tender = a_tree()
    document = "<cac:OriginatorDocumentReference><cbc:ID>1</cbc:ID></cac:OriginatorDocumentReference>"
    add(".", document, document)(tender)
    ours_alone["UBL-SR-56"] = tender
    scheme = a_tree()
    without("cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID")(scheme)
    ours_alone["UBL-SR-53"] = scheme
    no_date = a_tree()
    without("cbc:DueDate")(no_date)
    theirs_alone["BR-CO-25"] = no_date
    factor = a_tree()
    add("cac:InvoiceLine/cac:Price", "<cbc:OrderableUnitFactorRate>1</cbc:OrderableUnitFactorRate>")(factor)
    theirs_alone["UBL-CR-631"] = factor
    lev = a_tree()
    mark("cac:InvoiceLine/cac:Price/cbc:PriceAmount", currencyID="BGN")(lev)
    ours_alone["BR-CL-03"] = lev
    for rule, root in ours_alone.items():
        assert _counts(rule, root) == (True, False), rule
    for rule, root in theirs_alone.items():
        assert _counts(rule, root) == (False, True), rule


def _counts(rule: str, root: etree._Element) -> tuple[bool, bool]:
    ours = any(finding.rule == rule for finding in judge(root, RULES))
    theirs = any(finding.rule == rule for finding in published_rules.judge(root))
    return ours, theirs
