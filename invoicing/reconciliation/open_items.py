"""What keeps a statement from summing to zero: the documents, each with its part and what to do. Pure.

Four things can be open. Received and not invoiced names the order line; invoiced and in question, approved and
not paid, and paid but no longer approved (below zero) name the invoice. The last three add up to the
statement's `open`; together with the first they name every document that keeps a case from being settled.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from foundation.money import Money
from foundation.text import Text
from invoicing.reconciliation.statement import StatementColumn, StatementEntry


class Why(StrEnum):
    """Why something is open."""

    NOT_INVOICED = "NOT_INVOICED"
    IN_QUESTION = "IN_QUESTION"
    TO_PAY = "TO_PAY"
    OWED_BACK = "OWED_BACK"

    @property
    def words(self) -> Text:
        """What it is."""
        return _WORDS[self]

    @property
    def next_step(self) -> Text:
        """What to do about it."""
        return _NEXT[self]


_WORDS = {
    Why.NOT_INVOICED: Text("levererat, inte fakturerat"),
    Why.IN_QUESTION: Text("fakturerat, inte godkänt"),
    Why.TO_PAY: Text("godkänt, inte betalt"),
    Why.OWED_BACK: Text("betalt, inte längre godkänt"),
}
_NEXT = {
    Why.NOT_INVOICED: Text("vänta på leverantörens faktura"),
    Why.IN_QUESTION: Text("avgör avvikelsen i arbetskön"),
    Why.TO_PAY: Text("betalas på sin dag"),
    Why.OWED_BACK: Text("räknas av på nästa betalning"),
}


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One document's open part. `about` opens the document; `line` is its order line, where it lies on one."""

    why: Why
    document: str
    about: str
    line: str
    execution_reference: str
    supplier: str
    month: str
    amount: Money


def open_items(entries: Iterable[StatementEntry]) -> list[OpenItem]:
    """Everything that is open in the entries, by month, reference and document."""
    lines: dict[tuple[str, str], list[StatementEntry]] = defaultdict(list)
    invoices: dict[tuple[str, str], list[StatementEntry]] = defaultdict(list)
    for entry in entries:
        if entry.column in (StatementColumn.ORDERED, StatementColumn.RECEIVED):
            lines[entry.line, entry.execution_reference].append(entry)
        else:
            invoices[entry.about, entry.line].append(entry)
    found = [item for parts in invoices.values() for item in _of_invoice(parts)]
    billed: dict[str, Money] = {}
    for parts in invoices.values():
        for entry in parts:
            # What is approved or in question is billed; what is credited is so no longer.
            if entry.line and entry.column in (StatementColumn.INVOICED, StatementColumn.CREDITED):
                signed = entry.amount if entry.column is StatementColumn.INVOICED else -entry.amount
                billed[entry.line] = billed[entry.line] + signed if entry.line in billed else signed
    for (line, _), parts in lines.items():
        received = [each for each in parts if each.column is StatementColumn.RECEIVED]
        if not received:
            continue
        # Of a line that is invoiced in parts, what no invoice has asked for yet.
        left = _sum(received) - billed[line] if line in billed else _sum(received)
        if left.amount > 0:
            found.append(_item(Why.NOT_INVOICED, received[-1], left, document=line))
    return sorted(found, key=lambda each: (each.month, each.execution_reference, each.document, each.why))


def _of_invoice(parts: list[StatementEntry]) -> list[OpenItem]:
    zero = Money.of("0.00", parts[0].amount.currency)
    sums = dict.fromkeys(StatementColumn, zero)
    for entry in parts:
        sums[entry.column] += entry.amount
    in_question = (
        sums[StatementColumn.INVOICED] - sums[StatementColumn.CREDITED] - sums[StatementColumn.APPROVED]
    )
    to_pay = sums[StatementColumn.APPROVED] - sums[StatementColumn.PAID]
    found = []
    if not in_question.is_zero:
        found.append(_item(Why.IN_QUESTION, parts[0], in_question))
    if not to_pay.is_zero:
        why = Why.TO_PAY if to_pay.amount > 0 else Why.OWED_BACK
        found.append(_item(why, parts[0], to_pay))
    return found


def _item(why: Why, entry: StatementEntry, amount: Money, *, document: str = "") -> OpenItem:
    about = entry.about
    return OpenItem(
        why,
        document or entry.document,
        about,
        entry.line,
        entry.execution_reference,
        entry.supplier,
        entry.month,
        amount,
    )


def _sum(parts: Iterable[StatementEntry]) -> Money:
    amounts = [each.amount for each in parts]
    result = amounts[0]
    for each in amounts[1:]:
        result += each
    return result
