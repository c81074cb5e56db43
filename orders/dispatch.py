"""Applying events: which use case each type of event calls, once and only once.

The same id with the same content is a no-op; with other content a conflict that is kept
aside. An event that cannot be applied is kept with its reason and can be replayed. The day
of an event is the day of its time in Sweden: it is decided as on that day. What has to be told in time is
compared with the day we were told, which is the day it came: a sender's own time cannot reach back. Nor can it
reach forward: a day that has not been is kept until it has, and orders, receives and pays nothing before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from orders.events.store import EVENT_FOLLOWS, EVENT_SETTLES, Arrival, EventState, StoredEvent
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import LineKey, Order
from orders.placements import codes, interruptions, receiving, reports, results, returning, revoking
from orders.placements import decisions as placing
from orders.placements.informative import informative_reports
from orders.placements.journal import note_decision
from orders.placements.late_interruptions import ToldTooLate
from orders.purchase_orders import order_store
from orders.purchase_orders.placing import DocumentRefused
from orders.register.register import Register
from peppol.exchange import outgoing

# Besides the interruptions themselves, which are judged by how far back they reach.
_TOLD_IN_TIME = (
    "interruption.withdrawn",
    "placement.cancelled",
    "placement.provider_changed",
    "outcome.approved",
    "supplement.approved",
)

# These open or close lines that keep the receipt they have, or have none: an invoice on any of them may be another.
_CHANGES_EVERY_LINE = (
    event_data.ProviderChanged,
    event_data.PlacementCancelled,
    event_data.InterruptionRegistered,
    event_data.InterruptionMoved,
    event_data.InterruptionWithdrawn,
    event_data.PlacementResumed,
)

# So far may a sender's clock go before ours; only around midnight does it matter.
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an event, and the order lines whose invoices it concerns: their receipt changed, or waits."""

    state: EventState
    lines: tuple[LineKey, ...] = ()
    repeated: bool = False
    reason: Refused | None = None


def apply(session: Session, register: Register, event: Event, *, arrival: Arrival) -> Applied:
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
        event_store.add(session, event, EventState.CONFLICT, digest=digest, arrival=arrival, reason=conflict)
        return Applied(EventState.CONFLICT, reason=conflict)
    sequence = event_store.claim(session, event, digest=digest, arrival=arrival)
    if sequence is None:
        # Somebody else is loading the same events and was first; now it can be seen what became of it.
        return apply(session, register, event, arrival=arrival)
    told_on = arrival.told_on(stockholm_date(event.time))
    with journal.at_the_word_of(session, arrival.sender):
        applied = _tried(session, register, event, told_on=told_on, now=arrival.at)
    if applied.state is not EventState.APPLIED:
        event_store.move(
            session,
            sequence,
            was=EventState.APPLIED,
            to=applied.state,
            by=EVENT_SETTLES,
            reason=applied.reason,
        )
        if isinstance(applied.reason, ToldTooLate):
            _record_kept_aside(session, event, sequence)
    return applied


def apply_all(
    session: Session, register: Register, told: Sequence[Event], *, arrival: Arrival
) -> list[Applied]:
    """Apply events of one day in their order; decisions that follow each other are stored in strokes.

    A stroke holds only where everything is in order. As soon as one decision is known, in conflict
    or refused, the stroke is undone and its decisions are applied one by one, with the same result.
    """
    applied: list[Applied] = []
    for decided, run in groupby(told, key=lambda event: isinstance(event.data, event_data.PlacementDecided)):
        group = list(run)
        if decided and len(group) > 1 and _in_one_stroke(session, register, group, arrival=arrival):
            applied += [Applied(EventState.APPLIED)] * len(group)
        else:
            applied += [apply(session, register, event, arrival=arrival) for event in group]
    return applied


