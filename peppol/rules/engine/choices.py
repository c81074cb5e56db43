"""Of the contexts that share a pattern, the first that takes a node: which rules are put to it.

Neighbours that ask the same question (`by`) are one row, answered by one look-up. A condition that is a fact of the
document (`tree.fact`) has one answer for all its nodes: rows are left out or taken for sure by it (`in_question`)
before any node is asked.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from peppol.rules.engine.rulebook import Context, Rule
from peppol.rules.engine.tree import Node, is_fact


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Contexts of one pattern that share a question: the answer picks the rules.

    `by` is the question and `cases` has the rules by its answer; without one the `rules` are chosen where the node
    meets `when`, if there is such a condition. `fact` is that condition where it is the same for the whole document.
    """

    rules: tuple[Rule, ...] = ()
    when: Callable[[Node], bool] | None = None
    fact: Callable[[Node], bool] | None = None
    by: Callable[[Node], Hashable] | None = None
    cases: Mapping[Hashable, tuple[Rule, ...]] | None = None


Choice = tuple[Row, ...]
Answers = Mapping[Callable[[Node], bool], bool]
"""What the facts that are conditions are in one document."""


def rows_of(group: Sequence[Context]) -> Iterator[Row]:
    """Neighbours that ask the same question become one row; contexts behind a sure one are never reached."""
    position = 0
    while position < len(group):
        first = group[position]
        if first.by is None or first.when is not None:
            if first.when is not None and first.by is None and is_fact(first.when):
                yield Row(tuple(first.rules), when=first.when, fact=first.when)
            else:
                yield Row(tuple(first.rules), when=None if first.sure else first.meets)
            position += 1
            if first.sure:
                return
            continue
        cases: dict[Hashable, tuple[Rule, ...]] = {}
        while position < len(group) and group[position].by is first.by and group[position].when is None:
            member = group[position]
            cases.setdefault(member.case, tuple(member.rules))
            position += 1
        yield Row(by=first.by, cases=cases)


def conditions_of(choices: tuple[Choice, ...]) -> Iterator[Callable[[Node], bool]]:
    """The facts of the document that the choices depend on."""
    for choice in choices:
        for row in choice:
            if row.fact is not None:
                yield row.fact


def in_question(choices: tuple[Choice, ...], answers: Answers) -> tuple[Choice, ...]:
    """What is left of the choices in a document with these answers; those that no node may fit are left out."""
    return tuple(left for choice in choices if (left := _left(choice, answers)))


def _left(choice: Choice, answers: Answers) -> Choice:
    """The rows that are still open: up to the first that is certain."""
    rows: list[Row] = []
    for row in choice:
        if row.fact is None:
            rows.append(row)
        elif answers[row.fact]:
            rows.append(replace(row, when=None, fact=None))
            break
    return tuple(rows)


def chosen(choice: Choice, node: Node) -> Sequence[Rule]:
    """The rules of the first context of a pattern that fits the node."""
    for row in choice:
        if row.cases is not None and row.by is not None:
            rules = row.cases.get(row.by(node))
            if rules is not None:
                return rules
        elif row.when is None or row.when(node):
            return row.rules
    return ()
