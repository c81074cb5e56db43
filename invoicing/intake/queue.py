"""Reading the messages that have come: validation outside the transaction, a few messages to a transaction.

A few messages are read one after the other before the first is received, which is quicker than
changing between the two; where many wait, the next are read meanwhile. Each is read in a process apart.
What a message becomes is decided by its kind (`handlers`). A message whose handling fails keeps its bytes and rests,
with the error beside it, and the next one is read; after some failures it waits for a person.
"""

import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from foundation import journal, leases
from foundation.apart.confined import NoneFree, WorkEnded, WorkFailed
from foundation.database import Database
from foundation.observability import tracing
from foundation.observability.request_ids import carried
from invoicing.documents import reading as document_reading
from invoicing.documents.reading import Reading
from invoicing.intake import handlers as intake_handlers
from invoicing.intake import owed, protecting, technical_refusals
from invoicing.intake.intake import IntakeResult
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import inbox, inbox_store
from peppol.exchange.identify import sender_of
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.tables import InState
from peppol.journal_actions import ExchangeSubject, MessageAction
from peppol.validation import apart

_BATCH = 100
TOGETHER = 25
"""So many messages share a transaction, and a piece of reading: what is asked and written once is shared by them."""
# From so many waiting messages on, reading ahead is worth what it holds in memory.
_MANY = 1000
# Read messages are held in memory: so many bytes of them at most, and always at least one message.
_BYTES_AT_ONCE = 2_000_000
# Larger ones are read apart from others: what ends the reading of one ends it for those it is read with.
_BYTES_TOGETHER = 500_000
# Longer than a batch takes; a message whose worker died comes up again after it.
_LEASE = timedelta(minutes=10)
NEVER_BACK = "NEVER_BACK"
"""The error of a message whose workers never came back."""
_log = structlog.get_logger("letters")


def read_arrived(
    database: Database, *, today: date, reader: bool | None = None
) -> Generator[IntakeResult, None, None]:
    """Let every arrived message become what it is; yields what became of each, in turn by sender.

    Several workers may run at once: each claims its own messages for a while. With `reader` the next messages
    are read while those already read are received; left to itself that is done where many wait.
    """
    group: list[tuple[InboundMessage, Reading]] = []
    with closing(readings(database, reader=reader)) as read:
        for message, reading, register in read:
            # What may have felled its last worker has nothing else in its transaction, and nothing is read ahead then.
            if message.doubtful and group:
                yield from receive_together(database, register, group, today=today)
                group = []
            group.append((message, reading))
            if len(group) == TOGETHER or message.doubtful:
                yield from receive_together(database, register, group, today=today)
                group = []
        if group:
            yield from receive_together(database, register, group, today=today)
    owed.answer_due(database, today=today)


def readings(
    database: Database, *, reader: bool | None = None
) -> Generator[tuple[InboundMessage, Reading, Register], None, None]:
    """Claim the messages that wait and read them, a group ahead of the one that is handed out."""
    _give_up_lost(database)
    with database.reading() as session:
        register = register_store.load(session)
        many = inbox_store.count_arrived(session) >= _MANY
    with _reader(ahead=many if reader is None else reader) as read:
        current: list[_Part] = []
        ahead = _submitted(database, read)
        try:
            while current := ahead or _submitted(database, read):
                ahead = []
                if not _is_doubtful(current):
                    ahead = _submitted(database, read, doubtful=False)
                register = current[0].register
                for part in current:
                    for letter_id, read_as in part.read():
                        message = part.messages.pop(letter_id)
                        if isinstance(read_as, Reading):
                            yield message, read_as, register
                        else:
                            _not_handled(database, register, message, read_as)
        finally:
            # Whoever stops early lets others have at once what it had taken and not handed out.
            left = [letter_id for part in (*current, *ahead) for letter_id in part.messages]
            if left:
                with database.writing() as session:
                    inbox_store.unclaim(session, left)


