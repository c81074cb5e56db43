"""What every access point can do for us: take a letter, show what has come, be thanked for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Outbound(Protocol):
    """What an access point needs to know of a letter of ours."""

    @property
    def instance_id(self) -> str:
        """The same on every attempt."""

    @property
    def kind(self) -> str:
        """The document kind."""

    @property
    def document_id(self) -> str:
        """The number the document carries."""

    @property
    def sender(self) -> str:
        """Our own Peppol participant."""

    @property
    def receiver(self) -> str:
        """The Peppol participant, or nothing for a reader in the portal."""

    @property
    def recipient(self) -> str:
        """The organisation the letter is for."""

    @property
    def issued_on(self) -> date:
        """The day the letter was laid out."""

    @property
    def body(self) -> bytes:
        """The bytes, rendered once."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A letter that has come: the access point's own id for it, and its bytes."""

    transport_id: str
    body: bytes


class AccessPoint(Protocol):
    """The way out and in. `submit` may be called again for the same instance id; `acknowledge` only after commit."""

    def submit(self, letter: Outbound) -> None:
        """Hand a letter over, or raise OSError when that cannot be done now."""

    def inbound(self) -> Iterator[Inbound]:
        """What has come and is not acknowledged."""

    def acknowledge(self, letter: Inbound) -> None:
        """Say that the letter is safely stored."""
