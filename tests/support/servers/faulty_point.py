"""An access point inside the test that does what it is told: takes, is away, loses its reply, refuses.

What it took it keeps by instance identifier, as a real one does, so that a second copy is seen to
be one. `moment` is a clock that the test moves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from foundation.sql import Session
from peppol.access_points.protocol import (
    Arrival,
    Capability,
    DeliveryState,
    DeliveryStatus,
    Gone,
    Outbound,
    PeerVerdict,
    Submission,
    Unclear,
    Unreachable,
)
from peppol.exchange import outbox
from peppol.exchange.outbox import NewMessage
from peppol.lookup.doubts import DirectoryDoubt
from tests.support.servers.system_databases import CLOCK

DAY = date(2026, 2, 3)
BUYER = "0007:2021002114"
ALFA, BETA, GAMMA = "0007:5599991014", "0007:5599992020", "0007:8029996066"

Fault = Callable[[Outbound], None]


def takes(message: Outbound) -> None:
    """All is well."""


def away(message: Outbound) -> None:
    """Nobody answers."""
    raise Unreachable("no contact")


def loses_reply(message: Outbound) -> None:
    """The message is taken and the reply is lost."""
    raise Unclear("connection cut")


@dataclass
class Moment:
    """A clock the test moves."""

    now: datetime = CLOCK

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass
class FaultyPoint:
    """See the module. `fault` is asked before each message is taken, `after` when it is."""

    name: str = "faulty"
    fault: Fault = takes
    after: Fault = takes
    taken: dict[str, bytes] = field(default_factory=dict)
    submitted: list[tuple[str, bytes]] = field(default_factory=list)
    verdict: PeerVerdict = PeerVerdict.CANNOT_TELL
    states: dict[str, DeliveryState] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    looked_up: list[tuple[str, str, str]] = field(default_factory=list)
    inbox: dict[str, bytes] = field(default_factory=dict)
    order: list[tuple[str, str]] = field(default_factory=list)
    once: bool = False

    def submit(self, message: Outbound) -> Submission:
        self.submitted.append((message.instance_id, message.body))
        self.fault(message)
        if message.instance_id not in self.taken:
            self.order.append((message.receiver, message.document_id))
        self.taken.setdefault(message.instance_id, message.body)
        self.after(message)
        return Submission(f"ref-{message.instance_id}")

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        self.asked.append(instance_id)
        known = DeliveryState.ACCEPTED if instance_id in self.taken else DeliveryState.UNKNOWN
        return DeliveryStatus(self.states.get(instance_id, known), "as asked")

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        yield from [Arrival(reference, once=self.once) for reference in self.inbox]

    def fetch(self, reference: str) -> bytes:
        if reference not in self.inbox:
            raise Gone(reference)
        return self.inbox[reference]

    def acknowledge(self, reference: str) -> None:
        self.inbox.pop(reference, None)

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        self.looked_up.append((participant, document_type, process))
        if self.verdict is PeerVerdict.NO_IN_DOUBT:
            said = {"said": PeerVerdict.NOT_REGISTERED, "doubt": DirectoryDoubt.CANARY_MISSING}
            return replace(Capability(participant, document_type, process, self.verdict), **said)  # type: ignore[arg-type]
        return Capability(participant, document_type, process, self.verdict)


def lay_out(
    session: Session, numbers: Sequence[int], *, receiver: str = ALFA, kind: str = "message"
) -> list[str]:
    """Messages with these numbers to one receiver; their instance identifiers."""
    return outbox.put_out(
        session,
        [
            NewMessage(
                f"<M>{receiver} {number}</M>".encode(),
                kind=kind,
                document_id=f"{number:05}",
                sender=BUYER,
                receiver=receiver,
                recipient=receiver.partition(":")[2],
                about=f"{number:05}",
                issued_on=DAY,
            )
            for number in numbers
        ],
    )
