"""What can be wrong with a credit note: a story for each code."""

from dataclasses import dataclass, replace

from invoicing.matching.candidates import Suggestion
from invoicing.matching.credit_matching import match_credit
from invoicing.matching.deviations import DeviationCode, Match, SuggestionBasis, Weight
from invoicing.model import CreditedReference, InvoiceState
from tests.support.stories.builders import a_credit_note, an_invoice, an_order, credit_facts, in_books

INVOICE = an_invoice(an_order())


@dataclass(frozen=True)
class CreditStory:
    """One thing wrong with a credit note."""

    code: DeviationCode
    name: str
    match: Match
    says: tuple[str, ...]
    weight: Weight = Weight.QUESTION


CREDIT_STORIES = (
    CreditStory(
        DeviationCode.CREDIT_REFERENCE_MISSING,
        "names no invoice",
        match_credit(
            replace(a_credit_note(INVOICE), credits=()),
            credit_facts(
                None,
                suggestions=(
                    Suggestion("F-1001", SuggestionBasis.SUM),
                    Suggestion("F-9", SuggestionBasis.SUM),
                ),
            ),
        ),
        ("F-1001, F-9",),
    ),
    CreditStory(
        DeviationCode.CREDIT_SEVERAL,
        "names two",
        match_credit(
            replace(
                a_credit_note(INVOICE),
                credits=(*a_credit_note(INVOICE).credits, CreditedReference("F-1002", None)),
            ),
            credit_facts(None),
        ),
        ("F-1001, F-1002",),
    ),
    CreditStory(
        DeviationCode.CREDIT_UNKNOWN,
        "comes before its invoice",
        match_credit(a_credit_note(INVOICE), credit_facts(None)),
        ("F-1001",),
        weight=Weight.PARK,
    ),
    CreditStory(
        DeviationCode.CREDIT_OF_CREDIT,
        "credits a credit note",
        match_credit(
            a_credit_note(INVOICE, credits="K-1"),
            credit_facts(in_books(a_credit_note(INVOICE, number="K-1"))),
        ),
        ("K-1",),
    ),
    CreditStory(
        DeviationCode.ALREADY_CREDITED,
        "the second credit",
        match_credit(
            a_credit_note(INVOICE, number="K-2"),
            credit_facts(in_books(INVOICE, state=InvoiceState.CREDITED), by="K-1001"),
        ),
        ("F-1001", "K-1001"),
    ),
    CreditStory(
        DeviationCode.CREDIT_AMOUNT,
        "half of it",
        match_credit(a_credit_note(INVOICE, amount="1472.50"), credit_facts(in_books(INVOICE))),
        ("1840.63", "3681.25", "F-1001"),
    ),
    CreditStory(
        DeviationCode.CREDIT_AMOUNT,
        "more than it",
        match_credit(a_credit_note(INVOICE, amount="2945.01"), credit_facts(in_books(INVOICE))),
        ("3681.26", "3681.25"),
    ),
    CreditStory(
        DeviationCode.CREDIT_CURRENCY,
        "in euro",
        match_credit(replace(a_credit_note(INVOICE), currency="EUR"), credit_facts(in_books(INVOICE))),
        ("EUR", "SEK", "F-1001"),
    ),
)
