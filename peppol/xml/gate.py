"""The only gate for XML from outside: bytes in, a safe tree or a refusal out.

Everything that is cheap and dangerous is decided on the bytes, before any parser
sees them: size, encoding, XML version, DOCTYPE, number of elements. One strict
lxml parser then makes the tree; comments and processing instructions are gone
before a value is read, so that text they split reads whole. Last come the caps
on depth, attributes and namespaces, foreign elements and invisible characters.

The convention: a refusal is `GateRefused` and carries one `Finding` whose rule id
starts with GATE-. The parser's own words never leave this module; the sentences
for people are in `peppol.explanations.explain` under the same ids. Nothing here opens a
file or a socket, and nothing else in the project may parse outside bytes.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from peppol.xml.gate_bytes import BOM, check_bytes
from peppol.xml.gate_errors import LIMITS, TEXT_MAX, GateRefused, GateRule, Limits, refuse
from peppol.xml.gate_tree import (
    SPACE,
    check_declarations,
    check_root,
    check_sizes,
    check_texts,
    check_tree,
    has_few_attributes,
    visible,
)


def admit(
    data: bytes,
    limits: Limits = LIMITS,
    *,
    root_checked_by: Callable[[etree._Element], None] = check_root,
) -> etree._Element:
    """The root of the document in `data`: an UBL document or a StandardBusinessDocument.

    The tree holds no comment, no processing instruction and no entity. Contents of
    ext:UBLExtensions are let in unread: whoever uses the tree ignores them. The kind
    of UBL document is not decided here. Files of banks say with `root_checked_by` which
    roots they take instead.

    Raises `GateRefused`, and nothing else, whatever the bytes are.
    """
    root = _root_of(data, limits)
    root_checked_by(root)
    _check_elements(root, data, limits)
    return root


def admit_to_walk(data: bytes, limits: Limits = LIMITS) -> tuple[etree._Element, bool]:
    """As `admit`, for who walks the document anyway: its root, and whether the elements were looked at here.

    Where they were not, the document is an ordinary one, and the walk has to say whether `check_tree` must be asked
    (`Heed`). Raises `GateRefused` as `admit` does, but for what that would find.
    """
    root = _root_of(data, limits)
    check_root(root)
    ordinary = limits == LIMITS and len(data) <= TEXT_MAX and not _has_many_declarations(data, limits)
    if ordinary and has_few_attributes(root):
        return root, False
    _check_elements(root, data, limits)
    return root, True


def _root_of(data: bytes, limits: Limits) -> etree._Element:
    """The root of what the bytes alone do not refuse."""
    check_bytes(data, limits)
    root = _parse(data[3:] if data.startswith(BOM) else data, limits)
    # The byte search above already refused it; a parser that finds one all the same disagrees with us.
    if root.getroottree().docinfo.internalDTD is not None:
        refuse(GateRule.DOCTYPE, location="/", line=1)
    return root


def _check_elements(root: etree._Element, data: bytes, limits: Limits) -> None:
    check_tree(root, limits)
    if len(data) > TEXT_MAX:
        check_texts(root)
    if _has_many_declarations(data, limits):
        check_declarations(root, limits)


def _has_many_declarations(data: bytes, limits: Limits) -> bool:
    return data.count(b"xmlns") > limits.declarations_per_element_max


def admit_metadata(data: bytes, limits: Limits = LIMITS) -> etree._Element:
    """The root of an answer from the network's register: any namespace, the same caution.

    Nothing of it is kept or shown as a document; whoever reads it takes the names it knows and
    leaves the rest. Raises `GateRefused`, and nothing else.
    """
    root = _root_of(data, limits)
    check_sizes(root, limits)
    return root


def admit_to_identify(data: bytes, limits: Limits = LIMITS) -> etree._Element:
    """The root of a document that `admit` refused, only to see whom it says it is from.

    Another encoding, blanks around the document and characters that are not seen are no hindrance here; whatever may
    be dangerous is refused as ever. Nothing of it is taken for a document. Raises `GateRefused`, and nothing else.
    """
    if len(data) > limits.bytes_max:
        refuse(GateRule.SIZE)
    plain = _as_utf8(data)
    check_bytes(plain, limits)
    root = _parse(plain, limits)
    if root.getroottree().docinfo.internalDTD is not None:
        refuse(GateRule.DOCTYPE, location="/", line=1)
    check_root(root)
    check_sizes(root, limits)
    return root


def admit_to_search(data: bytes, limits: Limits) -> etree._Element | None:
    """The root of any XML with its comments and instructions, only to search its texts; None where it cannot be read.

    What may be dangerous is refused as ever. Nothing of it is taken for a document.
    """
    try:
        check_bytes(data, limits)
        root = _parse(data[3:] if data.startswith(BOM) else data, limits, whole=True)
    except GateRefused:
        return None
    return root if root.getroottree().docinfo.internalDTD is None else None


def as_text(data: bytes) -> str:
    """The bytes as text, in whichever encoding they seem to be: only to be searched."""
    return _as_utf8(data).decode("utf-8", "replace")


# What stands before a document that was cut out of something, and what old systems end a file with.
_AROUND: Final = " \t\r\n\x00\x1a\ufeff"
_DECLARATION: Final = re.compile(r"<\?xml[ \t\r\n][^>]*\?>")
_BYTE_ORDERS: Final = (b"\xff\xfe", b"\xfe\xff")


def _as_utf8(data: bytes) -> bytes:
    """The bytes in UTF-8 without declaration; what is in no Unicode is taken for Windows' letters of Western Europe."""
    if data.startswith(_BYTE_ORDERS):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return _DECLARATION.sub("", text.strip(_AROUND), count=1).encode()


