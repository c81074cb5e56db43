"""Every sentence about a deviation, in both languages, with every value that may be absent: none has a hole.

They stand in `fixtures/golden/deviation-sentences.txt`, a row for each code and variant, so that they can be read by
eye. Written anew with `BILLING_WRITE_GOLDEN=1 pytest tests/invoicing/matching/test_deviation_sentences.py`.
"""

import re
from dataclasses import replace

import pytest

from invoicing.matching import causes
from invoicing.matching.credit_notes.credited_document import OF_CREDIT
from invoicing.matching.deviation_texts import WORDS, sentence, title
from invoicing.matching.deviation_words.words import PLACES
from invoicing.matching.deviations import (
    VERDICT_OF,
    DeviationCode,
    Weight,
)
from invoicing.responses.response_documents import asks
from tests.support.golden import is_golden
from tests.support.stories.every_deviation import LET_THROUGH, ROWS, SAMPLES, a_deviation, weight_of, without

_ROWS = (*WORDS, *((code, variant) for code in DeviationCode for variant in LET_THROUGH))
_HOLES = re.compile(r"  |[ (][.,;:)]|”\s*”|“\s*”|\(\)|%\(|\bNone\b|^ | $|[.:;,][.:;,]")
_PLACEHOLDERS = re.compile(r"(?i)[”“(:] ?(?:inget|nothing)\b")


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
    for code, variant in ROWS:
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
    assert set(SAMPLES) == set(DeviationCode)
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


_NEXT = (
    re.compile(
        r"\b([Kk]reditera|[Ss]kicka|[Ll]ämna|[Kk]ontrollera|kontakta|räknas inte)\b|behöver inte göra något"
    ),
    re.compile(r"\b([Cc]redit|[Ss]end|[Ff]ile|[Cc]heck|contact)\b|need (not )?do (anything|nothing)"),
)


@pytest.mark.parametrize(("code", "variant"), [each for each in ROWS if weight_of(*each) > Weight.NOTE])
def test_what_stops_a_document_says_what_to_do_whatever_is_absent(code: DeviationCode, variant: str) -> None:
    for deviation in without(a_deviation(code, variant), most=2):
        if deviation.variant.partition(" ")[0] != variant:
            continue
        said = sentence(deviation)
        for words, does in zip((said.sv, said.en), _NEXT, strict=True):
            assert does.search(words), words


def test_what_is_told_beside_a_graver_deviation_advises_nothing() -> None:
    waits, wrong = a_deviation(DeviationCode.NOT_RECEIVED, ""), a_deviation(DeviationCode.PRICE, "")
    said = causes.told([waits, wrong])
    assert said[wrong].sv.endswith("Kreditera hela fakturan och skicka en ny.")
    assert said[waits].sv.endswith("inte är lämnad eller har avslagits.")


def test_who_is_to_send_no_new_invoice_is_not_asked_for_one_by_another_deviation() -> None:
    gone, wrong = a_deviation(DeviationCode.NOT_RECEIVED, "cancelled"), a_deviation(DeviationCode.PRICE, "")
    for deviations in ([gone, wrong], [wrong, gone]):
        assert [each.sv.endswith("skicka ingen ny.") for each in causes.told(deviations).values()] == [
            each is gone for each in deviations
        ]
        assert asks("RE", deviations) == ("CNF",)
        assert sum("skicka en ny" in each.sv for each in causes.told(deviations).values()) == 0
    other_line = replace(wrong, line="2")
    told = causes.told([gone, other_line])
    assert asks("RE", [gone, other_line]) == ("CNF", "NIN")
    assert told[gone].sv.endswith("så inget levereras på orderrad 002.")
    assert told[other_line].sv.endswith("skicka en ny.")


# A claim is rejected as disputed, never before a person has read it.
_REJECTED = [
    each
    for each in ROWS
    if weight_of(*each) is Weight.QUESTION and each != (DeviationCode.LATE_PAYMENT_CLAIM, "")
]


@pytest.mark.parametrize(("code", "variant"), _REJECTED)
def test_a_rejection_asks_for_what_its_sentence_asks_for(code: DeviationCode, variant: str) -> None:
    deviation = a_deviation(code, variant)
    said, asked = causes.told([deviation], rejected=True)[deviation], asks("RE", [deviation])
    is_credit = code.startswith("CREDIT_") or variant == OF_CREDIT
    if not is_credit and code is not DeviationCode.ALREADY_CREDITED:
        assert ("CNF" in asked) == ("Kreditera" in said.sv or "kreditera" in said.sv), said.sv
        new = any(words in said.sv for words in ("skicka en", "på nytt när den är godkänd", "använd KA-webb"))
        assert ("NIN" in asked) == (new and "KA-webb" not in said.sv), (said.sv, asked)
    elif code is DeviationCode.ALREADY_CREDITED:
        assert asked == ("NOA",)
        assert "behöver inte göra något" in said.sv
    else:
        assert asked == ("NIN",)
        assert "skicka en ny" in said.sv.lower()
    assert "prövas den här igen" not in said.sv
