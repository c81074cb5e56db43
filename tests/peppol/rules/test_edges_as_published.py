"""Where a published rule calculates otherwise than it means, ours does the same: at the edge the rule decides."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.rules.en16931.rules import RULES
from peppol.rules.engine.numbers import plus_as_double, quotient
from peppol.rules.releases import rule_set_for
from peppol.validation.validation import kind_of, validate
from tests.peppol.rules.test_ordering import ORDER
from tests.peppol.rules.test_responses import GOOD
from tests.support.rules.rules_documents import Facts, Line, a_tree
from tests.support.rules.rules_edits import add, fired, mark, put
from tests.support.stories.in_words import xml

DAY = date(2026, 11, 30)
BILLING = rule_set_for(DocumentKind.INVOICE, on=DAY)
GROUP = "cac:TaxTotal/cac:TaxSubtotal"


@pytest.mark.parametrize(
    ("stated", "line", "lets_through"),
    [
        ("1001.01", "1000.01", True),  # 1001.01 - 1 is a little less than 1000.01 in binary
        ("999.01", "1000.01", False),  # 999.01 + 1 is not more than 1000.01
        ("1000.07", "1001.07", True),  # 1000.07 + 1 is a little more than 1001.07
        ("1002.07", "1001.07", False),
        ("1001.00", "1000.00", False),  # both are exact in binary
        ("1000.99", "1000.00", True),
        ("1001.02", "1000.01", False),
    ],
)
@pytest.mark.parametrize(
    ("family", "code", "percent"), [("S", "S", "25"), ("AF", "L", "7"), ("AG", "M", "4")]
)
def test_one_unit_off_in_the_breakdown_is_decided_by_the_binary_digits(
    family: str, code: str, percent: str, stated: str, line: str, lets_through: bool
) -> None:
    bill = Facts(lines=(Line(quantity=Decimal(1), price=Decimal(line), category=code, percent=percent),))
    root = a_tree(bill)
    put(f"{GROUP}/cbc:TaxableAmount", stated)(root)
    assert (f"BR-{family}-08" not in fired(root, RULES)) is lets_through


@pytest.mark.parametrize(
    ("amount", "lets_through"), [("100.12", False), ("100.11", True), ("100.08", True), ("100.07", False)]
)
def test_a_price_for_three_is_a_third_with_eighteen_decimals(amount: str, lets_through: bool) -> None:
    """3.003 × (100 / 3) is 100.099999999999999998999 as published, so that 100.12 is more than 0.02 off."""
    root = a_tree(Facts(lines=(Line(quantity=Decimal("3.003"), price=Decimal(100)),)))
    add("cac:InvoiceLine/cac:Price", '<cbc:BaseQuantity unitCode="DAY">3</cbc:BaseQuantity>')(root)
    put("cac:InvoiceLine/cbc:LineExtensionAmount", amount)(root)
    assert ("PEPPOL-EN16931-R120" not in fired(root, BILLING)) is lets_through


@pytest.mark.parametrize(
    ("dividend", "divisor", "expected"),
    [
        ("670", "3", "223.333333333333333333"),
        ("2", "3", "0.666666666666666667"),
        ("-2", "3.000", "-0.666666666666666667"),
        ("1", "524288", "0.000001907348632812"),  # a half is rounded towards zero
        ("0.001", "3000000", "0.000000000333333333333"),
        ("10.000000000000000000001", "3.0000001", "3.33333322222222592592613580246214"),
        ("10.00000000000000000000", "3", "3.333333333333333333"),
        ("0", "7", "0"),
    ],
)
def test_a_quotient_has_the_decimals_the_published_rules_have(
    dividend: str, divisor: str, expected: str
) -> None:
    assert quotient(Decimal(dividend), Decimal(divisor)) == Decimal(expected)


@pytest.mark.law
@given(st.decimals("-9999999", "9999999", places=6), st.decimals("0.001", "99999", places=3))
def test_a_quotient_is_off_by_half_of_its_last_decimal_at_most(dividend: Decimal, divisor: Decimal) -> None:
    assert abs(Fraction(quotient(dividend, divisor)) - Fraction(dividend) / Fraction(divisor)) <= Fraction(
        5, 10**19
    )


def test_what_is_no_number_is_none_and_nothing_else_is_lost() -> None:
    assert plus_as_double("1e3", 1) is None
    assert plus_as_double("NaN", 1) is None
    assert plus_as_double(" +22. ", 1) == 23


def test_a_card_number_says_no_scheme() -> None:
    root = a_tree()
    card = "<cac:CardAccount><cbc:PrimaryAccountNumberID>1234</cbc:PrimaryAccountNumberID></cac:CardAccount>"
    add("cac:PaymentMeans", card)(root)
    assert "UBL-CR-674" not in fired(root, RULES)
    mark("cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID", schemeID="x")(root)
    assert fired(root, RULES)["UBL-CR-674"] == 1


def test_a_code_with_an_element_in_it_is_read_without_that_element() -> None:
    """The schema refuses it; the rule that asks for the text of a code looks at that text alone."""
    root = a_tree()
    add("cbc:InvoiceTypeCode", "<cbc:Name>7</cbc:Name>")(root)
    assert "PEPPOL-EN16931-P0100" not in fired(root, BILLING)
    assert "BR-CL-01" in fired(root, BILLING)
    add("cbc:IssueDate", "<cbc:Name> </cbc:Name>")(root)
    assert "PEPPOL-EN16931-F001" not in fired(root, BILLING)
    put("cbc:IssueDate/cbc:Name", "7")(root)
    assert "PEPPOL-EN16931-F001" in fired(root, BILLING)
    order = etree.fromstring(xml(ORDER))
    add("cbc:DocumentCurrencyCode", "<cbc:Name>7</cbc:Name>")(order)
    assert "PEPPOL-T01-B01001" not in fired(order, rule_set_for(DocumentKind.ORDER, on=DAY))


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("PEPPOL-T71", DocumentKind.MLR),
        ("PEPPOL-T111", DocumentKind.INVOICE_RESPONSE),
        ("SCH-MLS", DocumentKind.MLS),
    ],
)
def test_an_answer_that_does_not_say_what_it_is_is_judged_by_its_process(
    family: str, kind: DocumentKind
) -> None:
    root = etree.fromstring(xml(GOOD[family]))
    root.remove(root[0])
    assert etree.QName(root[0]).localname == "ProfileID"
    judged = validate(etree.tostring(root), on=DAY)
    assert (judged.kind, judged.valid) == (kind, False)
    assert all(finding.rule.startswith((family, "PEPPOL-COMMON")) for finding in judged.findings)
    root.remove(root[0])
    assert kind_of(root) is DocumentKind.INVOICE_RESPONSE


@pytest.mark.parametrize("note", [b"<!-- c -->", b"<?print now?>"])
def test_a_note_inside_a_code_leaves_it_whole(note: bytes) -> None:
    data = xml(ORDER)
    assert validate(data, on=DAY).valid
    assert validate(data.replace(b">SEK<", b">S" + note + b"EK<"), on=DAY).valid
    assert not validate(data.replace(b">SEK<", b">S" + note + b"EQ<"), on=DAY).valid
