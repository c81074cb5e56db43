"""Whether every buyer's books answer: who does not is alarmed about in the first books, which the operators read."""

from collections.abc import Iterable
from enum import StrEnum
from threading import Thread
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from billing.server import metric_queries
from billing.server.installation import Books, Installation
from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import take_turns
from foundation.text import Text
from operations import alarm_store, alarms
from operations.alarms import Trouble

_log = structlog.get_logger("books watch")


class BooksAnswer(StrEnum):
    """How books stand to whoever watches them, in the words of `/readyz`."""

    OK = "ok"
    READ_ONLY = "is read-only"
    """A standby, or a server that was told so: pages are read, nothing comes in and nothing leaves."""
    SILENT = "does not answer"


BOOKS_DOWN: Final = "BOOKS_DOWN"

ANSWERS_WITHIN_SECONDS: Final = 10.0

# Who was asked and has not answered yet: a server that hangs holds one thread here, and nobody else.
_asking: dict[int, Thread] = {}


def answer_of(database: Database) -> BooksAnswer:
    """Whether the books answer, have their tables and can be written, within a few seconds.

    A server that hangs says nothing at all.
    """
    told: list[BooksAnswer] = []

    def ask() -> None:
        try:
            with database.reading() as session:
                metric_queries.check_answers(session)
                still = metric_queries.is_read_only(session)
            told.append(BooksAnswer.READ_ONLY if still else BooksAnswer.OK)
        except (SQLAlchemyError, Refused):
            told.append(BooksAnswer.SILENT)

    asking = _asking.get(id(database))
    if asking is not None and asking.is_alive():
        return BooksAnswer.SILENT
    asking = _asking[id(database)] = Thread(target=ask, name="books watch", daemon=True)
    asking.start()
    asking.join(ANSWERS_WITHIN_SECONDS)
    return told[0] if told else BooksAnswer.SILENT


def books_answer(installation: Installation, books: Books) -> bool:
    """Whether a buyer's books, which may not even be openable, can be worked in; whatever is wrong, others go on."""
    try:
        return answer_of(installation.database_of(books)) is BooksAnswer.OK
    except Refused:
        return False
    except Exception as fault:
        _log.error("books not opened", buyer=books.slug, fault=type(fault).__name__)
        return False


def look(installation: Installation, served: Iterable[Books]) -> None:
    """Alarm about books that do not answer, once an hour at most; nothing where the first books are silent too."""
    down = [each.slug for each in served if each.slug and not books_answer(installation, each)]
    if not down:
        return
    trouble = Trouble(
        len(down),
        " ".join(down),
        Text(
            "Böckerna svarar inte, eller går bara att läsa, för %(buyers)s. Inget görs där och meddelanden dit väntar "
            "hos operatören; de andra köparnas arbete går vidare. Se: billing buyers show SLUG",
            buyers=", ".join(down),
        ),
    )
    try:
        with installation.first.writing() as session:
            # Workers are many and look at the same moment.
            take_turns(session, f"alarm {BOOKS_DOWN}")
            now = installation.first.clock()
            last = alarm_store.last_raised(session, now=now).get(BOOKS_DOWN)
            if last is None or now - last >= alarms.APART:
                alarms.put(session, BOOKS_DOWN, trouble, now=now, mail_to=installation.settings.alarm_mail)
    except (SQLAlchemyError, Refused):
        return
