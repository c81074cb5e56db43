"""Structure rules from one readable tree: what may stand where, and what must.

The published post-award rules hold, beside the rules written by hand, some hundred
numbered ones per transaction (PEPPOL-T01-B02702): a mandatory element is missing, an
element is not in the data model, an attribute is missing, a value is not in its code
list, the root carries a schema location. Here the data model is written once as a tree
and all of them follow from it, with their official numbers:

* every element and every attribute of the model takes the next number, in the order of
  the model; the root has number 001;
* within an element its rules count 01, 02, ...: its value, then each attribute (present,
  then in its list), then each mandatory child, on the root the schema location, and last
  the rule that nothing else may stand there.

The notation, one element per line, indentation is nesting::

    DocumentCurrencyCode! =ISO4217      mandatory; the value is in a code list (A|B: in either)
    ProfileID ='urn:x'                  the value is this one
    EndpointID! @schemeID!=EAS          a mandatory attribute whose value is in a code list
    ID @schemeID=ICD @name              attributes that may be left out
    AddressLine ~                       what else stands inside is not judged (nor is it published)
    <address>                           the lines of that part stand here

Leaves are cbc elements, elements with children are cac. Only the presence of an element
is judged, never how often it stands there: that is the schema's matter. An element that
is not in the model is one finding; what stands inside it is not looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from peppol import codelists
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node
from peppol.rules.shared.post_award import no_schema_location

_NOWHERE: Final[Mapping[str, str]] = {}

NAMED_LISTS: Final[Mapping[str, frozenset[str]]] = {
    "BOOLEANS": frozenset({"true", "false"}),
    "STATUS_LISTS": frozenset({"OPStatusAction", "OPStatusReason"}),
    **{name: codes for name, codes in vars(codelists).items() if isinstance(codes, frozenset)},
}


@dataclass(frozen=True, slots=True)
class Codes:
    """The values a text or an attribute may have, and what a person calls them."""

    name: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the model."""

    name: str
    mandatory: bool
    codes: Codes | None


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """One element of the model: its number, what it holds and what it must hold."""

    number: int
    local: str
    mandatory: bool
    open: bool
    codes: Codes | None
    attributes: tuple[Attribute, ...]
    children: list["ModelPlace"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The prefixed name; an element with children is cac, a leaf is cbc; the root is bare."""
        if self.number == 1:
            return self.local
        return f"{'cac' if self.children else 'cbc'}:{self.local}"


@dataclass(frozen=True, slots=True)
class Model:
    """The data model of one transaction; `family` is the start of its rule ids (PEPPOL-T01)."""

    family: str
    root: ModelPlace


def model(family: str, text: str, *, parts: Mapping[str, str] = _NOWHERE) -> Model:
    """Read a data model in the notation of this module.

    Raises ValueError when a line names an unknown code list or part, or the nesting jumps.
    """
    above: list[ModelPlace] = []
    number = 1
    for depth, words in _lines(text, parts):
        if depth > len(above):
            raise ValueError(f"{family}: {words[0]} is nested deeper than its parent's children.")
        place = _place(family, number, words)
        number += 1 + len(place.attributes)
        del above[depth:]
        if above:
            above[-1].children.append(place)
        above.append(place)
    return Model(family, above[0])


def _lines(text: str, parts: Mapping[str, str], depth: int = 0) -> Iterator[tuple[int, Sequence[str]]]:
    for line in filter(None, text.splitlines()):
        words = line.split()
        here = depth + (len(line) - len(line.lstrip())) // 2
        if words[0].startswith("<"):
            part = line.strip()[1:-1]
            if part not in parts:
                raise ValueError(f"There is no part {part}; give it to model(parts=...).")
            yield from _lines(parts[part], parts, here)
        else:
            yield here, words


def _place(family: str, number: int, words: Sequence[str]) -> ModelPlace:
    name, *rest = words
    return ModelPlace(
        number,
        name.removesuffix("!"),
        mandatory=name.endswith("!"),
        open="~" in rest,
        codes=next((_codes(family, word[1:]) for word in rest if word.startswith("=")), None),
        attributes=tuple(_attribute(family, word[1:]) for word in rest if word.startswith("@")),
    )


def _attribute(family: str, word: str) -> Attribute:
    name, _, codes = word.partition("=")
    return Attribute(name.removesuffix("!"), name.endswith("!"), _codes(family, codes) if codes else None)


def _codes(family: str, word: str) -> Codes:
    if word.startswith("'"):
        return Codes(word, frozenset({word.strip("'")}))
    missing = [name for name in word.split("|") if name not in NAMED_LISTS]
    if missing:
        raise ValueError(f"{family}: there is no code list {missing[0]}.")
    return Codes(word, frozenset().union(*(NAMED_LISTS[name] for name in word.split("|"))))


def register_structure(book: Book, tree: Model) -> None:
    """Put every structure rule of the model into the book, as the pattern "structure".

    All contexts are declared, also those of elements without a rule of their own: an
    element that is in the model never reaches the rule that nothing else may stand there.
    """
    _register(book, tree.family, tree.root, "/" + tree.root.name)


def _register(book: Book, family: str, place: ModelPlace, path: str) -> None:
    context = book.context(path, pattern="structure")
    ids = (f"{family}-B{place.number:03}{count:02}" for count in range(1, 100))
    for test, meaning in _demands(place):
        context.add(next(ids), test, meaning)
    for child in place.children:
        _register(book, family, child, f"{path}/{child.name}")
    if place.children and not place.open:
        others = book.context(f"{path}/*", pattern="structure")
        others.add(next(ids), _stranger, f"In {place.name} stands no element that is not in the data model.")


def _demands(place: ModelPlace) -> Iterator[tuple[Test, str]]:
    if place.codes is not None:
        yield _value_in(place.codes), f"The value of {place.name} is one of {place.codes.name}."
    for attribute in place.attributes:
        if attribute.mandatory:
            yield _attribute_present(attribute.name), f"{place.name} has the attribute {attribute.name}."
        if attribute.codes is not None:
            meaning = f"The attribute {attribute.name} of {place.name} is one of {attribute.codes.name}."
            yield _attribute_in(attribute.name, attribute.codes), meaning
    for child in place.children:
        if child.mandatory:
            yield _child_present(child.name), f"{place.name} holds {child.name}."
    if place.number == 1:
        yield no_schema_location, "The document does not say where its schema is."


def _child_present(name: str) -> Test:
    missing = Broken(expected=name)

    def child_present(node: Node) -> RuleVerdict:
        return None if name in node.kids else missing

    return child_present


def _value_in(codes: Codes) -> Test:
    values, name = codes.values, codes.name

    def value_in(node: Node) -> RuleVerdict:
        if (node.text in values and not node.kids) or node.direct_value in values:
            return None
        return Broken(found=node.value, expected=name)

    return value_in


def _attribute_present(name: str) -> Test:
    missing = Broken(expected=f"@{name}")

    def attribute_present(node: Node) -> RuleVerdict:
        return None if node.attributes.get(name) is not None else missing

    return attribute_present


def _attribute_in(name: str, codes: Codes) -> Test:
    values, expected = codes.values, codes.name

    def attribute_in(node: Node) -> RuleVerdict:
        value = node.attributes.get(name)
        if value is None or value in values:
            return None
        return Broken(found=value, expected=expected, attribute=name)

    return attribute_in


def _stranger(node: Node) -> RuleVerdict:
    return Broken(found=node.name)
