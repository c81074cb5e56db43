"""Small changes to a document in a test, said in a word: without, put, twice, add, mark.

An edit whose place is not in the document is a mistake of the test and fails it.
"""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from peppol.rules.engine.engine import RuleSet, judge
from tests.support.rules.rules_documents import CAC, CBC, Facts, a_tree, find

Edit = Callable[[etree._Element], None]


@dataclass(frozen=True)
class Case:
    """One broken document: the facts, the edits, and every rule that then speaks, as often as it does."""

    rules: str
    edits: tuple[Edit, ...]
    given: Facts | None = None
    story: str = ""

    @property
    def expected(self) -> Counter[str]:
        """The rules that speak, a rule twice when it speaks twice."""
        return Counter(self.rules.split())

    def tree(self) -> etree._Element:
        """The document after the edits."""
        root = a_tree(self.given)
        for edit in self.edits:
            edit(root)
        return root

    def __str__(self) -> str:
        return f"{self.rules.split()[0]} {self.story}".strip()


def case(rules: str, *edits: Edit, given: Facts | None = None, story: str = "") -> Case:
    """A case in one line: the rules that speak, then the edits."""
    return Case(rules, edits, given, story)


def fired(root: etree._Element, rules: RuleSet) -> Counter[str]:
    """How often each rule speaks of the document."""
    return Counter(finding.rule for finding in judge(root, rules))


def without(path: str) -> Edit:
    """Take the element away."""

    def edit(root: etree._Element) -> None:
        element = find(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return edit


def put(path: str, text: str) -> Edit:
    """Give the element another text."""

    def edit(root: etree._Element) -> None:
        find(root, path).text = text

    return edit


def twice(path: str) -> Edit:
    """Let the element stand twice."""

    def edit(root: etree._Element) -> None:
        element = find(root, path)
        element.addnext(deepcopy(element))

    return edit


def mark(path: str, **attributes: str) -> Edit:
    """Give the element those attributes."""

    def edit(root: etree._Element) -> None:
        for name, value in attributes.items():
            find(root, path).set(name, value)

    return edit


def unmark(path: str, name: str) -> Edit:
    """Take the attribute away."""

    def edit(root: etree._Element) -> None:
        del find(root, path).attrib[name]

    return edit


def add(path: str, *xml: str) -> Edit:
    """Put the elements at the end of another; `xml` without namespace declarations."""

    def edit(root: etree._Element) -> None:
        wrapped = f'<x xmlns:cac="{CAC}" xmlns:cbc="{CBC}">{"".join(xml)}</x>'
        find(root, path).extend(etree.fromstring(wrapped))

    return edit
