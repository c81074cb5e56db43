"""Whether a message, as it came, holds what looks like a personal identity number: in any text of it, in any form.

All of a message is searched, its envelope too: elements, attributes (such as the name of an attached file), comments
and processing instructions, read as a parser reads them. Of an attached file only the name is: files are kept and
never opened. Bytes that the gate refuses are searched as text. One pass, so the cost grows with the size alone.
"""

import html
import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from lxml import etree

from foundation import personal_numbers
from peppol.xml.gate import admit_to_search, as_text
from peppol.xml.gate_errors import MESSAGE_LIMITS
from peppol.xml.gate_tree import CBC

_FILE: Final = f"{{{CBC}}}EmbeddedDocumentBinaryObject"
_NAMESPACE: Final = re.compile(rb"""xmlns[^=<>]{0,200}=[ \t\r\n]*["']([^"'<]*)""")
_MARKUP: Final = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]{0,2000}>")


def personal_numbers_in(body: bytes, *, on: date | None = None) -> frozenset[str]:
    """The ten digits of each one in the bytes; `on` as `numbers_in` has it. Raises nothing."""
    # Codes and names come again and again in a document; each text is looked at once.
    return frozenset(
        number for text in set(texts_in(body)) for number in personal_numbers.numbers_in(text, on=on)
    )


def texts_in(body: bytes) -> Iterator[str]:
    """Every text of a message, decoded once; what comments cut apart is given in its pieces and as one."""
    root = admit_to_search(body, MESSAGE_LIMITS)
    if root is None:
        text = html.unescape(as_text(body))
        yield text
        # Markup within a number hides it from whoever reads the bytes, not from whoever reads the document.
        yield _MARKUP.sub("", text)
        return
    for beside in (*root.itersiblings(preceding=True), *root.itersiblings()):
        yield f"{getattr(beside, 'target', '')} {beside.text or ''}"
    names: set[str] = set()
    for node in root.iter():
        if isinstance(node, (etree._Comment, etree._ProcessingInstruction)):
            yield f"{getattr(node, 'target', '')} {node.text or ''}"
            continue
        names.update((str(node.tag), *map(str, node.attrib)))
        if node.tag != _FILE:
            yield from _texts_of(node)
        yield from map(str, node.attrib.values())
    yield from names
    for declared in _NAMESPACE.findall(body):
        yield html.unescape(declared.decode("utf-8", "replace"))


def _texts_of(element: etree._Element) -> Iterator[str]:
    """The element's own text, and what follows each thing in it; all of it as one where nothing but signs cut it."""
    pieces = [element.text or "", *(child.tail or "" for child in element)]
    yield from pieces
    if len(pieces) > 1:
        yield "".join(pieces)
