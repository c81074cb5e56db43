"""The statement: what was ordered, received, invoiced, credited, approved and paid. Pure.

Every number is a sum of documents, without VAT, so that an order line, its receipt and its
invoice can stand beside each other. Of what was ordered, some is `cancelled` before the start, some `closed_unused`
(a month after the end, the rest of a month that was cut), and `committed` is still to come. A row tells what lies
between the other columns: `not_approved`
is received and not approved yet (what of it the supplier may invoice now is *Att fakturera* on its own page),
`in_question` is invoiced and neither credited nor approved,
`to_pay` is approved and not paid, `open` is all that is still between the supplier and the
buyer. A case is settled when all that was received is approved and nothing is open: then it sums to zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from foundation.money import Money, total


class StatementColumn(StrEnum):
    """What kind of document an entry comes from."""

    ORDERED = "ordered"
    CANCELLED = "cancelled"
    CLOSED_UNUSED = "closed_unused"
    RECEIVED = "received"
    INVOICED = "invoiced"
    CREDITED = "credited"
    APPROVED = "approved"
    PAID = "paid"


class StatementKey(StrEnum):
    """What a statement can be drawn up by."""

    EXECUTION_REFERENCE = "execution_reference"
    SUPPLIER = "supplier"
    MONTH = "month"
    ARTICLE = "article"
    DELIVERY_AREA = "delivery_area"
    SERVICE = "service"


DEFAULT_KEYS = (StatementKey.EXECUTION_REFERENCE, StatementKey.SUPPLIER, StatementKey.MONTH)


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One document's part of a column. An invoice without an order of its own has no execution reference.

    `line` is order and line, "2100000001/001"; `about` is what one opens to see the document: "order 2100000001",
    "receipt 17", "invoice 42".
    """

    column: StatementColumn
    document: str
    execution_reference: str
    supplier: str
    month: str
    article: str
    amount: Money
    delivery_area: str = ""
    line: str = ""
    about: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of a statement; `key` holds the values it is drawn up by, in their order."""

    key: tuple[str, ...]
    ordered: Money
    cancelled: Money
    closed_unused: Money
    received: Money
    invoiced: Money
    credited: Money
    approved: Money
    paid: Money

    @property
    def committed(self) -> Money:
        """Ordered and still to come: neither cancelled, closed unused nor received."""
        return self.ordered - self.cancelled - self.closed_unused - self.received

    @property
    def not_approved(self) -> Money:
        """Received, and not approved for payment yet: not invoiced, or invoiced and waiting, held or in question."""
        return self.received - self.approved

    @property
    def in_question(self) -> Money:
        """Invoiced, and neither credited nor approved: parked, held or deviating."""
        return self.invoiced - self.credited - self.approved

    @property
    def to_pay(self) -> Money:
        """Approved and not paid; below zero where the supplier owes it back."""
        return self.approved - self.paid

    @property
    def open(self) -> Money:
        """All that is still between supplier and buyer: invoiced less credited less paid."""
        return self.invoiced - self.credited - self.paid

    @property
    def settled(self) -> bool:
        """Whether everything received is invoiced, approved and paid, and nothing else is open."""
        return self.not_approved.is_zero and self.open.is_zero


@dataclass(frozen=True, slots=True)
class Statement:
    """Rows in the order of their keys, and their sum."""

    keys: tuple[StatementKey, ...]
    rows: tuple[StatementRow, ...]
    total: StatementRow


def statement_of(
    keys: Sequence[StatementKey],
    sums: Mapping[tuple[str, ...], Mapping[StatementColumn, Money]],
    *,
    currency: str = "SEK",
) -> Statement:
    """The statement of sums that are added up already, by their keys."""
    zero = Money.of("0.00", currency)
    nothing = dict.fromkeys(StatementColumn, zero)
    whole = {
        column: total((amounts[column] for amounts in sums.values() if column in amounts), currency=currency)
        for column in StatementColumn
    }
    rows = tuple(_row(key, {**nothing, **sums[key]}) for key in sorted(sums))
    return Statement(tuple(keys), rows, _row(("",) * len(keys), whole))


def reconcile(
    entries: Iterable[StatementEntry], *, by: Sequence[StatementKey] = DEFAULT_KEYS, currency: str = "SEK"
) -> Statement:
    """Add up the entries by the keys given. Raises values.Incomparable for another currency."""
    zero = Money.of("0.00", currency)
    sums: dict[tuple[str, ...], dict[StatementColumn, Money]] = {}
    whole = dict.fromkeys(StatementColumn, zero)
    for entry in entries:
        key = tuple(value_of(entry, part) for part in by)
        row = sums.setdefault(key, dict.fromkeys(StatementColumn, zero))
        row[entry.column] += entry.amount
        whole[entry.column] += entry.amount
    rows = tuple(_row(key, sums[key]) for key in sorted(sums))
    return Statement(tuple(by), rows, _row(("",) * len(by), whole))


def value_of(entry: StatementEntry, key: StatementKey) -> str:
    """What the entry has of a key."""
    return {
        StatementKey.EXECUTION_REFERENCE: entry.execution_reference,
        StatementKey.SUPPLIER: entry.supplier,
        StatementKey.MONTH: entry.month,
        StatementKey.ARTICLE: entry.article,
        StatementKey.SERVICE: entry.service,
        StatementKey.DELIVERY_AREA: entry.delivery_area,
    }[key]


def _row(key: tuple[str, ...], sums: dict[StatementColumn, Money]) -> StatementRow:
    return StatementRow(
        key,
        ordered=sums[StatementColumn.ORDERED],
        cancelled=sums[StatementColumn.CANCELLED],
        closed_unused=sums[StatementColumn.CLOSED_UNUSED],
        received=sums[StatementColumn.RECEIVED],
        invoiced=sums[StatementColumn.INVOICED],
        credited=sums[StatementColumn.CREDITED],
        approved=sums[StatementColumn.APPROVED],
        paid=sums[StatementColumn.PAID],
    )
