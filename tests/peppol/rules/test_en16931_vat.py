"""EN 16931: each VAT category's family of rules, told once and put to every family."""

from dataclasses import replace
from decimal import Decimal

import pytest

from peppol.rules.en16931.rules import RULES
from tests.support.rules.rules_documents import Entry, Facts, Line, a_tree, facts
from tests.support.rules.rules_edits import Edit, add, fired, put, without

# Family, category, rate, a rate that does not fit, and who must be registered beside the seller.
FAMILIES = [
    ("S", "S", "25", "0"),
    ("Z", "Z", "0", "1"),
    ("E", "E", "0", "1"),
    ("AE", "AE", "0", "1"),
    ("IC", "K", "0", "1"),
    ("G", "G", "0", "1"),
    ("AF", "L", "7", "-1"),
    ("AG", "M", "4", "-1"),
]
GROUP = "cac:TaxTotal/cac:TaxSubtotal"
PERCENT = "cac:TaxCategory/cbc:Percent"
SELLER_VAT = "SE556036079301"
BUYER_VAT = "SE202100211401"


def _document(category: str, percent: str | None) -> Facts:
    entries = (
        Entry(Decimal("50.00"), category=category, percent=percent),
        Entry(Decimal("25.50"), charge=True, category=category, percent=percent),
    )
    buyer = BUYER_VAT if category in ("AE", "K") else None
    return facts(category, percent, rich=category == "K", entries=entries, buyer_vat=buyer)


def _speaks(rule: str, given: Facts, *edits: Edit) -> bool:
    root = a_tree(given)
    for edit in edits:
        edit(root)
    return rule in fired(root, RULES)


@pytest.mark.parametrize(("family", "category", "percent", "wrong"), FAMILIES)
def test_a_category_in_use_stands_in_the_breakdown(
    family: str, category: str, percent: str, wrong: str
) -> None:
    given = _document(category, percent)
    assert not fired(a_tree(given), RULES)
    assert _speaks(f"BR-{family}-01", given, without(GROUP))


@pytest.mark.parametrize(("family", "category", "percent", "wrong"), FAMILIES)
def test_the_parties_are_registered_for_the_category(
    family: str, category: str, percent: str, wrong: str
) -> None:
    bare = replace(_document(category, percent), seller_vat=None, rich=False)
    spoken = fired(a_tree(bare), RULES)
    assert {f"BR-{family}-02", f"BR-{family}-03", f"BR-{family}-04"} <= set(spoken)
    only_line = fired(a_tree(replace(bare, entries=())), RULES)
    assert only_line[f"BR-{family}-02"] == 1
    assert not only_line[f"BR-{family}-03"] + only_line[f"BR-{family}-04"]


@pytest.mark.parametrize(("family", "category"), [("AE", "AE"), ("IC", "K")])
def test_the_buyer_is_registered_too(family: str, category: str) -> None:
    given = replace(_document(category, "0"), buyer_vat=None)
    company = without("cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID")
    assert _speaks(f"BR-{family}-02", given, company)
    # For reverse charge the buyer's company registration is enough; within the Union it is not.
    assert _speaks(f"BR-{family}-02", given) is (category == "K")


@pytest.mark.parametrize(("family", "category", "percent", "wrong"), FAMILIES)
def test_the_rate_fits_the_category(family: str, category: str, percent: str, wrong: str) -> None:
    given = _document(category, percent)
    item = "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent"
    assert _speaks(f"BR-{family}-05", given, put(item, wrong))
    assert _speaks(f"BR-{family}-06", given, put(f"cac:AllowanceCharge[1]/{PERCENT}", wrong))
    assert _speaks(f"BR-{family}-07", given, put(f"cac:AllowanceCharge[2]/{PERCENT}", wrong))
    assert _speaks(f"BR-{family}-05", given, without(item))


@pytest.mark.parametrize(("family", "category", "percent", "wrong"), FAMILIES)
def test_the_group_adds_up(family: str, category: str, percent: str, wrong: str) -> None:
    given = _document(category, percent)
    assert _speaks(f"BR-{family}-08", given, put(f"{GROUP}/cbc:TaxableAmount", "1000.00"))
    assert _speaks(f"BR-{family}-09", given, put(f"{GROUP}/cbc:TaxAmount", "999.00"))


