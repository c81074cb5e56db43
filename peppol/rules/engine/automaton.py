"""Which rules wait for which element: an automaton over the names on the way down.

The paths of all contexts are followed at once. A state stands for everything still
possible after the names walked so far, so stepping to a child is one dictionary
look-up, however many rules there are. States are made when a document first needs
them, from the names the rules know; any other name counts only by the suffixes the
rules ask for ("*Amount"), so documents with invented names cannot fill memory.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from peppol.rules.engine.rulebook import Book, Context, Rule, RuleInfo, Test
from peppol.xml.names import name_of

_ANY: Final = "*"
_DESCENT: Final = "**"

Active = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """Contexts of one pattern that share a question: the answer picks the rules."""

    contexts: tuple[Context, ...]
    cases: dict[Hashable, tuple[Rule, ...]] | None


class State:
    """A place in the walk: what applies to a node reached by this kind of path.

    `rules` apply without condition. Each of `choices` is one pattern: its rows are
    tried in order and the first that fits is used. `absences` fire because the node
    is there, `attributes` because it has such an attribute.
    """

    __slots__ = ("absences", "active", "attributes", "busy", "choices", "next", "others", "rules")

    def __init__(self, active: Active) -> None:
        self.active = active
        self.next: dict[str, tuple[str, State]] = {}
        self.others: dict[str, State] = {}
        self.rules: tuple[tuple[Test, RuleInfo], ...] = ()
        self.choices: tuple[tuple[Row, ...], ...] = ()
        self.absences: tuple[RuleInfo, ...] = ()
        self.attributes: dict[str, tuple[RuleInfo, ...]] = {}
        self.busy = False


# The name of an element, and the state it is in.
Step = tuple[str, State]


@dataclass(frozen=True, slots=True)
class _Route:
    """One path of a context or of an absence, cut into names."""

    anchored: bool
    steps: tuple[str, ...]
    context: Context | None = None
    absence: RuleInfo | None = None
    attribute: str = ""
    exempt: bool = False


_STEPS_MOST: Final = 400


class Automaton:
    """The contexts of some books, compiled."""

    def __init__(self, books: Iterable[Book]) -> None:
        self._routes = list(_routes(books))
        steps = {step for route in self._routes for step in route.steps}
        self._suffixes = tuple(sorted(step[1:] for step in steps if step[0] == _ANY and step.strip(_ANY)))
        self._names = {step for step in steps if step[0] != _ANY}
        self._states: dict[Active, State] = {}
        numbered = list(enumerate(self._routes))
        self._floating = frozenset((number, 0) for number, route in numbered if not route.anchored)
        anchored = frozenset((number, 0) for number, route in numbered if route.anchored)
        self.start = self._state(anchored | self._floating)

    def step(self, state: State, tag: str) -> Step:
        """The name of an element by its lxml tag, and the state after going down to it.

        Made when first needed, and kept in `state.next`; of the tags no rule knows only so many, since a
        sender may invent any number of them.
        """
        name = name_of(tag)
        if name in self._names:
            step = state.next[tag] = (name, self._after(state, name))
            return step
        kind = next((suffix for suffix in self._suffixes if name.endswith(suffix)), "")
        known = state.others.get(kind)
        if known is None:
            known = state.others[kind] = self._after(state, kind)
        if len(state.next) < _STEPS_MOST:
            state.next[tag] = (name, known)
        return name, known

    def _after(self, state: State, name: str) -> State:
        moved: set[tuple[int, int]] = set(self._floating)
        for number, position in state.active:
            steps = self._routes[number].steps
            if position < len(steps) and _fits(steps[position], name):
                moved.add((number, position + 1))
            if 0 < position < len(steps) and steps[position] == _DESCENT:
                moved.add((number, position))
        return self._state(frozenset(moved))

    def _state(self, active: Active) -> State:
        active |= {
            (number, position + 1)
            for number, position in active
            if position < len(self._routes[number].steps) and self._routes[number].steps[position] == _DESCENT
        }
        # "a/**/b" also means "a/b": the position after ** is open at once, and a name may match there.
        known = self._states.get(active)
        if known is None:
            known = self._states[active] = self._new(active)
        return known

    def _new(self, active: Active) -> State:
        state = State(active)
        groups: dict[tuple[int, str], list[Context]] = {}
        absences: list[RuleInfo] = []
        attributes: dict[str, list[RuleInfo]] = {}
        reached = [self._routes[n] for n, at in sorted(active) if at == len(self._routes[n].steps)]
        exempt = {(route.absence, route.attribute) for route in reached if route.exempt}
        for route in reached:
            if (route.absence, route.attribute) in exempt:
                continue
            if route.absence is not None:
                place = attributes.setdefault(route.attribute, []) if route.attribute else absences
                place.append(route.absence)
            elif route.context is not None:
                group = groups.setdefault((id(route.context.book), route.context.pattern), [])
                if not any(context is route.context for context in group):
                    group.append(route.context)
        sure = [group[0] for group in groups.values() if group[0].sure]
        state.rules = tuple((rule.test, rule.info) for context in sure for rule in context.rules)
        state.choices = tuple(tuple(_rows(group)) for group in groups.values() if not group[0].sure)
        state.absences = tuple(absences)
        state.attributes = {name: tuple(infos) for name, infos in attributes.items()}
        state.busy = bool(state.rules or state.choices)
        return state


def _fits(step: str, name: str) -> bool:
    if step[0] != _ANY:
        return step == name
    return step == _ANY or (step != _DESCENT and name.endswith(step[1:]))


def _routes(books: Iterable[Book]) -> Iterable[_Route]:
    for book in books:
        for context in book.contexts:
            for path in context.path.split("|"):
                anchored, steps, _ = _cut(path.strip())
                yield _Route(anchored, steps, context=context)
        for absence in book.absences:
            for exempt, paths in ((False, absence.paths), (True, absence.exempt)):
                for path in paths:
                    anchored, steps, attribute = _cut(path)
                    yield _Route(anchored, steps, None, absence.info, attribute, exempt)


def _cut(path: str) -> tuple[bool, tuple[str, ...], str]:
    steps = path.strip("/").split("/")
    attribute = steps.pop()[1:] if steps[-1].startswith("@") else ""
    steps = steps or [_ANY]
    if not all(steps):
        raise ValueError(f"The context {path!r} is not a path of names; use /A/b:C or b:C/b:D.")
    return path.startswith("/") and not path.startswith("//"), tuple(steps), attribute


def _rows(group: list[Context]) -> Iterable[Row]:
    """Neighbours that ask the same question become one row; contexts behind a sure one are never reached."""
    position = 0
    while position < len(group):
        first = group[position]
        if first.by is None or first.when is not None:
            yield Row((first,), None)
            position += 1
            if first.sure:
                return
            continue
        cases: dict[Hashable, tuple[Rule, ...]] = {}
        members: list[Context] = []
        while position < len(group) and group[position].by is first.by and group[position].when is None:
            member = group[position]
            cases.setdefault(member.case, tuple(member.rules))
            members.append(member)
            position += 1
        yield Row(tuple(members), cases)
