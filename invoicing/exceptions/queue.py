"""What needs a person: the finance desk's queue, its parts, what is asked of it, and what it shows. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from foundation.money import Money
from invoicing.model import DocumentType, InvoiceState

NOBODY = "-"


class QueuePart(StrEnum):
    """The parts of the queue."""

    EXCEPTIONS = "exceptions"
    CLAIMS = "claims"
    PARKED = "parked"
    ACCOUNT_CHECK = "held"
    CREDITS = "credits"
    ASKED = "asked"
    RESTING = "resting"
    REPORTS = "reports"
    MESSAGES = "letters"
    POST = "post"
    EVENTS = "events"
    STARTS = "starts"


class QueueOrder(StrEnum):
    """The columns the documents may be ordered by; `days` is how long ago they came."""

    NUMBER = "number"
    SUPPLIER = "supplier"
    CAUSE = "cause"
    MONTH = "month"
    DAYS = "days"
    AMOUNT = "amount"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a person wants to see of one part. `owner` is a person's id, or NOBODY; `days` at least so old.

    `falling` says that the oldest, the largest or the last of the alphabet stands first.

    `after` is the day and number of the document after which a list by age goes on.
    """

    part: QueuePart = QueuePart.EXCEPTIONS
    cause: str = ""
    supplier: str = ""
    owner: str = ""
    month: str = ""
    days: int = 0
    amount: Decimal | None = None
    text: str = ""
    order: QueueOrder = QueueOrder.DAYS
    falling: bool = True
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One document of the queue. `cause` is the gravest code, `month` the month of its order line."""

    id: int
    number: str
    document_type: DocumentType
    supplier: str
    execution_reference: str
    order_number: str
    line_id: str
    month: str
    received_on: date
    pays_on: date
    amount: Money
    state: InvoiceState
    codes: tuple[str, ...]
    answered: str
    owner: str
    rests_until: date | None

    @property
    def cause(self) -> str:
        """The gravest deviation's code."""
        return self.codes[0] if self.codes else ""


@dataclass(frozen=True, slots=True)
class QueueCause:
    """How many documents have a cause, and for how much."""

    code: str
    count: int
    amount: Money


def part_of(state: InvoiceState, document_type: DocumentType, *, is_claim: bool = False) -> QueuePart | None:
    """Where an open document lies in the queue; None where it needs nobody. A claim is of interest or a fee."""
    if document_type is DocumentType.CREDIT_NOTE:
        # A credit note that was rejected needs nobody: the supplier sends another.
        return QueuePart.CREDITS if state is not InvoiceState.CREDIT_REQUESTED else None
    return {
        InvoiceState.IN_QUESTION: QueuePart.CLAIMS if is_claim else QueuePart.EXCEPTIONS,
        InvoiceState.PARKED: QueuePart.PARKED,
        InvoiceState.ON_HOLD: QueuePart.ACCOUNT_CHECK,
        InvoiceState.PARTLY_ACCEPTED: QueuePart.ASKED,
        InvoiceState.CREDIT_REQUESTED: QueuePart.ASKED,
    }[state]


def summed(causes: Iterable[QueueCause]) -> Sequence[QueueCause]:
    """Causes of one code added up; the largest amount first."""
    found: dict[str, QueueCause] = {}
    for each in causes:
        before = found.get(each.code)
        if before is not None:
            each = QueueCause(each.code, before.count + each.count, before.amount + each.amount)
        found[each.code] = each
    return sorted(found.values(), key=lambda each: (-each.amount.amount, each.code))
