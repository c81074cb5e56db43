"""Swedish sellers' bills that break one Swedish rule each (SE-R)."""

import pytest

from peppol.findings import Severity
from peppol.rules.billing.all_countries import NATIONAL
from peppol.rules.billing.sweden import SWEDEN
from peppol.rules.engine.engine import RuleSet
from tests.support.stories.bills_in_words import CREDIT_NOTE, INVOICE
from tests.support.stories.in_words import case, edited, fired, rules_named, rules_of

RULES = RuleSet("Sweden", (SWEDEN,))
NUMBER = "RegistrationName Leverantören AB\n        CompanyID @schemeID=0007 5560360793"
LINE_RATE = "        ID S\n        Percent 25\n"

CASES = [
    case("SE-R-001", ("SE556036079301", "SE55603607930")),
    case("SE-R-002", ("SE556036079301", "SE55603607930X")),
    case("SE-R-001 SE-R-002", ("SE556036079301", "SE556036-079301")),
    case("SE-R-003 SE-R-004 SE-R-013", (NUMBER, NUMBER.replace("5560360793", "556036-0793"))),
    case("SE-R-004", (NUMBER, NUMBER.replace("5560360793", "55603607930")), story="one digit more"),
    case("SE-R-013", (NUMBER, NUMBER.replace("5560360793", "5560360794"))),
    case("SE-R-005", ("Godkänd för F-skatt", "F-skatt finns")),
    case("SE-R-006", ("      ID S\n      Percent 25\n", "      ID S\n      Percent 24\n"), story="allowance"),
    case("SE-R-006", (LINE_RATE, LINE_RATE.replace("25", "20")), story="breakdown"),
    case("SE-R-006", (LINE_RATE, "        ID S\n"), story="no rate"),
    case("SE-R-007", ("ID 1234567", "ID 12345-7")),
    case("SE-R-010", ("ID 1234567", "ID 123456789"), story="nine"),
    case("SE-R-010", ("ID 1234567", "ID 1"), story="one"),
    case("SE-R-008", ("ID 53300017", "ID 5330-017")),
    case("SE-R-009", ("ID 53300017", "ID 533000")),
    case("SE-R-011", ("PaymentMeansCode 59", "PaymentMeansCode 50")),
    case("SE-R-011", ("PaymentMeansCode 59", "PaymentMeansCode 56"), story="bankgiro"),
    case("SE-R-012", ("PaymentMeansCode 59", "PaymentMeansCode 31")),
]


@pytest.mark.parametrize("bill", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
def test_a_good_bill_breaks_no_rule(bill: str) -> None:
    assert fired(bill, RULES) == {}


@pytest.mark.parametrize("bill", [INVOICE, CREDIT_NOTE], ids=["invoice", "credit note"])
def test_a_broken_bill_breaks_just_these_rules(bill: str, subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            assert fired(edited(bill, *broken.edits), RULES) == broken.expected


def test_every_swedish_rule_has_its_case() -> None:
    assert rules_of(RULES) == rules_named(CASES)
    assert len(rules_of(RULES)) == 13


def test_the_giro_rules_only_warn() -> None:
    warned = {info.id for info in RULES.infos if info.severity is Severity.WARNING}
    assert warned == {f"SE-R-{number:03}" for number in range(7, 13)}


def test_a_seller_from_elsewhere_is_not_judged_by_swedish_rules(subtests: pytest.Subtests) -> None:
    for broken in CASES:
        with subtests.test(str(broken)):
            finnish = edited(
                edited(INVOICE, *broken.edits), ("IdentificationCode SE", "IdentificationCode FI")
            )
            assert fired(finnish, RULES) == {}


@pytest.mark.parametrize("rate", ["25", "12", "6", "25.00", "6.0"])
def test_the_three_swedish_rates_pass(rate: str) -> None:
    assert fired(edited(INVOICE, (LINE_RATE, LINE_RATE.replace("25", rate))), RULES) == {}


def test_f_tax_may_be_written_in_any_messages() -> None:
    assert fired(edited(INVOICE, ("Godkänd för F-skatt", "GODKÄND FÖR f-SKATT")), RULES) == {}


def test_local_transfer_to_a_buyer_abroad_is_no_swedish_matter() -> None:
    buyer = INVOICE.rindex("IdentificationCode SE")
    abroad = INVOICE[:buyer] + INVOICE[buyer:].replace("IdentificationCode SE", "IdentificationCode DK", 1)
    assert fired(edited(abroad, ("PaymentMeansCode 59", "PaymentMeansCode 31")), RULES) == {}


def test_no_other_country_speaks_of_a_swedish_bill() -> None:
    assert fired(INVOICE, RuleSet("all countries", NATIONAL)) == {}
