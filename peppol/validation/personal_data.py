"""Whether a message, as it came, holds what looks like a personal identity number: in any text of it, in any form.

All of a message is searched, its envelope too: elements, attributes (such as the name of an attached file), comments
and processing instructions, read as a parser reads them. Of an attached file only the name is: files are kept and
never opened. Bytes that the gate refuses are searched as text. One pass, so the cost grows with the size alone.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from lxml import etree

from foundation import personal_numbers
from peppol.xml.gate import admit_to_search, as_text
from peppol.xml.gate_errors import MESSAGE_LIMITS
from peppol.xml.gate_tree import CBC

_FILE: Final = f"{{{CBC}}}EmbeddedDocumentBinaryObject"
_IDENTIFIER: Final = re.compile(rf"\{{{re.escape(CBC)}\}}\w*ID$")
_NAMESPACE: Final = re.compile(rb"""xmlns[^=<>]{0,200}=[ \t\r\n]*["']([^"'<]*)""")
_ATTRIBUTES: Final = etree.XPath("@*", smart_strings=False)
_FEW: Final = 16
_MARKUP: Final = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """What looks like personal identity numbers in a message, ten digits each.

    `written` are those that stand in words, or in a form of their own. `as_identifiers` stand nowhere but as the ten
    bare digits of an identifier, and may be the number of a document or a payment as well.
    """

    # Whose they are is nobody's to read in a log.
    written: frozenset[str] = field(default=frozenset(), repr=False)
    as_identifiers: frozenset[str] = field(default=frozenset(), repr=False)

    def without(self, others: frozenset[str]) -> "FoundNumbers":
        """What is left when these are known to be somebody else's."""
        return FoundNumbers(self.written - others, self.as_identifiers - others)

    @property
    def all(self) -> frozenset[str]:
        """Both."""
        return self.written | self.as_identifiers


NONE_FOUND: Final = FoundNumbers()


def find(body: bytes, *, on: date | None = None) -> FoundNumbers:
    """What there is in the bytes; `on` as `numbers_in` has it. Raises nothing."""
    written: set[str] = set()
    identifiers: set[str] = set()
    # Codes and names come again and again in a document; each text is looked at once.
    for text, is_identifier in set(_marked_texts_in(body)):
        if len(text) < personal_numbers.SHORTEST:
            continue
        found = identifiers if is_identifier and personal_numbers.is_bare(text) else written
        found.update(personal_numbers.numbers_in(text, on=on))
    return FoundNumbers(frozenset(written), frozenset(identifiers - written))


def personal_numbers_in(body: bytes, *, on: date | None = None) -> frozenset[str]:
    """The ten digits of each one in the bytes, wherever it stands; `on` as `numbers_in` has it. Raises nothing."""
    return find(body, on=on).all


def texts_in(body: bytes) -> Iterator[str]:
    """Every text of a message, decoded once; what comments cut apart is given in its pieces and as one."""
    return (text for text, _ in _marked_texts_in(body))


def _marked_texts_in(body: bytes) -> Iterator[tuple[str, bool]]:
    """Each text, and whether it is all of an element that UBL calls an identifier: cbc:ID, cbc:PaymentID, and so on."""
    root = admit_to_search(body, MESSAGE_LIMITS)
    if root is None:
        text = html.unescape(as_text(body))
        yield text, False
        # Markup within a number hides it from whoever reads the bytes, not from whoever reads the document.
        yield _MARKUP.sub("", text), False
        return
    for beside in (*root.itersiblings(preceding=True), *root.itersiblings()):
        yield f"{getattr(beside, 'target', '')} {beside.text or ''}", False
    names: set[str] = set()
    for node in root.iter():
        if isinstance(node, (etree._Comment, etree._ProcessingInstruction)):
            yield f"{getattr(node, 'target', '')} {node.text or ''}", False
            continue
        tag = str(node.tag)
        names.add(tag)
        if tag == _FILE:
            pass
        elif len(node):
            yield from ((text, False) for text in _texts_of(node))
        elif node.text:
            yield node.text, _is_identifier(tag)
        if node.attrib:
            names.update(map(str, node.attrib))
            yield from ((value, False) for value in _attributes_of(node))
    yield from ((name, False) for name in names)
    for declared in _NAMESPACE.findall(body):
        yield html.unescape(declared.decode("utf-8", "replace")), False


@lru_cache(maxsize=1000)
def _is_identifier(tag: str) -> bool:
    return _IDENTIFIER.match(tag) is not None


def _attributes_of(element: etree._Element) -> Iterator[str]:
    """The values of the element's attributes; asked in one, since `attrib` looks each of many up among all."""
    if len(element.attrib) <= _FEW:
        return map(str, element.attrib.values())
    found = _ATTRIBUTES(element)
    assert isinstance(found, list)  # noqa: S101 - tells the type of what the expression finds
    return map(str, found)


def _texts_of(element: etree._Element) -> Iterator[str]:
    """The element's own text, and what follows each thing in it; all of it as one where nothing but signs cut it."""
    pieces = [piece for piece in (element.text, *(child.tail for child in element)) if piece]
    yield from pieces
    if len(pieces) > 1:
        yield "".join(pieces)
