"""Our Peppol and national rules against the publisher's own, on bills broken at random.

The compiled rules that can be had without asking are of early 2024. What has changed
since is named here, rule by rule; whatever else differs is a fault of ours.
"""

from collections import Counter
from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from peppol.rules.billing.all_countries import NATIONAL
from peppol.rules.billing.codes import CODES
from peppol.rules.billing.document import BILLING
from peppol.rules.engine.engine import RuleSet, judge
from peppol.validation import published_rules
from tests.peppol.rules.test_billing import CASES as PEPPOL_CASES
from tests.peppol.rules.test_germany import GERMAN
from tests.peppol.rules.test_national import BILLS
from tests.peppol.rules.test_national import CASES as NATIONAL_CASES
from tests.peppol.rules.test_sweden import CASES as SWEDISH_CASES
from tests.support.stories.bills_in_words import CREDIT_NOTE, INVOICE
from tests.support.stories.in_words import edited, tree

RULES = RuleSet("Peppol and countries", (BILLING, CODES, *NATIONAL))
STYLESHEET = "PEPPOL-EN16931-UBL.xsl"

# In the rules of today, not yet in those of 2024.
NEW = {
    *(f"PEPPOL-COMMON-R0{number}" for number in ("52", "53", "54", "55", "56-1", "56-2", "57")),
    "PEPPOL-EN16931-P0112",
    "DK-R-017",
    "SE-R-013",
}
# Judged otherwise since.
CHANGED = {
    "PEPPOL-COMMON-R042",  # the number without DK passes
    "PEPPOL-COMMON-R049",  # the check digit is asked for
    "PEPPOL-EN16931-R002",  # two notes between German parties
    "PEPPOL-EN16931-R004",  # no double colon
    "PEPPOL-EN16931-R007",  # the processes are listed one by one
    "PEPPOL-EN16931-R051",  # tax amounts of the breakdown, bills without a currency
    "PEPPOL-EN16931-P0100",  # types of invoices
    "DK-R-003",  # version 26.08.01
    "DK-R-008",  # accounts of eight digits
    "NL-R-007",  # credit notes
    "NL-R-008",  # between Dutch parties alone
}
WORDS = """
SE DK NO NL IS GR IT EL FI S E Z AE O K G 0 -1 1 9 12 24.9 0.02 30 31 42 49 50 56 58 59 93 SEK EUR true
false 95 FC ZZZ 71#123 01# 04#1234567890123456 2026-11-01 2026-10-31 2026-12-24 2026-12-24Z 380 381 386
130 VATEX-EU-G VATEX-EU-O vatex-eu-ic VATEX-EU-AE VATEX-EU-D VAT TAX vat SE556036079301 NO974760673MVA
EL123456783 0088 0192 0208 0210 0211 9907 9933 0151 7300010000001 974760673 0403170701 12345678903
IT12345678903 51824753556 HUR DAY EINDAGI ##M.AR.K## ##INVOICE|URL## SE:BANKGIRO SE:PLUSGIRO
Foretaksregisteret
"""
VALUES = [*WORDS.split(), "", " ", " SE ", "Godkänd för F-skatt"]

GOOD = [INVOICE, CREDIT_NOTE, GERMAN, *(bill for bill, _ in BILLS)]
# A line's date that is none stops the published rules altogether.
BROKEN = [
    edited(case.base or INVOICE, *case.edits)
    for case in NATIONAL_CASES + PEPPOL_CASES + SWEDISH_CASES
    if case.story != "no date"
]
CHANGES = st.tuples(st.sampled_from(["drop", "double", "text", "text", "attribute"]), st.integers(0, 400))


@st.composite
def broken_bills(draw: st.DrawFn) -> etree._Element:
    """A bill, good or broken by hand, after one to three changes at random."""
    root = tree(draw(st.sampled_from(GOOD) | st.sampled_from(BROKEN)))
    for kind, place in draw(st.lists(CHANGES, min_size=1, max_size=3)):
        change(root, kind, place, draw(st.sampled_from(VALUES)))
    return root


def change(root: etree._Element, kind: str, place: int, value: str) -> None:
    elements = [element for element in root.iter() if element is not root]
    element = elements[place % len(elements)]
    if kind == "drop":
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    elif kind == "double":
        element.addnext(deepcopy(element))
    elif kind == "text":
        leaves = [each for each in elements if not len(each)]
        leaves[place % len(leaves)].text = value
    else:
        named = [each for each in elements if each.attrib]
        if named:
            chosen = named[place % len(named)]
            chosen.set(next(iter(chosen.keys())), value)


def is_repeated(root: etree._Element) -> bool:
    """Whether something stands twice that the published rules take for one, so that they fall silent."""
    names = (
        "Party",
        "Country",
        "IdentificationCode",
        "PostalAddress",
        "TaxExemptionReasonCode",
        "TaxScheme",
        "AccountingSupplierParty",
        "AccountingCustomerParty",
    )
    for element in root.iter():
        counts = Counter(etree.QName(child).localname for child in element)
        if any(counts[name] > 1 for name in names) or (counts["ID"] > 1):
            return True
    schemes = root.iterfind(".//{*}PartyTaxScheme")
    return any(len(list(scheme.iterfind("{*}CompanyID"))) > 1 for scheme in schemes) or _has_two_vat_numbers(
        root
    )


def _has_two_vat_numbers(root: etree._Element) -> bool:
    for party in root.iterfind(".//{*}Party"):
        schemes = [scheme.findtext("{*}TaxScheme/{*}ID") for scheme in party.iterfind("{*}PartyTaxScheme")]
        if len(
            [scheme for scheme in schemes if scheme is not None and scheme.strip() in ("VAT", "TAX")]
        ) > len(set(schemes)):
            return True
    return False


def comparable(rules: Counter[str]) -> dict[str, int]:
    return {
        rule: count
        for rule, count in rules.items()
        if rule not in NEW | CHANGED and not rule.startswith("DE-R")
    }


@settings(max_examples=settings().max_examples, deadline=None)
@given(broken_bills())
def test_the_published_rules_say_the_same(bill: etree._Element) -> None:
    assume(not is_repeated(bill))
    try:
        theirs = published_rules.published(STYLESHEET).judge(bill)
    except published_rules.OfficialRulesFailed:
        assume(False)
    ours = judge(bill, RULES)
    assert comparable(Counter(each.rule for each in ours)) == comparable(
        Counter(each.rule for each in theirs)
    )


def test_the_published_rules_say_the_same_of_bills_broken_by_hand(subtests: pytest.Subtests) -> None:
    for number, bill in enumerate(GOOD + BROKEN):
        with subtests.test(number=number):
            root = tree(bill)
            theirs = Counter(each.rule for each in published_rules.published(STYLESHEET).judge(root))
            assert comparable(Counter(each.rule for each in judge(root, RULES))) == comparable(theirs)
