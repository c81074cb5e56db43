"""Accepting a part of an invoice: which of its lines agree, and what credit is expected for the others. Pure.

A line is accepted or refused by the deviations about it; what deviates of the document as a whole is about every line.
Only where all of it agrees is anything accepted alone. Credit is asked for whole lines, but for a line that asks for
more than was received: there it is the difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import Money, Quantity, line_amount, total, vat_amount
from invoicing.matching.deviations import Deviation, DeviationCode, Group, Match, Weight
from invoicing.matching.facts import Facts
from invoicing.matching.invoiced_parts import quantity_of
from invoicing.matching.lines_meant import charged_slices
from invoicing.model import CreditedLine, InvoiceContent, InvoicedLine

PartKey = tuple[str, str]
"""The order and the order line that lines of an invoice name, as they are written; either may be empty."""


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """The lines of an invoice that name one order line, and what deviates of them."""

    key: PartKey
    invoiced: tuple[InvoicedLine, ...]
    deviations: tuple[Deviation, ...]

    @property
    def count(self) -> int:
        """How many lines of the invoice it is."""
        return len(self.invoiced)

    @property
    def weight(self) -> Weight:
        """The gravest of its deviations."""
        return max((each.weight for each in self.deviations), default=Weight.NOTE)


@dataclass(frozen=True, slots=True)
class PartialAcceptance:
    """The parts that are accepted and those that are not, and the credit note that would leave the first alone."""

    accepted: tuple[JudgedPart, ...]
    refused: tuple[JudgedPart, ...]
    expected: tuple[CreditedLine, ...]
    amount_net: Money
    amount_vat: Money

    @property
    def amount_payable(self) -> Money:
        """What the expected credit note comes to with VAT."""
        return self.amount_net + self.amount_vat


def partial_acceptance(
    invoice: InvoiceContent, facts: Facts, match: Match, *, before_receipt: bool
) -> PartialAcceptance | None:
    """How an invoice can be accepted in part; None where it agrees, or cannot be taken apart.

    Lines that are not received yet are refused with the others where `before_receipt`; otherwise they are waited for.
    """
    parts, of_document = judged_parts(invoice, facts, match)
    if any(each.weight > Weight.NOTE for each in of_document):
        return None
    accepted = tuple(each for each in parts if each.weight is Weight.NOTE)
    refused = tuple(each for each in parts if each.weight > Weight.NOTE)
    waits = any(each.weight is Weight.PARK for each in refused)
    held = any(one.weight is Weight.HOLD for each in refused for one in each.deviations)
    if not accepted or not refused or held or (waits and not before_receipt):
        return None
    expected = tuple(line for part in refused for line in _expected_of(part))
    by_line = {line.id: line for part in refused for line in part.invoiced}
    return PartialAcceptance(
        accepted,
        refused,
        expected,
        total((each.amount for each in expected), currency=invoice.currency),
        _vat_of(expected, by_line, currency=invoice.currency),
    )


def judged_parts(
    invoice: InvoiceContent, facts: Facts, match: Match
) -> tuple[tuple[JudgedPart, ...], tuple[Deviation, ...]]:
    """The parts of an invoice with the deviations about each, and those about the document as a whole."""
    slices = [each for each, _ in charged_slices(invoice, facts)]
    keys = {line.id: (one.order_number, line.order_line) for one in slices for line in one.lines}
    of_part: dict[PartKey, list[Deviation]] = {key: [] for key in keys.values()}
    of_order: dict[str, list[PartKey]] = {}
    for key in of_part:
        of_order.setdefault(key[0], []).append(key)
    lines: dict[PartKey, list[InvoicedLine]] = {key: [] for key in of_part}
    for line in invoice.lines:
        if line.id in keys:
            lines[keys[line.id]].append(line)
    of_document: list[Deviation] = []
    for order, deviation in _with_order(match.tree, [each.order_number for each in slices]):
        if deviation.line in keys:
            of_part[keys[deviation.line]].append(deviation)
        elif order is not None:
            for key in of_order.get(order, ()):
                of_part[key].append(deviation)
        else:
            of_document.append(deviation)
    parts = tuple(JudgedPart(key, tuple(lines[key]), tuple(found)) for key, found in of_part.items())
    return parts, tuple(of_document)


def _with_order(tree: Group, orders: Sequence[str]) -> Iterator[tuple[str | None, Deviation]]:
    """Every deviation, with the order it is about where an invoice over several was judged order by order."""
    branches: Mapping[str, str] = {f"order {number}": number for number in orders} if len(orders) > 1 else {}
    for child in tree.checks:
        order = branches.get(child.name) if isinstance(child, Group) else None
        for deviation in Match(Group(tree.name, (child,))).deviations:
            yield order, deviation


def _expected_of(part: JudgedPart) -> tuple[CreditedLine, ...]:
    """The lines of a part that is not accepted; of one that asks for too many, only those too many."""
    excess = _excess(part)
    if excess is not None:
        return (excess,)
    order_number, line_id = part.key
    return tuple(
        CreditedLine(line.id, order_number, line_id, line.quantity.value, line.amount)
        for line in part.invoiced
    )


def _excess(part: JudgedPart) -> CreditedLine | None:
    grave = [each for each in part.deviations if each.weight > Weight.NOTE]
    if len(part.invoiced) != 1 or [each.code for each in grave] != [DeviationCode.QUANTITY]:
        return None
    (line,) = part.invoiced
    left, asked = Decimal(grave[0].expected), quantity_of(part.invoiced)
    if not 0 < left < asked or not line.adjustments.is_zero:
        return None
    kept = line_amount(
        Quantity(left, line.quantity.unit),
        line.price,
        currency=line.amount.currency,
        base_quantity=line.base_quantity,
    )
    return CreditedLine(line.id, *part.key, asked - left, line.amount - kept)


def _vat_of(expected: Sequence[CreditedLine], by_line: Mapping[str, InvoicedLine], *, currency: str) -> Money:
    """The VAT of the expected credit note: each rate of its lines together, as a document has it."""
    rates: dict[tuple[str, Decimal], list[Money]] = {}
    for each in expected:
        line = by_line[each.invoice_line]
        rates.setdefault((line.vat_category, line.vat_percent or Decimal(0)), []).append(each.amount)
    return total(
        (vat_amount(total(amounts, currency=currency), rate) for (_, rate), amounts in rates.items()),
        currency=currency,
    )
