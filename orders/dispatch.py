"""Applying events: which use case each type of event calls, once and only once.

The same id with the same content is a no-op; with other content a conflict that is kept
aside. An event that cannot be applied is kept with its reason and can be replayed. The day
of an event is the day of its time in Sweden: history loaded today is decided as it was then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import assert_never

from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.errors import Refused
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events import data as event_data
from orders.events import envelope as event_envelope
from orders.events import store as event_store
from orders.events.data import EventData
from orders.events.envelope import Event
from orders.events.store import EVENT_FOLLOWS, EVENT_SETTLES, EventState, StoredEvent
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import LineKey, Order
from orders.placements import codes, interruptions, receiving, reports, results, revoking
from orders.placements import decisions as placing
from orders.purchase_orders.placing import DocumentRefused
from orders.register.register import Register
from peppol.exchange import outgoing


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an event, and the order lines whose receipt changed or came with it."""

    state: EventState
    lines: tuple[LineKey, ...] = ()
    repeated: bool = False
    reason: Refused | None = None


def apply(session: Session, register: Register, event: Event, *, received_at: datetime) -> Applied:
    """Apply one event in the caller's transaction, which must not have written anything else yet.

    A use case refuses before it writes, except where it orders several things; therefore it
    runs in a savepoint of its own.
    """
    digest = event_envelope.content_hash(event)
    held = event_store.known(session, event)
    if digest in held:
        return Applied(held[digest], repeated=True)
    if any(state is not EventState.CONFLICT for state in held.values()):
        conflict = Refused(
            Text(
                "Händelsen %(event_id)s är redan läst med annat innehåll. Den ligger åt sidan.",
                event_id=event.id,
            ),
        )
        event_store.add(
            session, event, EventState.CONFLICT, digest=digest, received_at=received_at, reason=conflict
        )
        return Applied(EventState.CONFLICT, reason=conflict)
    sequence = event_store.claim(session, event, digest=digest, received_at=received_at)
    if sequence is None:
        # Somebody else is loading the same events and was first; now it can be seen what became of it.
        return apply(session, register, event, received_at=received_at)
    applied = _tried(session, register, event)
    if applied.state is not EventState.APPLIED:
        event_store.move(
            session,
            sequence,
            was=EventState.APPLIED,
            to=applied.state,
            by=EVENT_SETTLES,
            reason=applied.reason,
        )
    return applied


def apply_all(
    session: Session, register: Register, told: Sequence[Event], *, received_at: datetime
) -> list[Applied]:
    """Apply events of one day in their order; decisions that follow each other are stored in strokes.

    A stroke holds only where everything is in order. As soon as one decision is known, in conflict
    or refused, the stroke is undone and its decisions are applied one by one, with the same result.
    """
    applied: list[Applied] = []
    for decided, run in groupby(told, key=lambda event: isinstance(event.data, event_data.PlacementDecided)):
        group = list(run)
        if decided and len(group) > 1 and _in_one_stroke(session, register, group, received_at=received_at):
            applied += [Applied(EventState.APPLIED)] * len(group)
        else:
            applied += [apply(session, register, event, received_at=received_at) for event in group]
    return applied


def _in_one_stroke(
    session: Session, register: Register, told: Sequence[Event], *, received_at: datetime
) -> bool:
    """Place all these decisions together; False, with nothing done, where that cannot be."""
    decisions = [event.data for event in told if isinstance(event.data, event_data.PlacementDecided)]
    try:
        with journal.attempt(session):
            event_store.add_applied(session, told, received_at=received_at)
            placing.place_all(session, register, decisions, today=stockholm_date(told[0].time))
    except (Refused, outgoing.InvalidDocument, IntegrityError):
        return False
    return True


def replay(session: Session, register: Register, stored: StoredEvent) -> Applied:
    """Try an unappliable event again, on its own day."""
    applied = _tried(session, register, event_envelope.read_event(stored.body))
    event_store.move(session, stored.sequence, was=stored.state, to=applied.state, reason=applied.reason)
    return applied


