"""Reading the letters that have come: validation outside the transaction, one transaction a letter.

A few letters are read one after the other before the first is received, which is quicker than
changing between the two; where many wait, another process reads ahead. A letter whose handling
fails stays arrived, with its bytes; the failure is logged under the letter's number and the next
one is read.
"""

import gc
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context

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
# From so many waiting letters on, a process that reads ahead is worth its start.
_MANY = 1000
# Read letters are held in memory: so many bytes of them at most, and always at least one letter.
_BYTES_AT_ONCE = 2_000_000
# Longer than a batch takes; a letter whose worker died comes up again after it.
_LEASE = timedelta(minutes=10)
_log = structlog.get_logger("letters")


def read_arrived(database: Database, *, today: date, reader: bool | None = None) -> Iterator[Outcome]:
    """Let every arrived letter become what it is; yields what became of each, oldest first.

    Several workers may run at once: each claims its own letters for a while. With `reader` a second
    process reads the next letters while this one receives those already read; left to itself that
    is done where so many letters wait that starting a process pays.
    """
    for letter, reading, register in readings(database, reader=reader):
        outcome = receive(database, register, letter, reading, today=today)
        if outcome is not None:
            yield outcome


def readings(
    database: Database, *, reader: bool | None = None
) -> Iterator[tuple[InLetter, Reading, Register]]:
    """Claim the letters that wait and read them, a group ahead of the one that is handed out."""
    with database.reading() as session:
        register = stored_register.load(session)
        many = mailbox.count_arrived(session) >= _MANY
    with _reader(register, apart=many if reader is None else reader) as read:
        ahead = _submitted(database, read)
        while ahead:
            current, ahead = ahead, _submitted(database, read)
            register = current[0].register
            for part in current:
                for letter_id, reading in part.read():
                    yield part.letters[letter_id], reading, register


@dataclass(frozen=True, slots=True)
class _Part:
    """Letters on their way through the reader, by their row, and how to get what was read."""

    letters: Mapping[int, InLetter]
    register: Register
    read: Callable[[], Sequence[tuple[int, Reading]]]


Read = Callable[[Sequence[InLetter], Register], Callable[[], Sequence[tuple[int, Reading]]]]


@contextmanager
def _reader(register: Register, *, apart: bool) -> Iterator[Read]:
    """A way to have letters read: in a process apart, begun at once, or here, when they are asked for."""
    if not apart:
        yield lambda letters, now: lambda: read_group(letters, now)
        return
    # A fresh process: nothing of this one's threads and connections is taken along.
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin, initargs=(register,))
    with pool:
        yield lambda letters, now: pool.submit(_read_apart, letters).result


def _begin(register: Register) -> None:
    """The reading process keeps the register it was started with: it only looks up addresses in it."""
    _apart["register"] = register
    gc.freeze()


def _read_apart(letters: Sequence[InLetter]) -> Sequence[tuple[int, Reading]]:
    return read_group(letters, _apart["register"])


_apart: dict[str, Register] = {}


def _submitted(database: Database, read: Read) -> list[_Part]:
    """The next letters, claimed and on their way through the reader; none when none wait."""
    with database.writing() as session:
        register = stored_register.load(session)
        letters = mailbox.claim(session, limit=_BATCH, now=database.clock(), lease=_LEASE)
    return [
        _Part({letter.id: letter for letter in group}, register, read(group, register))
        for group in _groups(letters)
    ]


def read_group(letters: Sequence[InLetter], register: Register) -> Sequence[tuple[int, Reading]]:
    """Read and validate letters; one that makes the reading itself fail is logged and left out."""
    read = []
    for letter in letters:
        try:
            reading = documents.read_letter(letter.body, on=letter.received_on, register=register)
            read.append((letter.id, reading))
        except Exception as error:
            _not_handled(letter, error)
    return read


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
