"""The inbox: messages to us, stored with their sha256 before anything reads them.

A message is in exactly one state, and is known by its keys: the transport's id (where that is
never given twice), the instance identifier of its envelope, and the hash of its bytes; the
document's own number is looked at by whoever handles it. The same key with the same bytes is a
repeat, with other bytes a conflict, and both messages are told of it. A message whose handling
fails rests and is tried again; after that it lies still with its error until a person replays it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from foundation import leases, transitions
from foundation.backoff import TRIES
from foundation.sql import Session, rows_changed
from foundation.transitions import MovedMeanwhile
from peppol.exchange.outbox import sha256_of
from peppol.exchange.tables import FIRST_BY, IN_FOLLOWS, IN_SETTLES, InState, inbox, message_note


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message to us, as it came. `failures` is how often our handling of it has failed."""

    id: int
    transport_id: str
    sha256: str
    body: bytes
    received_on: date
    state: InState
    failures: int = 0
    instance_id: str = ""


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
        "transport_id": transport_id[:400],
        "transport_key": transport_key[:480],
        "instance_id": instance_id,
        "sha256": digest,
        "size": len(body),
        "body": body,
        "received_on": received_on,
        "received_at": received_at,
        "state": InState.ARRIVED,
    }
    # The unique keys decide who was first, also between two collectors at the same moment.
    new = session.execute(_STORE_NEW[session.dialect.name], row).scalar_one_or_none()
    if new is not None:
        return Stored(new, InState.ARRIVED)
    first = _first_with(session, sha256=digest, instance_id=instance_id, transport_key=transport_key)
    if first.sha256 == digest:
        identity = _inserted(
            session, {**row, "reason": "REPEAT", "body": b"", "state": InState.REPEAT, "repeats": first.id}
        )
        return Stored(identity, InState.REPEAT, first.id)
    reason = "INSTANCE_CONFLICT" if instance_id and first.instance_id == instance_id else "TRANSPORT_CONFLICT"
    aside = {
        "reason": reason,
        "reason_sv": f"Samma kännetecken som meddelande {first.id}, men annat innehåll. Meddelande {first.id} gäller; "
        "fråga avsändaren vilket som är rätt.",
        "reason_en": f"The same identifier as message {first.id}, with other content. Message {first.id} stands; "
        "ask the sender which one is right.",
    }
    identity = _inserted(session, {**row, **aside, "state": InState.CONFLICT, "repeats": first.id})
    note(
        session,
        first.id,
        reason,
        other=identity,
        at=received_at,
        sv=f"Meddelande {identity} kom med samma kännetecken och annat innehåll. Det ligger åt sidan.",
        en=f"Message {identity} came with the same identifier and other content. It is kept aside.",
    )
    return Stored(identity, InState.CONFLICT, first.id)


