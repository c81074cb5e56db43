"""The journal: who did what, when and why. Append-only, in hash-chained chains: one for each case, some for the rest.

Use cases call `record`; the rows are written together at the end of the transaction
(`write`, called by `database.writing`), each carrying the hash of the row before it in its chain.
The head of each chain is a row that is locked to the commit, so two transactions about the same case cannot
both follow the same row, and those about different cases do not wait for each other (decision 120).
A row holds ids, dates, amounts and codes: never a person's name or number.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from foundation import append_only
from foundation import tables as foundation_tables
from foundation.engines.many_rows import insert_rows
from foundation.journal_chains import chain_store, verification
from foundation.journal_chains.row_hashes import ChainHead, chain_of, row_hash
from foundation.journal_chains.verification import BrokenRow
from foundation.journal_entries import JournalAction, JournalEntry, JournalSubject
from foundation.observability import request_ids
from foundation.sql import Session

_PENDING = "journal"
_SENDER = "journal sender"


#: The actor where no person acts.
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row as it stands: its number, and its hash, which no other journal has."""

    sequence: int
    hash: str


Written = Callable[[Sequence[WrittenRow], datetime], None]
"""Called once the rows stand, in the order they were recorded, with the moment of the transaction's end."""

Follower = Callable[[Session, Sequence[JournalEntry]], Written | None]
"""Looks at what a transaction recorded before the heads are locked, and says what to write with it; None: nothing."""

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
    """Write what this transaction recorded, each row chained to its chain's head; those who follow write last.

    The heads are locked together and in one order, as the last thing that anybody waits for before the commit.
    """
    pending: list[JournalEntry] = session.info.pop(_PENDING, [])
    if not pending:
        return
    following = [written for follower in _FOLLOWERS if (written := follower(session, pending)) is not None]
    # All that is about no case in one chain: who notes fifty messages would otherwise hold most of them.
    apart = next((str(entry.subject) for entry in pending if not entry.execution_reference), "")
    chains = [chain_of(entry.execution_reference, apart) for entry in pending]
    held = chain_store.hold(session, chains)
    heads = dict(held)
    numbers = chain_store.next_sequences(session, len(pending))
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    rows = []
    for entry, chain, sequence in zip(pending, chains, numbers, strict=True):
        before = heads[chain]
        row = {
            "sequence": sequence,
            "at": moment,
            "actor": entry.actor,
            "action": entry.action.value,
            "subject": str(entry.subject),
            "execution_reference": entry.execution_reference,
            "detail": json.dumps(dict(entry.detail or {}), ensure_ascii=False, sort_keys=True),
            "chain": chain,
            "position": before.position + 1,
        }
        heads[chain] = ChainHead(chain, before.position + 1, row_hash(before.hash, row))
        rows.append({**row, "hash": heads[chain].hash})
    insert_rows(session, foundation_tables.journal, rows)
    chain_store.move(session, heads.values(), held=held)
    stand = [WrittenRow(sequence, str(row["hash"])) for sequence, row in zip(numbers, rows, strict=True)]
    for written in following:
        written(stand, at)


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


def verify(session: Session, tell: verification.Tell = lambda walked: None) -> Iterator[BrokenRow]:
    """Walk all chains and roots, and name everything that was changed, removed, moved or added beside them.

    `tell` is called now and then with how many rows have been walked.
    """
    through = verification.telling(tell)
    yield from verification.closed_chain(session, through)
    yield from verification.chains(session, through)
    yield from verification.taken_in(session)


for _table in (foundation_tables.journal, foundation_tables.journal_root, foundation_tables.journal_leaf):
    append_only.protect(_table)
