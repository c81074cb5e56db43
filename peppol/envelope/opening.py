"""Taking the envelope off a message: what is written on it, and the document's own bytes.

The bytes are cut out of the message and never rewritten. A search finds where the document
lies, and comments can fool a search: what was cut out counts only when the gate reads it as
exactly the document that it saw inside the message. Otherwise, and where the document leans
on namespaces declared around it, it is written from that tree.
"""

import copy
import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from lxml import etree

from peppol.envelope.findings import EnvelopeRule, finding_at
from peppol.envelope.header import Envelope, sbdh
from peppol.envelope.reading import instance_of, read_header
from peppol.findings import Finding
from peppol.xml.gate import admit
from peppol.xml.gate_errors import MESSAGE_LIMITS, GateRefused, Limits
from peppol.xml.gate_tree import SBDH
from peppol.xml.literals import SPACE

#: How every document of ours begins; a document taken out of its envelope gets it back.
DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = SPACE.encode()


@dataclass(frozen=True, slots=True)
class Opened:
    """What came out of a message.

    `envelope` is None for a bare document and for a header that cannot be read; `findings` tell
    the two apart. `payload` is a document on its own, empty where there is none to be had. `root`
    is that document as a tree from the gate; None for a bare document, which nobody has read yet.
    """

    envelope: Envelope | None
    payload: bytes
    findings: tuple[Finding, ...] = ()
    root: etree._Element | None = field(default=None, compare=False, repr=False)

    @property
    def fatal(self) -> tuple[Finding, ...]:
        """The findings for which the message is kept aside."""
        return tuple(each for each in self.findings if each.fatal)


def unwrap(data: bytes, limits: Limits = MESSAGE_LIMITS) -> Opened:
    """Take the envelope off, if there is one. Raises nothing for the content of `data`.

    Without an envelope the bytes come back unread and unchanged. Bytes with one that the gate
    refuses give the gate's finding and no document; a header that cannot be read gives its
    findings and the document all the same, for a person to look at.
    """
    # No message can have an envelope without naming its namespace. One that hides it in character
    # references is taken for a bare document, and the gate finds no document of ours in it.
    if SBDH.encode() not in data:
        return Opened(None, data)
    try:
        root = admit(data, limits)
        if etree.QName(root).namespace != SBDH:
            return Opened(None, data)
        return _open(data, root, limits)
    except GateRefused as refused:
        return Opened(None, b"", (refused.finding,))


def envelope_alone(data: bytes) -> Envelope | None:
    """What stands on the envelope of a message that the gate refuses for what is in it; None where that cannot be read.

    The header is cut out by a search and read by itself, through the same gate. It says whom an answer goes to, and
    nothing is taken in on its word.
    """
    start, end = _MESSAGE_START.search(data), _HEADER_END.search(data)
    if SBDH.encode() not in data or start is None or end is None:
        return None
    alone = data[start.start() : end.end()] + b"</" + start[1] + b">"
    try:
        header = admit(alone).find(sbdh("StandardBusinessDocumentHeader"))
    except GateRefused:
        return None
    return None if header is None else read_header(header)[0]


def instance_id_in(data: bytes) -> str:
    """The instance identifier on the envelope, a UUID in small letters; empty where there is none.

    Cheap for a bare document: its bytes are searched once, not read. Raises nothing.
    """
    if SBDH.encode() not in data:
        return ""
    if len(data) > MESSAGE_LIMITS.bytes_max:
        alone = envelope_alone(data)
        return "" if alone is None else alone.instance_id
    try:
        header = admit(data, MESSAGE_LIMITS).find(sbdh("StandardBusinessDocumentHeader"))
    except GateRefused:
        return ""
    return "" if header is None else instance_of(header)


def _open(data: bytes, root: etree._Element, limits: Limits) -> Opened:
    header, document, findings = _parts(root)
    envelope = None
    if header is not None:
        envelope, wrong = read_header(header)
        findings += wrong
    if document is None:
        return Opened(None, b"", findings)
    payload, read = _document_in(data, document, limits)
    if any(each.fatal for each in findings):
        envelope = None
    return Opened(envelope, payload, findings, read)


_Parts = tuple[etree._Element | None, etree._Element | None, tuple[Finding, ...]]