def _in_one_stroke(session: Session, register: Register, told: Sequence[Event], *, arrival: Arrival) -> bool:
    """Place all these decisions together; False, with nothing done, where that cannot be."""
    decisions = [event.data for event in told if isinstance(event.data, event_data.PlacementDecided)]
    if not all(has_been(_latest_day(event), now=arrival.at) for event in told):
        return False
    try:
        with journal.attempt(session), journal.at_the_word_of(session, arrival.sender):
            event_store.add_applied(session, told, arrival=arrival)
            placing.place_all(session, register, decisions, today=stockholm_date(told[0].time))
    except (Refused, outgoing.InvalidDocument, IntegrityError):
        return False
    return True


def has_been(day: date, *, now: datetime) -> bool:
    """Whether a day has come, by a clock that may go a little behind its sender's."""
    return day <= stockholm_date(now + _CLOCKS_DIFFER)


def replay(session: Session, register: Register, stored: StoredEvent, *, now: datetime) -> Applied:
    """Try an unappliable event again, on its own day; it was told when it first came."""
    event = event_envelope.read_event(stored.body)
    applied = _tried(session, register, event, told_on=stored.told_on, now=now)
    event_store.move(session, stored.sequence, was=stored.state, to=applied.state, reason=applied.reason)
    return applied


def apply_by_hand(
    session: Session, register: Register, stored: StoredEvent, *, by: str, today: date
) -> tuple[LineKey, ...]:
    """A person applies what was told too late; the lines whose receipt changed.

    It is judged as on its own day, which the person believes, and what an interruption changes is dated today.
    Raises StepRefused for any other event.
    """
    EVENT_FOLLOWS.check(event_store.event_name(stored.sequence), stored.state, EventState.APPLIED)
    told = event_envelope.read_event(stored.body)
    own_day = stockholm_date(told.time)
    if own_day > today:
        raise _not_yet(own_day)
    match told.data:
        case event_data.InterruptionRegistered():
            changed = interruptions.interrupt(
                session, register, told.data, today=own_day, told_on=own_day, by_hand_on=today
            )
        case event_data.InterruptionMoved():
            changed = interruptions.move_interruption(
                session, register, told.data, today=own_day, told_on=own_day, by_hand_on=today
            )
        case data if came_later(stored):
            changed = _carry_out(session, register, data, own_day, told_on=own_day)
        case _:
            raise StepRefused(
                Text("Bara det som kom för sent verkställs för hand. Försök igen med de andra."),
            )
    if isinstance(told.data, _CHANGES_EVERY_LINE):
        changed = list(dict.fromkeys((*changed, *_lines_on(session, told.execution_reference))))
    event_store.move(session, stored.sequence, was=stored.state, to=EventState.APPLIED)
    _record_by_hand(session, stored, PlacementAction.LATE_INTERRUPTION_APPLIED, by=by)
    return tuple(changed)


def came_later(stored: StoredEvent) -> bool:
    """Whether an event that has to be told in time came later than its own day, which a person may believe."""
    return stored.type in _TOLD_IN_TIME and stored.told_on > stored.occurred_on


def lay_aside(session: Session, stored: StoredEvent, *, by: str) -> None:
    """A person decides that an event which could not be applied is not to be: nothing changes but its state."""
    kept = Refused(stored.reason)
    event_store.move(session, stored.sequence, was=stored.state, to=EventState.LAID_ASIDE, reason=kept)
    _record_by_hand(session, stored, PlacementAction.EVENT_LAID_ASIDE, by=by)


def _record_kept_aside(session: Session, event: Event, sequence: int) -> None:
    journal.record(
        session,
        journal.SYSTEM,
        PlacementAction.INTERRUPTION_KEPT_ASIDE,
        OrdersSubject.EVENT.of(sequence),
        execution_reference=event.execution_reference,
        event=event.id,
    )


def _record_by_hand(session: Session, stored: StoredEvent, action: PlacementAction, *, by: str) -> None:
    journal.record(
        session,
        by,
        action,
        OrdersSubject.EVENT.of(stored.sequence),
        execution_reference=stored.execution_reference,
        event=stored.event_id,
    )
    note_decision(session, stored.execution_reference, action, by=by)


def _latest_day(event: Event) -> date:
    """The latest day on which an event says that something happened: its own, or that of the report it tells of."""
    match event.data:
        case (
            event_data.ReportFiled()
            | event_data.ReportApproved()
            | event_data.ReportRejected()
            | event_data.ReportRevoked()
            | event_data.InformativeReportFiled()
        ):
            return stockholm_date(max(event.time, event.data.at))
        case _:
            return stockholm_date(event.time)


