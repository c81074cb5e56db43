"""What the form of a part of a document decides by itself, so that it is not asked again of every part like it.

A form is which elements stand where, in which order, which attributes they have, and which of them hold text: all but
what texts and values say. An invoice of a thousand lines has few. Most rules ask for nothing else ("a line has a
quantity"), and whether one does is not declared but seen: it is put to a node with everything closed that is not form
(`FormOnly`). A rule that comes through and finds nothing wrong finds nothing wrong with any node of that form, since it
is a function of what it reads. It is left out there; every other rule is asked of every node, as ever (decision 131).

Convention: a form is an object, one for each form as long as the automaton keeps it; two nodes with the same object
are of the same form, two with different ones may be.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

from peppol.rules.engine.choices import Choice, chosen
from peppol.rules.engine.rulebook import RuleInfo, Test
from peppol.rules.engine.tree import BLANKS, Node

SIGHTS_TO_SETTLE: Final = 8
"""So often a form is met before it is looked into: one that does not come again is not worth it."""

Rules = tuple[tuple[Test, RuleInfo], ...]


class Form:
    """One form at one kind of place: the rules and the choices that have to be asked of every node of it.

    `settled` says that what the form decides is left out, or that there is nothing to leave out; `asks`, that there
    is anything left.
    """

    __slots__ = ("asks", "choices", "rules", "settled", "sights")

    def __init__(self, rules: Rules, choices: tuple[Choice, ...], *, settled: bool = False) -> None:
        self.rules = rules
        self.choices = choices
        self.asks = bool(rules or choices)
        self.settled = settled or not self.asks
        self.sights = 0

    def meet(self, node: Node) -> None:
        """Count one more node of the form, and after some of them leave out what the form decides."""
        self.sights += 1
        if self.sights < SIGHTS_TO_SETTLE:
            return
        alone = FormOnly(node)
        self.rules = tuple(each for each in self.rules if not _is_clean(each[0], alone))
        self.choices = tuple(choice for choice in self.choices if not _is_clean_choice(choice, alone))
        self.asks = bool(self.rules or self.choices)
        self.settled = True


class ContentRead(Exception):
    """A rule asked for what is not form."""


# What a node says of its form, and the ways to ask that lead through these alone.
_OF_FORM: Final = frozenset(
    {
        "_elsewhere",
        "all",
        "at",
        "children",
        "every",
        "exists",
        "first",
        "has",
        "leaf",
        "own",
        "text_of",
        "value_of",
    }
)


class FormOnly(Node):
    """A node that tells its form only: everything else, also what nodes learn to tell later, raises ContentRead."""

    __slots__ = ()

    def __init__(self, node: Node) -> None:
        super().__init__(node.name, node.text, None, _Names(node.attributes))
        self.kids = {name: [FormOnly(child) for child in group] for name, group in node.kids.items()}

    def __getattribute__(self, name: str) -> object:
        if name in ("name", "kids", "attributes") or name in _OF_FORM:
            return super().__getattribute__(name)
        if name == "blank":
            return not str(super().__getattribute__("text")).strip(BLANKS)
        raise ContentRead(name)


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


def _is_clean(test: Test, alone: FormOnly) -> bool:
    """Whether the rule finds nothing wrong with the form, whatever the node says."""
    try:
        return test(alone) is None
    except ContentRead:
        return False


def _is_clean_choice(choice: Choice, alone: FormOnly) -> bool:
    """Whether the form alone says which rules are chosen, and they find nothing wrong with it."""
    try:
        return all(rule.test(alone) is None for rule in chosen(choice, alone, {}))
    except ContentRead:
        return False
