"""The network of a sandbox: whatever is sent is delivered at once, and nothing leaves this machine."""

from collections.abc import Iterator

from peppol.access_points.protocol import (
    Arrival,
    Capability,
    DeliveryState,
    DeliveryStatus,
    Gone,
    Outbound,
    PeerVerdict,
    Submission,
)


class TakingPoint:
    """An access point that takes everything: what it was given lies in the outbox, for the supplier to read."""

    name = "sandbox"

    def submit(self, message: Outbound) -> Submission:
        """Take it."""
        return Submission(message.instance_id, DeliveryState.DELIVERED)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """Delivered, as everything is."""
        return DeliveryStatus(DeliveryState.DELIVERED)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """Nothing: what comes is handed in by the API."""
        return iter(())

    def fetch(self, reference: str) -> bytes:
        """There is nothing to fetch. Raises Gone."""
        raise Gone(reference)

    def acknowledge(self, reference: str) -> None:
        """Nothing to do."""

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """Everybody takes everything."""
        return Capability(participant, document_type, process, PeerVerdict.TAKES)
