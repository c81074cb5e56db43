"""The register: what is agreed can be looked up, and what is not is refused with a sentence."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from foundation.errors import Refused
from foundation.periods import Period
from orders.register.agreements import DeliveryUnit, InconsistentRegister, Policy
from orders.register.files import RegisterRefused, read_register
from orders.register.parties import (
    AccountScheme,
    Address,
    Channel,
    PaymentAccount,
    RegisterValueRefused,
    Vat,
    VatCategory,
)
from orders.register.placement_rules import PlacementRules
from orders.register.pricing import LevelAmounts, NoPriceAgreed, PricedArticle, PriceNotAgreed, StageMonths
from orders.register.register import ContractNotValid, NoPriceListValid, NotInRegister, Register
from orders.register.shipped_services import first_service
from orders.terms import ArticleKind, CompensationLevel, OutcomeKind, ResultStage
from orders.workdays import DayConvention
from tests.support.project import FIXTURES

LEVEL_A, LEVEL_B, LEVEL_C = (CompensationLevel(each) for each in "ABC")
STAGES = ResultStage("R1"), ResultStage("R2")
FYRBAKEN, LARKDRILLEN, TALLKOTTEN, HAVTORNET = "5599991014", "5599992020", "5599993036", "8029996066"
SUMMER_2025, SPRING_2026 = date(2025, 6, 1), date(2026, 3, 1)


@pytest.fixture(scope="module")
def register() -> Register:
    return read_register([FIXTURES / "demo" / "register"])


# Prices --------------------------------------------------------------------------


def test_the_price_is_that_of_the_decision_date(register: Register) -> None:
    prices = [
        register.price_of(ArticleKind.BASIC, LEVEL_C, contract_id="AVT-1001", decided_on=decided_on)
        for decided_on in (date(2025, 12, 31), date(2026, 1, 1))
    ]
    assert [price.amount for price in prices] == [Decimal("92.00"), Decimal("95.00")]
    assert (prices[1].article_number, prices[1].article_name, prices[1].unit) == (
        "166",
        "Grundersättning",
        "DAY",
    )


def test_a_result_has_its_own_article_for_each_stage_and_is_ordered_by_the_piece(register: Register) -> None:
    prices = register.price_list("AVT-1001", SPRING_2026)
    first, second = (prices.price_of(ArticleKind.RESULT, LEVEL_B, stage=stage) for stage in STAGES)
    assert (first.article_number, second.article_number) == ("167", "168")
    assert (first.amount, first.unit) == (Decimal("11000.00"), "C62")


def test_a_price_that_is_not_agreed_is_refused_and_never_zero(register: Register) -> None:
    prices = register.price_list("AVT-1001", SPRING_2026)
    with pytest.raises(
        NoPriceAgreed, match="no price for Tilläggsersättning språkstöd at level A"
    ) as refusal:
        prices.price_of(ArticleKind.SUPPLEMENTARY, LEVEL_A, code="SPRAK")
    assert "på nivå A" in refusal.value.text.sv
    with pytest.raises(NoPriceAgreed, match="no article Supplementary RESOR"):
        prices.price_of(ArticleKind.SUPPLEMENTARY, LEVEL_A, code="RESOR")


def test_an_amount_decided_case_by_case_comes_with_the_decision(register: Register) -> None:
    prices = register.price_list("AVT-1001", SPRING_2026)
    decided = prices.price_of(
        ArticleKind.SUPPLEMENTARY, LEVEL_A, code="BESLUTAD", amount_decided=Decimal("750.00")
    )
    assert decided.amount == Decimal("750.00")
    with pytest.raises(NoPriceAgreed):
        prices.price_of(ArticleKind.SUPPLEMENTARY, LEVEL_A, code="BESLUTAD")


def test_a_decision_may_repeat_the_agreed_amount_but_not_change_it(register: Register) -> None:
    prices = register.price_list("AVT-1001", SPRING_2026)
    agreed = Decimal("1500.00")
    assert (
        prices.price_of(ArticleKind.SUPPLEMENTARY, LEVEL_C, code="SPRAK", amount_decided=agreed).amount
        == agreed
    )
    with pytest.raises(PriceNotAgreed, match=r"1,499\.00.*1,500\.00"):
        prices.price_of(ArticleKind.SUPPLEMENTARY, LEVEL_C, code="SPRAK", amount_decided=Decimal("1499.00"))


def test_no_price_list_and_no_contract_for_a_decision_outside_their_time(register: Register) -> None:
    with pytest.raises(ContractNotValid, match="2025-07-01/2027-12-31"):
        register.price_list("AVT-4001", date(2025, 6, 30))
    esf = register.contract("AVT-6001")
    with pytest.raises(NoPriceListValid, match="AVT-6001"):
        register.price_list(esf.id, SPRING_2026)


def test_when_results_fall_due_and_what_qualifies_is_data(register: Register) -> None:
    rules = register.price_list("AVT-1001", SPRING_2026).result_rules
    assert [rules.months_after_start(stage) for stage in STAGES] == [3, 6]
    assert (
        register.price_list("AVT-1001", SUMMER_2025).result_rules.months_after_start(ResultStage("R2")) == 4
    )
    assert rules.qualifies(OutcomeKind("WORK"), extent_percent=None)
    assert not rules.qualifies(OutcomeKind("WORK"), extent_percent=49)
    assert not rules.qualifies(OutcomeKind("AUB"), extent_percent=100)


def test_a_price_list_that_makes_training_qualify_is_refused(register: Register) -> None:
    prices = register.price_list_named("EXEMPEL-2026")
    rules = replace(prices.result_rules, qualifying=(OutcomeKind("AUB"),), never_qualifying=())
    with pytest.raises(InconsistentRegister, match=r"AUB \(Labour market training\) never gives"):
        replace(register, price_lists=(replace(prices, result_rules=rules),))


def test_a_follow_up_before_the_result_is_refused(register: Register) -> None:
    prices = register.price_list_named("EXEMPEL-2026")
    for months, sentence in (
        (StageMonths(R1=5, R2=4), "R2 may not come before R1"),
        (StageMonths(R1=5), r"\(after_months\) are missing for R2"),
        (
            StageMonths(R1=5, R2=6, R3=7),
            "R3 does not exist in the service Rusta och matcha. Write one of R1, R2",
        ),
    ):
        rules = replace(prices.result_rules, after_months=months)
        with pytest.raises(InconsistentRegister, match=sentence):
            replace(register, price_lists=(replace(prices, result_rules=rules),))


def test_a_price_list_written_with_two_months_of_its_own_names_is_read_as_the_table(
    register: Register,
) -> None:
    content = json.loads(register.to_json())
    for each in content["price_lists"]:
        months = each["result_rules"].pop("after_months")
        each["result_rules"] |= {"r1_after_months": months["R1"], "r2_after_months": months["R2"]}
    assert Register.from_json(json.dumps(content)) == register


def test_placement_rules_the_books_cannot_hold_are_refused() -> None:
    usual = first_service().placement_rules
    with pytest.raises(RegisterValueRefused, match="1 to 24 periods"):
        replace(usual, periods=25)
    with pytest.raises(RegisterValueRefused, match="0 to 366"):
        replace(usual, interruption_days_back=-1)


def test_a_register_saved_before_there_were_placement_rules_has_the_usual_ones(register: Register) -> None:
    content = json.loads(register.to_json())
    for price_list in content["price_lists"]:
        del price_list["placement_rules"]
    again = Register.from_json(json.dumps(content))
    assert again.placement_rules("AVT-1001", SPRING_2026) == PlacementRules(2, 6, 10, 0)


def test_a_register_saved_before_results_had_limits_and_tiers_reads_as_it_did(register: Register) -> None:
    content = json.loads(register.to_json())
    newer = ("never_qualifying", "speed_bonus_tiers", "result_claim_days", "result_after_end_days")
    for price_list in content["price_lists"]:
        for key in (*newer, "supplement_claim_days", "outcomes_per_stretch"):
            del price_list["result_rules"][key]
    rules = Register.from_json(json.dumps(content)).price_list("AVT-1001", SPRING_2026).result_rules
    assert [rules.is_quick(days) for days in (180, 181)] == [True, False]
    assert rules.bonus_tier(10) is None
    assert (rules.result_claim_days, rules.supplement_claim_days, rules.result_after_end_days) == (
        None,
        None,
        0,
    )
    assert rules.outcomes_per_stretch == 1
    assert not rules.qualifies(OutcomeKind("AUB"), extent_percent=100)


def test_tiers_of_the_speed_bonus_rise_end_at_the_limit_and_carry_the_amounts(register: Register) -> None:
    prices = register.price_list("AVT-1001", SPRING_2026)
    rules = prices.result_rules
    (tier,) = rules.speed_bonus_tiers
    for tiers in ((tier, tier), (replace(tier, within_days=90),), (replace(tier, within_days=-1), tier)):
        with pytest.raises(RegisterValueRefused, match="tier"):
            replace(rules, speed_bonus_tiers=tiers)
    bonus = prices.article(ArticleKind.SPEED_BONUS)
    listed = replace(bonus, amount_decided=False, amounts=tier.amounts)
    articles = tuple(listed if each is bonus else each for each in prices.articles)
    with pytest.raises(RegisterValueRefused, match="amount_decided"):
        replace(prices, articles=articles)


def test_the_service_is_taxed_unless_the_supplier_is_exempt_or_outside_vat(register: Register) -> None:
    prices = register.price_list("AVT-1001", SPRING_2026)
    assert prices.vat_for(register.supplier(FYRBAKEN), SPRING_2026).percent == Decimal("25.00")
    outside = prices.vat_for(register.supplier(HAVTORNET), SPRING_2026)
    assert (outside.category, outside.percent, outside.exemption_code) == ("O", Decimal("0.00"), "VATEX-EU-O")


def test_the_day_convention_stands_in_the_price_list(register: Register) -> None:
    assert register.price_list_named("EXEMPEL-2026").day_convention is DayConvention.WORKDAYS


# Look-ups ------------------------------------------------------------------------


def test_what_is_registered_is_found_by_its_own_id(register: Register) -> None:
    assert register.supplier(TALLKOTTEN).channel is Channel.PORTAL
    assert register.unit("UV-102").name == "Fyrbåken Skellefteå"
    assert register.contract("AVT-1001").areas == ("LO-NORD", "LO-MITT")
    assert [area.id for area in register.areas if area.esf] == ["LO-ESF"]
    assert register.buyer.participant_id == "0007:2021002114"


@pytest.mark.parametrize("lookup", ["area", "unit", "contract", "price_list_named"])
def test_what_is_missing_is_refused_by_name(register: Register, lookup: str) -> None:
    with pytest.raises(NotInRegister, match="X-404 is not in the register"):
        getattr(register, lookup)("X-404")


def test_a_missing_suppliers_number_is_not_repeated_for_it_may_be_a_persons(register: Register) -> None:
    with pytest.raises(NotInRegister) as refusal:
        register.supplier("9001011234")
    assert "9001011234" not in str(refusal.value) + refusal.value.text.sv


def test_a_supplier_may_invoice_from_another_peppol_address(register: Register) -> None:
    assert register.supplier(LARKDRILLEN).endpoints == ("0007:5599992020", "0088:7390000100002")


def test_an_account_is_recognised_however_it_is_written(register: Register) -> None:
    supplier = register.supplier(LARKDRILLEN)
    assert supplier.account(AccountScheme.IBAN, "se3990200000000012345678") is not None
    assert supplier.account(AccountScheme.PLUSGIRO, "499910-8") is not None
    assert supplier.account(AccountScheme.BANKGIRO, "4999108") is None


# Values that check themselves -------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        (AccountScheme.BANKGIRO, "599-9108"),
        (AccountScheme.BANKGIRO, "99101"),
        (AccountScheme.PLUSGIRO, "5"),
        (AccountScheme.IBAN, "SE4090200000000012345678"),
        (AccountScheme.IBAN, ""),
    ],
)
def test_an_account_with_a_wrong_check_digit_or_length_is_refused(scheme: AccountScheme, number: str) -> None:
    with pytest.raises(RegisterValueRefused, match="not valid for"):
        PaymentAccount(scheme, number)


def test_a_rate_and_a_reason_belong_to_their_own_categories() -> None:
    with pytest.raises(RegisterValueRefused, match="does not fit category E"):
        Vat(VatCategory.EXEMPT, Decimal("25.00"), exemption_code="VATEX-EU-132-1I")
    with pytest.raises(RegisterValueRefused, match="must stand with E and O"):
        Vat(VatCategory.OUTSIDE_SCOPE)
    with pytest.raises(RegisterValueRefused, match="must stand with E and O"):
        Vat(VatCategory.STANDARD, Decimal("25.00"), exemption_reason="Undantag")


def test_a_supplier_must_be_reachable_payable_and_taxed(register: Register) -> None:
    supplier = register.supplier(FYRBAKEN)
    with pytest.raises(RegisterValueRefused) as refusal:
        replace(supplier, participant_id=None, payment_accounts=(), vat_id=None)
    assert [word in str(refusal.value) for word in ("participant_id", "payment_accounts", "vat_id")] == [
        True
    ] * 3
    with pytest.raises(RegisterValueRefused, match="O may not have vat_id"):
        replace(register.supplier(HAVTORNET), vat_id="SE802999606601")
    with pytest.raises(RegisterValueRefused, match="VAT number"):
        replace(supplier, vat_id="SE559999101501")


def test_a_result_without_a_stage_and_a_free_article_are_refused() -> None:
    with pytest.raises(RegisterValueRefused, match="must have a stage"):
        PricedArticle(ArticleKind.RESULT, "1", "Resultat", LevelAmounts(A=Decimal(1)))
    with pytest.raises(RegisterValueRefused, match="above zero"):
        LevelAmounts(A=Decimal("0.00"))
    with pytest.raises(RegisterValueRefused, match="must have a code"):
        PricedArticle(ArticleKind.SUPPLEMENTARY, "1", "Tillägg", LevelAmounts(A=Decimal(1)))


def test_a_policy_cannot_tolerate_more_than_a_krona_or_wait_for_ever() -> None:
    with pytest.raises(RegisterValueRefused, match="tolerance"):
        Policy(amount_tolerance=Decimal("1.01"))
    with pytest.raises(RegisterValueRefused, match="days"):
        Policy(days_to_wait_for_receipt=0)


# The register as a whole ------------------------------------------------------------


def test_the_register_survives_being_stored(register: Register) -> None:
    stored = register.to_json()
    again = Register.from_json(stored)
    assert again == register
    assert again.to_json() == stored
    assert '"amount_tolerance":"0.00"' in stored


def test_the_order_of_entries_does_not_matter(register: Register) -> None:
    turned = replace(register, suppliers=register.suppliers[::-1], contracts=register.contracts[::-1])
    assert turned == register
    assert turned.to_json() == register.to_json()


def test_stored_amounts_that_became_floats_are_refused(register: Register) -> None:
    spoiled = register.to_json().replace('"amount_tolerance":"0.00"', '"amount_tolerance":0.00')
    with pytest.raises(RegisterValueRefused, match="quotation marks"):
        Register.from_json(spoiled)


def test_a_register_that_contradicts_itself_cannot_be_made(register: Register) -> None:
    stray = DeliveryUnit("UV-9", "559999-6062", "Utan leverantör", Address("Gatan 1", "Orten", "111 11"))
    late = replace(register.contract("AVT-1001"), id="AVT-1999", valid=Period(SPRING_2026, SPRING_2026))
    with pytest.raises(InconsistentRegister) as refusal:
        replace(register, units=(*register.units, stray), contracts=(*register.contracts, late))
    assert [(each.table, each.id, each.key) for each in refusal.value.inconsistencies] == [
        ("units", "UV-9", "supplier"),
        ("contracts", "AVT-1999", "id"),
    ]


# Files ---------------------------------------------------------------------------


def test_every_error_in_every_file_is_named_with_its_line() -> None:
    with pytest.raises(RegisterRefused) as refusal:
        read_register([FIXTURES / "bad_register"])
    told = [(each.file, each.line, each.sentence.en.split(" ")[0]) for each in refusal.value.problems]
    assert told == [
        ("areas.toml", 3, "The"),  # not TOML
        ("buyer.toml", 4, "organisation_number:"),
        ("buyer.toml", 11, "contact:"),
        ("buyer.toml", 17, "automatic_answer"),
        ("contracts.toml", 8, "AVT-1"),  # an area that does not exist
        ("contracts.toml", 15, "valid:"),
        ("contracts.toml", 19, "AVT-3"),  # a supplier that does not exist
        ("contracts.toml", 24, "The"),  # the same area twice
        ("contracts.toml", 27, "unit"),  # no such table
        ("prices.toml", 9, "result_rules:"),  # an outcome that gives a result and never does
        ("prices.toml", 21, "price_lists.articles.amounts.C"),  # a float
        ("prices.toml", 23, "Price"),  # level C missing
        ("prices.toml", 61, "articles.amounts:"),  # a price of zero
        ("prices.toml", 85, "P-SAMMA-DAG"),  # a contract that does not exist
        ("prices.toml", 86, "Contract"),  # two lists from the same day
        ("suppliers.toml", 1, "address"),
        ("suppliers.toml", 5, "channel"),
        ("suppliers.toml", 7, "payment_accounts:"),
        ("suppliers.toml", 8, "favourite_colour"),
        ("suppliers.toml", 10, "suppliers:"),
    ]
    assert "prices.toml rad 21" in refusal.value.text.sv
    assert all(each.sentence.sv and each.sentence.sv != each.sentence.en for each in refusal.value.problems)


def test_no_organisation_number_is_repeated_in_a_refusal_of_files() -> None:
    with pytest.raises(RegisterRefused) as refusal:
        read_register([FIXTURES / "bad_register"])
    said = str(refusal.value) + refusal.value.text.sv
    assert "559999" not in said
    assert "202100" not in said


def test_a_missing_file_and_a_missing_buyer_are_two_problems(tmp_path: Path) -> None:
    with pytest.raises(RegisterRefused) as refusal:
        read_register([tmp_path / "nowhere.toml"])
    assert [each.file for each in refusal.value.problems] == ["buyer.toml", "nowhere.toml"]


def test_two_buyers_and_an_unreadable_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes("name = 'Köparen'".encode("latin-1"))
    (tmp_path / "open.toml").write_text("[buyer\n", encoding="utf-8")
    demo = FIXTURES / "demo" / "register"
    with pytest.raises(RegisterRefused) as refusal:
        read_register([demo, demo / "buyer.toml", tmp_path])
    assert [(each.file, each.line) for each in refusal.value.problems] == [
        ("buyer.toml", 4),
        ("latin.toml", 0),
        ("open.toml", 1),
    ]


def test_lines_are_found_behind_long_strings_lists_and_dotted_keys(tmp_path: Path) -> None:
    text = '''
[buyer]
name = """
[buyer]
vat_id = "not here"
"""
contact.name = "Ekonomistöd"
contact.email = 7
address = { street = "[[", city = 'A"', postal_code = "1" } # ]]
vat_id = [
    "a",
    # vat_id = "nor here"
]
invoice_address.street = ""
'''
    (tmp_path / "buyer.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RegisterRefused) as refusal:
        read_register([tmp_path])
    told = {each.sentence.en.split(" ")[0]: each.line for each in refusal.value.problems}
    assert told == {
        "contact.email": 8,
        "vat_id": 10,
        "invoice_address.city": 14,
        "invoice_address.postal_code": 14,
        "organisation_number": 2,
        "participant_id": 2,
    }


def test_every_refusal_of_the_register_is_a_business_refusal() -> None:
    for kind in (NoPriceAgreed, NoPriceListValid, NotInRegister, ContractNotValid, RegisterRefused):
        assert issubclass(kind, Refused)
