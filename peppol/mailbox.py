"""The durable inbox and outbox: every letter's bytes, kept as they came or as they will go.

Outbox: a row is written in the transaction of the business fact it tells of, with its
bytes rendered once; the same bytes under the same instance identifier are sent again on
every retry. Inbox: the bytes are stored with their sha256 before anything reads them, and
a letter is in exactly one state. A correction is a new letter; bytes never change.
"""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from peppol.sql import Session, UtcDateTime, rows_changed

metadata = MetaData()

# One name space for instance identifiers, so that the same letter always gets the same one.
_LETTERS = uuid.UUID("6f1d5c0e-4a52-5c8e-9f0b-3c6a4f1e2d77")


class OutState(StrEnum):
    """Where a letter of ours is."""

    WAITING = "WAITING"
    SENT = "SENT"
    IN_PORTAL = "IN_PORTAL"  # the receiver reads it in the supplier portal; nothing is transmitted
    STUCK = "STUCK"


class InState(StrEnum):
    """Where a letter to us is."""

    ARRIVED = "ARRIVED"
    HANDLED = "HANDLED"
    REPEAT = "REPEAT"  # the same bytes again: answered by what was answered the first time
    CONFLICT = "CONFLICT"  # a number already held, with other bytes: kept aside
    QUARANTINED = "QUARANTINED"  # cannot be read or is no valid document: kept with its reason


outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("instance_id", String(36), nullable=False, unique=True),
    Column("kind", String(30), nullable=False),
    Column("document_id", String(120), nullable=False),
    Column("sender", String(80), nullable=False),
    Column("receiver", String(80), nullable=False),
    Column("recipient", String(20), nullable=False),
    Column("about", String(120), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_at", UtcDateTime(), nullable=True),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_outbox_document", "kind", "document_id"),
    Index("ix_outbox_about", "about"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("transport_id", String(400), nullable=False),
    Column("instance_id", String(80), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("received_at", UtcDateTime(), nullable=False),
    Column("state", String(20), nullable=False),
    Column("kind", String(30), nullable=False, server_default=""),
    Column("business_key", String(200), nullable=False, server_default=""),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("reason_sv", Text, nullable=False, server_default=""),
    Column("reason_en", Text, nullable=False, server_default=""),
    Column("repeats", Integer, nullable=True),
    # Until then a worker is reading it; others pass it over.
    Column("claimed_until", UtcDateTime(), nullable=True),
)
# What waits is few among many; only that is looked for by its state.
for _table, _state in ((outbox, OutState.WAITING), (inbox, InState.ARRIVED)):
    _where = text(f"state = '{_state.value}'")
    Index(
        f"ix_{_table.name}_{_state.value.lower()}",
        *_table.primary_key.columns,
        sqlite_where=_where,
        postgresql_where=_where,
    )
# The same bytes, and the same instance of a letter, are taken in once; later copies are repeats.
for _key, _extra in (("sha256", ""), ("instance_id", " and instance_id <> ''")):
    _where = text(f"state <> 'REPEAT' and state <> 'CONFLICT'{_extra}")
    Index(f"uq_inbox_{_key}", inbox.c[_key], unique=True, sqlite_where=_where, postgresql_where=_where)


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be laid out. `about` is the document or order it concerns, `recipient` an organisation number."""

    body: bytes
    kind: str
    document_id: str
    sender: str
    receiver: str
    recipient: str
    about: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class OutLetter:
    """A letter of ours as it lies in the outbox. `recipient` is the organisation number it is for."""

    sequence: int
    instance_id: str
    kind: str
    document_id: str
    sender: str
    receiver: str
    recipient: str
    issued_on: date
    body: bytes


@dataclass(frozen=True, slots=True)
class InLetter:
    """A letter to us, as it came."""

    id: int
    transport_id: str
    sha256: str
    body: bytes
    received_on: date
    state: InState


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of arrived bytes: the row they lie in, and the earlier letter they repeat, if any."""

    id: int
    state: InState
    repeats: int | None = None


def sha256_of(body: bytes) -> str:
    """The fingerprint bytes are known by."""
    return hashlib.sha256(body).hexdigest()


def instance_id_of(*, kind: str, document_id: str, receiver: str, digest: str) -> str:
    """The one instance identifier of a letter: made from what it is, so a repeated request finds itself."""
    return str(uuid.uuid5(_LETTERS, f"{kind}|{document_id}|{receiver}|{digest}"))


def put_out(session: Session, letters: Sequence[NewLetter]) -> list[str]:
    """Lay letters in the outbox and return their instance identifiers, in order.

    A letter without a receiver on the network is for the portal. The rows live or die with
    the caller's transaction.
    """
    rows = [_outbox_row(letter) for letter in letters]
    if rows:
        session.execute(_PUT_OUT, rows)
    return [str(row["instance_id"]) for row in rows]


def _outbox_row(letter: NewLetter) -> dict[str, object]:
    digest = sha256_of(letter.body)
    return {
        "instance_id": instance_id_of(
            kind=letter.kind,
            document_id=letter.document_id,
            receiver=letter.receiver or letter.recipient,
            digest=digest,
        ),
        "kind": letter.kind,
        "document_id": letter.document_id,
        "sender": letter.sender,
        "receiver": letter.receiver,
        "recipient": letter.recipient,
        "about": letter.about,
        "issued_on": letter.issued_on,
        "sha256": digest,
        "body": letter.body,
        "state": OutState.WAITING if letter.receiver else OutState.IN_PORTAL,
    }


def waiting(session: Session, *, limit: int) -> Sequence[OutLetter]:
    """The oldest letters that wait to be sent. On PostgreSQL each worker gets its own (SKIP LOCKED)."""
    question = (
        select(outbox)
        .where(outbox.c.state == OutState.WAITING)
        .order_by(outbox.c.sequence)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_out_letter(row) for row in session.execute(question)]


def letters_out(
    session: Session, *, kind: str = "", document_id: str = "", about: str = ""
) -> Iterator[OutLetter]:
    """The letters of one kind, document or subject, oldest first."""
    question = select(outbox).order_by(outbox.c.sequence)
    if kind:
        question = question.where(outbox.c.kind == kind)
    if document_id:
        question = question.where(outbox.c.document_id == document_id)
    if about:
        question = question.where(outbox.c.about == about)
    for row in session.execute(question.execution_options(yield_per=200)):
        yield _out_letter(row)


def mark_sent(session: Session, sequences: Sequence[int], *, at: datetime) -> None:
    """Note that these letters were handed over."""
    session.execute(
        update(outbox)
        .where(outbox.c.sequence.in_(sequences), outbox.c.state == OutState.WAITING)
        .values(state=OutState.SENT, sent_at=at, attempts=outbox.c.attempts + 1)
    )


def store(
    session: Session,
    body: bytes,
    *,
    transport_id: str,
    received_on: date,
    received_at: datetime,
    instance_id: str = "",
) -> Stored:
    """Keep arrived bytes; bytes or an instance that came before are noted as a repeat.

    The same instance identifier with other bytes is a conflict: both are kept.
    """
    digest = sha256_of(body)
    row = {
        "transport_id": transport_id[:400],
        "instance_id": instance_id,
        "sha256": digest,
        "size": len(body),
        "body": body,
        "received_on": received_on,
        "received_at": received_at,
        "state": InState.ARRIVED,
    }
    first = _first_with(session, digest, instance_id)
    if first is None:
        try:
            with session.begin_nested():
                return Stored(_inserted(session, row), InState.ARRIVED)
        except IntegrityError:
            # Another collector stored the same letter a moment ago; the unique key decided who was first.
            first = _first_with(session, digest, instance_id)
            if first is None:
                raise
    state = InState.REPEAT if first.sha256 == digest else InState.CONFLICT
    reason = {"reason": "REPEAT" if state is InState.REPEAT else "INSTANCE_CONFLICT"}
    kept = b"" if state is InState.REPEAT else body
    identity = _inserted(session, {**row, **reason, "body": kept, "state": state, "repeats": first.id})
    return Stored(identity, state, first.id)


def claim(session: Session, *, limit: int, now: datetime, lease: timedelta) -> Sequence[InLetter]:
    """The oldest letters stored but not yet read, for this worker alone until the lease ends.

    On PostgreSQL workers pass over what others are just claiming (SKIP LOCKED). A letter whose
    worker died comes up again when its lease has ended.
    """
    free = inbox.c.claimed_until.is_(None) | (inbox.c.claimed_until < now)
    oldest = (
        select(inbox.c.id)
        .where(inbox.c.state == InState.ARRIVED, free)
        .order_by(inbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(oldest))
    if not ids:
        return []
    session.execute(update(inbox).where(inbox.c.id.in_(ids)).values(claimed_until=now + lease))
    question = select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.id)
    return [
        InLetter(row.id, row.transport_id, row.sha256, row.body, row.received_on, InState(row.state))
        for row in session.execute(question)
    ]


def count_arrived(session: Session) -> int:
    """How many letters are stored and not yet read."""
    question = select(func.count()).select_from(inbox).where(inbox.c.state == InState.ARRIVED)
    return session.execute(question).scalar_one()


def take(session: Session, letter_id: int, *, kind: str) -> bool:
    """Mark an arrived letter handled, at the start of handling it; False when somebody else already has.

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
    """Give a letter the state its handling came to, with the reason where it is kept aside."""
    session.execute(
        update(inbox)
        .where(inbox.c.id == letter_id)
        .values(
            state=state,
            kind=kind,
            business_key=business_key,
            reason=reason,
            reason_sv=reason_sv,
            reason_en=reason_en,
            repeats=repeats,
        )
    )


def body_of(session: Session, letter_id: int) -> bytes | None:
    """The bytes of one arrived letter as they came, or None where there is no such letter."""
    found: bytes | None = session.scalar(select(inbox.c.body).where(inbox.c.id == letter_id))
    return found


# Prepared once: building a statement costs more than running it.
_PUT_OUT = insert(outbox)
_STORE = insert(inbox).returning(inbox.c.id)
_TAKE = (
    update(inbox)
    .where(inbox.c.id == bindparam("letter"), inbox.c.state == InState.ARRIVED)
    .values(state=InState.HANDLED, kind=bindparam("as_kind"))
)
_FIRST = (
    select(inbox.c.id, inbox.c.sha256)
    .where(
        or_(
            inbox.c.sha256 == bindparam("digest"),
            and_(inbox.c.instance_id == bindparam("instance"), bindparam("instance") != ""),
        ),
        inbox.c.state.not_in([InState.REPEAT, InState.CONFLICT]),
    )
    .order_by(inbox.c.id)
    .limit(1)
)


def _first_with(session: Session, digest: str, instance_id: str) -> Row[Any, Any] | None:
    return session.execute(_FIRST, {"digest": digest, "instance": instance_id}).one_or_none()


def _inserted(session: Session, row: dict[str, object]) -> int:
    key: int = session.execute(_STORE, row).scalar_one()
    return key


def _out_letter(row: Row[tuple[object, ...]]) -> OutLetter:
    return OutLetter(
        row.sequence,
        row.instance_id,
        row.kind,
        row.document_id,
        row.sender,
        row.receiver,
        row.recipient,
        row.issued_on,
        row.body,
    )
