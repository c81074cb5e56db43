"""The journal: who did what, when and why. Append-only and hash-chained.

Use cases call `record`; the rows are written together at the end of the transaction
(`write`, called by `database.writing`), each carrying the hash of the row before it.
The head of the chain is one locked row, so two transactions cannot both follow the same
row. A row holds ids, dates, amounts and codes: never a person's name or number.

Hash of a row = sha256 of the previous hash, a line feed, and the row as canonical JSON.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from foundation import append_only
from foundation import tables as foundation_tables
from foundation.journal_entries import JournalAction, JournalEntry, JournalSubject
from foundation.observability import request_ids
from foundation.sql import Session

GENESIS = "0" * 64
_PENDING = "journal"
_SENDER = "journal sender"
_HEAD = select(foundation_tables.journal_head).with_for_update()
_ADD = insert(foundation_tables.journal)
_MOVE_HEAD = update(foundation_tables.journal_head).values(
    sequence=bindparam("to_sequence"), hash=bindparam("to_hash")
)


#: The actor where no person acts.
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row of the journal that does not fit the chain, and why."""

    sequence: int
    sentence: str


Written = Callable[[int, str, datetime], None]
"""Called under the head's lock once the rows stand: the number of the first, the hash of the last, the moment."""

Follower = Callable[[Session, Sequence[JournalEntry]], Written | None]
"""Looks at what a transaction recorded before the head is locked, and says what to write with it; None: nothing."""

_FOLLOWERS: list[Follower] = []


def follow(follower: Follower) -> None:
    """Let `follower` write in every transaction what follows from its rows (decision 50); once, however often asked."""
    if follower not in _FOLLOWERS:
        _FOLLOWERS.append(follower)


def record(
    session: Session,
    actor: str,
    action: JournalAction,
    subject: JournalSubject,
    *,
    execution_reference: str = "",
    **detail: str,
) -> None:
    """Note that `actor` did `action` to `subject`, and in which request; written when the transaction ends well."""
    if actor == SYSTEM:
        actor = session.info.get(_SENDER, SYSTEM)
    entry = JournalEntry(actor, action, subject, execution_reference, request_ids.in_detail(detail))
    session.info.setdefault(_PENDING, []).append(entry)


@contextmanager
def at_the_word_of(session: Session, sender: str) -> Iterator[None]:
    """What nobody in particular does meanwhile is noted as done by `sender`: the system that told us of it."""
    before = session.info.get(_SENDER, SYSTEM)
    session.info[_SENDER] = sender
    try:
        yield
    finally:
        session.info[_SENDER] = before


def start(session: Session) -> None:
    """Make the head of an empty chain, where there is none yet."""
    if session.execute(select(foundation_tables.journal_head)).one_or_none() is None:
        session.execute(insert(foundation_tables.journal_head), {"id": 1, "sequence": 0, "hash": GENESIS})


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A savepoint: what is done inside, and what is recorded of it, is undone together by an exception."""
    pending: list[JournalEntry] = session.info.setdefault(_PENDING, [])
    recorded = len(pending)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del pending[recorded:]
        raise


def forget(session: Session) -> None:
    """Forget what a transaction recorded that never came to its end; the connection is used again."""
    session.info.pop(_PENDING, None)


def write(session: Session, *, at: datetime) -> None:
    """Write what this transaction recorded, chained to the head, under the head's lock; those who follow write last."""
    pending: list[JournalEntry] = session.info.pop(_PENDING, [])
    if not pending:
        return
    following = [written for follower in _FOLLOWERS if (written := follower(session, pending)) is not None]
    head = session.execute(_HEAD).one()
    sequence, previous = head.sequence, head.hash
    first = sequence + 1
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    rows = []
    for entry in pending:
        sequence += 1
        row = {
            "sequence": sequence,
            "at": moment,
            "actor": entry.actor,
            "action": entry.action.value,
            "subject": str(entry.subject),
            "execution_reference": entry.execution_reference,
            "detail": json.dumps(dict(entry.detail or {}), ensure_ascii=False, sort_keys=True),
        }
        previous = row_hash(previous, row)
        rows.append({**row, "hash": previous})
    session.execute(_ADD, rows)
    session.execute(_MOVE_HEAD, {"to_sequence": sequence, "to_hash": previous})
    for written in following:
        written(first, previous, at)


def row_hash(previous: str, row: Mapping[str, object]) -> str:
    """The hash that ties `row` (all columns but `hash`) to the one before it."""
    canonical = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def rows(session: Session, *, execution_reference: str | None = None) -> Iterable[Row[tuple[object, ...]]]:
    """The journal in order, or the part of it about one execution reference."""
    question = select(foundation_tables.journal).order_by(foundation_tables.journal.c.sequence)
    if execution_reference is not None:
        question = question.where(foundation_tables.journal.c.execution_reference == execution_reference)
    return session.execute(question)


def rows_about(session: Session, *subjects: JournalSubject) -> Iterable[Row[Any]]:
    """The journal's rows about any of these subjects, in order."""
    question = select(foundation_tables.journal).where(
        foundation_tables.journal.c.subject.in_({str(each) for each in subjects})
    )
    return session.execute(question.order_by(foundation_tables.journal.c.sequence))


def verify(session: Session) -> Iterator[BrokenRow]:
    """Walk the whole chain and name every row that was changed, removed or added outside it."""
    previous, expected = GENESIS, 1
    question = (
        select(foundation_tables.journal)
        .order_by(foundation_tables.journal.c.sequence)
        .execution_options(yield_per=2000)
    )
    for row in session.execute(question).mappings():
        content = {key: value for key, value in row.items() if key != "hash"}
        if row["sequence"] != expected:
            yield BrokenRow(row["sequence"], f"row {expected} is missing: the next row is {row['sequence']}")
            expected = row["sequence"]
        elif row_hash(previous, content) != row["hash"]:
            yield BrokenRow(row["sequence"], f"row {row['sequence']} does not carry the hash of its content")
        previous, expected = row["hash"], expected + 1
    head = session.execute(select(foundation_tables.journal_head)).one_or_none()
    last = expected - 1
    if (head is None and last) or (head is not None and (head.sequence != last or head.hash != previous)):
        known = head.sequence if head is not None else 0
        yield BrokenRow(last, f"the head of the chain says {known} rows, the journal ends at row {last}")


append_only.protect(foundation_tables.journal)
