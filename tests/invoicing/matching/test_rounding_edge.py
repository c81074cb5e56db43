"""A rounding of the sum to pay (BT-114) is the seller's own to a whole krona, and beyond it a question."""

from dataclasses import replace

import pytest

from foundation.money import Money
from invoicing.matching.document_matching import total_deviations
from tests.support.stories.builders import a_receipt, an_invoice, an_order, facts_of

ORDER = an_order()


@pytest.mark.parametrize(
    ("rounding", "found"),
    [
        ("0.00", []),
        ("0.99", []),
        ("1.00", []),
        ("-1.00", []),
        ("1.01", ["rounding"]),
        ("-1.01", ["rounding"]),
    ],
)
def test_a_rounding_may_be_a_krona_and_no_more(rounding: str, found: list[str]) -> None:
    invoice = replace(an_invoice(ORDER), amount_rounding=Money.of(rounding))
    facts = facts_of(ORDER, a_receipt(ORDER))
    assert [each.variant for each in total_deviations(invoice, facts)] == found
