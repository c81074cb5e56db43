"""A document that was sent in a played year: what its sender knows of it, and what became of it when it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from billing.tools.producers.bills import Bill, Due
from billing.tools.producers.drafts import Draft
from billing.tools.producers.mistakes import Mistake
from billing.tools.producers.practices import Practice
from invoicing.model import InvoiceState
from orders.model import LineKey

_UNSEEN = (InvoiceState.ACCEPTED.value, InvoiceState.SETTLED.value)

_BOOKED = frozenset(each.value for each in InvoiceState)


@dataclass(slots=True)
class SentDocument:
    """A document that was sent: what its sender knows of it, and what became of it when it came."""

    draft: Draft
    body: bytes
    on: date
    practice: Practice
    mistake: Mistake | None
    key: LineKey | None = None  # the order line it was meant for, where a new bill follows on it
    due: Due | None = None
    file: str = ""  # its name in inbox/
    outcome: str = ""

    @property
    def bill(self) -> Bill:
        """What it says."""
        return self.draft.bill

    @property
    def obeys(self) -> bool:
        """Whether it is right by what its sender knows."""
        return self.mistake is None

    @property
    def cause(self) -> str:
        """The mistake; where there is none, the producer and the habits."""
        if self.mistake is not None:
            return self.mistake.name
        return ", ".join((self.practice.producer, *(each.name for each in self.practice.habits)))

    @property
    def is_booked(self) -> bool:
        """Whether it became an invoice or credit note in the books."""
        return self.outcome in _BOOKED

    @property
    def unseen(self) -> bool:
        """Whether it took effect without a person."""
        return self.outcome in _UNSEEN


@dataclass(frozen=True, slots=True)
class YearPlayed:
    """What the year came to: all documents in the order they were sent, and what broke in the books (nothing)."""

    documents: Sequence[SentDocument]
    events: int
    states: Mapping[str, int]
    broken: tuple[str, ...]
