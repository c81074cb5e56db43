"""The envelope around a document on the network: put on, taken off.

A Peppol message travels as a StandardBusinessDocument: a header that says who writes to
whom about what (`Envelope`), and the document beside it. Access points hand messages over
with or without it, so `unwrap` takes a bare document as it is.

Conventions. The document's own bytes are never rewritten: `wrap` leaves out its XML
declaration and the white space around it and nothing else, `unwrap` puts the declaration
of our own documents back. So a document written by `peppol.xml.codec` comes out as it went in,
byte for byte. Bytes cut out of a message are taken only when they read as exactly the
document that the gate saw inside it; otherwise the document is written anew from there.
All outside bytes go through `peppol.xml.gate.admit`; what is wrong is a finding (ENV-...,
see `findings`), whether it matches is asked in `checks`.

Peppol Business Message Envelope (SBDH) 2.0.2, mandatory from 2026-07-02.
"""

import re
from datetime import datetime
from typing import Final

from lxml import etree

from peppol.envelope.findings import EnvelopeRule, finding_at
from peppol.envelope.header import Envelope, write_header
from peppol.envelope.opening import DECLARATION, unwrap
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused
from peppol.xml.gate_tree import CBC, SBDH
from peppol.xml.literals import SPACE

_ANY_DECLARATION: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml[ \t\r\n][^>]*\?>)?")


def for_document(
    kind: DocumentKind,
    *,
    sender: ParticipantId,
    receiver: ParticipantId,
    instance_id: str,
    created_at: datetime,
    country_c1: str = "SE",
    process_id: str | None = None,
    mls_to: ParticipantId | None = None,
) -> Envelope:
    """The envelope of a document of this kind; the process is the kind's first unless given.

    Raises `ValueError` for a process that the kind does not take part in and for a moment
    without a time zone.
    """
    process = kind.profile_ids[0] if process_id is None else process_id
    if process not in kind.profile_ids:
        raise ValueError(f"{kind} takes no part in the process {process}: use one of {kind.profile_ids}.")
    return Envelope(
        sender=sender,
        receiver=receiver,
        document_type_id=kind.document_type_id,
        process_id=process,
        instance_id=instance_id,
        standard=kind.namespace,
        type_version=kind.ubl_version,
        type=kind.root_name,
        created_at=created_at,
        country_c1=country_c1,
        mls_to=mls_to,
    )


def for_payload(
    payload: bytes,
    *,
    sender: ParticipantId,
    receiver: ParticipantId,
    instance_id: str,
    created_at: datetime,
    country_c1: str = "SE",
    mls_to: ParticipantId | None = None,
) -> Envelope:
    """The envelope of a document already rendered: its kind and process are read from it.

    Raises `ValueError` for a document of no kind we know or with a ProfileID its kind does not
    have, `peppol.xml.gate.GateRefused` for bytes that may not come in.
    """
    root = admit(payload)
    kind = DocumentKind.recognise(etree.QName(root).text, value_in(root, "CustomizationID"))
    if kind is None:
        raise ValueError(f"{etree.QName(root).localname} is no document we have an envelope for.")
    return for_document(
        kind,
        sender=sender,
        receiver=receiver,
        instance_id=instance_id,
        created_at=created_at,
        country_c1=country_c1,
        process_id=value_in(root, "ProfileID"),
        mls_to=mls_to,
    )


def wrap(payload: bytes, envelope: Envelope) -> bytes:
    """The document in its envelope; the same document and envelope give the same bytes.

    The envelope's names carry a prefix, so that nothing in the document changes its meaning.
    Raises `peppol.xml.gate.GateRefused` for bytes that are no document, and for an envelope in place
    of a document; `peppol.xml.codec.UnwritableDocument` for a value that XML cannot carry.
    """
    root = admit(payload)
    inner = next(root.iter(f"{{{SBDH}}}*"), None)
    if inner is not None:
        raise GateRefused(finding_at(EnvelopeRule.NESTED, inner))
    start = f'<sh:StandardBusinessDocument xmlns:sh="{SBDH}">\n{write_header(envelope)}\n'
    return DECLARATION + start.encode() + _bare(payload) + b"\n</sh:StandardBusinessDocument>\n"


def same_document(one: bytes, other: bytes) -> bool:
    """Whether two messages hold the same document, byte for byte, at least one of them in an envelope.

    White space and the XML declaration around a document do not survive an envelope, so they do
    not count. Two bare messages are the same only where all their bytes are.
    """
    first, second = unwrap(one), unwrap(other)
    if first.payload == one and second.payload == other:
        return one == other
    return bool(first.payload) and _bare(first.payload) == _bare(second.payload)


def _bare(document: bytes) -> bytes:
    """The document without its XML declaration and the white space around it."""
    declared = _ANY_DECLARATION.match(document)
    return document[declared.end() if declared else 0 :].strip(SPACE.encode())


def value_in(root: etree._Element, name: str) -> str:
    """The text of one of the document's own cbc elements, such as ProfileID; empty where it is missing."""
    return (root.findtext(f"{{{CBC}}}{name}") or "").strip(SPACE)
