"""The rule engine: puts every rule of a set to every node it is written for, in one walk.

A rule is a small function. It gets the context node and answers None when all is
well, or a `Broken` saying what was found and what was expected:

    BOOK = Book("EN16931", release="1.3.16")
    totals = BOOK.context("cac:LegalMonetaryTotal")

    @totals.rule("BR-12")
    def sum_of_lines(total: Node) -> Verdict:
        \"\"\"The document states the sum of its line net amounts (BT-106).\"\"\"
        return present(total, "cbc:LineExtensionAmount")

    totals.add("BR-DEC-09", two_decimals_check("cbc:LineExtensionAmount"), "BT-106 has at most two decimals.")

    RULES = RuleSet("billing", (BOOK,))
    findings = judge(root, RULES)

Contexts. A context is one or more paths of prefixed names, parted by "|":
"/Invoice/cac:InvoiceLine" begins at the root, "cac:Item/cac:Price" matches wherever
the document ends a path like that. "*" stands for any one element ("/Order/*"),
"*Amount" for any whose name ends so, "**" between two names for any depth.
`when=` adds a condition on the node (what a predicate says in XPath). Where a row of
contexts differs only in one answer, `by=category, case="S"` asks once for all of them.

Order matters as in Schematron: of the contexts that share a `pattern` name within a
book, only the first declared one that matches a node is used for that node. Give
contexts different pattern names to have them all used. The default pattern is
"model".

Absent things. `BOOK.absent(id, ("/Invoice/cbc:UUID", ...), meaning)` fires once per
document when any of the paths leads to an element ("cbc:ID/@schemeID": to an
attribute; "@languageID": anywhere); the walk knows it for nothing. The finding points
at the first such element. `but=` names places that are exempt.

Questions about the whole document asked by many nodes are facts (`tree.fact`): they
are answered once. Rules never raise: numbers that cannot be read are None
(`numbers`), and a comparison with None does not hold.
"""

from collections.abc import Callable, Sequence
from decimal import localcontext
from functools import cached_property, partial
from typing import Final

from lxml import etree

from peppol.findings import Finding, FindingTally
from peppol.rules.engine.automaton import Automaton, Row, State
from peppol.rules.engine.numbers import EXACT
from peppol.rules.engine.rulebook import (
    BROKEN,
    Book,
    Broken,
    Rule,
    RuleInfo,
)
from peppol.rules.engine.tree import BARE, CHILDLESS, DocumentTree, Node


class RuleSet:
    """Books judged together; read and compiled on first use and then kept.

    `books` may be a function that makes them, so that a release nobody asks for costs nothing.
    """

    def __init__(self, name: str, books: Sequence[Book] | Callable[[], Sequence[Book]]) -> None:
        self.name = name
        self._source = books
        self._automaton: Automaton | None = None

    @cached_property
    def books(self) -> tuple[Book, ...]:
        """The books in their published order."""
        return tuple(self._source() if callable(self._source) else self._source)

    @property
    def infos(self) -> tuple[RuleInfo, ...]:
        """Every rule of the set once, in published order."""
        seen: dict[str, RuleInfo] = {}
        for book in self.books:
            for info in book.infos:
                seen.setdefault(info.id, info)
        return tuple(seen.values())

    @property
    def automaton(self) -> Automaton:
        """The contexts compiled."""
        if self._automaton is None:
            self._automaton = Automaton(self.books)
        return self._automaton


def judge(root: etree._Element, rule_set: RuleSet, tally: FindingTally | None = None) -> tuple[Finding, ...]:
    """Put all rules of the set to the document; what is told of the findings, in document order.

    All are counted in the tally (one of its own where none is given).

    `root` may be any element: contexts that begin with "/" match from it. Nothing
    is raised for a document's content, however odd. What ought to be absent comes last.
    """
    document, work, hits, parents = _walk(root, rule_set)
    tally = FindingTally() if tally is None else tally
    with localcontext(EXACT):
        for state, node in work:
            for test, info in state.rules:
                broken = test(node)
                if broken is not None:
                    tally.add(info.id, info.severity, partial(_finding, info, node, broken))
            for rows in state.choices:
                for rule in _chosen(rows, node):
                    broken = rule.test(node)
                    if broken is not None:
                        found = partial(_finding, rule.info, node, broken)
                        tally.add(rule.info.id, rule.info.severity, found)
    for info, node, broken in hits.values():
        tally.add(info.id, info.severity, partial(_finding, info, node, broken))
    # Parents and children hold each other, and the document all of them: let go, and memory is free at once.
    for node in parents:
        node.kids = CHILDLESS
    document.forget()
    return tally.told


