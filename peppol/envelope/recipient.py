"""Whom a message is to: the participant on its envelope, or without one the receiver its document names.

For whoever receives for several and must know whose a message is before anybody judges it. The envelope decides, as
it does on the network; whether the document inside agrees is asked when it is read (`checks`).
"""

from lxml import etree

from peppol.envelope.checks import receiver_in
from peppol.envelope.envelope import value_in
from peppol.envelope.header import sbdh
from peppol.envelope.reading import is_uuid, text_of
from peppol.identifiers import DocumentKind
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused
from peppol.xml.gate_tree import CAC, CBC, SBDH
from peppol.xml.literals import SPACE


def recipient_in(data: bytes) -> str:
    """The participant as `0007:2021002114`, in small letters; empty where it cannot be read. Raises nothing."""
    try:
        root = admit(data)
    except GateRefused:
        return ""
    if etree.QName(root).namespace != SBDH:
        return _receiver(root)
    header = sbdh("StandardBusinessDocumentHeader")
    written = root.findall(f"{header}/{sbdh('Receiver')}/{sbdh('Identifier')}")
    return text_of(written[0]).casefold() if len(written) == 1 else ""


def answered_instance_in(data: bytes) -> str:
    """The message of ours that a message level status is about, by its instance identifier in small letters.

    Such a status goes to the service provider that serves us, which may serve several. Empty for anything else.
    """
    try:
        root = admit(data)
    except GateRefused:
        return ""
    document = next((each for each in root.iter(DocumentKind.MLS.root_tag)), None)
    if document is None:
        return ""
    path = "/".join(f"{{{CAC}}}{step}" for step in ("DocumentResponse", "DocumentReference"))
    about = (document.findtext(f"{path}/{{{CBC}}}ID") or "").strip(SPACE)
    return about.lower() if is_uuid(about) else ""


def _receiver(root: etree._Element) -> str:
    tag = etree.QName(root).text
    kind = DocumentKind.recognise(tag, value_in(root, "CustomizationID"))
    if kind is None:
        # Of a profile we do not know: all documents of one name have their receiver in the same place.
        kind = next((each for each in DocumentKind if each.root_tag == tag), None)
    return receiver_in(root, kind).casefold() if kind is not None else ""
