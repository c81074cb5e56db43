"""What holds for a supplier on a day: read from files, kept in the register, and asked of no other day."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.register import validity
from orders.register.files import RegisterRefused, read_register
from orders.register.parties import DatedFTax, PaymentAccount
from orders.register.register import Register
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, REGISTER, example_register

JULY = date(2026, 7, 1)
FYRBAKENS = """address = { street = "Båkvägen 3", postal_code = "903 00", city = "Umeå" }
vat = { category = "S", percent = "25.00" }
payment_accounts = [{ scheme = "BANKGIRO", number = "599-9107" }]"""
DATED = """address = [
    { street = "Båkvägen 3", postal_code = "903 00", city = "Umeå" },
    { street = "Fyrgatan 9", postal_code = "903 26", city = "Umeå", valid_from = "2026-07-01" },
]
vat = [
    { category = "S", percent = "25.00" },
    { category = "O", exemption_code = "VATEX-EU-O", valid_from = "2026-07-01" },
]
payment_accounts = [
    { scheme = "BANKGIRO", number = "599-9107", valid_to = "2026-06-30" },
    { scheme = "BANKGIRO", number = "5050-1055", valid_from = "2026-07-01" },
]"""


def written(folder: Path, **changes: str) -> list[Path]:
    """The example's files, with Fyrbåken's lines written otherwise."""
    text = (REGISTER / "suppliers.toml").read_text(encoding="utf-8")
    assert FYRBAKENS in text
    first = text.index("f_tax = true")
    text = text[:first] + f"f_tax = {changes.get('f_tax', 'true')}" + text[first + len("f_tax = true") :]
    text = text.replace(FYRBAKENS, changes.get("rest", FYRBAKENS))
    for each in REGISTER.glob("*.toml"):
        (folder / each.name).write_text(each.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "suppliers.toml").write_text(text, encoding="utf-8")
    return [folder]


def refused(paths: Sequence[Path]) -> list[tuple[int, str]]:
    with pytest.raises(RegisterRefused) as refusal:
        read_register(paths)
    return [(each.line, each.sentence.en) for each in refusal.value.problems]


def test_each_may_be_a_list_with_the_day_it_holds_from(tmp_path: Path) -> None:
    f_tax = '[{ approved = true }, { approved = false, valid_from = "2026-07-01" }]'
    register = read_register(written(tmp_path, f_tax=f_tax, rest=DATED))
    supplier = register.supplier(FYRBAKEN)
    june, july = supplier.on(date(2026, 6, 30)), supplier.on(JULY)
    assert (june.vat.category, june.vat_id, june.f_tax, june.address.street) == (
        "S",
        "SE559999101401",
        True,
        "Båkvägen 3",
    )
    assert (july.vat.category, july.vat_id, july.f_tax, july.address.street) == (
        "O",
        None,
        False,
        "Fyrgatan 9",
    )
    assert [each.number for each in june.payment_accounts] == ["5999107"]
    assert [each.number for each in july.payment_accounts] == ["50501055"]
    assert supplier.days_of_change == (JULY,)
    assert Register.from_json(register.to_json()) == register


def test_a_single_value_holds_always_and_is_stored_as_it_always_was() -> None:
    register = example_register()
    assert register.supplier(FYRBAKEN).on(date.min).f_tax is True
    assert register.supplier(FYRBAKEN).on(date.max).vat.percent == 25
    (stored,) = (
        each
        for each in json.loads(register.to_json())["suppliers"]
        if each["organisation_number"] == FYRBAKEN
    )
    assert stored["f_tax"] is True
    assert stored["payment_accounts"] == [{"scheme": "BANKGIRO", "number": "5999107"}]
    assert "succeeds" not in stored


def test_what_leaves_a_day_without_an_answer_is_refused_at_its_line(tmp_path: Path) -> None:
    both_dated = (
        '[{ approved = true, valid_from = "2026-01-01" }, { approved = false, valid_from = "2026-07-01" }]'
    )
    ((line, sentence),) = refused(written(tmp_path, f_tax=both_dated))
    assert line > 0
    assert "f_tax: exactly one of the rows must have no valid_from" in sentence


def test_a_day_without_an_account_is_refused(tmp_path: Path) -> None:
    gap = DATED.replace('"5050-1055", valid_from = "2026-07-01"', '"5050-1055", valid_from = "2026-07-02"')
    ((_, sentence),) = refused(written(tmp_path, rest=gap))
    assert "From 2026-07-01 on there is no account to pay to" in sentence
    never_first = DATED.replace('"599-9107", valid_to', '"599-9107", valid_from = "2026-01-01", valid_to')
    ((_, sentence),) = refused(written(tmp_path, rest=never_first))
    assert "At least one account must have no valid_from" in sentence


def test_a_wrong_value_within_a_list_is_named_without_the_readers_own_words(tmp_path: Path) -> None:
    found = refused(written(tmp_path, rest=DATED.replace('percent = "25.00"', 'percent = "25,00"')))
    assert [sentence.partition(" ")[0] for _, sentence in found] == ["vat.percent"]
    found = refused(written(tmp_path, f_tax='"ja"'))
    assert found[0][1] == "f_tax must be true or false, unquoted."


def test_two_accounts_backwards_and_the_same_account_twice(tmp_path: Path) -> None:
    backwards = DATED.replace('valid_to = "2026-06-30"', 'valid_to = "2026-06-30", valid_from = "2026-08-01"')
    found = refused(written(tmp_path, rest=backwards))
    assert any("stops being valid (valid_to) before it begins" in sentence for _, sentence in found)


days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(st.lists(days, unique=True, max_size=5), days)
def test_the_entry_that_holds_is_the_last_that_has_begun(begins: list[date], day: date) -> None:
    entries = [DatedFTax(approved=True), *(DatedFTax(approved=False, valid_from=each) for each in begins)]
    assert not list(validity.objections("f_tax", [each.valid_from for each in entries]))
    expected = max((each for each in begins if each <= day), default=None)
    assert validity.held(entries, day).valid_from == expected


spans = st.tuples(st.none() | days, st.none() | days).filter(
    lambda span: span[0] is None or span[1] is None or span[0] <= span[1]
)


@given(st.lists(spans, min_size=1, max_size=4), days)
def test_accounts_that_are_not_refused_leave_no_day_without_one(
    held: list[tuple[date | None, date | None]], day: date
) -> None:
    covered = all(
        any(validity.holds_on(first, last, each) for first, last in held)
        for each in [date.min, date.max, day, *(last + timedelta(days=1) for _, last in held if last)]
    )
    if validity.first_gap(held) is None:
        assert covered
    elif covered:
        # It is refused only where some day, if not one of these, has none.
        assert all(first is not None for first, _ in held)


def test_the_same_account_may_come_back() -> None:
    supplier = example_register().supplier(LARKDRILLEN)
    plusgiro, iban = supplier.payment_accounts
    back = replace(plusgiro, valid_from=JULY)
    left = replace(plusgiro, valid_to=date(2026, 3, 31))
    now = replace(supplier, payment_accounts=(left, iban, back))
    numbers = {
        day: [each.scheme for each in now.on(day).payment_accounts]
        for day in (date(2026, 3, 31), date(2026, 4, 1), JULY)
    }
    assert [len(each) for each in numbers.values()] == [2, 1, 2]
    assert isinstance(now.account("PLUSGIRO", "499910-8"), PaymentAccount)
