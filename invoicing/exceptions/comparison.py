"""An invoice beside its order line, receipt, report and interruption, value by value. Pure.

A row is one thing that can be compared; its cells are the values as they stand, None where the source says
nothing of it. What deviates is known from the match, so the table and the tree never tell different stories.
An invoice for several order lines is compared line by line, each with its own order and receipt.
"""

from collections.abc import Iterator
from dataclasses import replace

from foundation.text import Text
from invoicing.exceptions.comparison_rows import (
    ComparisonRow,
    Sources,
    by_name,
    document_rows,
    left_rows,
    line_rows,
    order_rows,
    tax_rows,
)
from invoicing.matching.deviations import Match
from invoicing.matching.facts import Facts, LineFacts, OrderFacts
from invoicing.matching.partial_acceptance import JudgedPart, judged_parts
from invoicing.model import InvoiceContent, SupplierInvoice


def compare(
    content: InvoiceContent,
    invoice: SupplierInvoice,
    order: OrderFacts | None,
    match: Match,
    *,
    accounts: tuple[str, ...] = (),
    facts: Facts | None = None,
) -> tuple[ComparisonRow, ...]:
    """Everything worth comparing, in the order of the checks. `accounts` are those registered for the supplier.

    `facts` are what an invoice is judged by: with them one for several order lines is compared line by line.
    """
    parts, of_document = judged_parts(content, facts, match) if facts is not None else ((), ())
    if facts is None or len(parts) < 2:
        found = by_name(match.deviations)
        sources = Sources(content, invoice, order, _line(content, invoice, order), accounts, found)
        return (*order_rows(sources), *line_rows(sources), *document_rows(sources))
    of_whole = Sources(content, invoice, None, None, accounts, by_name(of_document))
    by_part = (row for part in parts for row in _part_rows(part, content, invoice, facts))
    return (*by_part, *document_rows(of_whole))


def _part_rows(
    part: JudgedPart, content: InvoiceContent, invoice: SupplierInvoice, facts: Facts
) -> Iterator[ComparisonRow]:
    """The lines that name one order line, beside that line, its receipt and what others have left of it."""
    number, line_id = part.key
    order = facts.of_order(number).order
    line = order.lines.get(line_id) if order is not None else None
    of_part = replace(content, order_number=number, lines=part.invoiced)
    of = Sources(of_part, invoice, order, line, (), by_name(part.deviations))
    named = Text(
        "Fakturarad %(lines)s: %(order_line)s",
        lines=", ".join(each.id for each in part.invoiced),
        order_line=f"{number}/{line_id}".strip("/") or "–",
    )
    for row in (*order_rows(of), *line_rows(of), *left_rows(of), *tax_rows(of)):
        yield replace(row, part=named)


def _line(content: InvoiceContent, invoice: SupplierInvoice, order: OrderFacts | None) -> LineFacts | None:
    if order is None:
        return None
    named = [each for each in content.order_lines if each in order.lines]
    lies_on = [key for key, line in order.lines.items() if line.account.invoice_id == invoice.id]
    chosen = (named or lies_on)[:1]
    return order.lines[chosen[0]] if chosen else None
