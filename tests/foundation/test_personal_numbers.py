"""Personal identity numbers are known in every form that they are written in, and nothing else is taken for one."""

from datetime import date

import pytest
from hypothesis import given

from foundation import personal_numbers
from foundation.personal_numbers import PersonalNumber, found_in, is_written_out, masked, numbers_in
from tests.support.stories.personal_numbers import (
    NOBODYS,
    SIGNED,
    SOMEBODY,
    WRITINGS,
    Writing,
    number,
    numbers,
)


@pytest.mark.parametrize("written", WRITINGS.values(), ids=WRITINGS)
def test_a_number_is_found_however_it_is_written(written: Writing) -> None:
    assert set(numbers_in(written(SOMEBODY))) == {SOMEBODY[2:]}


@pytest.mark.parametrize("text", NOBODYS.values(), ids=NOBODYS)
def test_a_number_of_something_else_is_left_alone(text: str) -> None:
    assert not found_in(text)
    assert not found_in(f"Se {text}, tack.")


@pytest.mark.law
@given(numbers)
def test_every_number_is_found_in_every_form(twelve: str) -> None:
    for name, written in WRITINGS.items():
        assert twelve[2:] in set(numbers_in(written(twelve))), name
        assert is_written_out(written(twelve)) == (name in SIGNED), name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("840327-T235", True),  # an interim number: the letter counts as 1
        ("840327-T236", False),
        ("840327T235", False),
        ("19840060-2382", True),  # the day of birth is not known: month 00, day 60
        ("8400602382", False),
        ("840360-2389", True),
    ],
)
def test_numbers_of_the_rarer_kinds(text: str, found: bool) -> None:
    assert found_in(text) is found, text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2611300019", False),  # the supplier's fourteenth invoice number of a day
        ("202611300019", False),
        ("2501150011", False),
        ("261130-0019", False),
        ("20261130-0019", False),
        ("261130+0019", True),  # somebody a hundred years old
        (SOMEBODY[2:], True),
        (SOMEBODY, True),
    ],
)
def test_a_series_of_numbers_made_of_days_is_nobodys(text: str, found: bool) -> None:
    """A supplier whose invoice numbers are made of days would else be handled apart one time in ten."""
    assert any(True for _ in numbers_in(text, on=date(2026, 11, 30))) is found
    assert found_in(text)


def test_what_people_write_is_refused_and_not_repeated() -> None:
    with pytest.raises(PersonalNumber) as refused:
        personal_numbers.refuse(f"Anna, {SOMEBODY[2:8]}-{SOMEBODY[8:]}, är sjuk")
    assert SOMEBODY[2:8] not in refused.value.text.both()
    assert masked(f"nr {SOMEBODY}") == "(…)"
    assert masked("nr 12") == "nr 12"


def test_the_numbers_of_the_tests_are_right() -> None:
    assert number(date(1912, 12, 12), 121) == "191212121212"
