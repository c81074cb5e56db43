"""Our messages as the database holds them: laid out, read, asked about, and moved from state to state."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from foundation import leases, transitions
from foundation.sql import Session
from foundation.text import Text
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import OUT, NewBody
from peppol.exchange.tables import OUT_FOLLOWS, OutState, outbox

UNCLAIMED: Final = "outside"
"""What an answer is about that was found outside by books that had lost it, until what it answers is answered again."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message of ours as it lies in the outbox. `recipient` is the organisation number it is for.

    `attempts` are all that were made, `failures` those that count towards STUCK, `outcome` how the
    last one ended and `reference` the access point's own name for the message.
    """

    sequence: int
    instance_id: str
    kind: str
    document_id: str
    sender: str
    receiver: str
    recipient: str
    issued_on: date
    body: bytes
    about: str = ""
    attempts: int = 0
    failures: int = 0
    outcome: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class LockedMessage:
    """A message of ours that nobody else changes until the transaction ends, and the state it is in."""

    message: OutboundMessage
    sha256: str
    state: OutState


def add_all(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Lay out messages, each by its columns and its `body`."""
    laid = session.execute(_ADD, [_columns(row) for row in rows])
    numbers = {stored.instance_id: stored.sequence for stored in laid}
    body_store.keep(session, OUT, [_body(numbers[row["instance_id"]], row) for row in rows])


