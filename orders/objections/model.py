"""An objection (invändning) of a supplier's to an order, what it is about, and what may be answered: pure.

It comes by a press in the portal or by an Order Response (T76) over Peppol, and is the same thing either way: coded
reasons, for the whole order or for a line, and never a word about a participant (REQ-57). The order itself stays as it
was sent (REQ-25); the buyer answers that it stands, or that it is cancelled or replaced by another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from foundation.errors import Refused
from foundation.text import Text
from foundation.transitions import Transitions


class ObjectionRefused(Refused):
    """An objection, or an answer to one, that cannot be taken as it is."""


class ObjectionChannel(StrEnum):
    """How an objection came."""

    PORTAL = "PORTAL"
    PEPPOL = "PEPPOL"


class ObjectionState(StrEnum):
    """Whether an objection waits for the buyer, or how it ended."""

    OPEN = "OPEN"
    STANDS = "STANDS"  # the order stands as it was sent
    CANCELLED = "CANCELLED"  # what nobody has delivered on the order is cancelled
    REPLACED = "REPLACED"  # the same, and another order stands in its place
    WITHDRAWN = "WITHDRAWN"  # by the supplier, or by its later word


OBJECTION_WORDS: Final[Mapping[ObjectionState, Text]] = {
    ObjectionState.OPEN: Text("Väntar på svar"),
    ObjectionState.STANDS: Text("Ordern gäller"),
    ObjectionState.CANCELLED: Text("Återkallad", context="order"),
    ObjectionState.REPLACED: Text("Ersatt av en annan order"),
    ObjectionState.WITHDRAWN: Text("Återtagen", context="objection"),
}
"""What people call each state."""


OBJECTION_FOLLOWS = Transitions(
    {
        ObjectionState.OPEN: {
            ObjectionState.STANDS,
            ObjectionState.CANCELLED,
            ObjectionState.REPLACED,
            ObjectionState.WITHDRAWN,
        }
    },
    ends={
        ObjectionState.STANDS,
        ObjectionState.CANCELLED,
        ObjectionState.REPLACED,
        ObjectionState.WITHDRAWN,
    },
    words=OBJECTION_WORDS,
)


class ObjectionReason(StrEnum):
    """What is wrong with an order or one of its lines."""

    PRICE = "PRICE"
    QUANTITY = "QUANTITY"
    PERIOD = "PERIOD"
    UNIT = "UNIT"
    ARTICLE = "ARTICLE"
    CONTRACT = "CONTRACT"
    DUPLICATE = "DUPLICATE"
    NOT_OURS = "NOT_OURS"
    NOT_ACCEPTED = "NOT_ACCEPTED"  # an Order Response refuses it and has no code for why
    OTHER = "OTHER"  # an Order Response changes something else


PRESSED: Final = tuple(
    each for each in ObjectionReason if each not in (ObjectionReason.NOT_ACCEPTED, ObjectionReason.OTHER)
)
"""The reasons somebody can choose in the portal."""

WITH_VALUE: Final = frozenset({ObjectionReason.PRICE, ObjectionReason.QUANTITY})
"""The reasons that may say what would be right, as a number."""

REASON_WORDS: Final[Mapping[ObjectionReason, Text]] = {
    ObjectionReason.PRICE: Text("Priset stämmer inte med avtalet"),
    ObjectionReason.QUANTITY: Text("Antalet stämmer inte"),
    ObjectionReason.PERIOD: Text("Perioden stämmer inte"),
    ObjectionReason.UNIT: Text("Fel enhet eller adress"),
    ObjectionReason.ARTICLE: Text("Fel artikel"),
    ObjectionReason.CONTRACT: Text("Fel avtal eller leveransområde"),
    ObjectionReason.DUPLICATE: Text("Samma sak är redan beställd"),
    ObjectionReason.NOT_OURS: Text("Ordern är inte till oss"),
    ObjectionReason.NOT_ACCEPTED: Text("Leverantörens system avvisar, utan skäl i kod"),
    ObjectionReason.OTHER: Text("Leverantörens system svarar med en ändring, se ordersvaret"),
}


class AnswerReason(StrEnum):
    """Why the buyer answers as it does."""

    AS_DECIDED = "AS_DECIDED"
    PRICE_AS_AGREED = "PRICE_AS_AGREED"
    DAYS_AS_AGREED = "DAYS_AS_AGREED"
    NO_FAULT_FOUND = "NO_FAULT_FOUND"
    ORDERED_WRONGLY = "ORDERED_WRONGLY"
    DECISION_CHANGED = "DECISION_CHANGED"
    ORDERED_TWICE = "ORDERED_TWICE"


ANSWER_WORDS: Final[Mapping[AnswerReason, Text]] = {
    AnswerReason.AS_DECIDED: Text("Ordern följer beslutet"),
    AnswerReason.PRICE_AS_AGREED: Text("Priset följer avtalets prislista den dag beslutet fattades"),
    AnswerReason.DAYS_AS_AGREED: Text("Dagarna är räknade som avtalet säger"),
    AnswerReason.NO_FAULT_FOUND: Text("Vi hittar inget fel"),
    AnswerReason.ORDERED_WRONGLY: Text("Ordern var fel"),
    AnswerReason.DECISION_CHANGED: Text("Beslutet har ändrats"),
    AnswerReason.ORDERED_TWICE: Text("Samma sak var beställd två gånger"),
}

_FOR_STANDS: Final = (
    AnswerReason.AS_DECIDED,
    AnswerReason.PRICE_AS_AGREED,
    AnswerReason.DAYS_AS_AGREED,
    AnswerReason.NO_FAULT_FOUND,
)
_FOR_CANCELLED: Final = (
    AnswerReason.ORDERED_WRONGLY,
    AnswerReason.DECISION_CHANGED,
    AnswerReason.ORDERED_TWICE,
)
ANSWERS: Final[Mapping[ObjectionState, tuple[AnswerReason, ...]]] = {
    ObjectionState.STANDS: _FOR_STANDS,
    ObjectionState.CANCELLED: _FOR_CANCELLED,
    ObjectionState.REPLACED: _FOR_CANCELLED,
}
"""What the buyer may answer -> the reasons there are for it."""


@dataclass(frozen=True, slots=True)
class ObjectionPoint:
    """One thing that is wrong: `line_id` empty for the whole order, `expected` what would be right, if told."""

    line_id: str
    reason: ObjectionReason
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection with its answer. `made_by` is an opaque id; `answer_id` the Order Response it came by, if it did."""

    id: int
    order_number: str
    execution_reference: str
    supplier: str
    channel: ObjectionChannel
    answer_id: int | None
    state: ObjectionState
    made_on: date
    made_by: str
    points: tuple[ObjectionPoint, ...]
    answered_on: date | None = None
    answered_by: str = ""
    answer_reason: AnswerReason | None = None
    replaced_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for the buyer."""
        return self.state is ObjectionState.OPEN

    @property
    def name(self) -> Text:
        """What a refusal calls it."""
        return Text("Invändningen mot order %(order_number)s", order_number=self.order_number)


_DECIMALS: Final = 4


def expected_value(written: str) -> Decimal | None:
    """A number as people write it, with comma or point; None for nothing. Raises ObjectionRefused."""
    plain = "".join(written.split()).replace(",", ".")
    if not plain:
        return None
    try:
        value = Decimal(plain)
        # 1E-9999999 would be written as ten million signs.
        is_so_fine = value.is_finite() and value == round(value, _DECIMALS)
    except InvalidOperation:
        value, is_so_fine = Decimal(-1), False
    if not is_so_fine or not 0 <= value < 10_000_000 or len(plain) > 12:
        raise ObjectionRefused(Text("Skriv rätt värde som ett tal, till exempel 95,50. Skriv inga ord."))
    return value
