"""What every access point can do for us, and how it says that it could not.

Six verbs: hand a message over (`submit`), ask how it fared (`status`), list what has come
(`inbound`), get its bytes (`fetch`), say that they are safely stored (`acknowledge`), and
ask whether somebody can receive a kind of message (`lookup`).

Conventions. A message keeps its instance identifier and its bytes on every attempt, so
`submit` may always be repeated. Accepted is not delivered: only the receiving side's own
word closes a message (`DELIVERED`, `REJECTED`). What goes wrong is one of six errors, and
nothing else leaves an access point: `Unreachable` (of which `PeerUnreachable` is one sort),
`Unclear`, `RejectedForGood`, `Gone`, `ArrivalLeft` (of which `TooLarge` is one sort). Each has a
code with a sentence of its own (`error_sentences`), and the host it happened at.
The peer's words are data for people; they are cut to `WORDS_MAX` and never interpreted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Protocol

from foundation.network.faults import Fault
from foundation.text import Text
from peppol.access_points import error_sentences

WORDS_MAX: Final = 2_000
"""How much of a peer's words is kept, in characters."""


# --- what goes wrong --------------------------------------------------------------------------------------


class AccessPointError(OSError):
    """Something an access point could not do.

    `code` is one word for rows and logs, `words` are the peer's own code or words, `host` is where it happened.
    """

    code = "FAILED"

    def __init__(self, words: str = "", *, code: str = "", host: str = "") -> None:
        self.words = in_short(words)
        self.code = code or type(self).code
        self.host = host
        super().__init__(f"{self.code}: {self.words}" if self.words else self.code)

    @property
    def sentence(self) -> Text:
        """What happened and what to do, for a person."""
        return error_sentences.sentence_of(self.code, host=self.host, words=self.words)


class Unreachable(AccessPointError):
    """The message was not taken, or nothing could be asked: try again later, with the same instance id.

    No contact, a full disk, an answer that says "not now", and an access point that does not know us (code
    DENIED: somebody must mend the key, and the message is none the worse for it). `retry_after` is
    in seconds, where the access point asks for a time.
    """

    code = "UNREACHABLE"

    def __init__(
        self, words: str = "", *, code: str = "", host: str = "", retry_after: int | None = None
    ) -> None:
        super().__init__(words, code=code, host=host)
        self.retry_after = retry_after

    @classmethod
    def by(cls, fault: Fault) -> "Unreachable":
        """What a fault of the network, or of a place of files, means here."""
        return cls(fault.said, code=fault.kind.value, host=fault.host)


class PeerUnreachable(Unreachable):
    """Our access point answered, and could not get the message to the receiver's: try again later.

    It says something about one receiver and nothing against our access point.
    """

    code = "PEER_ERROR"


class Unclear(AccessPointError):
    """The message left us and the reply was lost: it may be taken or not.

    It is safe to submit again with the same instance id; asking `status` first spares a repeat.
    """

    code = "UNCLEAR"


class RejectedForGood(AccessPointError):
    """The access point or the receiver says no, and the same message will never be taken."""

    code = "REJECTED"


class Gone(AccessPointError):
    """What was listed is no longer there: another worker has fetched and acknowledged it."""

    code = "GONE"


class ArrivalLeft(AccessPointError):
    """One thing that has come cannot be read or put away, while the access point answers: the others go on.

    It lies where it is, and is told of by itself (`peppol.exchange.unfetched`).
    """

    code = "SERVER_FAILED"


class TooLarge(ArrivalLeft):
    """The message has more bytes than are fetched. It is not cut: it lies whole where it is until it is moved."""

    code = "TOO_LARGE"


def whole(body: bytes, *, size_largest: int, host: str = "") -> bytes:
    """A message that was read to one byte more than the largest size. Raises TooLarge where it goes on."""
    if len(body) > size_largest:
        raise TooLarge(f"> {size_largest} B", host=host)
    return body


