"""Which order and order line an invoice may be for: ranked, told, and never linked without a person. Pure.

What the document itself says comes before what merely has the same sum. Where it names an order or a participant, only
that participant's lines are suggested: a sum is no reason to believe that an invoice is for somebody else.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from foundation.identifiers import numbers_in
from foundation.money import Money
from foundation.periods import Month
from foundation.text import Text
from invoicing.matching.candidates import (
    LineCandidate,
    LineSuggestion,
    NamedOrder,
    Suggestion,
    numbers_given,
    one_slip,
    same_form,
)
from invoicing.matching.deviations import SuggestionBasis
from invoicing.matching.facts import OrderFacts
from invoicing.matching.lines_meant import is_within, period_of, same_number
from invoicing.model import InvoiceContent, InvoicedLine, PeriodGiven

_SURENESS = {
    SuggestionBasis.NAMED: 400,
    SuggestionBasis.PARTICIPANT: 300,
    SuggestionBasis.ORDER: 200,
    SuggestionBasis.SLIP: 100,
    SuggestionBasis.SUM: 0,
}
_NUMBER_WEIGHT = 40
# Where a line of its own may name a number: its order, its note and what it is called.
_OF_LINES = frozenset({"BT-127", "BT-153", "BT-188"})
# What a line shares with an order line weighs so much at least; that it is dated the month after weighs less.
_SHARED = 10


def lines(
    invoice: InvoiceContent, named: Sequence[NamedOrder], candidates: Iterable[LineCandidate]
) -> Sequence[LineSuggestion]:
    """The order lines an invoice may be for, best first."""
    given = numbers_given(invoice)
    found = [
        _suggestion(each, invoice, basis, given)
        for each in candidates
        if (basis := _basis(each, invoice, named, given)) is not None
    ]
    return sorted(found, key=lambda each: (-each.weight, each.order_number, each.line_id))


def orders(
    invoice: InvoiceContent, named: Sequence[NamedOrder], ranked: Sequence[LineSuggestion]
) -> tuple[Suggestion, ...]:
    """The orders an invoice may be for, best first: those it gives the number of, then those of the ranked lines."""
    given = numbers_given(invoice)
    places = list(given)
    by_number = sorted(
        (each.number for each in named if each.theirs and each.number in given), key=places.index
    )
    found = [Suggestion(number, SuggestionBasis.NAMED, given[number]) for number in by_number]
    best = max((each.weight for each in ranked), default=0)
    found += [Suggestion(each.order_number, each.basis, each.place) for each in ranked if each.weight == best]
    if not found:
        found = [
            Suggestion(each.number, SuggestionBasis.PARTICIPANT, given[each.execution_reference])
            for each in named
            if each.theirs and each.execution_reference in given and _covers(each, invoice)
        ]
    first: dict[str, Suggestion] = {}
    for each in found:
        first.setdefault(each.number, each)
    return tuple(first.values())


@dataclass(frozen=True, slots=True)
class NamedLines:
    """Which lines of an invoice name which order line, to ask of each line what the others name."""

    naming: Set[str]
    by_order_line: Mapping[str, Set[str]]

    @classmethod
    def of(cls, invoice: InvoiceContent) -> "NamedLines":
        """Those of an invoice, by the numbers of its lines."""
        by_order_line: dict[str, set[str]] = {}
        for each in invoice.charging_lines:
            if each.order_line:
                by_order_line.setdefault(each.order_line, set()).add(each.id)
        return cls({id for ids in by_order_line.values() for id in ids}, by_order_line)

    def by_others(self, line: InvoicedLine, order_line: str) -> bool:
        """Whether another line names the order line."""
        return _has_other(self.by_order_line.get(order_line, frozenset()), line.id)

    def others_name_any(self, line: InvoicedLine) -> bool:
        """Whether another line names any."""
        return _has_other(self.naming, line.id)


def _has_other(ids: Set[str], own: str) -> bool:
    return len(ids) > (own in ids)


def order_lines(
    line: InvoicedLine, invoice: InvoiceContent, order: OrderFacts, named: NamedLines
) -> Sequence[str]:
    """The lines of its order an invoice line may be for: the best of those received and not invoiced, at most three.

    A line that is ours but for zeros before it is suggested also where it is not received, or is invoiced. Beside lines
    that name theirs, one is for an order line that it shares something with, if any: it may be a fee or a correction.
    """
    weighed = {key: _NUMBER_WEIGHT for key in order.lines if same_number(line.order_line, key)}
    waiting = [
        _candidate(order, key)
        for key, facts in order.lines.items()
        if facts.receipt is not None and facts.occupant is None and not named.by_others(line, key)
    ]
    for each in waiting:
        weighed[each.line_id] = sum(
            weight for weight, _ in _line_evidence((line,), line.amount, invoice, each)
        )
    best = max(weighed.values(), default=0)
    if best < _SHARED and (named.others_name_any(line) or (not best and len(weighed) > 1)):
        return ()
    return [key for key, weight in weighed.items() if weight == best][:3]


def line_alone(invoice: InvoiceContent, line: InvoicedLine) -> InvoiceContent:
    """The invoice as if it had this line alone: what other lines name or say is no reason to suggest for this one."""
    others = {
        number
        for each in invoice.lines
        if each.id != line.id
        for number in (each.order_number, *numbers_in(f"{each.name} {each.note}"))
    }
    own = {line.order_number, *numbers_in(f"{line.name} {line.note}")}
    return replace(
        invoice,
        order_number=line.order_number or invoice.order_number,
        lines=(line,),
        amount_net=line.amount,
        # That of the whole invoice may be longer than this line's.
        period=None,
        mentions=tuple(
            each
            for each in invoice.mentions
            if each.term not in _OF_LINES or each.number in own or each.number not in others
        ),
    )


def _basis(
    each: LineCandidate, invoice: InvoiceContent, named: Sequence[NamedOrder], given: Mapping[str, str]
) -> tuple[SuggestionBasis, str] | None:
    """What speaks for the candidate in the first place, and where it stands; None where it is another participant's."""
    if each.order_number in given:
        return SuggestionBasis.NAMED, given[each.order_number]
    if named:
        participants = {other.execution_reference for other in named if other.theirs}
        if each.execution_reference not in participants:
            return None
        place = given.get(each.execution_reference) or next(
            given[other.number]
            for other in named
            if other.execution_reference == each.execution_reference and other.number in given
        )
        return SuggestionBasis.PARTICIPANT, place
    if any(same_form(reference, each.execution_reference) for reference in invoice.references):
        return None
    if each.received != invoice.amount_net:
        return None
    if one_slip(invoice.order_number, each.order_number):
        return SuggestionBasis.SLIP, ""
    return None if same_form(invoice.order_number, each.order_number) else (SuggestionBasis.SUM, "")


