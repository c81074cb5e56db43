"""Each thing that can be wrong with an invoice is one deviation, explained in both languages."""

from dataclasses import replace

import pytest

from foundation.text import Language, languages
from invoicing.matching.deviation_texts import WORDS, sentence, sentences
from invoicing.matching.deviations import Deviation, DeviationActor, DeviationCode, Source, Verdict, Weight
from invoicing.matching.invoice_matching import match
from invoicing.responses import response_documents
from tests.support.stories.builders import an_invoice
from tests.support.stories.credit_stories import CREDIT_STORIES
from tests.support.stories.deviation_stories import NOT_RECEIVED, ORDER, STORIES, Story, assert_says

VERDICTS = {
    Weight.NOTE: Verdict.ACCEPT,
    Weight.HOLD: Verdict.HOLD,
    Weight.PARK: Verdict.PARK,
    Weight.QUESTION: Verdict.QUESTION,
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.code} {story.name}")
def test_one_thing_wrong_is_one_deviation_with_its_code_weight_and_words(story: Story) -> None:
    result = match(story.invoice, story.facts)
    (deviation,) = result.deviations
    assert (deviation.code, deviation.weight, deviation.variant) == (story.code, story.weight, story.variant)
    assert result.verdict is VERDICTS[story.weight]
    assert_says(deviation, story.says)


def test_every_code_of_the_table_has_its_story() -> None:
    told = {story.code for story in STORIES} | {story.code for story in CREDIT_STORIES}
    assert told == set(DeviationCode)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("code", "variant"), WORDS.keys())
def test_every_template_is_filled_in_whole(code: DeviationCode, variant: str, language: Language) -> None:
    filled = Deviation(
        code,
        Weight.QUESTION,
        "BT-1",
        "FOUND",
        "EXPECTED",
        Source.RECEIPT,
        line="7",
        reference="REF",
        variant=f"{variant} DETAIL".strip(),
    )
    words = sentence(filled).in_language(language)
    assert "%(" not in words
    assert "  " not in words
    assert sentence(filled).sv != sentence(filled).en


def test_every_deviation_has_a_reason_in_the_published_list() -> None:
    assert set(response_documents.REASON_OF) == set(DeviationCode)


def test_who_must_act_is_said() -> None:
    by_code = {story.code: match(story.invoice, story.facts).deviations[0].actor for story in STORIES}
    assert by_code[DeviationCode.QUANTITY] is DeviationActor.SUPPLIER
    assert by_code[DeviationCode.PAYEE] is DeviationActor.BUYER
    assert by_code[DeviationCode.DUE_DATE] is DeviationActor.NOBODY
    parked = match(an_invoice(ORDER), NOT_RECEIVED).deviations[0]
    assert parked.actor is DeviationActor.SUPPLIER


@pytest.mark.parametrize(
    ("value", "swedish"),
    [("1347.50", "1\N{NO-BREAK SPACE}347,50"), ("-0.50", "-0,50"), ("0.1250", "0,1250"), ("4000000012", "")],
)
def test_a_number_in_a_sentence_is_written_as_its_readers_write_it(value: str, swedish: str) -> None:
    found = Deviation(
        DeviationCode.AMOUNT, Weight.QUESTION, "BT-131", value, "1.00", Source.RECEIPT, line="1"
    )
    assert (swedish or value) in sentence(found).sv
    assert value in sentence(found).en


def test_what_reads_the_same_of_several_deviations_is_said_once() -> None:
    first = Deviation(
        DeviationCode.NOT_RECEIVED,
        Weight.QUESTION,
        "BT-132",
        "001",
        "",
        Source.CANCELLATION,
        line="1",
        variant="cancelled",
    )
    other = replace(first, found="002", line="3")
    said = sentences([first, replace(first, line="2"), other])
    assert said.sv == f"{sentence(first).sv} {sentence(other).sv}"
    assert said.en == f"{sentence(first).en} {sentence(other).en}"
