"""Every sentence about a deviation, in both languages, with every value that may be absent: none has a hole.

They stand in `fixtures/golden/deviation-sentences.txt`, a row for each code and variant, so that they can be read by
eye. Written anew with `BILLING_WRITE_GOLDEN=1 pytest tests/invoicing/matching/test_deviation_sentences.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

import pytest

from invoicing.matching.deviation_texts import WORDS, sentence, title
from invoicing.matching.deviation_words.words import PLACES
from invoicing.matching.deviations import (
    VERDICT_OF,
    Deviation,
    DeviationCode,
    Source,
    SuggestionBasis,
    Weight,
)
from tests.support.golden import is_golden

# What differs and is let through has the same words for every code.
_LET_THROUGH = ("tolerated", "accepted")
_ROWS = (*WORDS, *((code, variant) for code in DeviationCode for variant in _LET_THROUGH))

# What is found, expected and referred to, as it may be in books.
_SAMPLES: Mapping[DeviationCode, tuple[str, str, str]] = {
    DeviationCode.NO_DEMAND: ("325", "380", ""),
    DeviationCode.ORDER_MISSING: ("NA", "2100000011", ""),
    DeviationCode.ORDER_UNKNOWN: ("4500017", "2100000011", ""),
    DeviationCode.ORDER_NOT_SUPPLIERS: ("2100000011", "2026-03-01", "5599991014"),
    DeviationCode.BUYER: ("5560360793", "2021002114", ""),
    DeviationCode.CURRENCY: ("EUR", "SEK", "2100000011"),
    DeviationCode.LINE_MISSING: ("", "001", "2100000011"),
    DeviationCode.LINE_UNKNOWN: ("1", "001", "2100000011"),
    DeviationCode.SEVERAL_LINES: ("001, 002", "1", ""),
    DeviationCode.SEVERAL_ORDERS: ("2100000011, 2100000012", "1", ""),
    DeviationCode.NOT_RECEIVED: ("002", "2026-02-13", "2026-03"),
    DeviationCode.ALREADY_INVOICED: ("001", "", "F-1001"),
    DeviationCode.UNIT: ("HUR", "DAY", "001"),
    DeviationCode.QUANTITY: ("22", "21", "2026-01 v1"),
    DeviationCode.PRICE: ("100.00", "95.00", "001"),
    DeviationCode.PERIOD: ("2026-02-01/2026-02-28", "2026-01-01/2026-01-31", "001"),
    DeviationCode.AMOUNT: ("2090.01", "2090.00", "2026-01 v1"),
    DeviationCode.VAT_CATEGORY: ("E", "S", ""),
    DeviationCode.VAT_RATE: ("12", "25", ""),
    DeviationCode.VAT_AMOUNT: ("522.51", "522.50", "2090.00 x 25 %"),
    DeviationCode.F_TAX: ("2026-01-31", "627.00", "2090.00"),
    DeviationCode.PAYEE_ACCOUNT: ("BANKGIRO 50501055", "BANKGIRO 5999107", "2026-02-28"),
    DeviationCode.PAYEE: ("Fordringsköp Exempel AB (5590000005)", "Fyrbåken Exempel AB", ""),
    DeviationCode.ISSUE_DATE: ("2026-10-08", "2026-10-07", "2100000011"),
    DeviationCode.LATE_PAYMENT_CLAIM: ("450.00", "", "F-1001"),
    DeviationCode.DUE_DATE: ("2026-02-13", "2026-03-05", ""),
    DeviationCode.EXECUTION_REFERENCE: ("100000999", "100000101", "2100000011"),
    DeviationCode.CONTRACT: ("AVT-9", "AVT-1001", "2100000011"),
    DeviationCode.CREDIT_REFERENCE_MISSING: ("", "F-1001", ""),
    DeviationCode.CREDIT_SEVERAL: ("F-1001, F-1002", "1", ""),
    DeviationCode.CREDIT_UNKNOWN: ("1001", "F-1001", ""),
    DeviationCode.CREDIT_OF_CREDIT: ("K-1", "", "K-1"),
    DeviationCode.ALREADY_CREDITED: ("F-1001", "", "K-1"),
    DeviationCode.CREDIT_AMOUNT: ("1000.00", "2612.50", "F-1001"),
    DeviationCode.CREDIT_CURRENCY: ("EUR", "SEK", "F-1001"),
    DeviationCode.CREDIT_ORDER: ("2100000012", "2100000011", "F-1001"),
    DeviationCode.CREDIT_LINE: ("001", "", "F-1001"),
}
_DETAILS = {
    "interrupted": "2026-01-13",
    "sent_back": "2026-02-05",
    "revoked_report": "2026-02-05",
    "revoked": "2026-02-05",
    "disputed": "Fakturan betalades i tid",
    SuggestionBasis.NAMED: "BT-10",
    SuggestionBasis.PARTICIPANT: "BT-22",
    SuggestionBasis.ORDER: "BT-13",
}
_VALUES = ("found", "expected", "line", "reference", "variant")
_HOLES = re.compile(r"  |[ (][.,;:)]|”\s*”|“\s*”|\(\)|%\(|\bNone\b|^ | $|[.:;,][.:;,]")
_PLACEHOLDERS = re.compile(r"(?i)[”“(:] ?(?:inget|nothing)\b")


def a_deviation(code: DeviationCode, variant: str) -> Deviation:
    """A deviation of this code and variant with every value it can have."""
    found, expected, reference = _SAMPLES[code]
    if (code, variant) == (DeviationCode.AMOUNT, "rounding"):
        found, expected = "1.25", "1.00"
    if (code, variant) == (DeviationCode.VAT_AMOUNT, "base"):
        found, expected, reference = "2090.50", "2090.00", "25"
    if code is DeviationCode.PERIOD and variant:
        found = found.partition("/")[0]
    return Deviation(
        code,
        Weight.QUESTION,
        "BT-1",
        found,
        expected,
        Source.RECEIPT,
        line="1",
        reference=reference,
        variant=f"{variant} {_DETAILS.get(variant, '')}".strip(),
    )


def without(whole: Deviation, *, most: int = len(_VALUES)) -> Iterator[Deviation]:
    """The deviation whole, and with each set of at most so many of its values absent."""
    for many in range(most + 1):
        for absent in combinations(_VALUES, many):
            changes = {name: "" for name in absent if name != "variant"}
            if "variant" in absent:
                changes["variant"] = whole.variant.partition(" ")[0]
            yield replace(whole, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "variant"), _ROWS)
def test_no_sentence_has_a_hole_whatever_is_absent(code: DeviationCode, variant: str) -> None:
    for deviation in without(a_deviation(code, variant)):
        said = sentence(deviation)
        for words in (said.sv, said.en):
            assert not _HOLES.search(words), words
            assert not _PLACEHOLDERS.search(words), words
            assert words.endswith(".")
            assert words[0].isupper() or words[0].isdigit(), words
        assert said.sv != said.en


def test_the_sentences_are_those_that_have_been_read() -> None:
    lines = [
        "Every deviation in words, with its values and with each that may be absent. Read by eye; see the test."
    ]
    for code, variant in (*WORDS, *((DeviationCode.PRICE, each) for each in _LET_THROUGH)):
        whole = a_deviation(code, variant)
        told = dict.fromkeys((sentence(each).sv, sentence(each).en) for each in without(whole, most=1))
        lines += ["", f"{code} {variant}".strip(), f"  {title(whole).sv} / {title(whole).en}"]
        lines += [
            f"  {language}  {words}"
            for pair in told
            for language, words in zip(("sv", "en"), pair, strict=True)
        ]
    is_golden("deviation-sentences.txt", ("\n".join(lines) + "\n").encode())


def test_every_code_has_a_sample() -> None:
    assert set(_SAMPLES) == set(DeviationCode)
    assert set(VERDICT_OF) == set(Weight)


def test_a_hidden_character_is_named_where_it_stands() -> None:
    hidden = replace(a_deviation(DeviationCode.ORDER_UNKNOWN, ""), found="2100\u200b000011")
    said = sentence(hidden)
    assert "2100000011 (med dolt tecken: U+200B nollbreddsblanksteg efter 2100)" in said.sv
    assert "2100000011 (with a hidden character: U+200B zero width space after 2100)" in said.en


def test_every_place_of_a_suggestion_has_a_name() -> None:
    for place in PLACES:
        named = replace(a_deviation(DeviationCode.ORDER_UNKNOWN, "named"), variant=f"named {place}")
        assert f"({place})" in sentence(named).sv
