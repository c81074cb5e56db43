"""The inbox: messages to us, stored with their sha256 before anything reads them.

A message is in exactly one state, and is known by its keys: the transport's id (where that is
never given twice), the instance identifier of its envelope, and the hash of its bytes; the
document's own number is looked at by whoever handles it. The same key with the same bytes is a
repeat, with other bytes a conflict, and both messages are told of it. A message whose handling
fails rests and is tried again; after that it lies still with its error until a person replays it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from foundation.backoff import TRIES
from foundation.sql import Session
from foundation.text import Text
from foundation.written.fitted import within
from peppol.exchange import fair_queue, inbox_store, owed_answer_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.laid_aside import LAID_ASIDE_NOTE, LAID_ASIDE_TEXTS, LaidAsideReason
from peppol.exchange.outbox import sha256_of
from peppol.exchange.tables import IN_FOLLOWS, InState, OwedState

OUR_FAULT: Final = "OUR_FAULT"
"""The reason of a message whose handling failed: nothing is wrong with what came."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of arrived bytes: the row they lie in, and the earlier message they repeat, if any."""

    id: int
    state: InState
    repeats: int | None = None


def store(
    session: Session,
    body: bytes,
    *,
    transport_id: str,
    received_on: date,
    received_at: datetime,
    instance_id: str = "",
    transport_key: str = "",
) -> Stored:
    """Keep arrived bytes; bytes, an instance or a transport's id that came before are noted as a repeat.

    The same key with other bytes is a conflict: both are kept, the first stands, and a note lies on
    each. `transport_key` is given only by access points that never use an id twice.
    """
    digest = sha256_of(body)
    row = {
        "transport_id": within(transport_id, 400),
        "transport_key": within(transport_key, 480),
        "instance_id": instance_id,
        "sha256": digest,
        "size": len(body),
        "flow": fair_queue.flow_of(body),
        "received_on": received_on,
        "received_at": received_at,
        "state": InState.ARRIVED,
    }
    new = inbox_store.add_if_new(session, {**row, "body": body})
    if new is not None:
        return Stored(new, InState.ARRIVED)
    first = inbox_store.first_with(
        session, sha256=digest, instance_id=instance_id, transport_key=transport_key
    )
    same = first.id if first.sha256 == digest else inbox_store.conflict_with(session, digest)
    if same is not None:
        repeat = {"reason": "REPEAT", "state": InState.REPEAT, "repeats": same}
        identity = inbox_store.add(session, {**row, **repeat})
        return Stored(identity, InState.REPEAT, same)
    reason = "INSTANCE_CONFLICT" if instance_id and first.instance_id == instance_id else "TRANSPORT_CONFLICT"
    told = Text(
        "Överföringens kännetecken är redan använt för ett annat innehåll, som gäller. Dokumentet är inte mottaget. "
        "Skicka det i en ny överföring med ett eget kännetecken; är det samma dokument som det första behöver ni "
        "inte göra något."
    )
    aside = {"reason": reason, "reason_sv": told.sv, "reason_en": told.en}
    conflict = {"body": body, "state": InState.CONFLICT, "repeats": first.id}
    identity = inbox_store.add(session, {**row, **aside, **conflict})
    inbox_store.note(
        session,
        first.id,
        reason,
        other=identity,
        at=received_at,
        sentence=Text(
            "Meddelande %(letter_id)s kom med samma kännetecken och annat innehåll. Det ligger åt sidan.",
            letter_id=identity,
        ),
    )
    owed_answer_store.note(session, about(identity), OwedState.DUE)
    return Stored(identity, InState.CONFLICT, first.id)


def about(letter_id: int) -> str:
    """How the outbox and the answers we owe name a message to us."""
    return f"letter {letter_id}"


def failed(
    session: Session, message: InboundMessage, error: str, *, now: datetime, supplier: str = ""
) -> InState | None:
    """Note that handling a message failed; ARRIVED while it is tried again later, then FAILED.

    None when somebody else handled it in the meantime. `error` names the kind and place, never a value; `supplier` is
    whose the message is, where that is known. Whoever sent one that is given up is owed word of it.
    """
    failures = message.failures + 1
    rest = TRIES.rest_after(failures)
    if rest is None:
        return give_up(session, message, error, tries=failures, supplier=supplier)
    noted: dict[str, object] = {"failures": failures, "error": error, "came_from": supplier}
    rested = inbox_store.rest(session, message.id, until=now + rest, values=noted)
    return InState.ARRIVED if rested else None


def give_up(
    session: Session, message: InboundMessage, error: str, *, tries: int, supplier: str = ""
) -> InState | None:
    """Lay a message that we cannot handle where a person looks, after so many tries; whoever sent it is owed word.

    None when somebody else handled it in the meantime.
    """
    told = Text(
        "Vår egen hantering misslyckades (fel: %(error)s; antal försök: %(failures)s). Åtgärda felet och läs "
        "meddelandet igen.",
        failures=tries,
        error=error,
    )
    noted: dict[str, object] = {
        "failures": message.failures + 1,
        "error": error,
        "came_from": supplier,
        "claimed_until": None,
        "reason": OUR_FAULT,
        "reason_sv": told.sv,
        "reason_en": told.en,
    }
    gave_up = inbox_store.moved_first(
        session, message.id, was=InState.ARRIVED, to=InState.FAILED, values=noted
    )
    if gave_up:
        owed_answer_store.note(session, about(message.id), OwedState.DUE)
    return InState.FAILED if gave_up else None


def replay(session: Session, letter_id: int) -> InState | None:
    """Let a message that failed or was kept aside be read again; the state it was in, or None.

    None where there is no such message, its bytes are disposed of, or it became something already: that is
    never done twice.
    """
    was = inbox_store.state_locked(session, letter_id)
    if was is None or not IN_FOLLOWS.allows(was, InState.ARRIVED):
        return None
    fresh: dict[str, object] = {
        "failures": 0,
        "error": "",
        "claimed_until": None,
        "taken": 0,
        "alarmed_at": None,
        "reason": "",
        "reason_sv": "",
        "reason_en": "",
        "repeats": None,
    }
    moved = inbox_store.moved_first(session, letter_id, was=was, to=InState.ARRIVED, values=fresh)
    return was if moved else None


def lay_aside(
    session: Session, letter_id: int, reason: LaidAsideReason, *, by: str, at: datetime
) -> InState | None:
    """Note that a person has dealt with a message that lies aside; the state it was in, or None where it may not be.

    Its bytes and its reason stay; the note says what was done. No answer is owed about it after that.
    """
    was = inbox_store.state_locked(session, letter_id)
    if was is None or not IN_FOLLOWS.allows(was, InState.LAID_ASIDE):
        return None
    if not inbox_store.moved_first(session, letter_id, was=was, to=InState.LAID_ASIDE, values={}):
        return None
    inbox_store.note(session, letter_id, LAID_ASIDE_NOTE, sentence=LAID_ASIDE_TEXTS[reason], at=at)
    owed = owed_answer_store.open_about(session, about(letter_id))
    if owed is not None and owed.state is OwedState.STUCK:
        owed_answer_store.lay_aside(session, owed, by=by, reason=reason)
    return was
