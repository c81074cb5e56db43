"""A release as what differs from another: rules gone, regraded, remade, narrowed or new, and code lists.

`changed` makes the books of one from the books of the other. Order matters as in the books
themselves: new contexts are put behind the context of a rule that is named, in its pattern, so
that of all contexts that fit a node still the first published one is used. A name that no book
knows is a mistake and stops the program at the first document.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from peppol.findings import Severity
from peppol.rules.engine.checks import with_lists
from peppol.rules.engine.rulebook import Book, Context, Rule, Test
from peppol.rules.engine.tree import Node
from peppol.rules.shared.structure import Model, register_structure

CodeLists = Mapping[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Remade:
    """Another test for a rule, and what it now asks for in our words."""

    test: Test
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one release does to the books of one kind of document.

    `labels` renames releases of publishers; `narrowed` adds a condition to the context of a rule;
    `after` holds new contexts, by the rule behind whose context they stand; `books` are added
    whole; `model` is the data model in place of the one whose structure rules the books have.
    """

    labels: Mapping[str, str]
    gone: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    remade: Mapping[str, Remade] = field(default_factory=dict)
    narrowed: Mapping[str, Callable[[Node], bool]] = field(default_factory=dict)
    lists: CodeLists = field(default_factory=dict)
    after: Mapping[str, Book] = field(default_factory=dict)
    books: Sequence[Book] = ()
    model: Model | None = None


def changed(books: Sequence[Book], difference: Difference) -> tuple[Book, ...]:
    """The books with the difference. Raises ValueError when it names a rule that none of them has."""
    known = {info.id for book in books for info in book.infos}
    named = {
        *difference.gone,
        *difference.severities,
        *difference.remade,
        *difference.narrowed,
        *difference.after,
    }
    if named - known:
        raise ValueError(f"No book has {', '.join(sorted(named - known))}; a release cannot change them.")
    return (*(_changed(book, difference) for book in books), *difference.books)


def _changed(book: Book, difference: Difference) -> Book:
    made = Book(book.family, difference.labels.get(book.release, book.release))
    waiting = dict(difference.after)
    structured = False
    for context in book.contexts:
        if context.pattern == "structure" and difference.model is not None:
            if not structured:
                register_structure(made, difference.model)
            structured = True
            continue
        made.contexts.append(_copied(context, made, difference))
        for rule in context.rules:
            fragment = waiting.pop(rule.info.id, None)
            if fragment is not None:
                made.contexts += [_joined(new, made, context.pattern) for new in fragment.contexts]
    for absence in book.absences:
        if absence.info.id not in difference.gone:
            info = replace(absence.info, release=made.release)
            made.absences.append(replace(absence, info=info))
    return made


def _copied(context: Context, book: Book, difference: Difference) -> Context:
    """The context in another book, with its rules changed; a context without rules still takes its nodes."""
    when = context.when
    for rule in context.rules:
        condition = difference.narrowed.get(rule.info.id)
        if condition is not None:
            when = condition if when is None else _both(when, condition)
    rules = list(_rules(context, book, difference))
    return replace(context, book=book, when=when, rules=rules)


def _both(first: Callable[[Node], bool], second: Callable[[Node], bool]) -> Callable[[Node], bool]:
    return lambda node: first(node) and second(node)


def _rules(context: Context, book: Book, difference: Difference) -> Iterator[Rule]:
    for rule in context.rules:
        if rule.info.id in difference.gone:
            continue
        severity = difference.severities.get(rule.info.id, rule.info.severity)
        info = replace(rule.info, severity=severity, release=book.release)
        remade = difference.remade.get(rule.info.id)
        if remade is not None:
            info = replace(info, meaning=" ".join(remade.meaning.split()))
        test = remade.test if remade is not None else with_lists(rule.test, difference.lists)
        yield Rule(info, test)


def _joined(context: Context, book: Book, pattern: str) -> Context:
    rules = [Rule(replace(rule.info, release=book.release), rule.test) for rule in context.rules]
    return replace(context, book=book, pattern=pattern, rules=rules)