@pytest.mark.parametrize(("family", "category", "percent", "wrong"), FAMILIES)
def test_taxed_groups_may_be_less_than_one_unit_off_and_others_not_at_all(
    family: str, category: str, percent: str, wrong: str
) -> None:
    given = _document(category, percent)
    near = put(f"{GROUP}/cbc:TaxableAmount", "1876.49")  # 1900.00 + 25.50 - 50.00 = 1875.50
    assert _speaks(f"BR-{family}-08", given, near) is (category not in ("S", "L", "M"))
    one = put(f"{GROUP}/cbc:TaxableAmount", "1876.50")
    assert _speaks(f"BR-{family}-08", given, one)


@pytest.mark.parametrize(("family", "category", "percent", "wrong"), FAMILIES)
def test_a_reason_for_exemption_is_given_where_there_is_one(
    family: str, category: str, percent: str, wrong: str
) -> None:
    given = _document(category, percent)
    reason = f"{GROUP}/cac:TaxCategory/cbc:TaxExemptionReason"
    if category in ("E", "AE", "K", "G"):
        assert _speaks(f"BR-{family}-10", given, without(reason))
    else:
        text = "<cbc:TaxExemptionReason>Skäl</cbc:TaxExemptionReason>"
        assert _speaks(f"BR-{family}-10", given, add(f"{GROUP}/cac:TaxCategory", text))


OUTSIDE = _document("O", None)
RATE = "<cbc:Percent>0</cbc:Percent>"


@pytest.mark.parametrize(
    ("rule", "edits"),
    [
        ("BR-O-01", [without(GROUP)]),
        ("BR-O-05", [add("cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory", RATE)]),
        ("BR-O-06", [add("cac:AllowanceCharge[1]/cac:TaxCategory", RATE)]),
        ("BR-O-07", [add("cac:AllowanceCharge[2]/cac:TaxCategory", RATE)]),
        ("BR-O-08", [put(f"{GROUP}/cbc:TaxableAmount", "1875.51")]),
        ("BR-O-09", [put(f"{GROUP}/cbc:TaxAmount", "0.01")]),
        ("BR-O-10", [without(f"{GROUP}/cac:TaxCategory/cbc:TaxExemptionReason")]),
        ("BR-O-12", [put("cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:ID", "E")]),
        ("BR-O-13", [put("cac:AllowanceCharge[1]/cac:TaxCategory/cbc:ID", "E")]),
        ("BR-O-14", [put("cac:AllowanceCharge[2]/cac:TaxCategory/cbc:ID", "E")]),
    ],
)
def test_outside_vat_stands_alone_and_without_rates(rule: str, edits: list[Edit]) -> None:
    assert not _speaks(rule, OUTSIDE)
    assert _speaks(rule, OUTSIDE, *edits)


def test_outside_vat_goes_with_no_other_group_in_the_breakdown() -> None:
    mixed = Facts(lines=(Line(category="O", percent=None), Line(category="E", percent="0")), seller_vat=None)
    assert _speaks("BR-O-11", mixed)


def test_outside_vat_goes_with_no_vat_number() -> None:
    registered = fired(a_tree(replace(OUTSIDE, seller_vat=SELLER_VAT)), RULES)
    assert {"BR-O-02", "BR-O-03", "BR-O-04"} <= set(registered)
    of_the_buyer = fired(a_tree(replace(OUTSIDE, buyer_vat=BUYER_VAT)), RULES)
    assert {"BR-O-02", "BR-O-03", "BR-O-04"} <= set(of_the_buyer)


def test_a_supply_within_the_union_says_when_and_where() -> None:
    given = _document("K", "0")
    date = without("cac:Delivery/cbc:ActualDeliveryDate")
    period = without("cac:InvoicePeriod")
    assert not _speaks("BR-IC-11", given, date)
    assert _speaks("BR-IC-11", given, date, period)
    country = without("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country")
    assert _speaks("BR-IC-12", given, country)


def test_split_payment_is_for_italy_and_without_standard_rate() -> None:
    split = Facts(lines=(Line(category="B", percent="22"), Line()))
    spoken = fired(a_tree(split), RULES)
    assert (spoken["BR-B-01"], spoken["BR-B-02"]) == (1, 1)
    alone = a_tree(Facts(lines=(Line(category="B", percent="22"),)))
    for country in alone.iter("{*}IdentificationCode"):
        country.text = "IT"
    assert not {"BR-B-01", "BR-B-02"} & set(fired(alone, RULES))
