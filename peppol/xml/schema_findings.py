"""What is wrong with the shape of a document, in parts that sentences are made of.

A schema validator says one thing about a broken sequence and then loses the thread.
Here every element is held against its declaration, which `xmlschema` reads from the
same files that libxml2 decided by, so that all that is missing, misplaced, repeated
or badly written is told at once. Only documents that failed come here.

A finding's `detail` says which sentence it makes: root, missing, unexpected,
misplaced, repeated, value, attribute-missing, attribute-unexpected or text. `found`
and `expected` fill it: names with the usual prefixes, values, how many.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

import xmlschema
from lxml import etree
from xmlschema.validators import XsdAnyElement, XsdAtomic, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType
from xmlschema.validators.validation import ValidationContext

from peppol.findings import Finding, FindingTally, Severity
from peppol.xml.gate_tree import Places
from peppol.xml.names import name_of

_SHOWN_MAX: Final = 100
_LISTED_MAX: Final = 14
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
# Hints where a schema may be found are nobody's fault to the schema; the rules speak of them.
_HINTS: Final = (_XSI + "schemaLocation", _XSI + "noNamespaceSchemaLocation")
_WORDS: Final = {
    "date": "YYYY-MM-DD",
    "time": "hh:mm:ss",
    "decimal": "0.00",
    "boolean": "true, false",
    "base64Binary": "base64",
    "string": "text",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A child that an element may have: its declaration, how often, its turn in the sequence."""

    element: XsdElement
    least: int
    most: int | None
    turn: int


@dataclass(frozen=True, slots=True)
class _Fault:
    """One thing wrong, before its place is worked out; see the module for `detail`, `found` and `expected`."""

    detail: str
    element: etree._Element
    _: KW_ONLY
    attribute: str = ""
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class _Content:
    """What may stand inside an element: named places in order, and namespaces left unread."""

    places: dict[str, _Place]
    unread: tuple[XsdAnyElement, ...]

    def is_unread(self, tag: str) -> bool:
        """Whether the schema lets this child pass without looking inside."""
        return any(each.is_matching(tag) for each in self.unread)


@cache
def _schema(path: Path) -> xmlschema.XMLSchema10:
    """The schema as read by xmlschema; local files only, a good part of a second, once per process."""
    return xmlschema.XMLSchema10(str(path), allow="local")


@cache
def _content(declared: XsdElement) -> _Content | None:
    """The children an element may have; None if it holds a plain value."""
    kind = declared.type
    if not isinstance(kind, XsdComplexType) or not isinstance(kind.content, XsdGroup):
        return None
    places: dict[str, _Place] = {}
    unread: list[XsdAnyElement] = []
    for turn, each in enumerate(kind.content.iter_elements()):
        if isinstance(each, XsdElement):
            places[each.name] = _Place(each, each.min_occurs, each.max_occurs, turn)
        elif isinstance(each, XsdAnyElement):
            unread.append(each)
    return _Content(places, tuple(unread))


def tell(root: etree._Element, path: Path, tally: FindingTally) -> None:
    """Count all that is wrong with `root` by the schema in `path`, in document order, and tell what the tally tells."""
    places = Places(_shown)
    for fault in _faults(root, path):
        tally.add("XSD", Severity.FATAL, partial(_finding, fault, places))


def _faults(root: etree._Element, path: Path) -> Iterator[_Fault]:
    declared = _schema(path).elements.get(etree.QName(root).localname)
    if declared is None or declared.name != root.tag:
        expected = next(iter(_schema(path).elements.values())).name or ""
        yield _Fault("root", root, found=_shown(root), expected=etree.QName(expected).localname)
        return
    # The schema's own context is shared by all threads; a copy belongs to this document alone.
    context = copy.copy(_schema(path).validation_context)
    yield from _element(root, declared, context)


def _element(element: etree._Element, declared: XsdElement, context: ValidationContext) -> Iterator[_Fault]:
    """What is wrong with an element and everything inside it."""
    yield from _attributes(element, declared, context)
    content = _content(declared)
    if content is None:
        yield from _value(element, declared, context)
        return
    children = list(element)
    if loose := " ".join(text for text in _loose_text(element, children) if text):
        yield _Fault("text", element, found=loose)
    yield from _sequence(element, children, content)
    for child in children:
        place = content.places.get(str(child.tag))
        if place is not None:
            yield from _element(child, place.element, context)