@dataclass(frozen=True, slots=True)
class _Part:
    """Messages on their way through the reader, by their row, and how to get what was read."""

    messages: dict[int, InboundMessage]
    register: Register
    read: Callable[[], "ReadGroup"]


# What was read of each message, by its row, or where the reading itself failed.
ReadGroup = Sequence[tuple[int, Reading | str]]
Read = Callable[[Sequence[InboundMessage], Register], Callable[[], ReadGroup]]


@contextmanager
def _reader(*, ahead: bool) -> Iterator[Read]:
    """A way to have messages read, each apart: begun at once while others are received, or when they are asked for."""
    if not ahead:
        yield lambda messages, register: lambda: read_group(messages, register)
        return
    with ThreadPoolExecutor(1) as waiting:
        yield lambda messages, register: waiting.submit(carried(read_group), messages, register).result


def _is_doubtful(parts: Sequence[_Part]) -> bool:
    return any(message.doubtful for part in parts for message in part.messages.values())


def _submitted(database: Database, read: Read, *, doubtful: bool = True) -> list[_Part]:
    """The next messages, claimed and on their way through the reader; none when none wait."""
    with database.writing() as session:
        register = register_store.load(session)
        now = database.clock()
        messages = inbox_store.claim(session, limit=_BATCH, now=now, lease=_LEASE, doubtful=doubtful)
    if len(messages) < _BATCH:
        # It looks at all that waits: not for every batch of many.
        _give_up_lost(database)
    return [
        _Part({message.id: message for message in group}, register, read(group, register))
        for group in _groups(messages, most=_BATCH, most_bytes=_BYTES_AT_ONCE)
    ]


def _give_up_lost(database: Database) -> None:
    """Lay aside what was taken again and again by workers that never came back: it may be what felled them."""
    now = database.clock()
    with database.reading() as session:
        lost = inbox_store.lost(session, now=now)
        register = register_store.load(session) if lost else None
    for message in lost:
        assert register is not None  # noqa: S101 - it was loaded for these
        supplier = _whose(register, message)
        with database.writing() as session:
            state = inbox.give_up(session, message, NEVER_BACK, tries=leases.TAKEN_MOST, supplier=supplier)
            if state is InState.FAILED:
                subject = ExchangeSubject.MESSAGE.of(message.id)
                journal.record(session, journal.SYSTEM, MessageAction.FAILED, subject, error=NEVER_BACK)
        _log.error("message given up", message=message.id, instance_id=message.instance_id, error=NEVER_BACK)


def read_group(messages: Sequence[InboundMessage], register: Register) -> ReadGroup:
    """Read and validate messages; of one that makes the reading itself fail, where that was.

    Raises NoneFree.
    """
    apart = document_reading.Apart(register)
    # Where somebody watches each has a span of its own, and what may have felled a worker is read by itself.
    by_itself = tracing.is_watched() or any(message.doubtful for message in messages)
    read: list[tuple[int, Reading | str]] = []
    for some in _groups(messages, most=1 if by_itself else TOGETHER, most_bytes=_BYTES_TOGETHER):
        together = _read_together(apart, some) if len(some) > 1 else None
        read += together or [(message.id, _read_alone(apart, message)) for message in some]
    return read


def _read_together(apart: document_reading.Apart, messages: Sequence[InboundMessage]) -> ReadGroup | None:
    """What is read of some by one piece of work; None where that was ended, by one of them or by all."""
    bodies, days = [each.body for each in messages], [each.received_on for each in messages]
    try:
        read = apart.read_together(bodies, days)
    except (WorkFailed, WorkEnded) as ended:
        _log.info("messages read one by one", messages=len(messages), error=type(ended).__name__)
        return None
    return [(message.id, each) for message, each in zip(messages, read, strict=True)]


