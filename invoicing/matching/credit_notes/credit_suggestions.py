"""Which invoice a credit note may credit: ranked, told, and never linked without a person. Pure.

What the credit note itself says comes before what merely has the same sum. Where it names an order or a participant, no
invoice of another is suggested.
"""

from collections.abc import Iterable, Mapping, Sequence

from foundation.identifiers import visible
from foundation.text import Text
from invoicing.matching.candidates import (
    CreditSuggestion,
    InvoiceCandidate,
    NamedOrder,
    Suggestion,
    numbers_given,
    one_slip,
    same_form,
)
from invoicing.matching.deviations import SuggestionBasis
from invoicing.matching.lines_meant import same_number
from invoicing.model import InvoiceContent, InvoiceState

_SURENESS = {
    SuggestionBasis.NAMED: 400,
    SuggestionBasis.SLIP: 300,
    SuggestionBasis.ORDER: 200,
    SuggestionBasis.PARTICIPANT: 100,
    SuggestionBasis.SUM: 0,
}
# Part of a longer number stands in it by chance.
_SHORTEST = 4


def credits(
    credit: InvoiceContent, named: Sequence[NamedOrder], candidates: Iterable[InvoiceCandidate]
) -> Sequence[CreditSuggestion]:
    """The invoices a credit note may credit, best first."""
    given = numbers_given(credit)
    found = [
        _suggestion(each, credit, basis)
        for each in candidates
        if (basis := _basis(each, credit, named, given)) is not None
    ]
    return sorted(found, key=lambda each: (-each.weight, each.number))


def best(ranked: Sequence[CreditSuggestion]) -> tuple[Suggestion, ...]:
    """The invoices with most that speaks for them."""
    most = max((each.weight for each in ranked), default=0)
    return tuple(Suggestion(each.number, each.basis, each.place) for each in ranked if each.weight == most)


def meant(ranked: Sequence[CreditSuggestion]) -> tuple[Suggestion, ...]:
    """The invoices a number that we do not have is nearly that of: of others, the credit note may wait."""
    near = (SuggestionBasis.NAMED, SuggestionBasis.SLIP)
    return best([each for each in ranked if each.basis in near])


def _basis(
    each: InvoiceCandidate, credit: InvoiceContent, named: Sequence[NamedOrder], given: Mapping[str, str]
) -> tuple[SuggestionBasis, str] | None:
    """What speaks for the invoice in the first place, and where it stands; None where it is another participant's."""
    if each.amount.currency != credit.currency:
        return None
    references = [reference.number for reference in credit.credits]
    own = _folded(each.number)
    if len(own) >= _SHORTEST and any(own in _folded(reference) for reference in references):
        return SuggestionBasis.NAMED, "BT-25"
    if len(each.number) >= _SHORTEST and each.number in given:
        return SuggestionBasis.NAMED, given[each.number]
    same_sum = each.amount == credit.amount_payable
    if same_sum and any(one_slip(reference, each.number) for reference in references):
        return SuggestionBasis.SLIP, ""
    if each.order_number and each.order_number in given:
        return SuggestionBasis.ORDER, given[each.order_number]
    if named:
        participants = {other.execution_reference for other in named if other.theirs}
        place = given.get(each.execution_reference, "")
        theirs = each.execution_reference in participants and place
        return (SuggestionBasis.PARTICIPANT, place) if theirs else None
    others = (*credit.references, credit.order_number)
    names_another = any(
        given_number and same_form(given_number, ours)
        for given_number in others
        for ours in (each.execution_reference, each.order_number)
    )
    return None if names_another or not same_sum else (SuggestionBasis.SUM, "")


def _suggestion(
    each: InvoiceCandidate, credit: InvoiceContent, basis: tuple[SuggestionBasis, str]
) -> CreditSuggestion:
    sure, place = basis
    speaks: list[tuple[int, Text]] = []
    if sure is SuggestionBasis.NAMED:
        speaks.append((0, Text("numret står i kreditfakturan")))
    if sure is SuggestionBasis.SLIP:
        speaks.append((0, Text("numret skiljer sig på ett tecken")))
    if sure is SuggestionBasis.ORDER:
        speaks.append((0, Text("samma order")))
    if sure is SuggestionBasis.PARTICIPANT:
        speaks.append((0, Text("samma genomförandereferens")))
    if each.amount == credit.amount_payable:
        speaks.append((40, Text("samma belopp")))
    if _same_line(each, credit):
        speaks.append((30, Text("samma orderrad")))
    if each.state is InvoiceState.CREDIT_REQUESTED:
        speaks.append((20, Text("kredit är begärd för den")))
    return CreditSuggestion(
        number=each.number,
        execution_reference=each.execution_reference,
        amount=each.amount,
        state=each.state,
        weight=_SURENESS[sure] + sum(weight for weight, _ in speaks),
        because=tuple(words for _, words in speaks),
        basis=sure,
        place=place,
    )


def _same_line(each: InvoiceCandidate, credit: InvoiceContent) -> bool:
    return any(same_number(line, ours) or line == ours for line in credit.order_lines for ours in each.lines)


def _folded(number: str) -> str:
    """A number as people take it for the same: letters and digits alone, small or capital."""
    return "".join(sign for sign in visible(number).casefold() if sign.isalnum())