def _suggestion(
    each: LineCandidate,
    invoice: InvoiceContent,
    basis: tuple[SuggestionBasis, str],
    given: Mapping[str, str],
) -> LineSuggestion:
    speaks: list[tuple[int, Text]] = []
    sure, place = basis
    if sure is SuggestionBasis.NAMED:
        speaks.append((0, Text("samma order")))
    if each.execution_reference in given:
        speaks.append((50, Text("samma genomförandereferens")))
    if sure is SuggestionBasis.SLIP:
        speaks.append((0, Text("ordernumret skiljer sig på ett tecken")))
    speaks += _line_evidence(invoice.charging_lines, invoice.amount_net, invoice, each)
    return LineSuggestion(
        order_number=each.order_number,
        line_id=each.line_id,
        execution_reference=each.execution_reference,
        month=each.month,
        received=each.received,
        weight=_SURENESS[sure] + sum(weight for weight, _ in speaks),
        because=tuple(words for _, words in speaks),
        basis=sure,
        place=place,
    )


def _line_evidence(
    charged: Sequence[InvoicedLine], amount: Money, invoice: InvoiceContent, each: LineCandidate
) -> list[tuple[int, Text]]:
    """What invoice lines share with an order line; its number weighs more than a sum, and less than its month."""
    found: list[tuple[int, Text]] = []
    if any(same_number(line.order_line, each.line_id) for line in charged):
        found.append((_NUMBER_WEIGHT, Text("samma radnummer")))
    if each.received == amount:
        found.append((25, Text("samma belopp som inleveransen")))
    days = _days(charged, invoice)
    if days and all(is_within(period, each.month) for period in days):
        found.append((50, Text("perioden är samma månad")))
    if not days and Month.of(invoice.issued_on) in (each.month, each.month.next):
        found.append((5, Text("daterad månaden efter")))
    if each.quantity == sum(line.quantity.value for line in charged):
        found.append((10, Text("samma antal som inleveransen")))
    return found


def _days(charged: Sequence[InvoicedLine], invoice: InvoiceContent) -> list[PeriodGiven]:
    return [period for line in charged if (period := period_of(line, invoice)) is not None]


def _candidate(order: OrderFacts, line_id: str) -> LineCandidate:
    facts = order.lines[line_id]
    receipt = facts.receipt
    assert receipt is not None  # noqa: S101 - only what is received is a candidate
    return LineCandidate(
        order_number=order.order.number,
        line_id=line_id,
        execution_reference=order.order.execution_reference,
        month=Month.of(facts.line.period.start),
        quantity=receipt.quantity.value,
        price=facts.line.price,
        received=receipt.amount,
    )


def _covers(order: NamedOrder, invoice: InvoiceContent) -> bool:
    """Whether the invoice is for days of the order, as far as it says."""
    days = [
        day
        for period in _days(invoice.charging_lines, invoice)
        for day in (period.start, period.end)
        if day is not None
    ]
    return all(order.period.contains(day) for day in days)
