"""Where the product can be put on a network: on the real one in each shape of access point, and on the simulated one.

A story (`test_stories`) does the same on every side and must be told the same, which is how it is known that the
simulator is like the real parts.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from billing.tools.access_point_simulator.app import SUPPLIER_KINDS
from peppol.access_points.addressing import in_envelope
from peppol.access_points.composed import Composed
from peppol.access_points.protocol import DeliveryState, Outbound
from tests.interop.network import AccessPointPart, Network
from tests.interop.register import Kinds
from tests.support.servers.access_points import SUPPLIER, Simulator


class Side(Protocol):
    """One network with the product's settings for it, the supplier's system, and what can go wrong there."""

    name: str
    supplier: Composed
    settings: Mapping[str, str]

    def serving(self, database_url: str) -> AbstractContextManager[None]:
        """The product's server, where messages are pushed to it."""

    def send_status(self, status: Outbound) -> None:
        """A message level status goes from the supplier's service provider to the buyer's."""

    def enrol_supplier(self, kinds: Kinds = SUPPLIER_KINDS) -> None:
        """Register the supplier for these kinds alone."""

    def strike_supplier(self) -> None:
        """Take the supplier off the register and out of the locator."""

    def supplier_down(self) -> None:
        """The supplier's access point answers nobody."""

    def supplier_up(self) -> None:
        """It answers again."""

    def supplier_expired(self) -> None:
        """Its certificate has expired, as the register shows it too."""

    def supplier_renewed(self) -> None:
        """It has a new one, in the register too."""


def taken(side: Side) -> list[bytes]:
    """What has come to the supplier since it was last asked, with envelopes."""
    found = []
    for arrival in list(side.supplier.inbound()):
        found.append(side.supplier.fetch(arrival.reference))
        side.supplier.acknowledge(arrival.reference)
    return found


@dataclass
class RealSide:
    """The real network, with the buyer behind one of its access points."""

    name: str
    network: Network
    ours: AccessPointPart
    part: AccessPointPart
    supplier: Composed
    settings: Mapping[str, str]
    server: Callable[[str], AbstractContextManager[None]] | None = None

    def serving(self, database_url: str) -> AbstractContextManager[None]:
        return self.server(database_url) if self.server else nullcontext()

    def send_status(self, status: Outbound) -> None:
        assert self.supplier.submit(status).state is DeliveryState.DELIVERED

    def enrol_supplier(self, kinds: Kinds = SUPPLIER_KINDS) -> None:
        self.network.enrol_supplier(self.part.endpoint, kinds)

    def strike_supplier(self) -> None:
        self.network.strike_supplier()

    def supplier_down(self) -> None:
        self.part.end()

    def supplier_up(self) -> None:
        self.part.go_on()

    def supplier_expired(self) -> None:
        self._begin_anew(expired=True)

    def supplier_renewed(self) -> None:
        self._begin_anew(expired=False)

    def _begin_anew(self, *, expired: bool) -> None:
        self.part.end()
        self.part.begin(expired=expired)
        self.enrol_supplier()


@dataclass
class SimulatedSide:
    """The simulated network in the shape of one product."""

    name: str
    simulator: Simulator
    settings: Mapping[str, str]
    supplier: Composed = field(init=False)

    def __post_init__(self) -> None:
        self.supplier = self.simulator.phase4(SUPPLIER)

    def serving(self, database_url: str) -> AbstractContextManager[None]:
        return nullcontext()

    def send_status(self, status: Outbound) -> None:
        # In its network the buyer's mailbox is all there is of the buyer's service provider.
        self.simulator.lay(in_envelope(status), instance_id=status.instance_id)

    def enrol_supplier(self, kinds: Kinds = SUPPLIER_KINDS) -> None:
        self.simulator.admin.put(
            f"/admin/participants/{SUPPLIER}", json={"kinds": [(kind, each) for kind, each in kinds]}
        ).raise_for_status()

    def strike_supplier(self) -> None:
        self.simulator.admin.delete(f"/admin/participants/{SUPPLIER}").raise_for_status()

    def supplier_down(self) -> None:
        self.simulator.faults({"fault": "peer-error", "receiver": SUPPLIER})

    def supplier_up(self) -> None:
        self.simulator.faults()

    def supplier_expired(self) -> None:
        self.simulator.faults({"fault": "peer-error", "receiver": SUPPLIER})

    def supplier_renewed(self) -> None:
        self.simulator.faults()
