"""What the directory has said, as the database holds it: its answers, whether its no is doubted, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from foundation import leases
from foundation.sql import Session, add_new
from peppol.exchange.directory_tables import directory_answer, directory_doubt
from peppol.exchange.tables import OutState, outbox, receiver_queue

IN_DOUBT: Final = "NO_IN_DOUBT"
"""The outcome of a message that waits since the directory's no is not believed."""

ASK_AGAIN: Final = "ASK_AGAIN"
"""The outcome of a message from the portal that a person sends again with others: the directory is asked anew."""

_ONLY: Final = 1


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """Whether the directory's no is doubted: since when and why, and until when a person believes it all the same."""

    doubted_at: datetime | None = None
    reason: str = ""
    words: str = ""
    believed_until: datetime | None = None
    believed_by: str = ""


def note_answers(session: Session, said: Mapping[str, str], *, at: datetime) -> None:
    """Keep the last answer about each receiver."""
    if not said:
        return
    new = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    adding = new(directory_answer)
    noting = adding.on_conflict_do_update(
        index_elements=[directory_answer.c.receiver],
        set_={"said": adding.excluded.said, "asked_at": adding.excluded.asked_at},
    )
    # In one order always, so that two workers never wait for each other.
    session.execute(
        noting,
        [{"receiver": each, "said": verdict, "asked_at": at} for each, verdict in sorted(said.items())],
    )


def answers_since(session: Session, moment: datetime, *, now: datetime) -> Mapping[str, int]:
    """How many receivers were answered about since then, by the last answer about each."""
    question = (
        select(directory_answer.c.said, func.count().label("receivers"))
        # What was answered later than now, by a clock that was ahead, is of no hour that has been.
        .where(directory_answer.c.asked_at > moment, ~leases.is_ahead(directory_answer.c.asked_at, now))
        .group_by(directory_answer.c.said)
    )
    return {row.said: row.receivers for row in session.execute(question)}


def locked(session: Session) -> DoubtRow:
    """How the directory stands, kept from others."""
    add_new(session, directory_doubt, [{"id": _ONLY}])
    row = session.execute(
        select(directory_doubt).where(directory_doubt.c.id == _ONLY).with_for_update()
    ).one()
    return _doubt_row(row)


def standing(session: Session) -> DoubtRow:
    """How the directory stands now."""
    row = session.execute(select(directory_doubt).where(directory_doubt.c.id == _ONLY)).one_or_none()
    return _doubt_row(row) if row is not None else DoubtRow()


def change(session: Session, **columns: object) -> None:
    """Set columns of how the directory stands; `locked` has made the row."""
    session.execute(update(directory_doubt).where(directory_doubt.c.id == _ONLY).values(columns))


def others_wait(session: Session, sequences: Sequence[int]) -> bool:
    """Whether messages wait for the directory besides these."""
    return session.execute(_WAITING.where(outbox.c.sequence.not_in(sequences)).limit(1)).first() is not None


def count_waiting(session: Session) -> int:
    """How many messages wait since the directory's no is not believed."""
    return session.scalar(select(func.count()).select_from(_WAITING.subquery())) or 0


def hurry(session: Session) -> None:
    """Let the receivers be tried at once whose first message waits since the no was not believed."""
    waiting = select(outbox.c.receiver).where(
        outbox.c.state == OutState.WAITING, outbox.c.outcome == IN_DOUBT
    )
    session.execute(update(receiver_queue).where(receiver_queue.c.receiver.in_(waiting)).values(due_at=None))


def take_doubt_to_tell(session: Session, *, told_until: datetime, now: datetime) -> DoubtRow | None:
    """The doubt that nobody was told of since then, marked as told; None where there is none."""
    row = session.execute(
        select(directory_doubt)
        .where(
            directory_doubt.c.doubted_at.is_not(None),
            leases.may_be_said_again(directory_doubt.c.alarmed_at, told_until, now),
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    change(session, alarmed_at=now)
    return _doubt_row(row)


_WAITING: Final[Select[tuple[int]]] = select(outbox.c.sequence).where(
    outbox.c.state == OutState.WAITING, outbox.c.outcome == IN_DOUBT
)


def _doubt_row(row: Row[Any]) -> DoubtRow:
    return DoubtRow(
        doubted_at=row.doubted_at,
        reason=row.reason,
        words=row.words,
        believed_until=row.believed_until,
        believed_by=row.believed_by,
    )