def _parts(root: etree._Element) -> _Parts:
    """The header and the one document, and what is wrong with how they lie in the envelope."""
    findings: list[Finding] = []
    label = sbdh("StandardBusinessDocumentHeader")
    headers = root.findall(label)
    whole = root.tag == sbdh("StandardBusinessDocument")
    if not whole or len(headers) != 1 or root[0] is not headers[0]:
        findings.append(finding_at(EnvelopeRule.HEADER, root, found=str(len(headers))))
    documents = [child for child in root if child.tag != label]
    if not documents:
        findings.append(finding_at(EnvelopeRule.NO_PAYLOAD, root))
    elif len(documents) > 1:
        findings.append(finding_at(EnvelopeRule.PAYLOADS, documents[1], found=str(len(documents))))
    # The first of its sort is enough: strangers decide how many there are.
    inner = next((each for document in documents for each in document.iter(f"{{{SBDH}}}*")), None)
    if inner is not None:
        findings.append(finding_at(EnvelopeRule.NESTED, inner))
    if any(text.strip(SPACE) for text in (root.text or "", *(child.tail or "" for child in root))):
        findings.append(finding_at(EnvelopeRule.STRAY, root))
    usable = len(documents) == 1 and inner is None
    return headers[0] if headers else None, documents[0] if usable else None, tuple(findings)


# --- the document's own bytes ---------------------------------------------------------------------------

_HEADER_END: Final = re.compile(rb"</(?:[^\s<>/:]+:)?StandardBusinessDocumentHeader[ \t\r\n]*>")
_MESSAGE_START: Final = re.compile(rb"<((?:[^\s<>/:]+:)?StandardBusinessDocument)[ \t\r\n>]")
_MESSAGE_END: Final = re.compile(rb"</(?:[^\s<>/:]+:)?StandardBusinessDocument[ \t\r\n]*>")
_NAME: Final = re.compile(rb"<[^\s<>/!?]+")


def _document_in(data: bytes, document: etree._Element, limits: Limits) -> tuple[bytes, etree._Element]:
    """The document as bytes of its own and as the tree they read as.

    A search finds where it lies; comments can fool a search, so what was cut out counts only
    when the gate reads it as the same document.
    """
    cut = _cut_out(data)
    for candidate in (cut, _with_declarations(cut, document)):
        read = _admitted(candidate, limits)
        if read is not None and _same(read, document):
            return candidate, read
    # A copy carries the namespace declarations it uses, wherever they stood.
    alone = copy.deepcopy(document)
    alone.tail = None
    written = DECLARATION + etree.tostring(alone, encoding="unicode").encode() + b"\n"
    return written, admit(written, limits)


def _cut_out(data: bytes) -> bytes:
    start, end = 0, len(data)
    header = _HEADER_END.search(data)
    if header is not None:
        start = header.end()
    for match in _MESSAGE_END.finditer(data):
        end = match.start()
    return DECLARATION + data[start:end].strip(_SPACE) + b"\n"


def _with_declarations(cut: bytes, document: etree._Element) -> bytes:
    """The cut with those of the envelope's declarations in its start tag that the document may need."""
    name = _NAME.match(cut, len(DECLARATION))
    around = document.getparent()
    if name is None or around is None:
        return cut
    start_tag = cut[name.end() : cut.find(b">", name.end())]
    used = {element.prefix for element in document.iter()}
    declarations = b""
    for prefix, uri in around.nsmap.items():
        label = f"xmlns:{prefix}" if prefix else "xmlns"
        if (
            uri == SBDH
            or prefix not in used
            or re.search(re.escape(label.encode()) + rb"[ \t\r\n]*=", start_tag)
        ):
            continue
        declarations += f' {label}="{uri}"'.encode()
    return cut[: name.end()] + declarations + cut[name.end() :]


def _admitted(data: bytes, limits: Limits) -> etree._Element | None:
    try:
        return admit(data, limits)
    except GateRefused:
        return None


def _same(one: etree._Element, other: etree._Element) -> bool:
    """Whether two trees say the same: names, values and shape, whatever their prefixes are."""
    for left, right in zip_longest(one.iter(), other.iter()):
        if left is None or right is None or left.tag != right.tag or len(left) != len(right):
            return False
        if left.text != right.text or left.items() != right.items():
            return False
        if left is not one and left.tail != right.tail:
            return False
    return True
