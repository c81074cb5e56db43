"""A write that may be sent again under its Idempotency-Key: done once, answered the same each time.

Convention (draft-ietf-httpapi-idempotency-key-header): the key is the client's, for one route. The reply is written in
the transaction of the effect, so that whoever loses the answer, wherever it was lost, gets that answer by asking again.
A request that was refused did nothing, keeps nothing, and may be sent again under its key, mended or not.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import Session, try_turn
from foundation.text import Text
from operations.idempotency import reply_store
from operations.idempotency.reply_store import Reply, ReplyKey

KEPT: Final = timedelta(hours=48)
"""So long a reply is kept; at least 24 hours are promised."""

_FORM: Final = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
# This process's own; SQLite, which has one writer, knows no other way to ask without waiting.
_AT_IT: Final[set[tuple[str, ReplyKey]]] = set()
_LOCK: Final = Lock()


class KeyMalformed(Refused):
    """The key is none."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Idempotency-Key är en till 200 synliga tecken utan mellanslag. Använd en ny UUID för varje begäran, "
                "och samma när du skickar samma begäran igen."
            )
        )


class KeyMissing(Refused):
    """What is sent would be done twice if it were sent twice, and has no key."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Huvudet Idempotency-Key saknas. Skicka en ny UUID i det, och samma UUID när du skickar samma begäran "
                "igen: då görs den en gång."
            )
        )


class KeyUsedForOther(Refused):
    """The key has been used for another request."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Samma Idempotency-Key har redan använts till en annan begäran. Inget är gjort. Använd en ny nyckel "
                "för varje begäran."
            )
        )


class InFlight(Refused):
    """The same request is being worked on."""

    seconds: Final = 1

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Samma begäran behandlas just nu. Vänta en sekund och skicka den igen: den görs inte två gånger."
            )
        )


def key_of(given: str, *, client: int, route: str) -> ReplyKey:
    """What a reply is kept under; `given` is the header, bare or a quoted string (RFC 9651). Raises KeyMalformed."""
    bare = given[1:-1] if len(given) > 2 and given[0] == given[-1] == '"' else given
    if not _FORM.fullmatch(bare):
        raise KeyMalformed
    return ReplyKey(client, route, hashlib.sha256(bare.encode()).hexdigest())


def once(
    database: Database, key: ReplyKey, body: bytes, work: Callable[[Session], Reply], *, now: datetime
) -> tuple[Reply, bool]:
    """The reply of `work`, done in one transaction with its keeping; or the one that was kept, and True.

    Raises KeyUsedForOther, InFlight, and what `work` raises, with which nothing is kept.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    with _at_it(database, key), database.writing() as session:
        # Before anything else: who comes second sees what the first has committed, or is told to wait.
        if not try_turn(session, f"idempotency {key.client} {key.route} {key.key_sha256}"):
            raise InFlight
        kept = reply_store.find(session, key)
        if kept is not None:
            return _same(kept, sha256), True
        reply = work(session)
        reply_store.add(session, key, reply, body_sha256=sha256, at=now)
        return reply, False


def afterwards(
    database: Database,
    key: ReplyKey,
    body: bytes,
    work: Callable[[], Reply | None],
    *,
    now: Callable[[], datetime],
) -> tuple[Reply | None, bool]:
    """The same for what is done in several transactions, each of which may be done again without harm.

    The reply is kept when all is done; `work` gives None where it is not done to its end, and nothing is kept.
    Raises KeyUsedForOther, InFlight, and what `work` raises.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    with _at_it(database, key):
        with database.reading() as session:
            kept = reply_store.find(session, key)
        if kept is not None:
            return _same(kept, sha256), True
        reply = work()
        if reply is not None:
            with database.writing() as session:
                if reply_store.find(session, key) is None:
                    reply_store.add(session, key, reply, body_sha256=sha256, at=now())
        return reply, False


def dispose(session: Session, *, now: datetime) -> int:
    """Remove the replies that are no longer kept; how many."""
    return reply_store.dispose_before(session, now - KEPT)


def _same(kept: tuple[Reply, str], sha256: str) -> Reply:
    reply, asked = kept
    if asked != sha256:
        raise KeyUsedForOther
    return reply


@contextmanager
def _at_it(database: Database, key: ReplyKey) -> Iterator[None]:
    """Hold off the same request in this process. Raises InFlight."""
    this = (str(database.url), key)
    with _LOCK:
        if this in _AT_IT:
            raise InFlight
        _AT_IT.add(this)
    try:
        yield
    finally:
        with _LOCK:
            _AT_IT.discard(this)
