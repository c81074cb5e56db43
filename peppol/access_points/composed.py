"""An access point put together: one way out, one way in, and the directory asked before sending.

Products differ in what they offer: one sends by HTTP and lays what comes in folders,
another has an operator's register. So the three are chosen apart and joined here.
"""

from collections.abc import Iterator

from peppol.access_points.protocol import (
    AccessPoint,
    Arrival,
    Capability,
    DeliveryStatus,
    Directory,
    Gone,
    Inlet,
    NoDirectory,
    Outbound,
    Outlet,
    Submission,
)


class NoInlet:
    """Nothing is fetched: what comes is pushed to us (see the webhook), or comes another way."""

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """Nothing, ever."""
        return iter(())

    def fetch(self, reference: str) -> bytes:
        """Raises Gone: there is nothing to fetch."""
        raise Gone(reference)

    def acknowledge(self, reference: str) -> None:
        """Does nothing."""


def is_polled(access_point: AccessPoint) -> bool:
    """Whether there is anything to collect; otherwise what comes is pushed to us, and no collecting fails."""
    return not (isinstance(access_point, Composed) and isinstance(access_point.inlet, NoInlet))


class Composed:
    """`outlet` sends, `inlet` receives, `directory` answers whether somebody can receive."""

    def __init__(
        self, outlet: Outlet, inlet: Inlet | None = None, directory: Directory | None = None
    ) -> None:
        self.outlet = outlet
        self.inlet = inlet or NoInlet()
        self.directory = directory or NoDirectory()

    @property
    def name(self) -> str:
        """The outlet's name."""
        return self.outlet.name

    def submit(self, message: Outbound) -> Submission:
        """See `protocol.Outlet`."""
        return self.outlet.submit(message)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """See `protocol.Outlet`."""
        return self.outlet.status(instance_id, reference)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """See `protocol.Inlet`."""
        return self.inlet.inbound(cursor)

    def fetch(self, reference: str) -> bytes:
        """See `protocol.Inlet`."""
        return self.inlet.fetch(reference)

    def acknowledge(self, reference: str) -> None:
        """See `protocol.Inlet`."""
        self.inlet.acknowledge(reference)

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """See `protocol.Directory`."""
        return self.directory.lookup(participant, document_type, process)
