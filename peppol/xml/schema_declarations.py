"""What a schema declares of each element: drawn from `xmlschema` once, laid out for holding many elements against it.

`xmlschema` reads the schema and decides every value that is in doubt. What is in no doubt is not asked again: a text
where any text may stand, a number as everybody writes it, a value or a sequence of children that was right before.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

import xmlschema
from xmlschema.validators import (
    XsdAnyElement,
    XsdAtomic,
    XsdAtomicBuiltin,
    XsdComplexType,
    XsdElement,
    XsdGroup,
    XsdSimpleType,
    XsdType,
)
from xmlschema.validators.validation import ValidationContext

# Senders choose values and sequences, so of each only so many are remembered, and none that is long.
_REMEMBERED_MOST: Final = 2000
_REMEMBERED_LENGTH: Final = 100
_CHILDREN_REMEMBERED: Final = 64
_ANY_TEXT: Final = ("string", "normalizedString", "token")
# These ask what else stands in the document, or which prefixes hold.
_OF_THE_DOCUMENT: Final = frozenset({"ID", "IDREF", "ENTITY", "QName", "NOTATION"})
_USUAL_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?").fullmatch


@dataclass(slots=True)
class Value:
    """A simple type, and which of its values were right before.

    `any_text` and `any_number` are types that take every text, and every number of the usual form.
    """

    kind: XsdSimpleType
    any_text: bool
    any_number: bool
    remembers: bool
    right: set[str] = field(default_factory=set)

    def takes(self, text: str, context: ValidationContext) -> bool:
        """Whether the text is a value of this type."""
        if self.any_text or text in self.right or (self.any_number and _USUAL_NUMBER(text)):
            return True
        try:
            self.kind.raw_decode(text, "strict", context)
        except xmlschema.XMLSchemaValidationError:
            return False
        if self.remembers and len(text) <= _REMEMBERED_LENGTH:
            if len(self.right) >= _REMEMBERED_MOST:
                self.right.clear()
            self.right.add(text)
        return True


@dataclass(frozen=True, eq=False)
class Place:
    """A child that an element may have: its declaration, how often, its turn in the sequence."""

    element: XsdElement
    least: int
    most: int | None
    turn: int

    @cached_property
    def declaration(self) -> "Declaration":
        """What is declared of the child; drawn when first asked for, since some elements may hold themselves."""
        return declaration_of(self.element)


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What may stand inside an element: named places in order, and namespaces left unread.

    `right` are sequences of children that nothing was wrong with.
    """

    places: dict[str, Place]
    unread: tuple[XsdAnyElement, ...]
    right: set[tuple[str, ...]] = field(default_factory=set)

    def is_unread(self, tag: str) -> bool:
        """Whether the schema lets this child pass without looking inside."""
        return any(each.is_matching(tag) for each in self.unread)

    def note_right(self, tags: tuple[str, ...]) -> None:
        """Remember that nothing is wrong with children of these tags in this order."""
        if len(tags) <= _CHILDREN_REMEMBERED:
            if len(self.right) >= _REMEMBERED_MOST:
                self.right.clear()
            self.right.add(tags)


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """What may stand in an element and at it.

    `content` is None where it holds a value, and `value` where that may be anything; `attributes` is None where any
    may stand. `mandatory` are the attributes that must.
    """

    content: Content | None
    value: Value | None
    attributes: Mapping[str, Value] | None
    mandatory: tuple[str, ...]


@cache
def declaration_of(element: XsdElement) -> Declaration:
    """The declaration of an element of a schema."""
    kind = element.type
    declared = kind.attributes if isinstance(kind, XsdComplexType) else {}
    simple = kind.simple_type
    return Declaration(
        _content(kind.content)
        if isinstance(kind, XsdComplexType) and isinstance(kind.content, XsdGroup)
        else None,
        _value(simple) if isinstance(simple, XsdSimpleType) else None,
        None if None in declared else {str(name): _value(each.type) for name, each in declared.items()},
        tuple(str(name) for name, each in declared.items() if each.use == "required"),
    )


def _content(group: XsdGroup) -> Content:
    places: dict[str, Place] = {}
    unread: list[XsdAnyElement] = []
    for turn, each in enumerate(group.iter_elements()):
        if isinstance(each, XsdElement):
            places[each.name] = Place(each, each.min_occurs, each.max_occurs, turn)
        elif isinstance(each, XsdAnyElement):
            unread.append(each)
    return Content(places, tuple(unread))


@cache
def _value(kind: XsdSimpleType) -> Value:
    built_in = kind.local_name if isinstance(kind, XsdAtomicBuiltin) else None
    return Value(
        kind,
        any_text=built_in in _ANY_TEXT,
        any_number=built_in == "decimal",
        remembers=isinstance(kind, XsdAtomic) and _OF_THE_DOCUMENT.isdisjoint(_names(kind)),
    )


def _names(kind: XsdType | None) -> Iterator[str | None]:
    """What the type is called, and what those it is made from are."""
    while kind is not None:
        yield kind.local_name
        kind = kind.base_type
