"""Documents for tests, written as indented words instead of XML.

One line is one element; indentation is nesting; attributes follow the name, then the
text::

    Order
      ID 42
      OrderLine
        LineItem
          Quantity @unitCode=DAY 21

Elements with children are cac, leaves are cbc, unless the name carries its prefix. A
test edits such a document and says which rules then speak.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from peppol.findings import Finding
from peppol.rules.engine.engine import RuleSet, judge

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_SPACES = {
    "cac": _UBL + "CommonAggregateComponents-2",
    "cbc": _UBL + "CommonBasicComponents-2",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "alien": "urn:example:alien",
}

Edit = tuple[str, str]


def tree(text: str) -> etree._Element:
    """The document the words describe, as lxml reads it from bytes."""
    return etree.fromstring(xml(text))


def xml(text: str) -> bytes:
    """The document the words describe, as bytes."""
    lines = [line for line in text.splitlines() if line.strip()]
    depths = [(len(line) - len(line.lstrip())) // 2 for line in lines]
    margin = depths[0]
    above: list[etree._Element] = []
    for place, line in enumerate(lines):
        depth = depths[place] - margin
        parent = place + 1 < len(lines) and depths[place + 1] > depths[place]
        name, attributes, value = _words(line.strip())
        del above[depth:]
        tag = _tag(name, parent=parent, root=not above)
        element = etree.SubElement(above[-1], tag) if above else etree.Element(tag, nsmap=_SPACES)
        for key, worth in attributes:
            prefix, _, local = key.rpartition(":")
            element.set(f"{{{_SPACES[prefix]}}}{local}" if prefix else key, worth)
        element.text = value.replace("␠", " ").replace("⏎", "\n") or None
        above.append(element)
    return etree.tostring(above[0], encoding="UTF-8", xml_declaration=True)


def _words(line: str) -> tuple[str, list[Edit], str]:
    name, *words = line.split(" ")
    attributes = []
    while words and words[0].startswith("@"):
        key, _, worth = words.pop(0)[1:].partition("=")
        attributes.append((key, worth))
    return name, attributes, " ".join(words)


def _tag(name: str, *, parent: bool, root: bool) -> str:
    prefix, _, local = name.rpartition(":")
    if root:
        return f"{{{_UBL}{name}-2}}{name}"
    return f"{{{_SPACES[prefix or ('cac' if parent else 'cbc')]}}}{local}"


def edited(text: str, *edits: Edit) -> str:
    """The words with each edit made once; an edit whose words are not there is an error of the test."""
    for old, new in edits:
        if old not in text:
            raise AssertionError(f"{old!r} is not in the document")
        text = text.replace(old, new, 1)
    return text


def fired(text: str, rules: RuleSet) -> Counter[str]:
    """How often each rule speaks of the document."""
    return Counter(finding.rule for finding in judge(tree(text), rules))


def findings(text: str, rules: RuleSet, rule: str) -> list[Finding]:
    """What one rule says of the document."""
    return [finding for finding in judge(tree(text), rules) if finding.rule == rule]


@dataclass(frozen=True)
class Case:
    """One broken document: a good one, the edits that break it, and all rules that then speak."""

    rules: str
    edits: tuple[Edit, ...]
    story: str = ""
    base: str = ""

    @property
    def expected(self) -> Counter[str]:
        """The rules that speak, a rule twice when it speaks twice."""
        return Counter(self.rules.split())

    def __str__(self) -> str:
        return f"{self.rules.split()[0]}{' ' + self.story if self.story else ''}"


def case(rules: str, *edits: Edit, story: str = "", base: str = "") -> Case:
    """A case in one line: the rules that speak, then the edits."""
    return Case(rules, edits, story, base)


def rules_of(rule_set: RuleSet) -> set[str]:
    """All rule ids of a set."""
    return {info.id for info in rule_set.infos}


def rules_named(cases: list[Case]) -> set[str]:
    """All rule ids the cases make speak."""
    return set(_all_rules(cases))


def _all_rules(cases: list[Case]) -> Iterator[str]:
    for each in cases:
        yield from each.expected
