"""Of the contexts that share a pattern, the first that takes a node: which rules are put to it.

Neighbours that ask the same question (`by`) are one row, answered by one look-up. A condition that is a fact of the
document (`tree.fact`) has one answer for all its nodes, so it is asked of the first of them only.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from peppol.rules.engine.rulebook import Context, Rule
from peppol.rules.engine.tree import DocumentTree, Node, is_fact


@dataclass(frozen=True, slots=True)
class Row:
    """Contexts of one pattern that share a question: the answer picks the rules.

    `cases` has the rules by answer where there is such a question; `fact` is the condition where it is the same for
    the whole document.
    """

    first: Context
    cases: dict[Hashable, tuple[Rule, ...]] | None
    fact: Callable[[Node], bool] | None


Choice = tuple[Row, ...]
Answers = dict[Callable[[Node], bool], bool]
"""What the facts that are conditions are in one document, as far as they were asked for."""


def rows_of(group: Sequence[Context]) -> Iterator[Row]:
    """Neighbours that ask the same question become one row; contexts behind a sure one are never reached."""
    position = 0
    while position < len(group):
        first = group[position]
        if first.by is None or first.when is not None:
            alone = first.when is not None and first.by is None and is_fact(first.when)
            yield Row(first, None, first.when if alone else None)
            position += 1
            if first.sure:
                return
            continue
        cases: dict[Hashable, tuple[Rule, ...]] = {}
        while position < len(group) and group[position].by is first.by and group[position].when is None:
            member = group[position]
            cases.setdefault(member.case, tuple(member.rules))
            position += 1
        yield Row(first, cases, None)


def in_question(choices: tuple[Choice, ...], document: DocumentTree, answers: Answers) -> tuple[Choice, ...]:
    """Those of the choices that some node of the document may fit."""
    kept: list[Choice] = []
    for choice in choices:
        for row in choice:
            fact = row.fact
            fits = fact is None or answers.get(fact)
            if fits is None and fact is not None:
                fits = answers[fact] = fact(document)
            if fits:
                kept.append(choice)
                break
    return tuple(kept)


def chosen(choice: Choice, node: Node, answers: Answers) -> Sequence[Rule]:
    """The rules of the first context of a pattern that fits the node; `answers` are those of its document."""
    for row in choice:
        fact = row.fact
        if fact is not None:
            fits = answers.get(fact)
            if fits is None:
                fits = answers[fact] = fact(node)
            if fits:
                return row.first.rules
        elif row.cases is not None and row.first.by is not None:
            rules = row.cases.get(row.first.by(node))
            if rules is not None:
                return rules
        elif row.first.meets(node):
            return row.first.rules
    return ()
