"""What the form of a part of a document decides by itself, so that it is not asked again of every part like it.

A form is which elements stand where, in which order, which attributes they have, and which of them hold text: all but
what texts and values say. An invoice of a thousand lines has few. Most rules ask for nothing else ("a line has a
quantity"), and whether one does is not declared but seen: it is put to a node that has nothing but its form
(`FormOnly`). A rule that comes through and finds nothing wrong finds nothing wrong with any node of that form, since it
is a function of what it reads. It is left out there; every other rule is asked of every node, as ever (decision 131).

Convention: a form is an object, one for each form as long as the automaton keeps it; two nodes with the same object
are of the same form, two with different ones may be.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, cast

from peppol.rules.engine.choices import Answers, Choice, chosen, in_question
from peppol.rules.engine.rulebook import RuleInfo, Test
from peppol.rules.engine.tree import BLANKS, Node, is_trait

SIGHTS_TO_SETTLE: Final = 8
"""So often a form is met before it is looked into: one that does not come again is not worth it."""

Rules = tuple[tuple[Test, RuleInfo], ...]


class Form:
    """One form at one kind of place: the rules and the choices that have to be asked of every node of it.

    `settled` says that what the form decides is left out, or that there is nothing to leave out; `asks`, that there
    is anything left. `sights` is how often it has yet to be met before it is looked into. Without `is_one` it
    stands for nodes of any form, of whom everything is asked.
    """

    __slots__ = ("asks", "choices", "is_one", "rules", "settled", "sights")

    def __init__(
        self,
        rules: Rules,
        choices: tuple[Choice, ...],
        *,
        is_one: bool = True,
        sights: int = SIGHTS_TO_SETTLE,
    ) -> None:
        self.rules = rules
        self.choices = choices
        self.asks = bool(rules or choices)
        self.is_one = is_one
        self.settled = not (self.asks and is_one)
        self.sights = sights

    def meet(self, node: Node) -> None:
        """Count one more node of the form, and after some of them leave out what the form decides."""
        self.sights -= 1
        if self.sights > 0:
            return
        self.rules, self.choices = _left(self.rules, self.choices, FormOnly(node, Traits({})))
        self.asks = bool(self.rules or self.choices)
        self.settled = True


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is asked of the nodes of one form in one situation."""

    rules: Rules
    choices: tuple[Choice, ...]


class Situation:
    """What a document is like as a whole, by its conditions and traits, and what is therefore asked of each form.

    One object for all documents that are alike, as long as the automaton keeps it. `sights` is how many of them have
    yet to come before it is looked into what forms decide in it.
    """

    __slots__ = ("answers", "plans", "sights", "traits")

    def __init__(self, answers: Answers, traits: "Traits", sights: int) -> None:
        self.answers = answers
        self.traits = traits
        self.sights = sights
        self.plans: dict[Form, Plan] = {}

    def meet(self) -> None:
        """Count one more document like this."""
        if self.sights > 0:
            self.sights -= 1
            if self.sights == 0:
                self.plans.clear()

    def plan_for(self, form: Form, node: Node) -> Plan:
        """What is asked of this node of the form; kept once the form is settled."""
        if not form.settled:
            form.meet(node)
        rules, choices = form.rules, in_question(form.choices, self.answers)
        if form.is_one and self.sights == 0:
            rules, choices = _left(rules, choices, FormOnly(node, self.traits))
        plan = Plan(rules, choices)
        if form.settled:
            self.plans[form] = plan
        return plan


class Traits(Mapping[object, object]):
    """The traits of a document, by their questions; `wanted` are more that rules asked for."""

    def __init__(self, known: Mapping[object, object]) -> None:
        self._known = known
        self.wanted: dict[Callable[[Node], object], None] = {}

    def __contains__(self, question: object) -> bool:
        if question in self._known:
            return True
        if is_trait(question):
            self.wanted[cast(Callable[[Node], object], question)] = None
        return False

    def __getitem__(self, question: object) -> object:
        return self._known[question]

    def __iter__(self) -> Iterator[object]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class ContentRead(Exception):
    """A rule asked for what is not form."""


class FormOnly(Node):
    """A node that has its form only, and of its document the traits.

    Its text and the node above are not there, so whoever reads one of them, or anything that is found by them, meets
    AttributeError; of an attribute only the name can be had. Only whether it is blank is known without the text.
    """

    __slots__ = ("_blank", "_traits")

    def __init__(self, node: Node, traits: Traits) -> None:
        super().__init__(node.name, node.text, None, _Names(node.attributes))
        self.kids = {name: [FormOnly(child, traits) for child in group] for name, group in node.kids.items()}
        self._traits = traits
        self._blank = not node.text.strip(BLANKS)
        del self.text
        del self.above

    @property
    def blank(self) -> bool:
        """Whether the element itself holds nothing but blanks: that is form."""
        return self._blank

    @property
    def facts(self) -> Mapping[object, object]:
        """What is known of the document: its traits and no more."""
        return self._traits


class _Names(Mapping[str, str]):
    """The attributes of a node by name; which there are is form, what they say is not."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self._names = tuple(attributes)

    def __getitem__(self, name: str) -> NoReturn:
        raise ContentRead(name) if name in self._names else KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


# What reading more than form meets: a text that is not there, an attribute that has a name only.
_CLOSED: Final = (AttributeError, ContentRead)


def _left(rules: Rules, choices: tuple[Choice, ...], alone: FormOnly) -> tuple[Rules, tuple[Choice, ...]]:
    """The rules and choices that need to see more of a node than this."""
    return (
        tuple(each for each in rules if not _is_clean(each[0], alone)),
        tuple(choice for choice in choices if not _is_clean_choice(choice, alone)),
    )


def _is_clean(test: Test, alone: FormOnly) -> bool:
    """Whether the rule finds nothing wrong with the form, whatever the node says."""
    try:
        return test(alone) is None
    except _CLOSED:
        return False


def _is_clean_choice(choice: Choice, alone: FormOnly) -> bool:
    """Whether the form alone says which rules are chosen, and they find nothing wrong with it."""
    try:
        return all(rule.test(alone) is None for rule in chosen(choice, alone))
    except _CLOSED:
        return False
