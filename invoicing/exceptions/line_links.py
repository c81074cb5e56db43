"""Linking an invoice line by line: what may be linked so, what a person may choose for each line, what is refused.

Only where the policy lets an invoice be for several order lines or orders (decision 60); a whole invoice is linked to
one order line as ever.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions.rules import ActionRefused, LineLink, LinkedLine, as_linked
from invoicing.documents import suggesting
from invoicing.matching.candidates import LineSuggestion
from invoicing.model import InvoiceContent, InvoicedLine
from orders.register.agreements import Policy
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A line of an invoice, the order line it is read as being for (empty where none), and what it may be for."""

    line: InvoicedLine
    stands: str
    suggestions: tuple[LineSuggestion, ...]


def can_link(own: InvoiceContent, policy: Policy) -> bool:
    """Whether the invoice may be linked line by line: several lines, each with a number of its own."""
    numbers = [line.id for line in own.charging_lines]
    return (
        (policy.several_lines or policy.several_orders)
        and len(numbers) > 1
        and len({*numbers} - {""}) == len(numbers)
    )


def choices(
    session: Session,
    register: Register,
    own: InvoiceContent,
    meant: InvoiceContent,
    shown: Callable[[int], slice] = slice,
) -> tuple[LineChoice, ...]:
    """What each line of the document may be for; nothing where it is linked as a whole. `meant`: as it is judged.

    Of the lines only those that are `shown` of so many.
    """
    if not can_link(own, register.policy):
        return ()
    stands = {line.id: _place(line, meant) for line in meant.lines}
    return tuple(
        LineChoice(
            line,
            stands.get(line.id, ""),
            tuple(suggesting.lines_of_line(session, register, own, line)),
        )
        for line in own.charging_lines[shown(len(own.charging_lines))]
    )


def linked_line(invoice_line: str, written: str) -> LinkedLine:
    """The order line written as ORDER/LINE for a line of the invoice. Raises ActionRefused for what is not."""
    order_number, slash, line_id = (each.strip() for each in written.rpartition("/"))
    if not (slash and order_number and line_id):
        raise ActionRefused(
            Text(
                "Skriv orderraden för fakturarad %(invoice_line)s som ordernummer/rad, till exempel "
                "2100000026/001.",
                invoice_line=invoice_line or "–",
            )
        )
    return LinkedLine(invoice_line.strip(), order_number, line_id)


def check(own: InvoiceContent, chosen: Sequence[LinkedLine], policy: Policy) -> None:
    """Raise ActionRefused where the lines chosen are not the invoice's, or it is not linked line by line at all."""
    if not can_link(own, policy):
        raise ActionRefused(
            Text(
                "%(invoice_number)s kopplas som en helhet. Ange en orderrad för hela fakturan.",
                invoice_number=own.number,
            )
        )
    if not chosen:
        raise ActionRefused(Text("Välj en orderrad för minst en av fakturans rader."))
    known = [line.id for line in own.charging_lines]
    times = Counter(each.invoice_line for each in chosen)
    for number, count in times.items():
        if number not in known:
            raise ActionRefused(
                Text(
                    "%(invoice_number)s har ingen rad %(invoice_line)s att koppla. Den har %(lines)s.",
                    invoice_number=own.number,
                    invoice_line=number,
                    lines=", ".join(known),
                )
            )
        if count > 1:
            raise ActionRefused(
                Text("Fakturarad %(invoice_line)s är angiven flera gånger.", invoice_line=number)
            )


def check_policy(own: InvoiceContent, said: tuple[LinkedLine, ...], policy: Policy) -> None:
    """Raise ActionRefused where the invoice would be for more orders, or lines of an order, than the policy allows."""
    linked = as_linked(own, LineLink(0, "", "", "", "", lines=said))
    if len(linked.orders) > 1 and not policy.several_orders:
        raise ActionRefused(
            Text(
                "Reglerna tillåter bara en order på en faktura, och raderna är för %(orders)s.",
                orders=", ".join(each or "–" for each in linked.orders),
            )
        )
    for order_number in linked.orders:
        of_order = linked.of_order(order_number).order_lines
        if len(of_order) > 1 and not policy.several_lines:
            raise ActionRefused(
                Text(
                    "Reglerna tillåter bara en rad av varje order på en faktura, och raderna är för %(lines)s.",
                    lines=", ".join(f"{order_number}/{line_id}" for line_id in of_order),
                )
            )


def _place(line: InvoicedLine, meant: InvoiceContent) -> str:
    order_number = line.order_number or meant.order_number
    return f"{order_number}/{line.order_line}" if order_number and line.order_line else ""