def claim(session: Session, *, limit: int, now: datetime, lease: timedelta) -> Sequence[InboundMessage]:
    """The oldest messages stored but not yet read, for this worker alone until the lease ends.

    A message whose worker died comes up again when its lease has ended.
    """
    oldest = (
        select(inbox)
        .where(inbox.c.state == InState.ARRIVED, leases.is_free(inbox.c.claimed_until, now))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    taken = leases.take(session, inbox.c.id, oldest, claimed_until=now + lease)
    return [_in_message(row) for row in taken]


def unclaim(session: Session, message_ids: Sequence[int]) -> None:
    """Let others read these messages at once: this worker will not."""
    session.execute(
        update(inbox)
        .where(inbox.c.id.in_(message_ids), inbox.c.state == InState.ARRIVED)
        .values(claimed_until=None)
    )


def count_arrived(session: Session) -> int:
    """How many messages are stored and not yet read."""
    question = select(func.count()).select_from(inbox).where(inbox.c.state == InState.ARRIVED)
    return session.execute(question).scalar_one()


def take(session: Session, letter_id: int, *, kind: str) -> bool:
    """Mark an arrived message handled, at the start of handling it; False when somebody else already has.

    What turns out otherwise is corrected by `settle` in the same transaction.
    """
    return rows_changed(session, _TAKE, {"letter": letter_id, "as_kind": kind}) == 1


def settle(
    session: Session,
    letter_id: int,
    state: InState,
    *,
    kind: str = "",
    business_key: str = "",
    reason: str = "",
    reason_sv: str = "",
    reason_en: str = "",
    repeats: int | None = None,
) -> None:
    """Give a message the state its handling came to, with the reason where it is kept aside.

    Raises MovedMeanwhile for a message that is neither taken nor just stored.
    """
    told = {
        "kind": kind,
        "business_key": business_key,
        "reason": reason,
        "reason_sv": reason_sv,
        "reason_en": reason_en,
        "repeats": repeats,
    }
    this = inbox.c.id == letter_id
    if transitions.move_all(session, inbox.c.state, this, IN_SETTLES, to=state, values=told) != 1:
        raise MovedMeanwhile(_name(letter_id), InState.HANDLED)


def failed(session: Session, message: InboundMessage, error: str, *, now: datetime) -> InState | None:
    """Note that handling a message failed; ARRIVED while it is tried again later, then FAILED.

    None when somebody else handled it in the meantime. `error` names the kind and place, never a value.
    """
    failures = message.failures + 1
    rest = TRIES.rest_after(failures)
    noted: dict[str, object] = {"failures": failures, "error": error}
    if rest is None:
        noted["claimed_until"] = None
        gave_up = _moved_first(session, message.id, was=InState.ARRIVED, to=InState.FAILED, values=noted)
        return InState.FAILED if gave_up else None
    rests = update(inbox).where(inbox.c.id == message.id, inbox.c.state == InState.ARRIVED)
    rested = rows_changed(session, rests.values(claimed_until=now + rest, **noted)) == 1
    return InState.ARRIVED if rested else None


def replay(session: Session, letter_id: int) -> InState | None:
    """Let a message that failed or was kept aside be read again; the state it was in, or None.

    None where there is no such message, its bytes are disposed of, or it became something already: that is
    never done twice.
    """
    there = (inbox.c.id == letter_id) & (inbox.c.body != b"")
    found = session.scalar(select(inbox.c.state).where(there).with_for_update())
    was = InState(found) if found is not None else None
    if was is None or not IN_FOLLOWS.allows(was, InState.ARRIVED):
        return None
    fresh: dict[str, object] = {
        "failures": 0,
        "error": "",
        "claimed_until": None,
        "alarmed_at": None,
        "reason": "",
        "reason_sv": "",
        "reason_en": "",
        "repeats": None,
    }
    return was if _moved_first(session, letter_id, was=was, to=InState.ARRIVED, values=fresh) else None


def note(
    session: Session, letter_id: int, code: str, *, sv: str, en: str, at: datetime, other: int | None = None
) -> None:
    """Lay a note on a message: something a person may want to know, which stops nothing."""
    session.execute(
        insert(message_note),
        {
            "letter": letter_id,
            "code": code,
            "other": other,
            "sentence_sv": sv,
            "sentence_en": en,
            "made_at": at,
        },
    )


def body_of(session: Session, letter_id: int) -> bytes | None:
    """The bytes of one arrived message as they came, or None where there is no such message."""
    found: bytes | None = session.scalar(select(inbox.c.body).where(inbox.c.id == letter_id))
    return found


# Prepared once: building a statement costs more than running it.
_STORE = insert(inbox).returning(inbox.c.id)
_TAKE = (
    update(inbox)
    .where(inbox.c.id == bindparam("letter"), inbox.c.state.in_(IN_FOLLOWS.before(InState.HANDLED)))
    .values(state=InState.HANDLED, kind=bindparam("as_kind"))
)
_STORE_NEW = {
    name: dialect.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_FIRST = {
    key: select(inbox.c.id, inbox.c.sha256, inbox.c.instance_id).where(
        inbox.c[key] == bindparam("value"), text(condition)
    )
    for key, condition in FIRST_BY.items()
}


def _moved_first(
    session: Session, letter_id: int, *, was: InState, to: InState, values: Mapping[str, object]
) -> bool:
    key = inbox.c.id == letter_id
    return transitions.moved_first(
        session, inbox.c.state, key, IN_FOLLOWS, name=_name(letter_id), was=was, to=to, values=values
    )


def _name(letter_id: int) -> tuple[str, str]:
    return f"Meddelande {letter_id}", f"Message {letter_id}"


def _first_with(session: Session, **keys: str) -> Row[Any, Any, Any]:
    """The message that already has one of the keys; the same bytes count before any other key."""
    for key, value in keys.items():
        found = session.execute(_FIRST[key], {"value": value}).one_or_none()
        if found is not None:
            return found
    raise LookupError("a message with the same key was kept aside at this very moment; store it again")


def _inserted(session: Session, row: dict[str, object]) -> int:
    key: int = session.execute(_STORE, row).scalar_one()
    return key


def _in_message(row: Row[tuple[object, ...]]) -> InboundMessage:
    return InboundMessage(
        row.id,
        row.transport_id,
        row.sha256,
        row.body,
        row.received_on,
        InState(row.state),
        row.failures,
        row.instance_id,
    )
