"""Whether what lies in the object storage is what the books say: a sample of it, or all, every byte read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

from foundation.sql import Session
from peppol.exchange.bodies import body_store, object_store
from peppol.exchange.bodies.object_storage import BodyAway, BodyWrong, ObjectStorage, storage_of
from peppol.exchange.bodies.object_store import StoredBody

SAMPLE: Final = 50
"""So many are read where all are not asked for."""
_AT_ONCE: Final = 64
_THREADS: Final = 8


def verify(session: Session, *, sample: int | None = SAMPLE) -> Iterator[tuple[str, str]]:
    """What does not hold of the bytes in the object storage, each with its subject; None for `sample`: all are read."""
    stored = object_store.every(session, sample=sample)
    storage = storage_of(session)
    if storage is None:
        first = next(stored, None)
        if first is not None:
            yield (
                "object storage",
                "bytes lie in it, and the settings name none (BILLING_BODY_STORAGE_BUCKET)",
            )
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        while some := list(islice(stored, _AT_ONCE)):
            wrong = [each for each in pool.map(lambda each: _wrong(storage, each), some) if each is not None]
            yield from wrong


def _wrong(storage: ObjectStorage, stored: StoredBody) -> tuple[str, str] | None:
    subject = f"{'letter in' if stored.kind == body_store.IN.kind else 'letter out'} {stored.number}"
    try:
        body_store.read_back(storage, stored)
    except BodyWrong:
        return (
            subject,
            "its bytes in the object storage are gone, or no longer have the sha256 they were stored with",
        )
    except BodyAway:
        return subject, "its bytes cannot be read from the object storage"
    return None
