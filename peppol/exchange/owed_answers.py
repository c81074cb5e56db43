"""Giving an answer so that a fault in writing it harms nothing else: it is given, or it is owed and seen.

Convention: an answer is written and judged by a function that asks no database, before anything is stored. What goes
wrong in it is ours; it is noted as an answer that is owed, told of by an alarm, and whatever the answer was about goes
on. What goes wrong with the database is the transaction's and goes through.
"""

import traceback
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation import journal
from foundation.journal_entries import JournalSubject
from foundation.sql import Session
from peppol.exchange import outbox, outgoing, owed_answer_store
from peppol.exchange.outbox import NewMessage
from peppol.exchange.outgoing import Outgoing
from peppol.exchange.tables import OwedState
from peppol.identifiers import DocumentKind
from peppol.journal_actions import MessageAction

_log = structlog.get_logger("answers")


def give(
    session: Session,
    about: str,
    ways: Sequence[Callable[[], Outgoing]],
    *,
    subject: JournalSubject,
    said: str = "",
    ends: bool = True,
) -> DocumentKind | None:
    """Lay out the first answer that can be written; its kind, or None where none could be: then it is owed.

    `ways` are the answers that would do, the best first; `subject` is what the journal says it is about. `said` are a
    person's own words in it, kept with what is owed; other words that are owed stay so unless this answer `ends` it.
    """
    faults: list[str] = []
    for way in ways:
        written = _written(way, faults)
        if written is not None:
            outbox.put_out(session, [written])
            owed_answer_store.given(session, about, said=None if ends else said)
            return DocumentKind(written.kind)
    error = "; ".join(faults)
    _log.error("answer not written", about=about, error=error)
    if owed_answer_store.note(session, about, OwedState.STUCK, error=error, said=said):
        journal.record(session, journal.SYSTEM, MessageAction.UNANSWERABLE, subject, error=error)
    return None


def place_of(error: Exception) -> str:
    """The kind of an error and where it arose, or the rules it names; never a value."""
    if isinstance(error, outgoing.InvalidDocument):
        return f"{error.kind}: {' '.join(sorted({each.rule for each in error.findings}))}"
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {where.name}:{where.lineno}"


def _written(way: Callable[[], Outgoing], faults: list[str]) -> NewMessage | None:
    try:
        return outgoing.written(way())
    except SQLAlchemyError:
        raise
    except Exception as error:
        faults.append(place_of(error))
        return None
