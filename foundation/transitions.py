"""Which state may follow on which, and the one way to move a thing from one to the next.

A table of transitions is a value (`Transitions`) over the states of one enum, whole: a state without a row is
refused, and so is one that leads nowhere and is not said to be an end. A thing is moved by an UPDATE on the
state its caller read (`move`), so of two who move it at the same moment one is first and the other is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, bindparam, or_, update

from foundation.errors import Refused
from foundation.sql import Session, rows_changed
from foundation.text import NO_TEXT, JoinedText, Text

S = TypeVar("S", bound=StrEnum)


class StepRefused(Refused):
    """Something was asked for that may not follow on what is."""


class MovedMeanwhile(StepRefused):
    """Somebody else moved the thing between our look and our hand."""

    def __init__(self, name: str | Text, state: Text) -> None:
        """`state` is what people call the state we read."""
        super().__init__(
            Text(
                "%(name)s har inte längre läget ”%(state)s”: någon annan hann före. Läs in på nytt och se hur det "
                "står.",
                name=name,
                state=state,
            )
        )


@dataclass(frozen=True, slots=True)
class Transitions(Generic[S]):
    """From each state of an enum, the states that may follow on it; `ends` are those nothing follows on.

    `words` is what people call each state. `beside` are steps from these states that another table has and a person
    can bring about, such as undoing: a refusal names them with its own. `remedy` is what a person does about a step
    that is refused, where there is something to do.

    >>> class Gate(StrEnum):
    ...     OPEN = "OPEN"
    ...     SHUT = "SHUT"
    ...     WALLED_UP = "WALLED_UP"
    >>> from foundation.text import WrittenText
    >>> gates = Transitions(
    ...     {Gate.OPEN: {Gate.SHUT}, Gate.SHUT: {Gate.OPEN, Gate.WALLED_UP}},
    ...     ends={Gate.WALLED_UP},
    ...     words={
    ...         Gate.OPEN: WrittenText("Öppen", "Open"),
    ...         Gate.SHUT: WrittenText("Stängd", "Shut"),
    ...         Gate.WALLED_UP: WrittenText("Igenmurad", "Walled up"),
    ...     },
    ... )
    >>> gates.before(Gate.OPEN)
    (<Gate.SHUT: 'SHUT'>,)
    >>> gates.check("The gate", Gate.WALLED_UP, Gate.OPEN)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    foundation.transitions.StepRefused: The gate is in the state “Walled up” and cannot get the state “Open”. ...
    """

    follows: Mapping[S, frozenset[S]]
    ends: frozenset[S]
    words: Mapping[S, Text]
    beside: Mapping[S, frozenset[S]]
    remedy: Text

    def __init__(
        self,
        follows: Mapping[S, Iterable[S]],
        *,
        ends: Iterable[S] = (),
        words: Mapping[S, Text],
        beside: Mapping[S, Iterable[S]] = MappingProxyType({}),
        remedy: Text = NO_TEXT,
    ) -> None:
        last = frozenset(ends)
        rows: dict[S, frozenset[S]] = {state: frozenset(after) for state, after in follows.items()}
        rows |= {state: frozenset() for state in last if not rows.get(state)}
        object.__setattr__(self, "follows", MappingProxyType(rows))
        object.__setattr__(self, "ends", last)
        object.__setattr__(self, "words", MappingProxyType(dict(words)))
        object.__setattr__(
            self, "beside", MappingProxyType({state: frozenset(after) for state, after in beside.items()})
        )
        object.__setattr__(self, "remedy", remedy)
        kinds = {type(state) for state in rows}
        if len(kinds) != 1 or set(rows) != set(self.states):
            raise ValueError("A table of transitions has a row for every state of one enum, and no other.")
        if any(after - set(rows) for after in rows.values()):
            raise ValueError("A table of transitions leads to states of its own enum alone.")
        if set(words) != set(rows) or not all(words.values()):
            raise ValueError(
                "A table of transitions has words for every state of its enum, and for no other."
            )
        led_nowhere = {state for state, after in rows.items() if not after - {state}}
        if led_nowhere != last:
            raise ValueError(f"Ends are {sorted(last)}, but nothing follows on {sorted(led_nowhere)}.")

    def worded(self, words: Mapping[S, Text]) -> "Transitions[S]":
        """The same steps for things whose states are called otherwise."""
        return Transitions(self.follows, ends=self.ends, words=words, beside=self.beside, remedy=self.remedy)

    @property
    def states(self) -> type[S]:
        """The enum the table is over."""
        return type(next(iter(self.follows)))

    def allows(self, state: S, to: S) -> bool:
        """Whether `to` may follow on `state`."""
        return to in self.follows[state]

    def before(self, to: S) -> tuple[S, ...]:
        """The states `to` may follow on, in the order of their enum."""
        return tuple(state for state in self.states if self.allows(state, to))

    def refusal(self, name: str | Text, state: S, to: S) -> StepRefused:
        """What is said of a step that may not be taken: how the thing stands, what it cannot become, what it can."""
        stands = (
            Text("%(name)s har redan läget ”%(state)s”.", name=name, state=self.words[state])
            if state is to
            else Text(
                "%(name)s har läget ”%(state)s” och kan inte få läget ”%(to)s”.",
                name=name,
                state=self.words[state],
                to=self.words[to],
            )
        )
        return StepRefused(JoinedText(" ", (stands, self._possible(state, to), self.remedy)))

    def _possible(self, state: S, to: S) -> Text:
        """What else than `to` may become of a thing in this state, in the order of the enum."""
        after = (self.follows[state] | self.beside.get(state, frozenset())) - {state, to}
        named = [Text("”%(state)s”", state=self.words[each]) for each in self.states if each in after]
        if not named:
            return Text("Inget annat läge följer på det.")
        return Text("Möjligt härifrån: %(states)s.", states=JoinedText(", ", named))

    def check(self, name: str | Text, state: S, to: S) -> None:
        """Raise StepRefused where `to` may not follow on `state`."""
        if not self.allows(state, to):
            raise self.refusal(name, state, to)


def moved_first(
    session: Session,
    column: Column[Any],
    key: ColumnElement[bool],
    follows: Transitions[S],
    *,
    name: str | Text,
    was: S,
    to: S,
    values: Mapping[str, object] = MappingProxyType({}),
) -> bool:
    """Move the one thing `key` names from `was`, as it was read, to `to`; False where somebody else was first.

    `column` holds the state. Raises StepRefused where the table has no such step.
    """
    follows.check(name, was, to)
    change = update(column.table).where(key, column == was).values({column.name: to, **values})
    return rows_changed(session, change) == 1


def move(
    session: Session,
    column: Column[Any],
    key: ColumnElement[bool],
    follows: Transitions[S],
    *,
    name: str | Text,
    was: S,
    to: S,
    values: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Move the one thing `key` names, as `moved_first` does; raises MovedMeanwhile where somebody else was first."""
    if not moved_first(session, column, key, follows, name=name, was=was, to=to, values=values):
        raise MovedMeanwhile(name, follows.words[was])


def move_all(
    session: Session,
    column: Column[Any],
    these: ColumnElement[bool],
    follows: Transitions[S],
    *,
    to: S,
    values: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Move, of the things `these` names, all whose state `to` may follow on; how many that were."""
    change = update(column.table).where(these, column.in_(follows.before(to)))
    return rows_changed(session, change.values({column.name: to, **values}))


def move_each(
    session: Session,
    column: Column[Any],
    key: Column[Any],
    follows: Transitions[S],
    *,
    to: S,
    rows: Sequence[Mapping[str, object]],
) -> None:
    """Move each thing that a row names by its `key`, with the row's other columns, where `to` may follow on its state.

    Thousands in one statement. How many were moved is for the caller to count: an engine need not say.
    """
    if not rows:
        return
    others: dict[str, object] = {name: bindparam(f"new_{name}") for name in rows[0] if name != key.name}
    # Not `in_`, whose parameters are counted anew for every statement.
    may = or_(*(column == each for each in follows.before(to)))
    change = update(column.table).where(key == bindparam("moved"), may)
    given = [{"moved": row[key.name], **{f"new_{name}": row[name] for name in others}} for row in rows]
    session.execute(change.values({column.name: to, **others}), given)