def add_or_claim(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Lay out answers, or claim those under their identifiers that were taken in from outside: they have been sent.

    Raises ValueError where an identifier is another answer's.
    """
    stored = session.execute(_ADD_OR_CLAIM[session.dialect.name], [_columns(row) for row in rows]).all()
    numbers = {each.instance_id: each for each in stored}
    if len(numbers) != len(rows):
        named = {str(row["instance_id"]) for row in rows} - numbers.keys()
        raise ValueError(f"another answer has the identifier {', '.join(sorted(named))}")
    # What was found outside has its bytes already, on the day it bears.
    laid = [(numbers[row["instance_id"]], cast(bytes, row["body"])) for row in rows]
    body_store.keep_if_new(
        session, OUT, [NewBody(each.sequence, each.issued_on, body) for each, body in laid]
    )


def add_if_new(session: Session, row: Mapping[str, object]) -> bool:
    """Lay out a message by its columns and its `body`, unless its identifier is there."""
    new = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    adding = new(outbox).values(**_columns(row)).on_conflict_do_nothing()
    number = session.execute(adding.returning(outbox.c.sequence)).scalar_one_or_none()
    if number is not None:
        body_store.keep(session, OUT, [_body(number, row)])
    return number is not None


def messages_out(
    session: Session, *, kind: str = "", document_id: str = "", about: str = ""
) -> Iterator[OutboundMessage]:
    """The messages of one kind, document or subject, oldest first."""
    question = select(outbox).order_by(outbox.c.sequence)
    if kind:
        question = question.where(outbox.c.kind == kind)
    if document_id:
        question = question.where(outbox.c.document_id == document_id)
    if about:
        question = question.where(outbox.c.about == about)
    yield from read_messages(session, question.execution_options(yield_per=200))


def acknowledged_by(session: Session, instance_id: str) -> str:
    """The number of the message level status that this transmission has had from us; empty where it has none."""
    key = transmission_key(instance_id)
    question = select(outbox.c.document_id).where(outbox.c.acknowledges == key, outbox.c.acknowledges != "")
    return session.scalar(question) or ""


def transmission_key(instance_id: str) -> str:
    """What a transmission is known by as a key; nothing for none. Its identifier is a stranger's: any text at all."""
    return hashlib.sha256(instance_id.lower().encode()).hexdigest() if instance_id else ""


def message_named(session: Session, instance_id: str) -> OutboundMessage | None:
    """The message with this instance identifier, or None."""
    question = select(outbox).where(outbox.c.instance_id == instance_id)
    return next(read_messages(session, question), None)


def read_messages(session: Session, question: Select[tuple[object, ...]]) -> Iterator[OutboundMessage]:
    """The messages that a question on the whole row finds."""
    for row, body in body_store.beside(session, OUT, question):
        yield _out_message(row, body or b"")


def state_locked(session: Session, instance_id: str) -> tuple[int, OutState] | None:
    """The number and the state of the message with this instance identifier, kept from others."""
    found = session.execute(
        select(outbox.c.sequence, outbox.c.state).where(outbox.c.instance_id == instance_id).with_for_update()
    ).one_or_none()
    return (found.sequence, OutState(found.state)) if found is not None else None


def locked(session: Session, sequence: int) -> LockedMessage | None:
    """One message, kept from others; None where there is no such message."""
    row = session.execute(select(outbox).where(outbox.c.sequence == sequence).with_for_update()).one_or_none()
    if row is None:
        return None
    body = body_store.of_message(session, OUT, sequence) or b""
    return LockedMessage(_out_message(row, body), row.sha256, OutState(row.state))


def was_sent_anew(session: Session, sequence: int) -> bool:
    """Whether another message has gone in the place of this one."""
    return session.scalar(select(outbox.c.sequence).where(outbox.c.resends == sequence)) is not None


def moved_first(
    session: Session, sequence: int, *, was: OutState, to: OutState, values: Mapping[str, object]
) -> bool:
    """Move a message to another state; False where somebody else has moved it before."""
    return transitions.moved_first(
        session,
        outbox.c.state,
        outbox.c.sequence == sequence,
        OUT_FOLLOWS,
        name=Text("Meddelande %(sequence)s", sequence=sequence),
        was=was,
        to=to,
        values=values,
    )


def take_to_ask(
    session: Session, *, now: datetime, until: datetime, longest: timedelta, at_most: int
) -> Sequence[tuple[OutboundMessage, datetime]]:
    """The sent messages to ask about, with when they were sent; put off for the others `until` then.

    `longest` is the longest rest between two questions.
    """
    # What was sent by a clock that was ahead has only just begun to be asked about.
    ahead = leases.is_ahead(outbox.c.sent_at, now) & (outbox.c.ask_at > until + leases.SLACK)
    due = leases.is_due(outbox.c.ask_at, now, longest=longest) | ahead
    wanted = (
        select(outbox.c.sequence, outbox.c.sent_at)
        .where(outbox.c.state == OutState.SENT, outbox.c.ask_at.is_not(None), due)
        .order_by(outbox.c.ask_at)
    )
    taken = leases.take(
        session, outbox.c.sequence, wanted, taken=outbox.c.asked, at_most=at_most, ask_at=until
    )
    if not taken:
        return []
    sent = {row.sequence: row.sent_at for row in taken}
    question = select(outbox).where(outbox.c.sequence.in_(list(sent))).order_by(outbox.c.sequence)
    return [(message, sent[message.sequence]) for message in read_messages(session, question)]


def ask_at(session: Session, sequence: int, at: datetime | None) -> None:
    """When to ask next about a message that is still on its way; None for never again."""
    still = update(outbox).where(outbox.c.sequence == sequence, outbox.c.state == OutState.SENT)
    session.execute(still.values(ask_at=at, asked=0))


def not_asked(session: Session, sequences: Sequence[int]) -> None:
    """Note that these were not asked about after all: nothing has happened to whoever was to."""
    session.execute(update(outbox).where(outbox.c.sequence.in_(sequences)).values(asked=0))


def never_answered(session: Session, *, now: datetime) -> Sequence[OutboundMessage]:
    """The sent messages that workers have begun to ask about as often as may be, and never came back from it."""
    lost = select(outbox).where(
        outbox.c.state == OutState.SENT, outbox.c.ask_at <= now, outbox.c.asked >= leases.TAKEN_MOST
    )
    return list(read_messages(session, lost.order_by(outbox.c.sequence)))


# What an answer that was found outside gets from the one that is given again.
_CLAIMED: Final = ("sender", "receiver", "recipient", "about", "acknowledges")
# Prepared once: building a statement costs more than running it.
_ADD = insert(outbox).returning(outbox.c.sequence, outbox.c.instance_id)


def _adding_or_claiming(new: postgresql.Insert | sqlite.Insert) -> ReturningInsert[Any]:
    claimed = {name: new.excluded[name] for name in _CLAIMED}
    adding = new.on_conflict_do_update(
        index_elements=[outbox.c.instance_id], set_=claimed, where=outbox.c.about == UNCLAIMED
    )
    return adding.returning(outbox.c.sequence, outbox.c.instance_id, outbox.c.issued_on)


_ADD_OR_CLAIM = {
    "postgresql": _adding_or_claiming(postgresql.insert(outbox)),
    "sqlite": _adding_or_claiming(sqlite.insert(outbox)),
}


def _columns(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "body"}


def _body(number: int, row: Mapping[str, object]) -> NewBody:
    return NewBody(number, cast(date, row["issued_on"]), cast(bytes, row["body"]))


def _out_message(row: Row[Any], body: bytes) -> OutboundMessage:
    return OutboundMessage(
        sequence=row.sequence,
        instance_id=row.instance_id,
        kind=row.kind,
        document_id=row.document_id,
        sender=row.sender,
        receiver=row.receiver,
        recipient=row.recipient,
        issued_on=row.issued_on,
        body=body,
        about=row.about,
        attempts=row.attempts,
        failures=row.failures,
        outcome=row.outcome,
        reference=row.reference,
    )