# --- the parser -----------------------------------------------------------------------------------------

# What libxml2's error numbers mean, in our words. See xmlerror.h; the numbers are stable.
_MEANINGS: Final = {
    4: GateRule.NOT_XML,
    8: GateRule.CHARACTER,
    9: GateRule.CHARACTER,
    26: GateRule.ENTITY,
    27: GateRule.ENTITY,
    28: GateRule.ENTITY,
    77: GateRule.TRUNCATED,
    99: GateRule.PREFIX,  # a namespace that is no URI
    108: GateRule.VERSION,
    110: GateRule.NAME,
    200: GateRule.PREFIX,
    201: GateRule.PREFIX,
    202: GateRule.PREFIX,
    203: GateRule.PREFIX,
    204: GateRule.PREFIX,
    205: GateRule.PREFIX,
}
_EXTRA_CONTENT: Final = 5
_RESOURCE_LIMIT: Final = 114


def _strict_parser(data: bytes, *, whole: bool) -> etree.XMLParser:
    # A parser costs a microsecond and holds a lock; one per document lets threads work side by side. Its own
    # protection against long texts ends where an attached file begins to be large: beyond, `check_texts` judges.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=len(data) > TEXT_MAX,
        recover=False,
        remove_comments=not whole,
        remove_pis=not whole,
        encoding="utf-8",
    )


def _parse(data: bytes, limits: Limits, *, whole: bool = False) -> etree._Element:
    try:
        return etree.fromstring(data, _strict_parser(data, whole=whole))
    except etree.XMLSyntaxError as broken:
        rule, line = _meaning(broken, data), broken.lineno or 0
    expected = {
        GateRule.DEPTH: str(limits.depth_max),
        GateRule.NAME: str(limits.name_max),
    }
    refuse(rule, line=line, expected=expected.get(rule, ""))


def _meaning(broken: etree.XMLSyntaxError, data: bytes) -> GateRule:
    """Which of our reasons stands behind the parser's error."""
    if broken.code == _RESOURCE_LIMIT:
        # Of the parser's limits only that of depth is nearer than the size of a document.
        return GateRule.DEPTH
    meant = _MEANINGS.get(broken.code, GateRule.MALFORMED)
    if meant is GateRule.MALFORMED and broken.code != _EXTRA_CONTENT and _cut_off(data, broken.lineno or 0):
        return GateRule.TRUNCATED
    return meant


def _cut_off(data: bytes, line: int) -> bool:
    """Whether the error stands where the bytes end, and they end in the middle of something."""
    whole = data.rstrip(b" \t\r\n")
    return not whole.endswith(b">") and line > whole.count(b"\n")


# --- single values --------------------------------------------------------------------------------------

_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?")


def decimal_of(text: str, *, location: str = "", line: int = 0) -> Decimal:
    """The number written in `text` as xs:decimal has it: ASCII digits, a sign and a point, no exponent.

    Raises `GateRefused` (GATE-NUMBER) for everything that Python would also read:
    NaN, Infinity, 1e400, 1_000, digits of other scripts.

    >>> decimal_of(" 1450.00 "), decimal_of("+22.")
    (Decimal('1450.00'), Decimal('22'))
    """
    plain = text.strip(SPACE)
    if not _DECIMAL.fullmatch(plain):
        refuse(GateRule.NUMBER, location=location, line=line, found=visible(plain), expected="1234.50")
    return Decimal(plain)


def date_of(text: str, *, location: str = "", line: int = 0) -> date:
    """The day written in `text` as YYYY-MM-DD; of a time zone after it, the day stays as written.

    Raises `GateRefused` (GATE-DATE) for any other form and for days that do not exist.

    >>> date_of("2026-02-28"), date_of("2026-02-28+02:00")
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    """
    plain = text.strip(SPACE)
    try:
        if written := _DATE.fullmatch(plain):
            return date.fromisoformat(written[1])
    except ValueError:
        pass  # the form is right and the day does not exist: the same refusal
    refuse(GateRule.DATE, location=location, line=line, found=visible(plain), expected="YYYY-MM-DD")