def in_short(words: str) -> str:
    """A peer's words on one line without control characters, at most `WORDS_MAX` of them."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words[: 2 * WORDS_MAX]).split())[
        :WORDS_MAX
    ]


# --- out --------------------------------------------------------------------------------------------------


class Outbound(Protocol):
    """What an access point needs to know of a message of ours."""

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
        """The organisation the message is for."""

    @property
    def issued_on(self) -> date:
        """The day the message was laid out."""

    @property
    def body(self) -> bytes:
        """The bytes, rendered once."""


class DeliveryState(StrEnum):
    """How far a message of ours has come, as its access point knows it."""

    ACCEPTED = "ACCEPTED"  # the access point has it and works on it; nothing is final
    DELIVERED = "DELIVERED"  # the receiving access point has given its receipt
    REJECTED = "REJECTED"  # the receiving side, or a check on the way, has said no for good
    GIVEN_UP = "GIVEN_UP"  # the access point stopped trying; nobody has said no, a person may send again
    UNKNOWN = "UNKNOWN"  # the access point does not have the message, or cannot tell

    @property
    def final(self) -> bool:
        """Whether asking again will give the same answer."""
        return self in (DeliveryState.DELIVERED, DeliveryState.REJECTED)


@dataclass(frozen=True, slots=True)
class Submission:
    """A message handed over: the access point's own name for it, and how far it is already."""

    reference: str
    state: DeliveryState = DeliveryState.ACCEPTED
    words: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How a message fares. `at` is when the access point finished with it, None where it does not say."""

    state: DeliveryState
    words: str = ""
    at: datetime | None = None


# --- in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that has come and waits at the access point.

    `reference` is the access point's own name for it, which `fetch` and `acknowledge` take; it is
    data, never a path. `cursor` is the place right after it. `instance_id` and `size` (bytes) are
    what the access point says of it, "" and None where it is silent. `once`: the reference is never
    given to another message, as a file's name may be; then it is one of the keys a message is known by.
    `version` tells two of the same reference apart, where the access point can. `left` is the error where
    it is known already that it cannot be fetched: a folder we may not look into.
    """

    reference: str
    cursor: str = ""
    instance_id: str = ""
    size: int | None = None
    once: bool = False
    version: str = ""
    left: ArrivalLeft | None = None


# --- whether somebody can receive -------------------------------------------------------------------------


class PeerVerdict(StrEnum):
    """Whether a participant receives a kind of message in a process."""

    TAKES = "TAKES"
    OTHER_KINDS_ONLY = "OTHER_KINDS_ONLY"  # registered, but not for this kind of document in this process
    NOT_REGISTERED = "NOT_REGISTERED"  # nobody on the network has that address
    NO_IN_DOUBT = "NO_IN_DOUBT"  # the directory says no, and there is reason not to believe it
    CANNOT_TELL = "CANNOT_TELL"  # no directory is set, it did not answer, or its answer cannot be verified


@dataclass(frozen=True, slots=True)
class Capability:
    """What a directory says of a participant, a document type and a process.

    `processes` are those the participant takes this document type in, `address` the receiving
    access point's, `asked_at` when the directory answered (older than now where it was remembered);
    `words` say why for CANNOT_TELL. For NO_IN_DOUBT `said` is the no that is not believed, `doubt` why in one word.
    """

    participant: str
    document_type: str
    process: str
    verdict: PeerVerdict
    processes: tuple[str, ...] = ()
    address: str = ""
    asked_at: datetime | None = None
    words: str = ""
    said: PeerVerdict | None = None
    doubt: str = ""

    @property
    def takes(self) -> bool:
        """Whether the message can be sent; doubt is no yes."""
        return self.verdict is PeerVerdict.TAKES


class Directory(Protocol):
    """Whoever can tell what a participant receives."""

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """What is known of the participant. Raises nothing: doubt is a verdict."""


class NoDirectory:
    """No look-up is set: everybody may be tried, and nobody is known to receive anything."""

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """Always CANNOT_TELL."""
        return Capability(
            participant, document_type, process, PeerVerdict.CANNOT_TELL, words="no directory is set"
        )


# --- the protocol -----------------------------------------------------------------------------------------


class Outlet(Protocol):
    """The way out. `submit` may be repeated for the same message."""

    @property
    def name(self) -> str:
        """What rows, logs and the circuit breaker call it; holds no secret."""

    def submit(self, message: Outbound) -> Submission:
        """Hand a message over. Raises Unreachable, Unclear or RejectedForGood."""

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """How the message with that instance id fares; `reference` is what submit gave. Raises Unreachable."""


class Inlet(Protocol):
    """The way in. Every verb may be repeated; `acknowledge` comes only after the commit."""

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """What has come after `cursor` and is not acknowledged, oldest first where the access point knows.

        Raises Unreachable, also while it is read.
        """

    def fetch(self, reference: str) -> bytes:
        """The bytes of one arrival, all of them. Raises Unreachable, Gone or ArrivalLeft."""

    def acknowledge(self, reference: str) -> None:
        """Say that the message is safely stored; saying so again does nothing. Raises Unreachable or ArrivalLeft."""


class AccessPoint(Outlet, Inlet, Directory, Protocol):
    """The way out, the way in, and whom to ask before sending."""
