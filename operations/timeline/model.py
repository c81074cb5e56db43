"""A timeline: what happened to one execution reference, as a row of entries, and who it is told to.

Convention: a day is the business day of the thing itself, not of its writing. The supplier is told what is its own;
no level, no reason of an interruption and nobody's id. The buyer is told everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum, auto
from typing import Final

from foundation.money import Money
from foundation.text import NO_TEXT, Text


class Audience(Enum):
    """Who a timeline is told to."""

    SUPPLIER = auto()
    BUYER = auto()


class TimelineKind(IntEnum):
    """What happened; the order is the order within a day."""

    DECISION = auto()
    EVENT = auto()
    ORDER = auto()
    OBJECTION = auto()
    OBJECTION_ANSWERED = auto()
    PLANNED = auto()
    INTERRUPTION = auto()
    REPORT = auto()
    SENT_BACK = auto()
    INFORMATIVE = auto()
    RECEIPT = auto()
    INVOICE = auto()
    CREDIT_NOTE = auto()
    JUDGED = auto()
    ANSWER = auto()
    CREDIT_REQUEST = auto()
    CREDITED = auto()
    PAYMENT = auto()


KIND_NAMES: Final[dict[TimelineKind, Text]] = {
    TimelineKind.DECISION: Text("Beslut"),
    TimelineKind.EVENT: Text("Händelse"),
    TimelineKind.ORDER: Text("Order"),
    TimelineKind.OBJECTION: Text("Invändning"),
    TimelineKind.OBJECTION_ANSWERED: Text("Svar på invändning"),
    TimelineKind.PLANNED: Text("Planerad"),
    TimelineKind.INTERRUPTION: Text("Avbrott", context="timeline"),
    TimelineKind.REPORT: Text("Redovisning", context="timeline"),
    TimelineKind.SENT_BACK: Text("Tillbakasänd"),
    TimelineKind.INFORMATIVE: Text("Informativ rapport"),
    TimelineKind.RECEIPT: Text("Inleverans"),
    TimelineKind.INVOICE: Text("Faktura"),
    TimelineKind.CREDIT_NOTE: Text("Kreditfaktura"),
    TimelineKind.JUDGED: Text("Prövning", context="timeline"),
    TimelineKind.ANSWER: Text("Svar"),
    TimelineKind.CREDIT_REQUEST: Text("Begäran"),
    TimelineKind.CREDITED: Text("Kreditering"),
    TimelineKind.PAYMENT: Text("Betalning"),
}

SUPPLIER_KINDS: Final = frozenset(
    {
        TimelineKind.DECISION,
        TimelineKind.ORDER,
        TimelineKind.OBJECTION,
        TimelineKind.OBJECTION_ANSWERED,
        TimelineKind.INTERRUPTION,
        TimelineKind.REPORT,
        TimelineKind.SENT_BACK,
        TimelineKind.INFORMATIVE,
        TimelineKind.RECEIPT,
        TimelineKind.INVOICE,
        TimelineKind.CREDIT_NOTE,
        TimelineKind.PAYMENT,
    }
)
"""What a supplier is told; the buyer is told of a report that was sent back as of a report."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing on one day; `document` is what to look it up by, `state` what it came to.

    To the supplier `path` says where in the portal to read more, and `short` what to say in three words of what has
    no amount.
    """

    on: date
    kind: TimelineKind
    document: str
    sentence: Text
    path: str = ""
    amount: Money | None = None
    state: str = ""
    short: Text = NO_TEXT


def in_order(entries: Iterable[TimelineEntry], audience: Audience) -> list[TimelineEntry]:
    """By day, and within a day by kind: for the supplier then by document, for the buyer as it was written down."""
    by_document = audience is Audience.SUPPLIER
    return sorted(entries, key=lambda each: (each.on, each.kind, each.document if by_document else ""))
