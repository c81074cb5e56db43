"""What a row of the journal says: an action done to a subject, each named by the folder it belongs to. Pure.

Convention: the value of a member is what is stored and hashed. It never changes once rows have been written with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class JournalAction(StrEnum):
    """What was done. Without members: each folder lists its own in its `journal_actions`."""


class SubjectKind(StrEnum):
    """What a row can be about. Without members: each folder lists its own beside its actions.

    A kind whose value is empty is told by its key alone.
    """

    def of(self, key: int | str) -> "JournalSubject":
        """The thing of this kind that has this key."""
        return JournalSubject(self, str(key))


@dataclass(frozen=True, slots=True)
class JournalSubject:
    """The one thing that a row is about; as text, what the row has in its column."""

    kind: SubjectKind
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}" if self.kind else self.key


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event to be written: the actor did the action to the subject."""

    actor: str
    action: JournalAction
    subject: JournalSubject
    execution_reference: str = ""
    detail: Mapping[str, str] | None = None
