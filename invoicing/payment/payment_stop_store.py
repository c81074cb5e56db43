"""Payment stops as the database holds them: which supplier is not paid, why, by whom, and how far it has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, insert, select

from foundation import transitions
from foundation.errors import Refused
from foundation.sql import Session, among, share_turn, take_turns
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.payment.tables import payment_stop


class StopReason(StrEnum):
    """Why nothing is paid to a supplier."""

    BANKRUPTCY = "BANKRUPTCY"
    ATTACHMENT = "ATTACHMENT"
    DISPUTE = "DISPUTE"
    RESTORED = "RESTORED"  # it may have been paid after the backup that the books were restored from

    @property
    def label(self) -> Text:
        """The word for people."""
        return _REASONS[self]


_REASONS: Mapping[StopReason, Text] = {
    StopReason.BANKRUPTCY: Text("konkurs"),
    StopReason.ATTACHMENT: Text("utmätning"),
    StopReason.DISPUTE: Text("tvist"),
    StopReason.RESTORED: Text("kan ha betalats före en återställning: se efter hos banken"),
}


class StopState(StrEnum):
    """How far a payment stop has come. It holds from the first press to the last."""

    ASKED = "ASKED"
    STANDING = "STANDING"
    LIFT_ASKED = "LIFT_ASKED"
    LIFTED = "LIFTED"
    REFUSED = "REFUSED"


STOP_WORDS: Final[Mapping[StopState, Text]] = {
    StopState.ASKED: Text("Gäller, väntar på en andra person"),
    StopState.STANDING: Text("Gäller, bekräftat av två"),
    StopState.LIFT_ASKED: Text("Gäller, begärt hävt"),
    StopState.LIFTED: Text("Hävt"),
    StopState.REFUSED: Text("Borttaget"),
}
"""What people call each state."""


STOP_FOLLOWS = Transitions(
    {
        StopState.ASKED: {StopState.STANDING, StopState.REFUSED},
        StopState.STANDING: {StopState.LIFT_ASKED},
        StopState.LIFT_ASKED: {StopState.LIFTED, StopState.STANDING},
    },
    ends={StopState.LIFTED, StopState.REFUSED},
    words=STOP_WORDS,
)
_ABOUT = "payment stops"
HOLDING = (StopState.ASKED, StopState.STANDING, StopState.LIFT_ASKED)


@dataclass(frozen=True, slots=True)
class PaymentStop:
    """One stop, as it stands."""

    id: int
    supplier: str
    reason: StopReason
    state: StopState
    asked_by: str
    asked_at: datetime
    confirmed_by: str
    lift_asked_by: str
    ended_by: str

    @property
    def sentence(self) -> Text:
        """Why nothing is paid, for every list of what is to be paid."""
        return Text(
            "Betalningsstopp: %(reason)s. Det hävs av två personer på sidan Betalningsstopp.",
            reason=self.reason.label,
        )


class NoStop(Refused):
    """There is no such payment stop."""

    def __init__(self) -> None:
        super().__init__(Text("Det finns inget sådant betalningsstopp. Se dem med billing payments stops."))


def hold_still(session: Session) -> None:
    """Keep anybody from beginning a stop until this transaction, which pays, has ended.

    Whoever pays calls it before it reads the stops, and whoever begins one waits (`add`): so either the stop is
    seen, or the payment had left when the stop began.
    """
    share_turn(session, _ABOUT)


def add(session: Session, *, supplier: str, reason: StopReason, by: str, at: datetime) -> int:
    """Keep a stop; its number. It waits for payments that are leaving. A second of the supplier is refused."""
    take_turns(session, _ABOUT)
    row = {
        "supplier": supplier,
        "reason": reason,
        "state": StopState.ASKED,
        "asked_by": by,
        "asked_at": at,
    }
    number: int = session.execute(insert(payment_stop).returning(payment_stop.c.id), row).scalar_one()
    return number


def get(session: Session, stop_id: int) -> PaymentStop:
    """One stop. Raises NoStop."""
    row = session.execute(select(payment_stop).where(payment_stop.c.id == stop_id)).one_or_none()
    if row is None:
        raise NoStop
    return _stop(row)


def listed(session: Session) -> Sequence[PaymentStop]:
    """All stops, those that hold first, then the newest."""
    question = select(payment_stop).order_by(payment_stop.c.id.desc())
    found = [_stop(row) for row in session.execute(question)]
    return sorted(found, key=lambda each: each.state not in HOLDING)


def holding(session: Session, suppliers: Iterable[str] | None = None) -> Mapping[str, PaymentStop]:
    """The stops that hold now, by supplier: of these suppliers, or of all."""
    question = select(payment_stop).where(payment_stop.c.state.in_(HOLDING))
    if suppliers is not None:
        question = question.where(among(session, payment_stop.c.supplier, set(suppliers)))
    return {row.supplier: _stop(row) for row in session.execute(question)}


def move(session: Session, stop: PaymentStop, to: StopState, **values: object) -> None:
    """Move a stop on; refused where somebody else moved it first."""
    transitions.move(
        session,
        payment_stop.c.state,
        payment_stop.c.id == stop.id,
        STOP_FOLLOWS,
        name=Text("Betalningsstoppet"),
        was=stop.state,
        to=to,
        values=values,
    )


def _stop(row: Row[tuple[object, ...]]) -> PaymentStop:
    return PaymentStop(
        id=row.id,
        supplier=row.supplier,
        reason=StopReason(row.reason),
        state=StopState(row.state),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        confirmed_by=row.confirmed_by,
        lift_asked_by=row.lift_asked_by,
        ended_by=row.ended_by,
    )