def read(root: etree._Element) -> DocumentTree:
    """The tree of a document as the rules see it, for tests and for texts about findings."""
    return _walk(root, _NO_RULES)[0]


Hits = dict[str, tuple[RuleInfo, Node, Broken]]


def _walk(
    root: etree._Element, rule_set: RuleSet
) -> tuple[DocumentTree, list[tuple[State, Node]], Hits, list[Node]]:
    """Build the tree, and note on the way which rules wait for which node."""
    automaton = rule_set.automaton
    first = automaton.start
    name, state = first.next.get(str(root.tag)) or automaton.step(first, str(root.tag))
    document = DocumentTree(name, root.text or "", root)
    document.kids = {}
    document._named[name] = [document]
    hits: Hits = {}
    work: list[tuple[State, Node]] = [(state, document)] if state.busy else []
    if state.absences or state.attributes:
        _note(state, document, hits)
    parents, mixed = _walk_below(document, state, automaton, work, hits)
    for node in mixed:  # a value with elements in it is, as in XPath, all the text there is
        node.text = node.string
    return document, work, hits, parents


def _walk_below(
    document: DocumentTree, state: State, automaton: Automaton, work: list[tuple[State, Node]], hits: Hits
) -> tuple[list[Node], list[Node]]:
    """All below the root, added to the document, `work` and `hits`: the nodes with children, and values with elements.

    This is the busiest loop of the exchange; what repeats is kept in local names, and
    only elements with children are put on the way back up.
    """
    parents: list[Node] = [document]
    mixed: list[Node] = []
    way_up: list[tuple[Node, State]] = []
    top: Node = document
    above = root = document.element
    kids, named, steps = document.kids, document._named, state.next
    elements = root.iter()
    next(elements)
    for element in elements:
        parent = element.getparent()
        while above is not parent:
            top, state = way_up.pop()
            above, kids, steps = top.element, top.kids, state.next
        tag = element.tag
        step = steps.get(tag)  # type: ignore[arg-type]  # a comment's tag is a function, and misses
        if step is None:
            if not isinstance(tag, str):  # a comment or an instruction: only what follows it counts
                top.text += element.tail or ""
                continue
            step = automaton.step(state, tag)
        name, below = step
        pairs = element.items()
        node = Node(name, element.text or "", top, element, dict(pairs) if pairs else BARE)
        if name in kids:
            kids[name].append(node)
        else:
            kids[name] = [node]
        if name in named:
            named[name].append(node)
        else:
            named[name] = [node]
        if below.busy:
            work.append((below, node))
        if below.absences or (pairs and below.attributes):
            _note(below, node, hits)
        if len(element):
            way_up.append((top, state))
            top, state, above, steps = node, below, element, below.next
            top.kids = kids = {}
            parents.append(node)
            if name.startswith("cbc:"):
                mixed.append(node)
    return parents, mixed


def _note(state: State, node: Node, hits: Hits) -> None:
    """Keep the first place of everything that ought not to be there."""
    for info in state.absences:
        if info.id not in hits:
            hits[info.id] = (info, node, BROKEN)
    for name, value in node.attributes.items():
        for info in state.attributes.get(name, ()):
            if info.id not in hits:
                hits[info.id] = (info, node, Broken(found=value, attribute=name))


def _chosen(rows: tuple[Row, ...], node: Node) -> Sequence[Rule]:
    """The rules of the first context of a pattern that fits the node."""
    for row in rows:
        first = row.contexts[0]
        if row.cases is not None and first.by is not None:
            rules = row.cases.get(first.by(node))
            if rules is not None:
                return rules
        elif first.meets(node):
            return first.rules
    return ()


def _finding(info: RuleInfo, node: Node, broken: Broken) -> Finding:
    place = broken.at or node
    location = place.location
    if broken.attribute:
        location = f"{location}/@{broken.attribute}"
    return Finding(
        rule=info.id,
        severity=info.severity,
        location=location,
        line=place.line,
        found=broken.found,
        expected=broken.expected,
        detail=broken.detail,
    )


_NO_RULES: Final = RuleSet("none", ())