def _not_yet(day: date) -> StepRefused:
    return StepRefused(
        Text(
            "Händelsen är daterad %(day)s, och den dagen har inte varit. Den ligger kvar: försök igen då, eller skicka "
            "en ny med den tid då det hände.",
            day=day,
        )
    )


def _tried(session: Session, register: Register, event: Event, *, told_on: date, now: datetime) -> Applied:
    day = _latest_day(event)
    if not has_been(day, now=now):
        return Applied(EventState.UNAPPLIABLE, reason=_not_yet(day))
    try:
        with journal.attempt(session):
            lines = _carry_out(session, register, event.data, stockholm_date(event.time), told_on=told_on)
            if isinstance(event.data, _CHANGES_EVERY_LINE):
                lines = list(dict.fromkeys((*lines, *_lines_on(session, event.execution_reference))))
    except Refused as refusal:
        return Applied(EventState.UNAPPLIABLE, reason=refusal)
    except outgoing.InvalidDocument as invalid:
        return Applied(EventState.UNAPPLIABLE, reason=DocumentRefused(invalid))
    return Applied(EventState.APPLIED, tuple(lines))


def _carry_out(
    session: Session, register: Register, told: EventData, today: date, *, told_on: date
) -> list[LineKey]:
    """Call the use case of the event; the order lines whose invoices it concerns are returned."""
    codes.check(session, register, told)
    match told:
        case event_data.PlacementDecided():
            placing.place(session, register, told, today=today)
        case event_data.PeriodTwoDecided():
            placing.place_period_two(session, register, told, today=today)
        case event_data.ProviderChanged():
            return placing.change_provider(session, register, told, today=today, told_on=told_on)
        case event_data.PlacementCancelled():
            placing.cancel(session, told, today=today, told_on=told_on)
        case event_data.InterruptionRegistered():
            return interruptions.interrupt(session, register, told, today=today, told_on=told_on)
        case event_data.InterruptionMoved():
            return interruptions.move_interruption(session, register, told, today=today, told_on=told_on)
        case event_data.InterruptionWithdrawn():
            return interruptions.withdraw_interruption(session, register, told, today=today, told_on=told_on)
        case event_data.PlacementResumed():
            returning.resume(session, register, told, today=today, told_on=told_on)
        case event_data.ReportFiled():
            filed = reports.file(session, told, told_on=told_on)
            lines = receiving.receive_where_nothing_is_odd(session, register, filed, at=told.at, today=today)
            return lines or reports.lines_of_month(session, told.execution_reference, told.month)
        case event_data.ReportApproved():
            if not reports.is_decided(session, told):
                return reports.approve(session, told, today=today, early=register.policy.early_approval)
        case event_data.ReportRejected():
            if not reports.is_decided(session, told):
                reports.reject(session, told, today=today)
                return reports.lines_of_month(session, told.execution_reference, told.month)
        case event_data.ReportRevoked():
            return revoking.revoke_report(session, told, today=today)
        case event_data.InformativeReportFiled():
            informative_reports.file(session, told)
        case event_data.OutcomeApproved():
            return _lines_of(results.approve_outcome(session, register, told, today=today, told_on=told_on))
        case event_data.OutcomeEnded():
            results.end_outcome(session, told)
        case event_data.OutcomeRevoked():
            return revoking.revoke_outcome(session, register, told, today=today)
        case event_data.SupplementApproved():
            return _lines_of(
                results.approve_supplement(session, register, told, today=today, told_on=told_on)
            )
        case event_data.SupplementRevoked():
            return revoking.revoke_supplement(session, told, today=today)
        case _:
            assert_never(told)
    return []


def _lines_on(session: Session, reference: str) -> list[LineKey]:
    return _lines_of(order_store.of_placement(session, reference))


def _lines_of(orders: list[Order]) -> list[LineKey]:
    return [(order.number, line.line_id) for order in orders for line in order.lines]
