"""Messages to us as the database holds them: stored under keys that are each given once, claimed, handled, noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from foundation import leases, transitions
from foundation.backoff import TRIES
from foundation.sql import Session, among, rows_changed
from foundation.text import NO_TEXT, Text, WrittenText
from foundation.transitions import MovedMeanwhile
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import IN, NewBody
from peppol.exchange.tables import FIRST_BY, IN_FOLLOWS, IN_SETTLES, InState, inbox, message_note


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message to us, as it came. `failures` is how often our handling of it has failed.

    `repeats` is the message it repeats or collides with; `supplier` whose it is, where it became nothing (yet);
    `doubtful` one whose last worker never came back.
    """

    id: int
    transport_id: str
    sha256: str
    body: bytes
    received_on: date
    state: InState
    failures: int = 0
    instance_id: str = ""
    repeats: int | None = None
    supplier: str = ""
    reason: str = ""
    reason_text: Text = NO_TEXT
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """A message that came before, by what tells it from another."""

    id: int
    sha256: str
    instance_id: str


@dataclass(frozen=True, slots=True)
class MessageNote:
    """A note on a message: what sort, in words, and when it was laid there."""

    code: str
    sentence: Text
    made_at: datetime


def add_if_new(session: Session, row: Mapping[str, object]) -> int | None:
    """Keep a message by its columns and its `body`; its number, or None where one of its keys came before.

    It is given its turn among those that wait (`fair_queue`). The unique keys decide who was first, also between two
    collectors at the same moment.
    """
    values = {**_columns(row), "of_flow": row["flow"]}
    number: int | None = session.execute(_ADD_NEW[session.dialect.name], values).scalar_one_or_none()
    if number is not None:
        _keep_body(session, number, row)
    return number


def add(session: Session, row: Mapping[str, object]) -> int:
    """Keep a message by its columns, and by its `body` where it has one of its own; its number."""
    number: int = session.execute(_ADD, _columns(row)).scalar_one()
    _keep_body(session, number, row)
    return number


def first_with(session: Session, **keys: str) -> KnownMessage:
    """The message that already has one of the keys; the same bytes count before any other key."""
    for key, value in keys.items():
        found = session.execute(_FIRST[key], {"value": value}).one_or_none()
        if found is not None:
            return KnownMessage(found.id, found.sha256, found.instance_id)
    raise LookupError("a message with the same key was kept aside at this very moment; store it again")


def conflict_with(session: Session, sha256: str) -> int | None:
    """The message with these very bytes that was kept aside as a conflict, or None."""
    aside = text("inbox.state in ('CONFLICT', 'QUARANTINED', 'FAILED')")
    same = (inbox.c.state == InState.CONFLICT) & (inbox.c.sha256 == sha256)
    return session.scalar(select(inbox.c.id).where(aside, same).order_by(inbox.c.id).limit(1))


def get(session: Session, letter_id: int) -> InboundMessage | None:
    """One message to us, kept from others until the transaction ends; None where its bytes are gone too."""
    there = (inbox.c.id == letter_id) & IN.is_there()
    rows = session.execute(select(inbox).where(there).with_for_update()).all()
    return next(iter(_in_messages(session, rows)), None)


def set_supplier(session: Session, letter_id: int, supplier: str) -> None:
    """Note whose a message is that became nothing."""
    session.execute(update(inbox).where(inbox.c.id == letter_id).values(came_from=supplier))


def claim(
    session: Session, *, limit: int, now: datetime, lease: timedelta, doubtful: bool = True
) -> Sequence[InboundMessage]:
    """The messages whose turn it is to be read, for this worker alone until the lease ends.

    A message whose worker died comes up again when its lease has ended: by itself, behind those that are fresh, and
    only where `doubtful` ones are wanted.
    """
    # The same column holds a rest after a failure.
    free = leases.is_free(inbox.c.claimed_until, now, longest=max(lease, TRIES.steps[-1]))
    in_turn = select(inbox).where(inbox.c.state == InState.ARRIVED, free).order_by(inbox.c.turn, inbox.c.id)
    until = now + lease
    taken = leases.take(session, inbox.c.id, in_turn, taken=inbox.c.taken, at_most=limit, claimed_until=until)
    return _in_messages(session, taken)