def apply_by_hand(
    session: Session, register: Register, stored: StoredEvent, *, by: str, today: date
) -> tuple[LineKey, ...]:
    """A person applies an interruption that was told too late; the lines whose receipt changed.

    It is judged as on its own day, and what it changes is dated today. Raises StepRefused for any other event.
    """
    EVENT_FOLLOWS.check(event_store.event_name(stored.sequence), stored.state, EventState.APPLIED)
    told = event_envelope.read_event(stored.body)
    told_on = stockholm_date(told.time)
    match told.data:
        case event_data.InterruptionRegistered():
            changed = interruptions.interrupt(session, register, told.data, today=told_on, by_hand_on=today)
        case event_data.InterruptionMoved():
            changed = interruptions.move_interruption(
                session, register, told.data, today=told_on, by_hand_on=today
            )
        case _:
            raise StepRefused(
                Text("Bara ett avbrott som kom för sent verkställs för hand. Försök igen med de andra."),
            )
    event_store.move(session, stored.sequence, was=stored.state, to=EventState.APPLIED)
    _record_by_hand(session, stored, PlacementAction.LATE_INTERRUPTION_APPLIED, by=by)
    return tuple(changed)


def lay_aside(session: Session, stored: StoredEvent, *, by: str) -> None:
    """A person decides that an event which could not be applied is not to be: nothing changes but its state."""
    kept = Refused(stored.reason)
    event_store.move(session, stored.sequence, was=stored.state, to=EventState.LAID_ASIDE, reason=kept)
    _record_by_hand(session, stored, PlacementAction.EVENT_LAID_ASIDE, by=by)


def _record_by_hand(session: Session, stored: StoredEvent, action: PlacementAction, *, by: str) -> None:
    journal.record(
        session,
        by,
        action,
        OrdersSubject.EVENT.of(stored.sequence),
        execution_reference=stored.execution_reference,
        event=stored.event_id,
    )


def _tried(session: Session, register: Register, event: Event) -> Applied:
    try:
        with journal.attempt(session):
            lines = _carry_out(session, register, event.data, stockholm_date(event.time))
    except Refused as refusal:
        return Applied(EventState.UNAPPLIABLE, reason=refusal)
    except outgoing.InvalidDocument as invalid:
        return Applied(EventState.UNAPPLIABLE, reason=DocumentRefused(invalid))
    return Applied(EventState.APPLIED, tuple(lines))


def _carry_out(session: Session, register: Register, told: EventData, today: date) -> list[LineKey]:
    """Call the use case of the event; the order lines whose receipt changed are returned."""
    codes.check(session, register, told)
    match told:
        case event_data.PlacementDecided():
            placing.place(session, register, told, today=today)
        case event_data.PeriodTwoDecided():
            placing.place_period_two(session, register, told, today=today)
        case event_data.ProviderChanged():
            return placing.change_provider(session, register, told, today=today)
        case event_data.PlacementCancelled():
            placing.cancel(session, told, today=today)
        case event_data.InterruptionRegistered():
            return interruptions.interrupt(session, register, told, today=today)
        case event_data.InterruptionMoved():
            return interruptions.move_interruption(session, register, told, today=today)
        case event_data.InterruptionWithdrawn():
            return interruptions.withdraw_interruption(session, register, told, today=today)
        case event_data.ReportFiled():
            filed = reports.file(session, told)
            lines = receiving.receive_where_nothing_is_odd(session, register, filed, at=told.at, today=today)
            return lines or []
        case event_data.ReportApproved():
            return reports.approve(session, told, today=today, early=register.policy.early_approval)
        case event_data.ReportRejected():
            reports.reject(session, told, today=today)
        case event_data.ReportRevoked():
            return revoking.revoke_report(session, told, today=today)
        case event_data.OutcomeApproved():
            return _lines_of(results.approve_outcome(session, register, told, today=today))
        case event_data.OutcomeEnded():
            results.end_outcome(session, told)
        case event_data.OutcomeRevoked():
            return revoking.revoke_outcome(session, register, told, today=today)
        case event_data.SupplementApproved():
            return _lines_of(results.approve_supplement(session, register, told, today=today))
        case event_data.SupplementRevoked():
            return revoking.revoke_supplement(session, told, today=today)
        case _:
            assert_never(told)
    return []


def _lines_of(orders: list[Order]) -> list[LineKey]:
    return [(order.number, line.line_id) for order in orders for line in order.lines]
