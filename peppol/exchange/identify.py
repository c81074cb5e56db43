"""What a message calls itself: its kind and its number, looked up in its bytes without judging the document.

For lists of messages that were refused: whoever reads one wants to know it by its own number. Nothing is raised for
what a message holds; what cannot be read is empty. What it says is no proof of anything.
"""

from dataclasses import dataclass

from peppol.envelope.opening import unwrap
from peppol.envelope.sender import of_document
from peppol.identifiers import DocumentKind
from peppol.validation.validation import kind_of
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused


@dataclass(frozen=True, slots=True)
class Identified:
    """The kind and the document number of a message, as far as they can be read."""

    kind: DocumentKind | None
    number: str


def identify(body: bytes) -> Identified:
    """Look at a message's bytes, in an envelope or bare."""
    opened = unwrap(body)
    root = opened.root
    if root is None and opened.payload:
        try:
            root = admit(opened.payload)
        except GateRefused:
            root = None
    if root is None:
        return Identified(None, "")
    kind = kind_of(root)
    return Identified(kind, of_document(root, kind).document_id)
