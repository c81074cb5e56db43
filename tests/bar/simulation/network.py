"""The outside of a simulated house: an access point that is away, loses replies, repeats and reorders, and suppliers.

What it took it keeps by instance identifier. A copy of it is on its way to the supplier's system and comes after
any other, once or twice. What suppliers send lies in its mailbox, and comes again where the house's word that it is
kept was lost, or where the sender never heard that it was taken.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from peppol.access_points.protocol import (
    Arrival,
    Capability,
    DeliveryState,
    DeliveryStatus,
    Gone,
    Outbound,
    PeerUnreachable,
    PeerVerdict,
    Submission,
    Unclear,
    Unreachable,
)
from peppol.envelope import envelope
from peppol.identifiers import ParticipantId
from tests.bar.simulation.stage import Stage

BUYER = "0007:2021002114"


@dataclass(frozen=True, slots=True)
class Copy:
    """A message of the house's on its way to its receiver."""

    instance_id: str
    receiver: str
    body: bytes


@dataclass(slots=True)
class SimulatedPoint:
    """See the module. `is_kept` says whether a message with that reference is in the house's committed books."""

    stage: Stage
    random: Random
    clock: Callable[[], datetime]
    is_kept: Callable[[str], bool]
    is_kind: bool = False
    name: str = "simulated"
    taken: dict[str, bytes] = field(default_factory=dict)
    first_taken: list[tuple[str, str, str]] = field(default_factory=list)
    on_way: list[Copy] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    mailbox: dict[str, bytes] = field(default_factory=dict)
    sent_in: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    references: int = 0
    met: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    # The house's side -----------------------------------------------------------------------------

    def submit(self, message: Outbound) -> Submission:
        """Take it, or be away, or take it and lose the reply."""
        self._call("submit", message.document_id)
        if self._drawn(15):
            self._meets("away")
            raise Unreachable("no contact")
        if self._drawn(8):
            self._meets("receiver away")
            raise PeerUnreachable("the other side does not answer")
        self._take(message)
        self.stage.point("submit, taken")
        if self._drawn(15):
            self._meets("reply lost")
            raise Unclear("connection cut")
        return Submission(f"ref-{message.instance_id}")

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """Whether it was taken, and whether its receiver has it."""
        self._call("status", "")
        if self._drawn(6):
            self._meets("away when asked")
            raise Unreachable("no contact")
        if instance_id in self.arrived:
            return DeliveryStatus(DeliveryState.DELIVERED)
        known = instance_id in self.taken
        return DeliveryStatus(DeliveryState.ACCEPTED if known else DeliveryState.UNKNOWN)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """What lies in the mailbox, in any order."""
        self._call("list", "")
        if self._drawn(5):
            self._meets("away when listed")
            raise Unreachable("no contact")
        references = sorted(self.mailbox)
        self.random.shuffle(references)
        yield from [Arrival(each, once=True) for each in references]

    def fetch(self, reference: str) -> bytes:
        """The bytes of one message."""
        self._call("fetch", reference)
        if self._drawn(10):
            self._meets("away when fetched")
            raise Unreachable("no contact")
        if reference not in self.mailbox:
            raise Gone(reference)
        return self.mailbox[reference]

    def acknowledge(self, reference: str) -> None:
        """The house says it is kept; it must be, by now, in books that outlive it."""
        self._call("acknowledge", reference)
        if not self.is_kept(reference):
            self.broken.append(f"{reference} was acknowledged before it was kept")
        if self._drawn(20):
            self._meets("acknowledgement lost")
            raise Unreachable("no contact")
        self.mailbox.pop(reference, None)

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """Nobody can tell."""
        return Capability(participant, document_type, process, PeerVerdict.CANNOT_TELL)

    # The suppliers' side --------------------------------------------------------------------------

    def hand_in(self, body: bytes, *, sender: str, instance_id: str) -> None:
        """A supplier's access point brings a document in its envelope."""
        written = envelope.for_payload(
            body,
            sender=ParticipantId.parse(sender),
            receiver=ParticipantId.parse(BUYER),
            instance_id=instance_id,
            created_at=self.clock(),
        )
        enveloped = envelope.wrap(body, written)
        self.sent_in[instance_id] = enveloped
        self.documents[instance_id] = body
        self._lay(enveloped)

    def hand_in_again(self) -> None:
        """A sender who did not hear that a message was taken sends the same again."""
        if self.sent_in:
            self._meets("sent in again")
            self._lay(self.sent_in[self.random.choice(sorted(self.sent_in))])

    def deliver_one(self) -> Copy | None:
        """One of the copies on their way arrives, any of them; some stay and arrive again."""
        if not self.on_way:
            return None
        place = self.random.randrange(len(self.on_way))
        copy = self.on_way[place]
        if self._drawn(20):
            self._meets("delivered twice")
        else:
            self.on_way.pop(place)
        self.arrived.add(copy.instance_id)
        self.stage.note("network", f"delivers {copy.instance_id}")
        return copy

    def _lay(self, body: bytes) -> None:
        self.references += 1
        self.mailbox[f"{self.references:05}.xml"] = body
        self.stage.note("network", f"lays {self.references:05}.xml")

    def _take(self, message: Outbound) -> None:
        known = self.taken.get(message.instance_id)
        if known is None:
            self.taken[message.instance_id] = message.body
            self.first_taken.append((message.receiver, message.instance_id, message.document_id))
            self.on_way.append(Copy(message.instance_id, message.receiver, message.body))
        elif known != message.body:
            self.broken.append(f"{message.document_id} went with other bytes under the same instance id")
        else:
            self._meets("taken again")

    def _call(self, what: str, about: str) -> None:
        self.stage.point(f"{what} {about}".strip())

    def _drawn(self, percent: int) -> bool:
        """Whether this goes wrong; nothing does once the world has become kind."""
        return not self.is_kind and self.random.randrange(100) < percent

    def _meets(self, what: str) -> None:
        self.met[what] += 1
        self.stage.note("network", what)
