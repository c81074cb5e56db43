"""Whether XML follows a schema, at a cost that grows as the XML does and no faster.

Asked about a tree, libxml2 writes down the place of each error by counting the siblings before it: of 150,000 lines
that are each wrong once, that is a minute of a processor. Read as a stream, it has no tree to count in. So large trees
with many siblings are read as a stream, and errors that are to be told are looked for in the bytes, line by line, until
there are enough.
"""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from peppol.xml.gate_bytes import BOM

# In a tree of so many elements every place is counted within a tenth of a second. In a larger one an error's place may
# cost the children of every wide element and some of the others, on the few levels that a document has.
_TREE_ELEMENTS: Final = 10_000
_PLACES_MOST: Final = 100_000_000
WIDE: Final = 100
_LEVELS: Final = 12
_COUNTED: Final = etree.XPath("count(descendant-or-self::*)")
_DEEP: Final = etree.XPath("boolean(" + "/*" * (_LEVELS + 1) + ")")
_BEYOND_WIDE: Final = etree.XPath(f"descendant-or-self::*/*[{WIDE + 1}]")
_ELEMENT: Final = re.compile(r"Element '(?:\{[^}]*\})?([^']*)'")


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a tree is: elements in all, levels at most, and the children of those that have more than `WIDE`."""

    elements: int
    levels: int
    in_wide: int


def follows(schema: etree.XMLSchema, root: etree._Element, extent: Extent | None = None) -> bool:
    """Whether the tree follows the schema; `extent` where it is known already."""
    if _places_are_cheap(root, extent):
        return schema.validate(root)
    try:
        etree.fromstring(etree.tostring(root, with_tail=False), _parser(schema))
    except etree.XMLSyntaxError:
        return False
    return True


def _places_are_cheap(root: etree._Element, extent: Extent | None = None) -> bool:
    """Whether counting siblings costs little even where every element is wrong; the tree is all of its document."""
    elements = int(_COUNTED(root)) if extent is None else extent.elements
    if elements <= _TREE_ELEMENTS:
        return True
    extent = _measured(root, elements) if extent is None else extent
    return extent.levels <= _LEVELS and elements * (extent.in_wide + WIDE * _LEVELS) <= _PLACES_MOST


def _measured(root: etree._Element, elements: int) -> Extent:
    """The extent of a tree of so many elements, as far as it is asked for: of too many levels none is counted."""
    if _DEEP(root):
        return Extent(elements, _LEVELS + 1, 0)
    return Extent(elements, _LEVELS, sum(len(child.getparent()) for child in _BEYOND_WIDE(root)))


def first_errors(schema: etree.XMLSchema, data: bytes, *, most: int) -> list[tuple[int, str]]:
    """The first `most` errors of XML that passed the gate: the line, from 1, and the element's name.

    None where it follows; no two of the same line and element.
    """
    parser = _parser(schema)
    told: dict[tuple[int, str], None] = {}
    seen = 0
    try:
        for line, part in enumerate(data.removeprefix(BOM).splitlines(keepends=True), 1):
            parser.feed(part)
            log = parser.feed_error_log
            for place in range(seen, len(log)):
                told[line, _element(log[place].message)] = None
            seen = len(log)
            if len(told) >= most:
                break
        else:
            parser.close()
    except etree.XMLSyntaxError as error:
        if not told:
            told[error.lineno or 0, _element(error.msg or "")] = None
    return list(told)[:most]


def _parser(schema: etree.XMLSchema) -> etree.XMLParser:
    # What is read here was read by the gate before, and is within its limits.
    return etree.XMLParser(
        schema=schema,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _element(message: str) -> str:
    """The name in libxml2's sentence about an element; the sentence itself may hold what stood in the file."""
    found = _ELEMENT.match(message)
    return found[1] if found else ""
