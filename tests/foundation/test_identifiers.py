"""Identifiers as written: what is around them is no part of them, what is hidden in them is named."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.identifiers import hidden_in, is_blank, numbers_in, trimmed, visible

_BLANKS = [chr(code) for code in range(0x3000 + 1) if is_blank(chr(code))] + ["\ufeff", "\u3164"]


def test_a_blank_is_what_takes_room_or_none_and_is_drawn_as_nothing() -> None:
    for (
        character
    ) in " \t\n\u00a0\u00ad\u1680\u2000\u2009\u200b\u200e\u2028\u202f\u205f\u2060\u2800\u3000\ufeff":
        assert is_blank(character), unicodedata.name(character, hex(ord(character)))
    for character in "0aÅ-_./,#\u2013":
        assert not is_blank(character), character


@given(
    st.text("0123456789ABC-/. \u200b\u00a0", min_size=1),
    st.text(st.sampled_from(_BLANKS)),
    st.text(st.sampled_from(_BLANKS)),
)
def test_blanks_around_a_number_are_no_part_of_it(number: str, before: str, after: str) -> None:
    bare = trimmed(number)
    assert trimmed(before + number + after) == bare
    assert bare in number
    assert bare == "" or not (is_blank(bare[0]) or is_blank(bare[-1]))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_looks_the_same_is_the_same_when_it_is_made_visible(text: str) -> None:
    plain = visible(text)
    assert visible(plain) == plain
    assert all(not hidden or len(hidden.character) == 1 for hidden in hidden_in(text))
    if plain == text:
        assert hidden_in(text) == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("PO: 2100000023,", "2100000023"),
        ("PO2100000023", "2100000023"),
        ("2100 000 023", "2100000023"),
        ("2100\u00a0000\u00a0023", "2100000023"),
        ("2100-000023", "2100000023"),
        ("2100\u200b000023", "2100000023"),
        ("２１００００００２３", "2100000023"),
        ("Ert ordernr:2100000023/001.", "2100000023"),
        ("(2100000023)", "2100000023"),
        ("faktura F-1001A", "1001A"),
    ],
)
def test_a_number_is_found_in_what_stands_around_it(text: str, number: str) -> None:
    assert number in numbers_in(text)


def test_words_and_short_numbers_are_no_numbers_of_ours() -> None:
    assert numbers_in("Avser januari, 3 deltagare, rad 001") == ()


def test_a_text_of_many_numbers_is_read_in_a_moment() -> None:
    assert len(numbers_in("1234 " * 20_000)) < 10
