"""Reading the letters that have come: validation outside the transaction, one transaction a letter.

A few letters are read one after the other before the first is received, which is quicker than
changing between the two. A letter whose handling fails stays arrived, with its bytes; the
failure is logged under the letter's number and the next one is read.
"""

import traceback
from collections.abc import Iterator, Sequence
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
# Read letters are held in memory: so many bytes of them at most, and always at least one letter.
_BYTES_AT_ONCE = 2_000_000
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
        for group in _groups(letters):
            for letter, reading in read_group(group, register):
                outcome = receive(database, register, letter, reading, today=today)
                if outcome is not None:
                    yield outcome
        if len(letters) < _BATCH:
            return


def read_group(letters: Sequence[InLetter], register: Register) -> list[tuple[InLetter, Reading]]:
    """Read and validate letters; one that makes the reading itself fail is logged and left out."""
    readings = []
    for letter in letters:
        try:
            reading = documents.read_letter(letter.body, on=letter.received_on, register=register)
            readings.append((letter, reading))
        except Exception as error:
            _not_handled(letter, error)
    return readings


def receive(
    database: Database, register: Register, letter: InLetter, reading: Reading, *, today: date
) -> Outcome | None:
    """Let a read letter take effect in a transaction of its own; None where it could not, or somebody else did."""
    try:
        try:
            return _received(database, register, letter, reading, today=today)
        except IntegrityError:
            # Another worker kept a document of the same number just now; now it can be seen.
            return _received(database, register, letter, reading, today=today)
    except Exception as error:
        _not_handled(letter, error)
        return None


def _received(
    database: Database, register: Register, letter: InLetter, reading: Reading, *, today: date
) -> Outcome | None:
    with database.writing() as session:
        return intake.receive(session, register, letter, reading, today=today)


def _groups(letters: Sequence[InLetter]) -> Iterator[Sequence[InLetter]]:
    """The letters in their order, cut so that no group is larger than what may be held at once."""
    group: list[InLetter] = []
    size = 0
    for letter in letters:
        if group and size + len(letter.body) > _BYTES_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(letter)
        size += len(letter.body)
    if group:
        yield group


def _not_handled(letter: InLetter, error: Exception) -> None:
    """Nothing is lost: the letter lies where it lay. The log names the place, never a value."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    _log.error(
        "letter not handled",
        letter=letter.id,
        error=type(error).__name__,
        at=f"{where.name}:{where.lineno}",
    )
