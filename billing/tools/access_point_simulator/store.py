"""The simulated access point's memory on disk: who is registered, what was handed in, what lies in whose mailbox.

One SQLite file of its own, nothing of our. Every change is committed before its answer
leaves, as a real access point has it, so that a restart or a `kill -9` of it loses nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from billing.tools.access_point_simulator.faults import FaultRule, Verb
from foundation.database import Database, utc_now
from foundation.periods import Clock
from peppol.identifiers import DocumentKind

metadata = MetaData()

capability = Table(
    "capability",
    metadata,
    Column("participant", String(80), primary_key=True),
    Column("document_type", String(300), primary_key=True),
    Column("process", String(200), primary_key=True),
)
letter = Table(
    "letter",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("instance_id", String(80), nullable=False, unique=True),
    Column("sender", String(80), nullable=False),
    Column("receiver", String(80), nullable=False),
    Column("document_type", String(300), nullable=False),
    Column("process", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(20), nullable=False),
    Column("tries", Integer, nullable=False, server_default="1"),
    Column("words", Text, nullable=False, server_default=""),
    Column("came_at", String(40), nullable=False),
    Column("done_at", String(40), nullable=False, server_default=""),
)
submission = Table(
    "submission",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("instance_id", String(80), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
)
delivery = Table(
    "delivery",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("instance_id", String(80), nullable=False, index=True),
    Column("receiver", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("came_at", String(40), nullable=False),
    Column("fetched", Integer, nullable=False, server_default="0"),
    Column("acknowledged", Boolean, nullable=False, server_default="0"),
)
visit = Table(
    "visit",
    metadata,
    Column("verb", String(20), primary_key=True),
    Column("letter", String(120), primary_key=True),
    Column("times", Integer, nullable=False),
)
note = Table(
    "note",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    UniqueConstraint("name"),
)

_TRIES_MOST = 5


class LetterState(StrEnum):
    """How a message handed in fares, in the words the product tells it in."""

    PENDING = "pending"
    SENT = "sent"
    REJECTED = "rejected"
    FAILED = "failed"
    GIVEN_UP = "permanently_failed"


@dataclass(frozen=True, slots=True)
class Handed:
    """A message handed in: its instance identifier, who it is from and for, and its bytes with the envelope.

    `sha256` is the fingerprint of what was handed in, which for a bare document is without envelope.
    """

    instance_id: str
    sender: str
    receiver: str
    document_type: str
    process: str
    body: bytes
    sha256: str


def _without_waiting_for_the_disk(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


class Store:
    """The memory in `folder`; `clock` dates what is asked about."""

    def __init__(self, folder: Path, *, clock: Clock = utc_now) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._database = Database(f"sqlite:///{folder / 'access-point.sqlite'}")
        self._clock = clock
        self._lock = Lock()
        # Survives the end of the process, not of the machine: nobody's messages are kept only here.
        event.listen(self._database.engine, "connect", _without_waiting_for_the_disk)
        with self._database.engine.begin() as session:
            metadata.create_all(session)

    def close(self) -> None:
        """Give the file back."""
        self._database.close()

    def now(self) -> str:
        """The moment as the products write it."""
        return self._clock().isoformat(timespec="microseconds")

    # --- who receives what ------------------------------------------------------------------------

    def register(self, participant: str, kinds: Sequence[tuple[DocumentKind, str]]) -> None:
        """Let a participant receive these kinds in these processes, besides what it has."""
        rows = [
            {"participant": participant, "document_type": kind.document_type_id, "process": process}
            for kind, process in kinds
        ]
        with self._lock, self._database.engine.begin() as session:
            for row in rows:
                session.execute(upsert(capability).values(row).on_conflict_do_nothing())

    def deregister(self, participant: str) -> None:
        """Take a participant off the register."""
        with self._lock, self._database.engine.begin() as session:
            session.execute(capability.delete().where(capability.c.participant == participant))

    def capabilities(self, participant: str = "") -> list[tuple[str, str, str]]:
        """Participant, document type and process of one participant, or of all."""
        question = select(capability).order_by(*capability.primary_key.columns)
        if participant:
            question = question.where(capability.c.participant == participant)
        with self._database.reading() as session:
            return [(row.participant, row.document_type, row.process) for row in session.execute(question)]

    # --- messages out of somebody's hands ----------------------------------------------------------

    def hand_in(
        self,
        handed: Handed,
        *,
        state: LetterState,
        copies: int,
        words: str = "",
        repeats: str,
        by_itself: bool = False,
    ) -> str:
        """Take a message and lay `copies` of it in the receiver's mailbox where its state is `sent`.

        A message that is there already is not taken again; with `repeats` "deliver" it is laid in
        the mailbox once more. `by_itself` is the access point trying again, which it does five times.
        Returns "taken", "repeat", or "conflict" where the bytes differ.
        """
        with self._lock, self._database.engine.begin() as session:
            if not by_itself:
                session.execute(
                    insert(submission).values(instance_id=handed.instance_id, sha256=handed.sha256)
                )
            held = session.execute(select(letter).where(letter.c.instance_id == handed.instance_id)).first()
            if held is not None and held.state in (
                LetterState.SENT,
                LetterState.PENDING,
                LetterState.REJECTED,
            ):
                if repeats == "deliver" and held.state == LetterState.SENT:
                    self._lay(session, handed.instance_id, handed.receiver, handed.body, copies)
                return "repeat" if held.sha256 == handed.sha256 else "conflict"
            values = {
                "state": state,
                "words": words,
                "done_at": self.now() if state == LetterState.SENT else "",
            }
            if held is None:
                session.execute(
                    insert(letter).values(
                        instance_id=handed.instance_id,
                        sender=handed.sender,
                        receiver=handed.receiver,
                        document_type=handed.document_type,
                        process=handed.process,
                        sha256=handed.sha256,
                        body=handed.body,
                        came_at=self.now(),
                        **values,
                    )
                )
            else:
                if state == LetterState.FAILED and by_itself and held.tries + 1 >= _TRIES_MOST:
                    values["state"] = LetterState.GIVEN_UP
                session.execute(
                    update(letter)
                    .where(letter.c.instance_id == handed.instance_id)
                    .values(**values, tries=held.tries + 1)
                )
            if state == LetterState.SENT:
                self._lay(session, handed.instance_id, handed.receiver, handed.body, copies)
            return "taken"

    def _lay(self, session: Connection, instance_id: str, receiver: str, body: bytes, copies: int) -> None:
        row = {"instance_id": instance_id, "receiver": receiver, "body": body, "came_at": self.now()}
        session.execute(insert(delivery), [row] * copies)

    def release(self) -> int:
        """Send on what was held, and return how many messages that were."""
        with self._lock, self._database.engine.begin() as session:
            held = session.execute(select(letter).where(letter.c.state == LetterState.PENDING)).all()
            for row in held:
                self._lay(session, row.instance_id, row.receiver, row.body, 1)
            session.execute(
                update(letter)
                .where(letter.c.state == LetterState.PENDING)
                .values(state=LetterState.SENT, done_at=self.now())
            )
            return len(held)

    def letter(self, instance_id: str) -> Row[tuple[object, ...]] | None:
        """What is held of a message handed in."""
        with self._database.reading() as session:
            return session.execute(select(letter).where(letter.c.instance_id == instance_id)).first()

    def times(self, instance_id: str) -> int:
        """How often a message was handed in."""
        question = select(func.count()).select_from(submission).where(submission.c.instance_id == instance_id)
        with self._database.reading() as session:
            return session.scalar(question) or 0

    def held_twice(self, receiver: str, instance_id: str) -> bool:
        """Whether a mailbox holds more than one delivery with that instance identifier."""
        same = (delivery.c.receiver == receiver) & (delivery.c.instance_id == instance_id)
        with self._database.reading() as session:
            return (session.scalar(select(func.count()).select_from(delivery).where(same)) or 0) > 1

    def received(self) -> list[dict[str, object]]:
        """Every message handed in: how often, in how many different forms of bytes, and how often it was laid out."""
        times = (
            select(
                submission.c.instance_id,
                func.count().label("times"),
                func.count(submission.c.sha256.distinct()).label("forms"),
            )
            .group_by(submission.c.instance_id)
            .subquery()
        )
        laid = (
            select(delivery.c.instance_id, func.count().label("laid"))
            .group_by(delivery.c.instance_id)
            .subquery()
        )
        question = (
            select(letter, times.c.times, times.c.forms, func.coalesce(laid.c.laid, 0).label("laid"))
            .join(times, times.c.instance_id == letter.c.instance_id)
            .outerjoin(laid, laid.c.instance_id == letter.c.instance_id)
            .order_by(letter.c.sequence)
        )
        with self._database.reading() as session:
            return [
                {
                    "sequence": row.sequence,
                    "instance_id": row.instance_id,
                    "sender": row.sender,
                    "receiver": row.receiver,
                    "document_type": row.document_type,
                    "state": row.state,
                    "sha256": row.sha256,
                    "times": row.times,
                    "forms": row.forms,
                    "laid": row.laid,
                }
                for row in session.execute(question)
            ]

    # --- mailboxes --------------------------------------------------------------------------------

    def waiting(
        self, receiver: str, *, after: int, limit: int, newest_first: bool = False, offset: int = 0
    ) -> list[Row[tuple[object, ...]]]:
        """What lies in a mailbox and is not acknowledged; newest first, what is acknowledged is shown too."""
        question = select(
            delivery.c.sequence,
            delivery.c.instance_id,
            delivery.c.came_at,
            delivery.c.acknowledged,
            func.length(delivery.c.body).label("size"),
        ).where(delivery.c.receiver == receiver)
        if newest_first:
            question = question.order_by(delivery.c.sequence.desc())
        else:
            question = question.where(delivery.c.sequence > after, ~delivery.c.acknowledged)
            question = question.order_by(delivery.c.sequence)
        with self._database.reading() as session:
            return list(session.execute(question.limit(limit).offset(offset)))

    def body(self, receiver: str, *, sequence: int = 0, instance_id: str = "") -> bytes | None:
        """The bytes of one delivery, by its number or its message; counted as fetched."""
        which = delivery.c.sequence == sequence if sequence else delivery.c.instance_id == instance_id
        question = select(delivery.c.sequence, delivery.c.body).where(delivery.c.receiver == receiver, which)
        with self._lock, self._database.engine.begin() as session:
            row = session.execute(question.order_by(delivery.c.sequence).limit(1)).first()
            if row is None:
                return None
            session.execute(
                update(delivery)
                .where(delivery.c.sequence == row.sequence)
                .values(fetched=delivery.c.fetched + 1)
            )
            found: bytes = row.body
            return found

    def acknowledge(self, receiver: str, *, sequence: int = 0, instance_id: str = "") -> int:
        """Mark deliveries taken; returns how many there are."""
        which = delivery.c.sequence == sequence if sequence else delivery.c.instance_id == instance_id
        with self._lock, self._database.engine.begin() as session:
            changed = session.execute(
                update(delivery).where(delivery.c.receiver == receiver, which).values(acknowledged=True)
            )
            return changed.rowcount

    def lay_raw(self, receiver: str, body: bytes, instance_id: str) -> None:
        """Lay bytes in a mailbox as they are, whatever they are."""
        with self._lock, self._database.engine.begin() as session:
            self._lay(session, instance_id, receiver, body, 1)

    # --- faults -----------------------------------------------------------------------------------

    def rules(self) -> list[FaultRule]:
        """The faults that are switched on."""
        with self._database.reading() as session:
            written = session.scalar(select(note.c.value).where(note.c.name == "faults"))
        return [FaultRule.model_validate(each) for each in json.loads(written or "[]")]

    def set_rules(self, rules: Sequence[FaultRule]) -> None:
        """Switch on these faults and no others, and forget who has come before."""
        written = json.dumps([rule.model_dump(mode="json") for rule in rules])
        with self._lock, self._database.engine.begin() as session:
            put = upsert(note).values(name="faults", value=written)
            session.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": written}))
            session.execute(visit.delete())

    def count_visit(self, verb: Verb, letter_id: str) -> int:
        """Which time this message comes to this verb, from 1."""
        put = upsert(visit).values(verb=verb, letter=letter_id[:120], times=1)
        counted = put.on_conflict_do_update(
            index_elements=["verb", "letter"], set_={"times": visit.c.times + 1}
        ).returning(visit.c.times)
        with self._lock, self._database.engine.begin() as session:
            times: int = session.execute(counted).scalar_one()
            return times
