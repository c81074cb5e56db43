"""Stopping payments to a supplier, and lifting the stop: each by two people.

A stop holds from the first person's press, since money that has left does not come back; the second confirms it, or
takes it away. It is lifted by one who asks and another who agrees, and holds until then.
"""

from datetime import datetime
from enum import StrEnum

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, moment_of
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payment_stop_store
from invoicing.payment.payment_stop_store import STOP_FOLLOWS, StopReason, StopState
from orders.register.register import Register


class StopStep(StrEnum):
    """What may be pressed about a stop."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    ASK_LIFT = "ask-lift"
    LIFT = "lift"
    KEEP = "keep"


class StopRefused(Refused):
    """The stop cannot be made, or the step is not this person's."""


def ask(
    session: Session, register: Register, *, supplier: str, reason: StopReason, by: str, now: datetime
) -> int:
    """Stop payments to a supplier at once, until a second person confirms it or takes it away; its number."""
    register.supplier(supplier)
    if supplier in payment_stop_store.holding(session, [supplier]):
        raise StopRefused(Text("Leverantören har redan ett betalningsstopp. Se hur det står."))
    stop_id = payment_stop_store.add(session, supplier=supplier, reason=reason, by=by, at=now)
    subject = InvoicingSubject.PAYMENT_STOP.of(stop_id)
    journal.record(session, by, PaymentAction.STOP_ASKED, subject, reason=reason)
    return stop_id


def step(session: Session, stop_id: int, what: StopStep, *, by: str) -> None:
    """Take one step with a stop. Raises NoStop, StopRefused where it takes another person, or StepRefused."""
    stop = payment_stop_store.get(session, stop_id)
    match what:
        case StopStep.CONFIRM:
            # Of a stop that is asked lifted, STANDING is where declining leads; who confirmed it stays.
            if stop.state is not StopState.ASKED:
                raise STOP_FOLLOWS.refusal(Text("Betalningsstoppet"), stop.state, StopState.STANDING)
            _another(by, than=stop.asked_by)
            payment_stop_store.move(session, stop, StopState.STANDING, confirmed_by=by)
            action = PaymentAction.STOP_CONFIRMED
        case StopStep.REFUSE:
            payment_stop_store.move(session, stop, StopState.REFUSED, ended_by=by)
            action = PaymentAction.STOP_REFUSED
        case StopStep.ASK_LIFT:
            payment_stop_store.move(
                session, stop, StopState.LIFT_ASKED, lift_asked_by=by, lift_asked_at=moment_of(session)
            )
            action = PaymentAction.STOP_LIFT_ASKED
        case StopStep.LIFT:
            _another(by, than=stop.lift_asked_by)
            payment_stop_store.move(session, stop, StopState.LIFTED, ended_by=by)
            action = PaymentAction.STOP_LIFTED
        case StopStep.KEEP:
            # Only a lift that is asked for can be declined; a stop that waits for its second person is confirmed.
            if stop.state is not StopState.LIFT_ASKED:
                raise StopRefused(Text("Ingen har begärt att stoppet hävs. Se hur det står."))
            payment_stop_store.move(session, stop, StopState.STANDING, lift_asked_by="", lift_asked_at=None)
            action = PaymentAction.STOP_KEPT
    journal.record(session, by, action, InvoicingSubject.PAYMENT_STOP.of(stop_id), reason=stop.reason)


def _another(by: str, *, than: str) -> None:
    if by == than:
        raise StopRefused(Text("Den andra personen måste vara en annan än den första."))
