"""Files inside documents: what may be kept and shown, judged without opening them.

An attachment is let through when three things hold: its kind is on the list, its
first bytes are those of the kind it claims, and its name is a plain file name. It
may be as large as the document that holds it (`peppol.xml.gate_errors`). Nothing is ever
unzipped, rendered or executed here, so a file made to burst or to run does neither;
whoever serves it sends it as a download.

The convention: `decode` raises `GateRefused`; `examine` returns the same refusals
of a whole tree as warnings, because an invoice with a bad attachment is still an
invoice. A withheld attachment stays in the original bytes.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

from lxml import etree

from peppol.envelope.opening import unwrap
from peppol.findings import Finding, FindingTally, Severity
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused, GateRule, refuse
from peppol.xml.gate_tree import CBC, Places, visible

NAME_MAX: Final = 200


class Mime(StrEnum):
    """The kinds of file that a Peppol invoice may carry (BT-125-1)."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, slots=True)
class ExaminedAttachment:
    """One file that may be kept and shown; `content` is decoded, `filename` is safe as a name only."""

    mime_code: Mime
    filename: str
    content: bytes


def decode(
    text: str, *, mime_code: str, filename: str, location: str = "", line: int = 0
) -> ExaminedAttachment:
    """The file in the base64 `text`, if its kind, content and name are in order.

    Raises `GateRefused` with GATE-ATTACHMENT-TYPE, -NAME, -BASE64 or -CONTENT.
    """
    mime = _mime(mime_code, location, line)
    _check_name(filename, location, line)
    try:
        packed = text.encode("ascii").translate(None, b" \t\r\n")
    except UnicodeEncodeError:
        refuse(GateRule.ATTACHMENT_BASE64, location=location, line=line)
    try:
        content = base64.b64decode(packed, validate=True)
    except binascii.Error:
        refuse(GateRule.ATTACHMENT_BASE64, location=location, line=line)
    found = _unlike(mime, content)
    if found:
        refuse(GateRule.ATTACHMENT_CONTENT, location=location, line=line, found=found, expected=mime.value)
    return ExaminedAttachment(mime, filename, content)


def attachments(root: etree._Element) -> tuple[ExaminedAttachment, ...]:
    """Every attachment of the document that is in order, in document order; see `examine` for the others."""
    return tuple(found for _, found in _each(root) if isinstance(found, ExaminedAttachment))


def examine(root: etree._Element, tally: FindingTally | None = None) -> tuple[Finding, ...]:
    """What is wrong with the attachments of the document, as warnings, one per attachment at most.

    All are counted in the tally (one of its own where none is given), and as many told as it tells.
    """
    tally, places = FindingTally() if tally is None else tally, Places()
    for element, found in _each(root):
        if isinstance(found, Finding):
            tally.add(found.rule, Severity.WARNING, partial(_warning, found, element, places))
    return tally.told


_EMBEDDED: Final = f"{{{CBC}}}EmbeddedDocumentBinaryObject"


def _each(root: etree._Element) -> Iterator[tuple[etree._Element, ExaminedAttachment | Finding]]:
    """Each attachment where it stands, or what is wrong with it; its place is left to whoever tells of it."""
    for element in root.iter(_EMBEDDED):
        mime_code, filename = element.get("mimeCode", ""), element.get("filename", "")
        try:
            yield element, decode(element.text or "", mime_code=mime_code, filename=filename)
        except GateRefused as refused:
            yield element, refused.finding


def _warning(finding: Finding, element: etree._Element, places: Places) -> Finding:
    return replace(
        finding, severity=Severity.WARNING, location=places.of(element), line=element.sourceline or 0
    )


def _mime(mime_code: str, location: str, line: int) -> Mime:
    try:
        return Mime(mime_code)
    except ValueError:
        found, expected = visible(mime_code), ", ".join(Mime)
    refuse(GateRule.ATTACHMENT_TYPE, location=location, line=line, found=found, expected=expected)


# --- names ----------------------------------------------------------------------------------------------

# A double click on one of these runs it, whatever the declared kind says.
_RUNNABLE: Final = re.compile(
    r".*\.(bat|cmd|com|cpl|exe|hta|html?|jar|jse?|lnk|mjs|msi|pif|ps1|py|scr|sh|svg|url|vb[es]|wsf|xhtml)",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def _check_name(filename: str, location: str, line: int) -> None:
    """A plain name: no folder, no control or invisible character, nothing that runs or names a device."""
    unsafe = bool(
        not filename.strip(". ")
        or len(filename) > NAME_MAX
        or any(character in filename for character in '/\\:*?"<>|')
        or visible(filename) != filename
        # Some systems drop dots and spaces at the end, and would run what is left.
        or _RUNNABLE.fullmatch(filename.rstrip(". "))
        or _DEVICE.fullmatch(filename)
    )
    if unsafe:
        refuse(GateRule.ATTACHMENT_NAME, location=location, line=line, found=visible(filename))


# --- contents -------------------------------------------------------------------------------------------

_ZIP: Final = b"PK\x03\x04"
_STARTS: Final = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (_ZIP, "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"\xd0\xcf\x11\xe0", "OLE"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
)
_MARKUP: Final = re.compile(rb"\s*<(!doctype|html|svg|script|\?xml|head|body)", re.IGNORECASE)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Every script action of a PDF names its kind so; only streams that a reader unpacks could hide it.
_PDF_ACTION: Final = re.compile(rb"/(JavaScript|Launch)\b")
_ODS_START: Final = b"mimetype" + Mime.ODS.encode()


def _unlike(mime: Mime, content: bytes) -> str:
    """What the content is instead of `mime`; an empty string when it is what it claims."""
    looks = next((name for start, name in _STARTS if content.startswith(start)), "")
    if not looks:
        looks = "HTML/XML" if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")) else ""
    match mime:
        case Mime.PDF:
            script = _PDF_ACTION.search(content)
            return "PDF + " + script.group(1).decode() if looks == "PDF" and script else _other(looks, "PDF")
        case Mime.PNG:
            return _other(looks, "PNG")
        case Mime.JPEG:
            return _other(looks, "JPEG")
        case Mime.XLSX:
            return _other(_spreadsheet(looks, content), "XLSX")
        case Mime.ODS:
            return _other(_spreadsheet(looks, content), "ODS")
        case Mime.CSV:
            return looks or ("binary" if _CONTROL.search(content) else "")


def _other(looks: str, wanted: str) -> str:
    return "" if looks == wanted else looks or "unknown"


def _spreadsheet(looks: str, content: bytes) -> str:
    """Which spreadsheet a ZIP file is, told by the names of its parts; they stand there unpacked."""
    if looks != "ZIP":
        return looks
    if content[30 : 30 + len(_ODS_START)] == _ODS_START:
        return "ODS"
    if b"[Content_Types].xml" not in content or b"xl/workbook." not in content:
        return "ZIP"
    return "XLSX + macros" if b"vbaProject.bin" in content else "XLSX"


def files_in(body: bytes) -> tuple[ExaminedAttachment, ...]:
    """The attachments of a message's document that may be shown; none where the bytes cannot be read."""
    opened = unwrap(body)
    try:
        root = opened.root if opened.root is not None else admit(opened.payload)
    except GateRefused:
        return ()
    return attachments(root)
