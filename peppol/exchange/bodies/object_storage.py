"""What is asked of an object storage with messages' bytes, and what it may answer: one protocol, whoever keeps them.

Convention: an installation that has one says so as a fact of its sessions (`facts_for`); whoever reads bytes finds it
there. Bytes that come from it are held against their fingerprint by who asked (`body_store`), every time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from foundation.errors import Refused
from foundation.sql import Session, fact_of
from foundation.text import Text

_FACT: Final = "object storage"


class StorageFault(StrEnum):
    """Why an object storage did not do what it was asked."""

    AWAY = "AWAY"
    """It could not be reached, or has no time now."""
    DENIED = "DENIED"
    """It does not let us."""
    MISSING = "MISSING"
    """There is no such object."""
    LOCKED = "LOCKED"
    """The object may not be removed yet: a retention or a legal hold of the storage's own stands on it."""
    REFUSED = "REFUSED"
    """It will not, for another reason: its settings and ours do not go together."""


class StorageError(Refused):
    """The object storage did not do it. `said` is its own code, for the log."""

    def __init__(self, fault: StorageFault, text: Text, *, said: str = "") -> None:
        super().__init__(text)
        self.fault = fault
        self.said = said


class BodyAway(Refused):
    """The bytes of a message lie in the object storage, and cannot be had from it now."""

    def __init__(self, number: int, why: Text) -> None:
        super().__init__(
            Text(
                "Innehållet i meddelande %(number)s ligger i objektlagret och går inte att komma åt nu: %(why)s "
                "Ingenting är förlorat. Försök igen om en stund.",
                number=number,
                why=why,
            )
        )


class BodyWrong(Refused):
    """What the object storage has in a message's place is not what was stored there, or nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(
            Text(
                "Innehållet i meddelande %(number)s saknas i objektlagret, eller stämmer inte med sin kontrollsumma, "
                "och visas därför inte. Hämta tillbaka objektet ur lagrets versioner eller säkerhetskopia; billing "
                "check --all-bodies säger vilka det gäller.",
                number=number,
            )
        )


@dataclass(frozen=True, slots=True)
class ObjectPlace:
    """Where an object lies: its bucket, key and version (empty in a bucket that keeps none)."""

    bucket: str
    key: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class ListedObject:
    """An object as a listing has it, of a size in bytes."""

    place: ObjectPlace
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when the storage itself keeps an object, and in which mode (GOVERNANCE, COMPLIANCE)."""

    mode: str
    until: datetime


class ObjectStorage(Protocol):
    """A bucket of an S3-compatible storage. Every method raises StorageError."""

    @property
    def bucket(self) -> str:
        """The bucket new objects are put in."""
        ...

    def put(self, key: str, body: bytes, *, sha256: str, retention: Retention | None) -> ObjectPlace:
        """Store bytes, which the storage holds against the fingerprint (hexadecimal)."""
        ...

    def find(self, key: str) -> ObjectPlace | None:
        """Where the newest object under a key lies; None where there is none."""
        ...

    def get(self, place: ObjectPlace) -> bytes:
        """The bytes of an object."""
        ...

    def remove(self, place: ObjectPlace) -> None:
        """Remove an object, this very version of it; one that is gone already is no fault."""
        ...

    def hold(self, place: ObjectPlace, *, stands: bool) -> None:
        """Set the legal hold of an object, or release it."""
        ...

    def listed(self, prefix: str) -> Iterator[ListedObject]:
        """Every version of every object whose key begins so."""
        ...


def facts_for(storage: ObjectStorage | None) -> Mapping[str, object]:
    """What an entry point says of the object storage; nothing where the installation has none."""
    return {} if storage is None else {_FACT: storage}


def storage_of(session: Session) -> ObjectStorage | None:
    """The object storage that the entry point has said the installation has; None where it has none."""
    found = fact_of(session, _FACT)
    return None if found is None else found  # type: ignore[return-value]