def lost(session: Session, *, now: datetime) -> Sequence[InboundMessage]:
    """The messages that were taken as often as may be by workers that never came back."""
    is_lost = leases.is_lost(inbox.c.taken, inbox.c.claimed_until, now, longest=TRIES.steps[-1])
    question = select(inbox).where(inbox.c.state == InState.ARRIVED, is_lost)
    # In the order of their turns: in that of their numbers SQLite would go through all that ever came.
    return _in_messages(session, session.execute(question.order_by(inbox.c.turn, inbox.c.id)).all())


def unclaim(session: Session, message_ids: Sequence[int]) -> None:
    """Let others read these messages at once: this worker will not."""
    session.execute(
        update(inbox)
        .where(inbox.c.id.in_(message_ids), inbox.c.state == InState.ARRIVED)
        .values(claimed_until=None, taken=0)
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


def take_all(session: Session, kinds: Mapping[int, str]) -> frozenset[int]:
    """As `take`, of some messages, each by its number and kind; the numbers of those that nobody else has handled."""
    taken: set[int] = set()
    for kind in dict.fromkeys(kinds.values()):
        numbers = [number for number, each in kinds.items() if each == kind]
        these = _TAKE_ALL.where(among(session, inbox.c.id, numbers))
        taken.update(session.scalars(these, {"as_kind": kind}))
    return frozenset(taken)


def settle(
    session: Session,
    letter_id: int,
    state: InState,
    *,
    kind: str = "",
    business_key: str = "",
    reason: str = "",
    reason_text: Text = NO_TEXT,
    repeats: int | None = None,
    supplier: str = "",
) -> None:
    """Give a message the state its handling came to, with the reason where it is kept aside.

    Raises MovedMeanwhile for a message that is neither taken nor just stored.
    """
    told = {
        "kind": kind,
        "business_key": business_key,
        "reason": reason,
        "reason_sv": reason_text.sv,
        "reason_en": reason_text.en,
        "repeats": repeats,
        "came_from": supplier,
    }
    this = inbox.c.id == letter_id
    if transitions.move_all(session, inbox.c.state, this, IN_SETTLES, to=state, values=told) != 1:
        raise MovedMeanwhile(_name(letter_id), IN_FOLLOWS.words[InState.HANDLED])


def rest(session: Session, letter_id: int, *, until: datetime, values: Mapping[str, object]) -> bool:
    """Let an arrived message rest until then; False where somebody else handled it in the meantime."""
    rests = update(inbox).where(inbox.c.id == letter_id, inbox.c.state == InState.ARRIVED)
    return rows_changed(session, rests.values(claimed_until=until, taken=0, **values)) == 1


def state_locked(session: Session, letter_id: int) -> InState | None:
    """The state of a message, kept from others; None where there is none, or its bytes are disposed of."""
    there = (inbox.c.id == letter_id) & IN.is_there()
    found = session.scalar(select(inbox.c.state).where(there).with_for_update())
    return InState(found) if found is not None else None


def moved_first(
    session: Session, letter_id: int, *, was: InState, to: InState, values: Mapping[str, object]
) -> bool:
    """Move a message to another state; False where somebody else has moved it before."""
    key = inbox.c.id == letter_id
    return transitions.moved_first(
        session, inbox.c.state, key, IN_FOLLOWS, name=_name(letter_id), was=was, to=to, values=values
    )


def note(
    session: Session, letter_id: int, code: str, *, sentence: Text, at: datetime, other: int | None = None
) -> None:
    """Lay a note on a message: something a person may want to know, which stops nothing."""
    session.execute(
        insert(message_note),
        {
            "letter": letter_id,
            "code": code,
            "other": other,
            "sentence_sv": sentence.sv,
            "sentence_en": sentence.en,
            "made_at": at,
        },
    )


def notes_of(session: Session, letter_id: int) -> Sequence[MessageNote]:
    """The notes that lie on a message, the first one first."""
    question = select(message_note).where(message_note.c.letter == letter_id).order_by(message_note.c.id)
    return [
        MessageNote(row.code, WrittenText(row.sentence_sv, row.sentence_en), row.made_at)
        for row in session.execute(question)
    ]


def sentences_of(session: Session, letter_ids: Sequence[int], code: str) -> Mapping[int, Text]:
    """What a note of this sort says on each of these messages that has one."""
    if not letter_ids:
        return {}
    wanted = message_note.c.letter.in_(letter_ids) & (message_note.c.code == code)
    rows = session.execute(select(message_note).where(wanted).order_by(message_note.c.id))
    return {row.letter: WrittenText(row.sentence_sv, row.sentence_en) for row in rows}


def sha256_of(session: Session, letter_id: int) -> str:
    """The fingerprint of a message to us."""
    return str(session.execute(_SHA256, {"letter_id": letter_id}).scalar_one())


def body_of(session: Session, letter_id: int) -> bytes | None:
    """The bytes of one arrived message as they came, or None where there is no such message."""
    return body_store.of_message(session, IN, letter_id)


_waiting = inbox.alias("waiting")
_WAITS = _waiting.c.state == text(f"'{InState.ARRIVED.value}'")
_TURN = func.coalesce(
    select(func.max(_waiting.c.turn) + 1)
    .where(_WAITS, _waiting.c.flow == bindparam("of_flow"))
    .scalar_subquery(),
    select(func.min(_waiting.c.turn)).where(_WAITS).scalar_subquery(),
    0,
)
# Prepared once: building a statement costs more than running it.
_ADD = insert(inbox).returning(inbox.c.id)
_ADD_NEW = {
    name: dialect.insert(inbox).values(turn=_TURN).on_conflict_do_nothing().returning(inbox.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_FIRST = {
    key: select(inbox.c.id, inbox.c.sha256, inbox.c.instance_id).where(
        inbox.c[key] == bindparam("value"), text(condition)
    )
    for key, condition in FIRST_BY.items()
}
_TAKE = (
    update(inbox)
    .where(inbox.c.id == bindparam("letter"), inbox.c.state.in_(IN_FOLLOWS.before(InState.HANDLED)))
    .values(state=InState.HANDLED, kind=bindparam("as_kind"))
)
_TAKE_ALL = (
    update(inbox)
    .where(inbox.c.state.in_(IN_FOLLOWS.before(InState.HANDLED)))
    .values(state=InState.HANDLED, kind=bindparam("as_kind"))
    .returning(inbox.c.id)
)

# Prepared once: every answer asks it.
_SHA256 = select(inbox.c.sha256).where(inbox.c.id == bindparam("letter_id"))


def _name(letter_id: int) -> Text:
    return Text("Meddelande %(letter_id)s", letter_id=letter_id)


def _columns(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "body"}


def _keep_body(session: Session, number: int, row: Mapping[str, object]) -> None:
    """Keep the bytes of a message that was just laid down, unless it repeats another and has none of its own."""
    if "body" in row:
        new = NewBody(number, cast(date, row["received_on"]), cast(bytes, row["body"]))
        body_store.keep(session, IN, [new])


def _in_messages(session: Session, rows: Sequence[Row[Any]]) -> list[InboundMessage]:
    bodies = body_store.of_messages(session, IN, {row.id: row.received_on for row in rows})
    return [_in_message(row, bodies.get(row.id, b"")) for row in rows]


def _in_message(row: Row[Any], body: bytes) -> InboundMessage:
    return InboundMessage(
        id=row.id,
        transport_id=row.transport_id,
        sha256=row.sha256,
        body=body,
        received_on=row.received_on,
        state=InState(row.state),
        failures=row.failures,
        instance_id=row.instance_id,
        repeats=row.repeats,
        supplier=row.came_from,
        reason=row.reason,
        reason_text=WrittenText(row.reason_sv, row.reason_en),
        doubtful=row.taken > 0,
    )
