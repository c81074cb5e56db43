"""Reading the letters that have come: validation outside the transaction, one transaction a letter.

A letter whose handling fails stays arrived, with its bytes; the failure is logged under the
letter's number and the next one is read.
"""

import traceback
from collections.abc import Iterator
from datetime import date, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from invoicing import documents, intake
from invoicing.documents import Reading
from invoicing.intake import Outcome
from orders import stored_register
from orders.contracts import Register
from orders.database import Database
from peppol import mailbox
from peppol.mailbox import InLetter

_BATCH = 50
# Longer than a batch takes; a letter whose worker died comes up again after it.
_LEASE = timedelta(minutes=10)
_log = structlog.get_logger("letters")


def read_arrived(database: Database, *, today: date) -> Iterator[Outcome]:
    """Let every arrived letter become what it is; yields what became of each, oldest first.

    Several workers may run at once: each claims its own letters for a while.
    """
    while True:
        with database.writing() as session:
            register = stored_register.load(session)
            letters = mailbox.claim(session, limit=_BATCH, now=database.clock(), lease=_LEASE)
        for letter in letters:
            outcome = _read(database, register, letter, today=today)
            if outcome is not None:
                yield outcome
        if len(letters) < _BATCH:
            return


def _read(database: Database, register: Register, letter: InLetter, *, today: date) -> Outcome | None:
    try:
        reading = documents.read_letter(letter.body, on=letter.received_on, register=register)
        try:
            return _receive(database, register, letter, reading, today=today)
        except IntegrityError:
            # Another worker kept a document of the same number just now; now it can be seen.
            return _receive(database, register, letter, reading, today=today)
    except Exception as error:
        # Nothing is lost: the letter lies where it lay. The log names the place, never a value.
        where = traceback.extract_tb(error.__traceback__)[-1]
        _log.error(
            "letter not handled",
            letter=letter.id,
            error=type(error).__name__,
            at=f"{where.name}:{where.lineno}",
        )
        return None


def _receive(
    database: Database, register: Register, letter: InLetter, reading: Reading, *, today: date
) -> Outcome | None:
    with database.writing() as session:
        return intake.receive(session, register, letter, reading, today=today)