def _read_alone(apart: document_reading.Apart, message: InboundMessage) -> Reading | str:
    with tracing.span("message read", message=message.id, bytes=len(message.body)) as span:
        read_as = _read_as(apart, message)
        if isinstance(read_as, Reading):
            span.tell(kind=read_as.kind.value if read_as.kind else "", reason=read_as.reason)
            return replace(read_as, traceparent=span.traceparent) if span.traceparent else read_as
        span.fail(read_as)
    return read_as


def _read_as(apart: document_reading.Apart, message: InboundMessage) -> Reading | str:
    """What is read of the message, or where the reading itself failed. Raises NoneFree."""
    try:
        return apart.read_message(message.body, on=message.received_on)
    except NoneFree:
        raise
    except WorkFailed as failed:
        return failed.place
    except WorkEnded as ended:
        return f"WorkEnded {ended.excess.value}"
    except Exception as error:
        return _place_of(error)


def receive(
    database: Database, register: Register, message: InboundMessage, reading: Reading, *, today: date
) -> IntakeResult | None:
    """Let a read message take effect in a transaction of its own; None where it could not, or somebody else did."""
    try:
        try:
            return _received(database, register, message, reading, today=today)
        except IntegrityError:
            # Another worker kept a document of the same number just now; now it can be seen.
            return _received(database, register, message, reading, today=today)
    except Exception as error:
        _not_handled(database, register, message, _place_of(error))
        return None


def receive_together(
    database: Database, register: Register, group: Sequence[tuple[InboundMessage, Reading]], *, today: date
) -> list[IntakeResult]:
    """Let some messages take effect in one transaction; where one of them cannot, each in its own.

    A transaction has its price: its commit on the disk, and its turn at the head of the journal.
    """
    try:
        with database.writing() as session:
            return intake_handlers.handle_together(session, register, group, today=today)
    except Exception as error:
        # Nothing of it has happened. Which message it was is found out one by one.
        _log.info("messages one by one", messages=len(group), error=_place_of(error))
        became = [receive(database, register, message, reading, today=today) for message, reading in group]
    return [each for each in became if each is not None]


def _received(
    database: Database, register: Register, message: InboundMessage, reading: Reading, *, today: date
) -> IntakeResult | None:
    with database.writing() as session:
        return intake_handlers.handle(session, register, message, reading, today=today)


def _groups(
    messages: Sequence[InboundMessage], *, most: int, most_bytes: int
) -> Iterator[Sequence[InboundMessage]]:
    """The messages in their order, cut so that no group of several is larger than that."""
    group: list[InboundMessage] = []
    size = 0
    for message in messages:
        if group and (len(group) == most or size + len(message.body) > most_bytes):
            yield group
            group, size = [], 0
        group.append(message)
        size += len(message.body)
    if group:
        yield group


def _not_handled(database: Database, register: Register, message: InboundMessage, error: str) -> None:
    """Nothing is lost: the message lies where it lay, with what went wrong and when it is tried again.

    Whose it is is noted, so that its sender sees that it is here; word of one that is given up is owed.
    """
    now, supplier = database.clock(), _whose(register, message)
    numbers = document_reading.personal_numbers_of(message.body, register, on=message.received_on)
    with database.writing() as session:
        state = inbox.failed(session, message, error, now=now, supplier=supplier)
        protecting.protect(session, message, numbers, None, today=message.received_on)
        if state is InState.FAILED:
            subject = ExchangeSubject.MESSAGE.of(message.id)
            journal.record(session, journal.SYSTEM, MessageAction.FAILED, subject, error=error)
    _log.error(
        "message not handled",
        message=message.id,
        instance_id=message.instance_id,
        error=error,
        failures=message.failures + 1,
        state=state.value if state is not None else "",
    )


def _whose(register: Register, message: InboundMessage) -> str:
    """The supplier a message came from; nothing where what made its handling fail makes this fail too."""
    try:
        return technical_refusals.whose(register, apart.checked(sender_of, message.body)[1])
    except Exception:
        return ""


def _place_of(error: Exception) -> str:
    """The kind of an error and where it arose, never a value."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {where.name}:{where.lineno}"
