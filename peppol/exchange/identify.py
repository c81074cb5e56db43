"""What a message calls itself: its kind and its number, looked up in its bytes without judging the document.

For lists of messages that were refused: whoever reads one wants to know it by its own number. Nothing is raised for
what a message holds; what cannot be read is empty. What it says is no proof of anything.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from lxml import etree

from foundation.apart.confined import NoneFree, NotPrepared, WorkEnded, WorkFailed
from foundation.written.fitted import shown
from peppol.envelope.opening import envelope_alone, unwrap
from peppol.envelope.sender import Sender, of_document
from peppol.identifiers import DocumentKind
from peppol.validation import apart
from peppol.validation.validation import kind_of
from peppol.xml.gate import admit, admit_to_identify
from peppol.xml.gate_errors import GateRefused


@dataclass(frozen=True, slots=True)
class Identified:
    """The kind and the document number of a message, as far as they can be read."""

    kind: DocumentKind | None
    number: str


_UNKNOWN: Final = Identified(None, "")
# Lists are read again and again, and what bytes say never changes.
_IDENTIFIED: Final[dict[bytes, Identified]] = {}
_IDENTIFIED_MOST: Final = 10_000
_NUMBER_MOST: Final = 120
"""No document in the books has a longer number; of one that is longer the beginning is told, and remembered."""


def identify(body: bytes) -> Identified:
    """Look at a message's bytes, in an envelope or bare, in a process apart; each content once, and then remembered.

    What costs more to look at than it may is told as nothing, and so is what was interrupted: that is looked at again
    the next time. A number of more than 120 characters ends with `…`.
    """
    digest = hashlib.sha256(body).digest()
    known = _IDENTIFIED.get(digest)
    if known is not None:
        return known
    try:
        kind, sender = apart.checked(sender_of, body)
        known = Identified(kind, shown(sender.document_id, _NUMBER_MOST))
    except (NoneFree, NotPrepared):
        return _UNKNOWN
    except WorkEnded as ended:
        if not ended.excess.is_repeated:
            return _UNKNOWN
        known = _UNKNOWN
    except WorkFailed:
        known = _UNKNOWN
    if len(_IDENTIFIED) >= _IDENTIFIED_MOST:
        _IDENTIFIED.clear()
    _IDENTIFIED[digest] = known
    return known


def sender_of(body: bytes) -> tuple[DocumentKind | None, Sender]:
    """The kind of a message and whom an answer about it would go to, as far as its bytes say."""
    opened = unwrap(body)
    root = opened.root
    if root is None and opened.payload:
        root = _readable(opened.payload)
    kind = kind_of(root) if root is not None else None
    sender = of_document(root, kind)
    # Where the gate refuses what is in an envelope, the envelope still says who sent it.
    envelope = opened.envelope or (envelope_alone(body) if opened.findings else None)
    return kind, sender if envelope is None else sender.enveloped(envelope)


def _readable(payload: bytes) -> etree._Element | None:
    """A document as a tree, one that the gate refuses too where that is safe; None where it cannot be read."""
    for read in (admit, admit_to_identify):
        try:
            return read(payload)
        except GateRefused:
            continue
    return None
