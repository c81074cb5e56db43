"""Documents in which something stands very many times: what a stranger may send, and what no real supplier does."""

import copy
import random
from collections.abc import Iterator, Sequence
from functools import cache

from lxml import etree

from peppol.identifiers import DocumentKind
from tests.support.rules.schema_documents import a_document

Path = tuple[int, ...]
"""An element by its place among its parent's children, from the root down."""


@cache
def _fullest(kind: DocumentKind) -> bytes:
    return etree.tostring(a_document(kind, full=True))


def elements_of(kind: DocumentKind) -> Sequence[tuple[str, Path]]:
    """Every element that a document of the kind may have below its root: its names, and one place where it stands."""
    found: dict[str, Path] = {}
    for names, path in _walked(etree.fromstring(_fullest(kind)), "", ()):
        found.setdefault(names, path)
    return list(found.items())


def _walked(element: etree._Element, names: str, path: Path) -> Iterator[tuple[str, Path]]:
    for place, child in enumerate(element):
        below = f"{names}/{etree.QName(child).localname}"
        yield below, (*path, place)
        yield from _walked(child, below, (*path, place))


def with_many(kind: DocumentKind, paths: Sequence[Path], times: int, *, bytes_most: int = 3_000_000) -> bytes:
    """The fullest document of a kind, in which each of these stands `times` times, or as often as the bytes allow."""
    root = etree.fromstring(_fullest(kind))
    originals = [(_at(root, path), copy.deepcopy(_at(root, path))) for path in paths]
    for element, original in originals:
        above = element.getparent()
        assert above is not None
        most = bytes_most // len(paths) // len(etree.tostring(original))
        place = above.index(element) + 1
        above[place:place] = [copy.deepcopy(original) for _ in range(min(times, most))]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def empty(name: str, times: int, *, kind: DocumentKind = DocumentKind.INVOICE) -> bytes:
    """A document of nothing but so many empty elements of that name."""
    root = etree.fromstring(_fullest(kind))
    for child in list(root):
        root.remove(child)
    for _ in range(times):
        etree.SubElement(root, f"{{{root.nsmap['cac']}}}{name}")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def empty_attachments(times: int) -> bytes:
    """An invoice of nothing but empty attached files."""
    root = etree.fromstring(empty("AdditionalDocumentReference", times))
    cac, cbc = root.nsmap["cac"], root.nsmap["cbc"]
    for reference in root:
        attachment = etree.SubElement(reference, f"{{{cac}}}Attachment")
        etree.SubElement(attachment, f"{{{cbc}}}EmbeddedDocumentBinaryObject")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _at(root: etree._Element, path: Path) -> etree._Element:
    element = root
    for place in path:
        element = element[place]
    return element


def some_together(kind: DocumentKind, count: int, *, seed: int) -> Sequence[tuple[str, Path]]:
    """A few elements of the kind by lot, none inside another."""
    chosen: list[tuple[str, Path]] = []
    by_lot = list(elements_of(kind))
    random.Random(seed).shuffle(by_lot)  # noqa: S311 - the same every time
    for names, path in by_lot:
        if all(path[: len(other)] != other and other[: len(path)] != path for _, other in chosen):
            chosen.append((names, path))
        if len(chosen) == count:
            break
    return chosen
