"""What can be wrong with a credit note: a story for each code."""

from dataclasses import dataclass, replace
from decimal import Decimal

from foundation.money import Money, Quantity
from invoicing.matching.candidates import Suggestion
from invoicing.matching.credit_notes.credit_matching import match_credit
from invoicing.matching.deviations import DeviationCode, Match, SuggestionBasis, Weight
from invoicing.matching.facts import CreditFacts
from invoicing.model import CreditedReference, InvoiceContent, InvoiceState
from tests.support.stories.builders import (
    REGISTER,
    a_credit_note,
    an_invoice,
    an_order,
    credit_facts,
    in_books,
)

INVOICE = an_invoice(an_order())


def _line_of(**line: object) -> InvoiceContent:
    """A credit note for a day less than the invoice has, its one line changed as is said."""
    whole = a_credit_note(INVOICE, amount="2850.00")
    (invoiced,) = INVOICE.lines
    part = {"quantity": Quantity.days(30), "amount": Money.of("2850.00"), **line}
    return replace(whole, lines=(replace(invoiced, **part),))  # type: ignore[arg-type]


def in_parts(invoice: InvoiceContent) -> CreditFacts:
    """What a credit note is judged by where a part of an invoice may be credited."""
    policy = replace(REGISTER.policy, partial_acceptance=True)
    return replace(credit_facts(in_books(invoice)), policy=policy, left=invoice)


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
        DeviationCode.CREDIT_ORDER,
        "names another order than its invoice",
        match_credit(
            replace(a_credit_note(INVOICE), order_number="2100000099"),
            credit_facts(in_books(INVOICE), invoiced=INVOICE),
        ),
        ("2100000099", INVOICE.order_number, "F-1001"),
    ),
    CreditStory(
        DeviationCode.BUYER,
        "addressed to another buyer",
        match_credit(
            replace(a_credit_note(INVOICE), buyer="5560360793"),
            credit_facts(in_books(INVOICE), invoiced=INVOICE),
        ),
        ("5560360793", "2021002114"),
    ),
    CreditStory(
        DeviationCode.CREDIT_AMOUNT,
        "the same sums with its VAT divided otherwise",
        match_credit(
            replace(a_credit_note(INVOICE), vat=(replace(INVOICE.vat[0], category="AE"),)),
            credit_facts(in_books(INVOICE), invoiced=INVOICE),
        ),
        ("AE 25 %", "S 25 %", "F-1001"),
    ),
    CreditStory(
        DeviationCode.CREDIT_CURRENCY,
        "in euro",
        match_credit(replace(a_credit_note(INVOICE), currency="EUR"), credit_facts(in_books(INVOICE))),
        ("EUR", "SEK", "F-1001"),
    ),
    *(
        CreditStory(
            DeviationCode.CREDIT_LINE,
            name,
            match_credit(credit, in_parts(INVOICE)),
            says,
        )
        for name, credit, says in (
            ("a line the invoice has not", _line_of(order_line="009"), ("009", "F-1001")),
            ("at another price", _line_of(price=Decimal("94.00")), ("001", "F-1001")),
            ("for more days than it has", _line_of(quantity=Quantity.days(32)), ("001", "F-1001")),
            ("for another sum", _line_of(quantity=Quantity.days(31)), ("001", "F-1001")),
            (
                "with an allowance",
                replace(_line_of(), adjustments=Money.of("-10.00")),
                ("-10.00", "F-1001"),
            ),
        )
    ),
)
