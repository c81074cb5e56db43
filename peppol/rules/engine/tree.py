"""A document as the rules see it: one light node per element.

The tree is made once per document from lxml and then only read. Names are written
with the usual prefixes ("cbc:ID", "cac:Party"); the root of a document we know is
written bare ("Invoice"); any other name keeps its namespace in braces, empty ones too. Text is the
text as received; what XPath calls normalize-space is `Node.value`.

Reading never fails: a child that is not there is an empty tuple, an empty string
or None, so that a rule can be put to a fragment as well as to a whole document.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar, cast

from lxml import etree

from peppol.xml.names import name_of

T = TypeVar("T")


BLANKS: Final = " \t\r\n"
# Up to so many branches are looked through as often as is asked.
_FEW: Final = 8
_INKED: Final = re.compile(r"[^ \t\r\n]+").findall


def normal(text: str) -> str:
    """`text` as XPath's normalize-space gives it: XML blanks only, so a no-break space stays."""
    if text.isalnum():
        return text
    if text.isascii():
        return " ".join(text.split())
    return " ".join(_INKED(text))


class Node:
    """One element: its name, its text, its children by name, its parent."""

    __slots__ = ("above", "attributes", "kids", "name", "text")
    # `FormOnly` (forms.py) is a node without them; a compiled node has to know that they may lack.
    __deletable__ = ("above", "text")

    def __init__(
        self,
        name: str,
        text: str,
        above: "Node | None",
        attributes: Mapping[str, str],
    ) -> None:
        self.name = name
        self.text = text
        self.above = above
        self.attributes = attributes
        self.kids = CHILDLESS

    def all(self, name: str) -> "Sequence[Node]":
        """The children of that name in document order; empty when there is none."""
        return self.kids.get(name, ())

    def first(self, name: str) -> "Node | None":
        """The first child of that name, or None."""
        found = self.kids.get(name)
        return found[0] if found else None

    def own(self, name: str) -> str:
        """The text of the first child of that name, "" when there is none."""
        found = self.kids.get(name)
        return found[0].text if found else ""

    def has(self, name: str) -> bool:
        """Whether there is at least one child of that name."""
        return name in self.kids

    def every(self, *path: str) -> "Sequence[Node]":
        """All nodes at the end of a path of child names, in document order."""
        found: Sequence[Node] = (self,)
        for name in path:
            below: list[Node] = []
            for node in found:
                below += node.kids.get(name, ())
            if not below:
                return ()
            found = below
        return found

    def at(self, *path: str) -> "Node | None":
        """The first node at the end of a path of child names, or None."""
        node = self
        for name in path:
            group = node.kids.get(name)
            if group is None:
                # The first branch may end where a later one goes on.
                return self._elsewhere(path)
            node = group[0]
        return node

    def _elsewhere(self, path: tuple[str, ...]) -> "Node | None":
        """The first node at the end of the path, looked for in all branches; once, where there are many of them."""
        if len(self.kids.get(path[0], ())) <= _FEW:
            found = self.every(*path)
            return found[0] if found else None
        facts = self.document._facts
        key = ("at", id(self), path)
        if key not in facts:
            found = self.every(*path)
            facts[key] = found[0] if found else None
        return cast("Node | None", facts[key])

    def exists(self, *path: str) -> bool:
        """Whether the path of child names leads to at least one node."""
        return self.at(*path) is not None

    def text_of(self, *path: str) -> str:
        """The text of the first node at the path, "" when there is none."""
        node = self.at(*path)
        return node.text if node is not None else ""

    def value_of(self, *path: str) -> str:
        """The text of the first node at the path with blanks normalised, "" when there is none."""
        node = self.at(*path)
        return normal(node.text) if node is not None else ""

    @property
    def value(self) -> str:
        """The text with blanks normalised."""
        return normal(self.text)

    @property
    def direct_text(self) -> str:
        """The text without what elements inside say: XPath's `text()`."""
        if not self.kids:
            return self.text
        return (self.element.text or "") + "".join(child.tail or "" for child in self.element)

    @property
    def direct_value(self) -> str:
        """As `direct_text`, with blanks normalised."""
        return normal(self.direct_text)

    @property
    def blank(self) -> bool:
        """Whether the element itself holds nothing but blanks."""
        return not self.text.strip(BLANKS)

    @property
    def children(self) -> "Iterator[Node]":
        """All children; those of one name stand together, each name in document order."""
        return (child for group in self.kids.values() for child in group)

    @property
    def leaf(self) -> bool:
        """Whether the element has no child elements."""
        return not self.kids

    def attribute(self, name: str) -> str | None:
        """The attribute's value as written, or None when it is not there; `attributes` holds them all."""
        return self.attributes.get(name)

    @property
    def string(self) -> str:
        """The string value XPath gives: the texts of the element and of everything below it."""
        return str(self.element.xpath("string()")) if self.kids else self.text

    @property
    def document(self) -> "DocumentTree":
        """The root of the document this node stands in."""
        node = self
        while node.above is not None:
            node = node.above
        return cast(DocumentTree, node)

    @property
    def facts(self) -> Mapping[object, object]:
        """What has been found out about the document so far; whoever asks for one, asks by `fact`."""
        return self.document._facts

    @property
    def line(self) -> int:
        """The line in the bytes as received, from 1; 0 when the tree was not parsed from bytes."""
        return self.element.sourceline or 0

    @property
    def element(self) -> etree._Element:
        """The lxml element, looked for from the root down.

        Few are asked for: those of findings that are told, and of values with elements in them. To hold each would
        hold twice the memory of the nodes.
        """
        above = self.above
        if above is None:
            return cast(DocumentTree, self)._root
        return _elements(above)[self.name][_position(self, above.all(self.name)) - 1]

    @property
    def location(self) -> str:
        """The XPath of this node; a position stands where siblings share the name."""
        steps: list[str] = []
        node: Node | None = self
        while node is not None:
            above = node.above
            twins = above.all(node.name) if above is not None else ()
            position = f"[{_position(node, twins)}]" if len(twins) > 1 else ""
            steps.append(f"/{node.name}{position}")
            node = above
        return "".join(reversed(steps))


