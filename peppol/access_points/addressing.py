"""A message of ours as an access point wants it: in its envelope, or bare with its five addresses.

Everything is made of the message's row alone, so every attempt gives the same bytes and the
same address. Peppol Business Message Envelope 2.0.2.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from peppol.access_points.protocol import Outbound, RejectedForGood
from peppol.envelope import envelope, header
from peppol.identifiers import (
    DOCUMENT_SCHEME,
    PARTICIPANT_SCHEME,
    PROCESS_SCHEME,
    InvalidIdentifier,
    ParticipantId,
)
from peppol.xml.gate_errors import GateRefused


@dataclass(frozen=True, slots=True)
class Addressed:
    """The five values an access point routes by, each with its scheme as `scheme::value`, and the envelope."""

    sender: str
    receiver: str
    document_type: str
    process: str
    country: str
    envelope: header.Envelope

    @property
    def path(self) -> tuple[str, str, str, str, str]:
        """The five in the order every product has them in its address."""
        return self.sender, self.receiver, self.document_type, self.process, self.country


def addressed(message: Outbound, *, country: str = "SE", mls_to: str = "") -> Addressed:
    """Where the message goes; `country` is the original sender's, `mls_to` a service provider's (0242:...).

    Raises RejectedForGood (code ADDRESS) for a message that has no address on the network: no
    attempt will ever carry it.
    """
    try:
        written = envelope.for_payload(
            message.body,
            sender=ParticipantId.parse(message.sender),
            receiver=ParticipantId.parse(message.receiver),
            instance_id=message.instance_id,
            # The row knows the day only; its first moment is as true on every attempt.
            created_at=datetime.combine(message.issued_on, time(), UTC),
            country_c1=country,
            mls_to=ParticipantId.parse(mls_to) if mls_to else None,
        )
    except (InvalidIdentifier, GateRefused, ValueError) as wrong:
        raise RejectedForGood(str(wrong), code="ADDRESS") from wrong
    return Addressed(
        f"{PARTICIPANT_SCHEME}::{written.sender}",
        f"{PARTICIPANT_SCHEME}::{written.receiver}",
        f"{DOCUMENT_SCHEME}::{written.document_type_id}",
        f"{PROCESS_SCHEME}::{written.process_id}",
        written.country_c1,
        written,
    )


def in_envelope(message: Outbound, *, country: str = "SE", mls_to: str = "") -> bytes:
    """The message in its envelope. Raises RejectedForGood as `addressed` does."""
    return envelope.wrap(message.body, addressed(message, country=country, mls_to=mls_to).envelope)
