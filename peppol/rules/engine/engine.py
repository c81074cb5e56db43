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

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import localcontext
from functools import cached_property, partial
from typing import Final

from lxml import etree

from peppol.findings import Finding, FindingTally
from peppol.rules.engine.automaton import Automaton
from peppol.rules.engine.choices import chosen
from peppol.rules.engine.forms import SIGHTS_TO_SETTLE
from peppol.rules.engine.numbers import EXACT
from peppol.rules.engine.rulebook import Book, Broken, RuleInfo
from peppol.rules.engine.tree import DocumentTree, Node
from peppol.rules.engine.walk import Walked, walk


class RuleSet:
    """Books judged together; read and compiled on first use and then kept.

    `books` may be a function that makes them, so that a release nobody asks for costs nothing. `sights_to_settle` is
    how often a form is met before it is looked into (`forms`).
    """

    def __init__(
        self,
        name: str,
        books: Sequence[Book] | Callable[[], Sequence[Book]],
        *,
        sights_to_settle: int = SIGHTS_TO_SETTLE,
    ) -> None:
        self.name = name
        self._sights_to_settle = sights_to_settle
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
            self._automaton = Automaton(self.books, sights_to_settle=self._sights_to_settle)
        return self._automaton


def judge(root: etree._Element, rule_set: RuleSet, tally: FindingTally | None = None) -> tuple[Finding, ...]:
    """Put all rules of the set to the document; what is told of the findings, in document order.

    All are counted in the tally (one of its own where none is given).

    `root` may be any element: contexts that begin with "/" match from it. Nothing
    is raised for a document's content, however odd. What ought to be absent comes last.
    """
    tally = FindingTally() if tally is None else tally
    with walked(root, rule_set) as document:
        ask(document, tally)
    return tally.told


@contextmanager
def walked(root: etree._Element, rule_set: RuleSet) -> Iterator[Walked]:
    """The document as the rules of the set see it, for `ask`; let go of afterwards."""
    document = walk(root, rule_set.automaton)
    try:
        yield document
    finally:
        document.let_go()


def ask(walked: Walked, tally: FindingTally) -> None:
    """Put to each node the rules that wait for it, and count in the tally what is broken."""
    with localcontext(EXACT):
        situation = walked.automaton.situation(walked.document)
        plans = situation.plans
        for form, node in zip(walked.forms, walked.nodes, strict=True):
            plan = plans.get(form) or situation.plan_for(form, node)
            for test, info in plan.rules:
                broken = test(node)
                if broken is not None:
                    tally.add(info.id, info.severity, partial(_finding, info, node, broken))
            for choice in plan.choices:
                for rule in chosen(choice, node):
                    broken = rule.test(node)
                    if broken is not None:
                        found = partial(_finding, rule.info, node, broken)
                        tally.add(rule.info.id, rule.info.severity, found)
    for info, node, broken in walked.hits.values():
        tally.add(info.id, info.severity, partial(_finding, info, node, broken))


def read(root: etree._Element) -> DocumentTree:
    """The tree of a document as the rules see it, for tests and for texts about findings."""
    return walk(root, _NO_RULES.automaton).document


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