class DocumentTree(Node):
    """The root of a document: also finds nodes anywhere below it, and remembers facts.

    `named` is XPath's `//name`; a fact is worked out once per document however many
    lines ask for it (see `fact`), which is what keeps a thousand lines linear.
    """

    __slots__ = ("_facts", "_named", "_root")

    def __init__(self, name: str, text: str, element: etree._Element) -> None:
        super().__init__(name, text, None, dict(element.items()) or BARE)
        self._root = element
        self._named: dict[str, list[Node]] = {}
        self._facts: dict[object, object] = {}

    def named(self, name: str) -> Sequence[Node]:
        """All nodes of that name in the whole document, in document order."""
        return self._named.get(name, ())

    def forget(self) -> None:
        """Let go of the nodes and of what was found out about them; the tree has been judged."""
        self._named = {}
        self._facts = {}

    def anywhere(self, *path: str) -> Sequence[Node]:
        """All nodes at the end of a path that may begin anywhere: XPath's `//a/b/c`."""
        found = self.named(path[0])
        for name in path[1:]:
            found = [child for node in found for child in node.kids.get(name, ())]
        return found


def fact(compute: Callable[[DocumentTree], T]) -> Callable[[Node], T]:
    """Make a question about the whole document one that is answered once per document.

    The function is written for a `DocumentTree` and may then be asked with any of its nodes.
    """

    def known(node: Node) -> T:
        facts = node.facts
        if known in facts:
            return cast(T, facts[known])
        document = node.document
        answer = compute(document)
        document._facts[known] = answer
        return answer

    _FACTS.add(known)
    return known


def trait(compute: Callable[[DocumentTree], T]) -> Callable[[Node], T]:
    """A fact of which documents as they come know a handful of answers, which can be compared and hashed.

    What form and traits decide together is settled for all documents that have the same ones (`forms.Situation`).
    """
    known = fact(compute)
    _TRAITS.add(known)
    return known


_FACTS: Final[set[Callable[[Node], object]]] = set()
_TRAITS: Final[set[object]] = set()


def is_fact(question: Callable[[Node], object]) -> bool:
    """Whether the question is about the document (`fact`), so that every node of it gives the same answer."""
    return question in _FACTS


def is_trait(question: object) -> bool:
    """Whether the question is a fact that is a trait."""
    return question in _TRAITS


# Shared by every element without children; the walk gives a node its own before adding to it.
CHILDLESS: Final[dict[str, Sequence[Node]]] = {}
# Shared by every element without attributes, which is most of them.
BARE: Final[Mapping[str, str]] = {}


def _position(node: Node, twins: Sequence[Node]) -> int:
    """The node's place among its twins, from 1; numbered once per group, so that many findings stay cheap."""
    facts = node.document._facts
    key = ("positions", id(twins))
    if key not in facts:
        facts[key] = {id(twin): number for number, twin in enumerate(twins, start=1)}
    return cast(dict[int, int], facts[key])[id(node)]


def _elements(above: Node) -> Mapping[str, Sequence[etree._Element]]:
    """The elements inside another by name, in their order; gone through once, whatever names they have."""
    facts = above.document._facts
    key = ("elements", id(above))
    if key not in facts:
        below: dict[str, list[etree._Element]] = {}
        for child in above.element.iterchildren(etree.Element):
            below.setdefault(name_of(str(child.tag)), []).append(child)
        facts[key] = below
    return cast(Mapping[str, Sequence[etree._Element]], facts[key])
