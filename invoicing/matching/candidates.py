"""What a document may be for: orders it names, order lines that wait for an invoice, invoices that may be credited.

Values loaded by `documents/suggesting.py` and ranked by `suggestions.py` and `credit_notes/credit_suggestions.py`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.identifiers import numbers_in, visible
from foundation.money import Money
from foundation.periods import Month, Period
from foundation.text import Text
from invoicing.matching.deviations import SuggestionBasis
from invoicing.model import InvoiceContent, InvoiceState


@dataclass(frozen=True, slots=True)
class NamedOrder:
    """An order that the document names by its number or its execution reference.

    `theirs` says whether it is the sender's, or of one that the sender has taken over.
    """

    number: str
    execution_reference: str
    period: Period
    theirs: bool


@dataclass(frozen=True, slots=True)
class LineCandidate:
    """An order line that is received and that no invoice lies on."""

    order_number: str
    line_id: str
    execution_reference: str
    month: Month
    quantity: Decimal  # received
    price: Decimal
    received: Money


@dataclass(frozen=True, slots=True)
class InvoiceCandidate:
    """An invoice that is not credited, with the order lines it lies on."""

    number: str
    order_number: str
    execution_reference: str
    issued_on: date
    amount: Money
    state: InvoiceState
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A number that may be meant, and what that rests on; `place` is the term of where in the document it is said."""

    number: str
    basis: SuggestionBasis
    place: str = ""

    @property
    def variant(self) -> str:
        """The variant of a deviation that suggests it."""
        return f"{self.basis.value} {self.place}".strip()


@dataclass(frozen=True, slots=True)
class LineSuggestion:
    """An order line a document may be for; `weight` ranks, `because` says why."""

    order_number: str
    line_id: str
    execution_reference: str
    month: Month
    received: Money
    weight: int
    because: tuple[Text, ...]
    basis: SuggestionBasis
    place: str = ""


@dataclass(frozen=True, slots=True)
class CreditSuggestion:
    """An invoice a credit note may credit."""

    number: str
    execution_reference: str
    amount: Money
    state: InvoiceState
    weight: int
    because: tuple[Text, ...]
    basis: SuggestionBasis
    place: str = ""


def numbers_given(content: InvoiceContent) -> dict[str, str]:
    """Every number in the document that may be one of ours, with the term of its place; the likeliest place first."""
    found: dict[str, str] = {}
    for term, text in (("BT-13", content.order_number), *(("BT-10", each) for each in content.references)):
        for number in (visible(text), *numbers_in(text)):
            if number:
                found.setdefault(number, term)
    # What was read before there were mentions has its references; what has mentions knows their places.
    return {**found, **{each.number: each.term for each in content.mentions}}


def same_form(given: str, own: str) -> bool:
    """Whether two numbers have digits and other signs in the same places."""

    def form(text: str) -> str:
        return "".join("9" if sign.isdigit() else sign for sign in text)

    return form(given) == form(own)


def one_slip(given: str, own: str) -> bool:
    """Whether two numbers differ by one slip of the hand: a character other, too many, missing, or two exchanged."""
    if given == own or abs(len(given) - len(own)) > 1 or len(own) < _SHORTEST_SLIP:
        return False
    start = next(
        (place for place, pair in enumerate(zip(given, own, strict=False)) if pair[0] != pair[1]), None
    )
    if start is None:
        return True
    one, other = given[start:], own[start:]
    return one[1:] == other[1:] or one[1:] == other or one == other[1:] or one[1::-1] + one[2:] == other


# Of shorter numbers many differ by one character.
_SHORTEST_SLIP = 6
_TOLD = 3


def told(suggestions: tuple[Suggestion, ...]) -> tuple[str, str]:
    """What a sentence suggests, and the variant that says why: at most three that rest on the same as the first.

    Of many that merely have the same sum none is suggested: three of them would be three by chance.
    """
    if not suggestions:
        return "", ""
    first = suggestions[0]
    rests_on = (first.basis, first.place)
    alike = dict.fromkeys(each.number for each in suggestions if (each.basis, each.place) == rests_on)
    if first.basis is SuggestionBasis.SUM and len(alike) > _TOLD:
        return "", ""
    return ", ".join(list(alike)[:_TOLD]), first.variant
