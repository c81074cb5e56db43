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
from xmlschema.validators import XsdAtomic, XsdSimpleType
from xmlschema.validators.validation import ValidationContext

from peppol.findings import Finding, FindingTally, Severity
from peppol.xml.gate_tree import Places
from peppol.xml.names import name_of
from peppol.xml.schema_declarations import Content, Declaration, Place, declaration_of

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
class _Fault:
    """One thing wrong, before its place is worked out; see the module for `detail`, `found` and `expected`."""

    detail: str
    element: etree._Element
    _: KW_ONLY
    attribute: str = ""
    found: str = ""
    expected: str = ""


@cache
def _schema(path: Path) -> xmlschema.XMLSchema10:
    """The schema as read by xmlschema; local files only, a good part of a second, once per process."""
    return xmlschema.XMLSchema10(str(path), allow="local")


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
    waiting = [(root, declaration_of(declared))]
    while waiting:
        element, declaration = waiting.pop()
        # Most elements are right, and each look costs little only where nothing has to be told.
        given = element.items()
        if given or declaration.mandatory:
            yield from _attributes(element, given, declaration, context)
        content = declaration.content
        if content is None:
            value = declaration.value
            if len(element) or not (
                value is None or value.any_text or value.takes(element.text or "", context)
            ):
                yield from _value_faults(element, declaration)
            continue
        children = list(element)
        yield from _loose_text(element, children)
        tags = tuple([str(child.tag) for child in children])
        if tags not in content.right:
            faults = list(_sequence_faults(element, children, content))
            yield from faults
            if not faults:
                content.note_right(tags)
        places = content.places
        for tag, child in zip(reversed(tags), reversed(children), strict=True):
            place = places.get(tag)
            if place is not None:
                waiting.append((child, place.declaration))


def _sequence_faults(
    element: etree._Element, children: Sequence[etree._Element], content: Content
) -> Iterator[_Fault]:
    counts = Counter(str(child.tag) for child in children)
    furthest: Place | None = None
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


def _loose_text(element: etree._Element, children: Sequence[etree._Element]) -> Sequence[_Fault]:
    """Text between elements, where only elements may stand."""
    first = element.text
    loose = [first] if first and not first.isspace() else []
    loose += [tail for child in children if (tail := child.tail) and not tail.isspace()]
    return (_Fault("text", element, found=" ".join(map(str.strip, loose))),) if loose else ()


def _attributes(
    element: etree._Element,
    given: Sequence[tuple[str, str]],
    declaration: Declaration,
    context: ValidationContext,
) -> Iterator[_Fault]:
    """Attributes that are missing, unknown or badly written."""
    known = declaration.attributes
    if known is None:
        return
    for name, value in given:
        attribute = known.get(name)
        if attribute is None:
            if name not in _HINTS:
                yield _Fault("attribute-unexpected", element, attribute=name, found=value)
        elif not attribute.takes(value, context):
            yield _Fault("value", element, attribute=name, found=value, expected=_wanted(attribute.kind))
    for wanted in declaration.mandatory:
        if all(name != wanted for name, _ in given):
            yield _Fault("attribute-missing", element, expected=f"@{wanted}")


def _value_faults(element: etree._Element, declaration: Declaration) -> Iterator[_Fault]:
    """Elements inside a plain value, or else a value that is not as declared."""
    for child in element:
        yield _Fault("unexpected", child, found=_shown(child))
    if declaration.value is not None and not len(element):
        found = (element.text or "").strip()
        yield _Fault("value", element, found=found, expected=_wanted(declaration.value.kind))


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
