"""Which rules wait for which element: an automaton over the names on the way down.

The paths of all contexts are followed at once. A state stands for everything still
possible after the names walked so far, so stepping to a child is one dictionary
look-up, however many rules there are. States are made when a document first needs
them, from the names the rules know; any other name counts only by the suffixes the
rules ask for ("*Amount"), so documents with invented names cannot fill memory.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from peppol.rules.engine.choices import Choice, conditions_of, rows_of
from peppol.rules.engine.forms import SIGHTS_TO_SETTLE, Form, Rules, Situation, Traits
from peppol.rules.engine.rulebook import Book, Context, RuleInfo
from peppol.rules.engine.tree import DocumentTree, Node
from peppol.xml.gate_tree import heed_for
from peppol.xml.names import name_of

_ANY: Final = "*"
_DESCENT: Final = "**"

Active = frozenset[tuple[int, int]]


class State:
    """A place in the walk: what applies to a node reached by this kind of path.

    `rules` apply without condition. Each of `choices` is one pattern: its rows are
    tried in order and the first that fits is used. `absences` fire because the node
    is there, `attributes` because it has such an attribute. `formless` is for nodes whose
    form is not kept: everything is asked of them.
    """

    __slots__ = ("absences", "active", "attributes", "busy", "choices", "formless", "next", "others", "rules")

    def __init__(self, active: Active) -> None:
        self.active = active
        self.next: dict[str, Step] = {}
        self.others: dict[str, State] = {}
        self.rules: Rules = ()
        self.choices: tuple[Choice, ...] = ()
        self.absences: tuple[RuleInfo, ...] = ()
        self.attributes: dict[str, tuple[RuleInfo, ...]] = {}
        self.busy = False
        self.formless = Form((), ())


Forms = dict[Hashable, Form]
"""The forms met at one kind of place, by what makes the form."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A child that is gone down to: its name, the state it is in, the forms it has had there.

    `heed` is what the gate heeds in such elements (`gate_tree.Heed`), and `is_value` says that it is one for values,
    which hold no elements (cbc).
    """

    name: str
    state: State
    forms: Forms
    heed: int
    is_value: bool


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
# Some six hundred bytes each. A sender can make any number, so at that many all are let go and met anew.
_FORMS_MOST: Final = 5000
# Each has a plan for every form met in it; the facts of documents as they come make a handful.
_SITUATIONS_MOST: Final = 32
_CHILDREN_MOST: Final = 64


class Automaton:
    """The contexts of some books, compiled. `sights_to_settle` is how often a form is met before it is looked into."""

    def __init__(self, books: Iterable[Book], *, sights_to_settle: int = SIGHTS_TO_SETTLE) -> None:
        self._sights_to_settle = sights_to_settle
        self._routes = list(_routes(books))
        steps = {step for route in self._routes for step in route.steps}
        self._suffixes = tuple(sorted(step[1:] for step in steps if step[0] == _ANY and step.strip(_ANY)))
        self._names = {step for step in steps if step[0] != _ANY}
        self._states: dict[Active, State] = {}
        self._forms: list[Forms] = []
        self._forms_made = 0
        # Replaced and never changed: another thread may be going through them.
        self._conditions: tuple[Callable[[Node], bool], ...] = ()
        self._traits: tuple[Callable[[Node], object], ...] = ()
        self._situations: dict[tuple[object, ...], Situation] = {}
        numbered = list(enumerate(self._routes))
        self._floating = frozenset((number, 0) for number, route in numbered if not route.anchored)
        anchored = frozenset((number, 0) for number, route in numbered if route.anchored)
        self.start = self._state(anchored | self._floating)

    def step(self, state: State, tag: str) -> Step:
        """The name of an element by its lxml tag, and the state after going down to it.

        Made when first needed, and kept in `state.next`; of the tags no rule knows only so many, since a
        sender may invent any number of them.
        """
        name, heed, forms = name_of(tag), int(heed_for(tag)), Forms()
        is_value = name.startswith("cbc:")
        if name in self._names:
            self._forms.append(forms)
            step = state.next[tag] = Step(name, self._after(state, name), forms, heed, is_value)
            return step
        kind = next((suffix for suffix in self._suffixes if name.endswith(suffix)), "")
        known = state.others.get(kind)
        if known is None:
            known = state.others[kind] = self._after(state, kind)
        step = Step(name, known, forms, heed, is_value)
        if len(state.next) < _STEPS_MOST:
            self._forms.append(forms)
            state.next[tag] = step
        return step

    def form(self, state: State, forms: Forms, key: Hashable) -> Form:
        """A form not met before at this kind of place, kept under its key."""
        if self._forms_made >= _FORMS_MOST:
            self._forms_made = 0
            for each in self._forms:
                each.clear()
            self._situations.clear()
        self._forms_made += 1
        made = forms[key] = Form(state.rules, state.choices, sights=self._sights_to_settle)
        return made

    def situation(self, document: DocumentTree) -> Situation:
        """The document's, by the conditions of all places met so far, and by the traits that rules asked for."""
        conditions, traits = self._conditions, self._traits
        answers = [condition(document) for condition in conditions]
        values = [trait(document) for trait in traits]
        key = (*answers, *values)
        known = self._situations.get(key)
        if known is None:
            if len(self._situations) >= _SITUATIONS_MOST:
                self._situations.clear()
            told: dict[object, object] = dict(zip(traits, values, strict=True))
            known = Situation(
                dict(zip(conditions, answers, strict=True)), Traits(told), self._sights_to_settle
            )
            self._situations[key] = known
        known.meet()
        if known.traits.wanted:
            self._traits = tuple(dict.fromkeys((*traits, *known.traits.wanted)))
            known.traits.wanted.clear()
        return known

    def form_of_parent(self, state: State, forms: Forms, inner: tuple[Form | None, ...]) -> Form | None:
        """The same by the forms of the elements inside; None where one has none, and where there are very many."""
        if None in inner or len(inner) > _CHILDREN_MOST:
            return None
        return self.form(state, forms, inner)

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
        state.choices = tuple(tuple(rows_of(group)) for group in groups.values() if not group[0].sure)
        self._conditions = tuple(dict.fromkeys((*self._conditions, *conditions_of(state.choices))))
        state.absences = tuple(absences)
        state.attributes = {name: tuple(infos) for name, infos in attributes.items()}
        state.busy = bool(state.rules or state.choices)
        state.formless = Form(state.rules, state.choices, is_one=False)
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
