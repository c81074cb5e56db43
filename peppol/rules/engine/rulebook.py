"""Rules as they are written down: a book per publisher, contexts in it, rules in those.

This is the vocabulary; how to write rules with it stands in `engine`, which is also
where rule modules import it from.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from peppol.findings import Severity
from peppol.rules.engine.tree import Node

FATAL: Final = Severity.FATAL
WARNING: Final = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Broken:
    """What a rule has to say where it does not hold.

    `at` moves the finding from the context node to a node below it, `attribute`
    to an attribute of that node; `detail` holds arithmetic or other evidence.
    """

    found: str = ""
    expected: str = ""
    detail: str = ""
    at: Node | None = None
    attribute: str = ""


RuleVerdict = Broken | None
Test = Callable[[Node], RuleVerdict]
BROKEN: Final = Broken()


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What is known of a rule without a document: for lists, texts and releases."""

    id: str
    severity: Severity
    context: str
    meaning: str
    family: str
    release: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its test."""

    info: RuleInfo
    test: Test


@dataclass(slots=True, eq=False)
class Context:
    """The nodes some rules are written for, and those rules, in declared order.

    `when` is a condition on the node; `by` and `case` are one too (by(node) == case),
    in a form that lets the engine ask once for a row of contexts.
    """

    book: "Book"
    path: str
    pattern: str
    when: Callable[[Node], bool] | None = None
    by: Callable[[Node], Hashable] | None = None
    case: Hashable = None
    rules: list[Rule] = field(default_factory=list)

    @property
    def sure(self) -> bool:
        """Whether every node the path leads to is meant, without a further condition."""
        return self.when is None and self.by is None

    def meets(self, node: Node) -> bool:
        """Whether the node fulfils the context's condition."""
        if self.by is not None and self.by(node) != self.case:
            return False
        return self.when is None or self.when(node)

    def rule(self, id: str, severity: Severity = FATAL, *, meaning: str = "") -> Callable[[Test], Test]:
        """Register the decorated function under its official id; its docstring is the meaning.

        A compiled function has no docstring, so its `meaning` is given when it is compiled.
        """

        def register(test: Test) -> Test:
            self.add(id, test, meaning or test.__doc__ or "", severity)
            return test

        return register

    def add(self, id: str, test: Test, meaning: str, severity: Severity = FATAL) -> None:
        """Register a test made by a factory; `meaning` says in our words what the rule asks.

        Raises ValueError when the meaning is empty.
        """
        if not meaning.strip():
            raise ValueError(f"Rule {id} has no meaning written down; say what it asks for.")
        self.rules.append(Rule(self.book.info(id, severity, self.path, meaning), test))


@dataclass(frozen=True, slots=True)
class Absence:
    """Places where nothing may stand, and the places among them that are exempt."""

    info: RuleInfo
    paths: tuple[str, ...]
    exempt: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Book:
    """The rules of one publisher for one kind of document, in their published order."""

    family: str
    release: str
    contexts: list[Context] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)

    def context(
        self,
        path: str,
        *,
        pattern: str = "model",
        when: Callable[[Node], bool] | None = None,
        by: Callable[[Node], Hashable] | None = None,
        case: Hashable = None,
    ) -> Context:
        """Open a context; see `engine` for paths, patterns and conditions.

        Raises ValueError when an earlier context of the pattern takes all nodes of that path
        already, so that no rule of this one could ever be asked.
        """
        for earlier in self.contexts:
            if earlier.sure and (earlier.path, earlier.pattern) == (path, pattern):
                raise ValueError(f"The context {path!r} is open already in {pattern!r}; add the rules to it.")
        context = Context(self, path, pattern, when, by, case)
        self.contexts.append(context)
        return context

    def absent(
        self,
        id: str,
        paths: Iterable[str],
        meaning: str,
        severity: Severity = WARNING,
        *,
        but: Iterable[str] = (),
    ) -> None:
        """Register a rule that fires once when any of the paths leads to an element or attribute.

        What the paths in `but` lead to may stand all the same.
        """
        places = tuple(paths)
        info = self.info(id, severity, " | ".join(places), meaning)
        self.absences.append(Absence(info, places, tuple(but)))

    def info(self, id: str, severity: Severity, context: str, meaning: str) -> RuleInfo:
        """What is known of one of this book's rules."""
        return RuleInfo(id, severity, context, " ".join(meaning.split()), self.family, self.release)

    @property
    def infos(self) -> Iterator[RuleInfo]:
        """Every rule of the book."""
        for context in self.contexts:
            for rule in context.rules:
                yield rule.info
        for absence in self.absences:
            yield absence.info
