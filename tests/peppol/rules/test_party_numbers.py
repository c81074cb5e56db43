"""Numbers of parties: each scheme accepts its good numbers and refuses the bad ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peppol.findings import Severity
from peppol.rules.billing.document import BILLING
from peppol.rules.engine.engine import RuleSet
from peppol.rules.ordering.order import T01
from peppol.rules.shared.party_numbers import (
    has_mod11_check_digit,
    is_australian_business_number,
    is_belgian_enterprise_number,
    is_gln,
    is_italian_tax_code,
    is_italian_vat_number,
    is_swedish_organisation_number,
)
from tests.support.stories.in_words import fired, rules_of

BOTH = [RuleSet("order", (T01,)), RuleSet("billing", (BILLING,))]

NUMBERS = [
    # rule, scheme, numbers that pass, numbers that do not
    ("R040", "0088", ["7300010000001", "␠7300010000001␠", "0"], ["7300010000002", "73000100000O1", ""]),
    ("R041", "0192", ["974760673", "889640782"], ["974760674", "97476067", "000000000"]),
    ("R042", "0184", ["12345678", "DK12345678"], ["1234567", "SE12345678", "␠12345678", "DK1234567"]),
    ("R043", "0208", ["0403170701", "0244142664"], ["0403170702", "403170701"]),
    ("R044", "0201", ["UFABCD", "123456"], ["UFABC", "UF-BCD"]),
    (
        "R045",
        "0210",
        ["RSSMRA85T10A562S", "12345678903"],
        ["RSSMRA85T10A5621", "RSSMRAX5T10A562S", "123", "1234567890X"],
    ),
    ("R047", "0211", ["IT12345678903", "it12345678903", "FR123"], ["IT12345678904", "IT1234567890"]),
    (
        "R049",
        "0007",
        ["2021002114", "5560360793"],
        ["2021002115", "202100-2114", "20210021", "202100211499", "A"],
    ),
    ("R050", "0151", ["51824753556"], ["51824753557", "5182475355", "5182475355X"]),
    ("R052", "0096", ["1234567890"], ["123456789", "12345678X0", "1234567890␠"]),
    ("R053", "0198", ["DK12345678"], ["12345678", "DK1234567X"]),
    ("R054", "0106", ["12345678"], ["1234567", "1234567X"]),
    ("R055", "0190", ["12345678901234567890"], ["1234567890123456789"]),
    ("R056-1", "9944", ["NL123456789B12"], ["123456789B12", "NL123456789B1"]),
    ("R057", "0217", ["123456789012"], ["12345678901"]),
]
WARNED = {"R044", "R045", "R046", "R047", "R054", "R055", "R056-1", "R056-2", "R057"}
PLACES = [
    "Order\n  Party\n    EndpointID {}\n",
    "Order\n  Party\n    PartyIdentification\n      ID {}\n",
    "Order\n  PartyLegalEntity\n    CompanyID {}\n",
]


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.name)
@pytest.mark.parametrize(
    ("rule", "scheme", "good", "bad"), NUMBERS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_scheme_tells_good_numbers_from_bad(
    rules: RuleSet, rule: str, scheme: str, good: list[str], bad: list[str]
) -> None:
    for place in PLACES:
        for number in good:
            assert fired(place.format(f"@schemeID={scheme} {number}"), rules)[f"PEPPOL-COMMON-{rule}"] == 0, (
                number
            )
        for number in bad:
            assert fired(place.format(f"@schemeID={scheme} {number}"), rules)[f"PEPPOL-COMMON-{rule}"] == 1, (
                number
            )


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.name)
def test_an_italian_address_scheme_is_judged_as_an_address_alone(rules: RuleSet) -> None:
    address, identifier, _ = (fired(place.format("@schemeID=9907 123"), rules) for place in PLACES)
    assert (address["PEPPOL-COMMON-R046"], identifier["PEPPOL-COMMON-R046"]) == (1, 0)
    assert fired(PLACES[0].format("@schemeID=9907 12345678903"), rules)["PEPPOL-COMMON-R046"] == 0


def registration(number: str, scheme: str = "VAT") -> str:
    return f"Order\n  PartyTaxScheme\n    CompanyID {number}\n    TaxScheme\n      ID {scheme}\n"


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.name)
def test_a_vat_number_that_begins_with_nl_is_dutch(rules: RuleSet) -> None:
    rule = "PEPPOL-COMMON-R056-2"
    assert fired(registration("NL123"), rules)[rule] == 1
    assert fired(registration("NL123456789B01"), rules)[rule] == 0
    assert fired(registration("SE123"), rules)[rule] == 0
    assert fired(registration("NL123", "TAX"), rules)[rule] == 0


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.name)
def test_a_number_is_judged_by_the_first_scheme_that_fits(rules: RuleSet) -> None:
    found = fired(registration("@schemeID=0106 NL123"), rules)
    assert (found["PEPPOL-COMMON-R054"], found["PEPPOL-COMMON-R056-2"]) == (1, 0)
    found = fired(registration("@schemeID=0217 NL123"), rules)
    assert (found["PEPPOL-COMMON-R057"], found["PEPPOL-COMMON-R056-2"]) == (0, 1)


@pytest.mark.parametrize("rules", BOTH, ids=lambda rules: rules.name)
def test_dutch_and_italian_numbers_only_warn(rules: RuleSet) -> None:
    warned = {info.id for info in rules.infos if "COMMON" in info.id and info.severity is Severity.WARNING}
    assert warned - {"PEPPOL-COMMON-R003"} == {f"PEPPOL-COMMON-{rule}" for rule in WARNED}


def test_every_number_rule_is_tried() -> None:
    tried = {f"PEPPOL-COMMON-{rule}" for rule, *_ in NUMBERS} | {"PEPPOL-COMMON-R046", "PEPPOL-COMMON-R056-2"}
    assert {rule for rule in rules_of(BOTH[1]) if "COMMON" in rule} == tried


def test_a_number_without_a_scheme_is_not_judged() -> None:
    assert not any("COMMON-R04" in rule for rule in fired(PLACES[0].format("123"), BOTH[1]))


@given(st.text("0123456789", min_size=9, max_size=9))
def test_one_last_digit_of_ten_makes_a_swedish_number(start: str) -> None:
    assert sum(is_swedish_organisation_number(start + digit) for digit in "0123456789") == 1


@given(st.text("0123456789", min_size=12, max_size=12))
def test_one_last_digit_of_ten_makes_a_gln(start: str) -> None:
    assert sum(is_gln(start + digit) for digit in "0123456789") == 1


@given(st.text("0123456789", min_size=10, max_size=10))
def test_one_last_digit_of_ten_makes_an_italian_vat_number(start: str) -> None:
    assert sum(is_italian_vat_number(f"IT{start}{digit}") for digit in "0123456789") == 1


@given(st.text("0123456789", min_size=8, max_size=8))
def test_a_norwegian_number_has_at_most_one_check_digit(start: str) -> None:
    assert sum(has_mod11_check_digit(start + digit) for digit in "0123456789") <= 1


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(text: str) -> None:
    checks = (
        is_gln,
        is_swedish_organisation_number,
        is_australian_business_number,
        is_belgian_enterprise_number,
        is_italian_tax_code,
        is_italian_vat_number,
        has_mod11_check_digit,
    )
    assert all(check(text) in (True, False) for check in checks)
