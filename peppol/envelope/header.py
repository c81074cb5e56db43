"""What is written on an envelope, as a value and as the text of its header.

One frozen `Envelope` for both directions; `reading` makes it of what came.
Writing is deterministic: the same value gives the same text, its moment always in UTC.

Peppol Business Message Envelope 2.0.2. SFTI's technical envelope is another profile of
the same header and is not read here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from peppol.identifiers import (
    DOCUMENT_SCHEME,
    PARTICIPANT_SCHEME,
    PROCESS_SCHEME,
    ParticipantId,
)
from peppol.xml.gate_tree import SBDH
from peppol.xml.literals import escaped

HEADER_VERSION: Final = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom, about what, and when.

    `standard`, `type_version` and `type` are the root namespace, UBL version and root name of
    the document; `instance_id` is the message's own UUID, new for every message and the same on
    every retry. `country_c1` is the country of the original sender. `mls_to` and `mls_type` say
    where and when the access points report back; None and "" where the envelope is silent.

    Raises `ValueError` for a moment without a time zone.
    """

    sender: ParticipantId
    receiver: ParticipantId
    document_type_id: str
    process_id: str
    instance_id: str
    standard: str
    type_version: str
    type: str
    created_at: datetime
    country_c1: str
    mls_to: ParticipantId | None = None
    mls_type: str = ""

    def __post_init__(self) -> None:
        if self.created_at.utcoffset() is None:
            raise ValueError("The moment on an envelope needs a time zone: give created_at one, such as UTC.")


# --- writing --------------------------------------------------------------------------------------------


def write_header(envelope: Envelope) -> str:
    """The header as text, elements with the prefix `sh`, which the surrounding element must declare.

    Raises `peppol.xml.codec.UnwritableDocument` for a character that XML cannot carry.
    """
    created = envelope.created_at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    scopes = [
        _scope("DOCUMENTID", envelope.document_type_id, DOCUMENT_SCHEME),
        _scope("PROCESSID", envelope.process_id, PROCESS_SCHEME),
    ]
    if envelope.country_c1:
        scopes.append(_scope("COUNTRY_C1", envelope.country_c1))
    if envelope.mls_to is not None:
        scopes.append(_scope("MLS_TO", str(envelope.mls_to), PARTICIPANT_SCHEME))
    if envelope.mls_type:
        scopes.append(_scope("MLS_TYPE", envelope.mls_type))
    identification = (
        ("Standard", envelope.standard),
        ("TypeVersion", envelope.type_version),
        ("InstanceIdentifier", envelope.instance_id),
        ("Type", envelope.type),
        ("CreationDateAndTime", created),
    )
    return "\n".join(
        (
            "<sh:StandardBusinessDocumentHeader>",
            _element("HeaderVersion", HEADER_VERSION),
            _party("Sender", envelope.sender),
            _party("Receiver", envelope.receiver),
            "<sh:DocumentIdentification>",
            *(_element(name, value) for name, value in identification),
            "</sh:DocumentIdentification>",
            "<sh:BusinessScope>",
            *scopes,
            "</sh:BusinessScope>",
            "</sh:StandardBusinessDocumentHeader>",
        )
    )


def _element(name: str, value: str) -> str:
    return f"<sh:{name}>{escaped(value)}</sh:{name}>"


def _party(name: str, participant: ParticipantId) -> str:
    address = f'<sh:Identifier Authority="{PARTICIPANT_SCHEME}">{participant}</sh:Identifier>'
    return f"<sh:{name}>{address}</sh:{name}>"


def _scope(name: str, value: str, scheme: str = "") -> str:
    written = _element("Type", name) + _element("InstanceIdentifier", value)
    return f"<sh:Scope>{written}{_element('Identifier', scheme) if scheme else ''}</sh:Scope>"


def sbdh(name: str) -> str:
    """The name of an element of the envelope as lxml writes it."""
    return f"{{{SBDH}}}{name}"
