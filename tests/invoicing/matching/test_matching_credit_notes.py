"""A credit note is matched with the whole of one invoice, or told what is wrong with it."""

from dataclasses import replace

import pytest

from invoicing.documents.reading import turned
from invoicing.matching.credit_notes.credit_matching import match_credit
from invoicing.matching.deviations import DeviationCode
from invoicing.model import InvoiceState
from tests.support.stories.builders import a_credit_note, credit_facts, in_books, sek
from tests.support.stories.credit_stories import CREDIT_STORIES, INVOICE, CreditStory
from tests.support.stories.deviation_stories import assert_says


@pytest.mark.parametrize("story", CREDIT_STORIES, ids=lambda story: f"{story.code} {story.name}")
def test_one_thing_wrong_with_a_credit_note_is_one_deviation(story: CreditStory) -> None:
    (deviation,) = story.match.deviations
    assert (deviation.code, deviation.weight) == (story.code, story.weight)
    assert_says(deviation, story.says)


def test_a_credit_of_the_whole_invoice_agrees_in_any_state_before_credited() -> None:
    for state in set(InvoiceState) - {InvoiceState.CREDITED, InvoiceState.SETTLED}:
        assert match_credit(a_credit_note(INVOICE), credit_facts(in_books(INVOICE, state=state))).codes == ()


def test_the_same_sum_with_another_tax_is_not_a_credit_of_the_invoice() -> None:
    credit = replace(a_credit_note(INVOICE), amount_net=sek("2945.01"), amount_vat=sek("736.24"))
    result = match_credit(credit, credit_facts(in_books(INVOICE)))
    assert [(each.code, each.term) for each in result.deviations] == [(DeviationCode.CREDIT_AMOUNT, "BT-110")]


def test_a_negative_invoice_is_the_credit_note_it_is() -> None:
    credit = replace(a_credit_note(INVOICE), type_code="380")
    negative = turned(credit)
    assert negative.amount_payable.amount < 0
    assert match_credit(turned(negative), credit_facts(in_books(INVOICE))).codes == ()


def test_turning_an_invoice_twice_gives_it_back() -> None:
    credit = a_credit_note(INVOICE)
    assert turned(turned(credit)) == credit
