"""Whether every buyer's books answer: who does not is alarmed about in the first books, which the operators read."""

from collections.abc import Iterable
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

BOOKS_DOWN: Final = "BOOKS_DOWN"

ANSWERS_WITHIN_SECONDS: Final = 10.0

# Who was asked and has not answered yet: a server that hangs holds one thread here, and nobody else.
_asking: dict[int, Thread] = {}


def answers(database: Database) -> bool:
    """Whether the books answer and have their tables, within a few seconds: a server that hangs says nothing at all."""
    told: list[bool] = []

    def ask() -> None:
        try:
            with database.reading() as session:
                metric_queries.check_answers(session)
            told.append(True)
        except (SQLAlchemyError, Refused):
            told.append(False)

    asking = _asking.get(id(database))
    if asking is not None and asking.is_alive():
        return False
    asking = _asking[id(database)] = Thread(target=ask, name="books watch", daemon=True)
    asking.start()
    asking.join(ANSWERS_WITHIN_SECONDS)
    return told == [True]


def books_answer(installation: Installation, books: Books) -> bool:
    """The same of a buyer's books, which may not even be openable: whatever is wrong with them, the others go on."""
    try:
        return answers(installation.database_of(books))
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
            "Böckerna svarar inte för %(buyers)s. Inget görs där och meddelanden dit väntar hos operatören; de "
            "andra köparnas arbete går vidare. Se: billing buyers show SLUG",
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