def _sequence(
    element: etree._Element, children: Sequence[etree._Element], content: _Content
) -> Iterator[_Fault]:
    """Children that may not stand there, stand too late or too often, or are missing."""
    counts = Counter(str(child.tag) for child in children)
    furthest: _Place | None = None
    told: set[str] = set()
    for child in children:
        tag = str(child.tag)
        place = content.places.get(tag)
        if place is None:
            if not content.is_unread(tag):
                yield _Fault("unexpected", child, found=_shown(child))
        elif furthest is not None and place.turn < furthest.turn:
            yield _Fault(
                "misplaced", child, found=_shown(child), expected=name_of(furthest.element.name or "")
            )
        else:
            furthest = place
        if place is not None and place.most is not None and counts[tag] > place.most and tag not in told:
            told.add(tag)
            yield _Fault("repeated", child, found=str(counts[tag]), expected=str(place.most))
    for tag, place in content.places.items():
        if counts[tag] < place.least:
            yield _Fault("missing", element, expected=name_of(tag))


def _loose_text(element: etree._Element, children: Sequence[etree._Element]) -> Iterator[str]:
    """Text between elements, where only elements may stand."""
    yield (element.text or "").strip()
    for child in children:
        yield (child.tail or "").strip()


def _attributes(
    element: etree._Element, declared: XsdElement, context: ValidationContext
) -> Iterator[_Fault]:
    """Attributes that are missing, unknown or badly written."""
    known = declared.type.attributes if isinstance(declared.type, XsdComplexType) else {}
    if None in known:
        return
    for name, value in element.attrib.items():
        attribute = known.get(str(name))
        if attribute is None:
            if name not in _HINTS:
                yield _Fault("attribute-unexpected", element, attribute=str(name), found=str(value))
        elif attribute.type is not None and not _is_valid(attribute.type, str(value), context):
            yield _Fault(
                "value", element, attribute=str(name), found=str(value), expected=_wanted(attribute.type)
            )
    for wanted, attribute in known.items():
        if attribute.use == "required" and wanted not in element.attrib:
            yield _Fault("attribute-missing", element, expected=f"@{wanted}")


def _value(element: etree._Element, declared: XsdElement, context: ValidationContext) -> Iterator[_Fault]:
    """A plain value that is not as declared, and elements inside it."""
    for child in element:
        yield _Fault("unexpected", child, found=_shown(child))
    kind = declared.type.simple_type
    text = element.text or ""
    if isinstance(kind, XsdSimpleType) and not len(element) and not _is_valid(kind, text, context):
        yield _Fault("value", element, found=text.strip(), expected=_wanted(kind))


def _is_valid(kind: XsdSimpleType, text: str, context: ValidationContext) -> bool:
    """Whether the text is a value of this type."""
    try:
        kind.raw_decode(text, "strict", context)
    except xmlschema.XMLSchemaValidationError:
        return False
    return True


def _wanted(kind: XsdSimpleType) -> str:
    """What a value must be: the few codes there are, the name of a long list, or a form."""
    values = kind.enumeration
    if values and len(values) <= _LISTED_MAX:
        return ", ".join(str(value) for value in values)
    primitive = (kind.primitive_type.local_name if isinstance(kind, XsdAtomic) else None) or "string"
    if primitive == "string" and (values or kind.patterns):
        return kind.local_name or "text"
    return _WORDS.get(primitive, primitive)


# --- where and how a finding is written -----------------------------------------------------------------


def _finding(fault: _Fault, places: Places) -> Finding:
    found, element = fault.found, fault.element
    shown = found if len(found) <= _SHOWN_MAX else found[: _SHOWN_MAX - 1] + "…"
    at = f"/@{etree.QName(fault.attribute).localname}" if fault.attribute else ""
    return Finding(
        "XSD",
        Severity.FATAL,
        places.of(element) + at,
        element.sourceline or 0,
        shown,
        fault.expected,
        fault.detail,
    )


def _shown(element: etree._Element) -> str:
    """An element's name with the usual prefix."""
    return name_of(str(element.tag))
