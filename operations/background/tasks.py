"""Background work as a value: its kinds, its states, which may follow on which, and what people call them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from foundation.errors import Refused
from foundation.text import Text, WrittenText
from foundation.transitions import Transitions


class TaskKind(StrEnum):
    """What is done."""

    PROPOSE = "PROPOSE"
    ATTEST = "ATTEST"
    LOOK_THROUGH = "LOOK_THROUGH"
    EXPORT = "EXPORT"
    CLOSE_MONTH = "CLOSE_MONTH"
    SUPPLIER_EXPORT = "SUPPLIER_EXPORT"
    INVOICE_LINES = "INVOICE_LINES"
    VERIFY_JOURNAL = "VERIFY_JOURNAL"


KIND_WORDS: Final[Mapping[TaskKind, Text]] = {
    TaskKind.PROPOSE: Text("Nytt betalningsförslag"),
    TaskKind.ATTEST: Text("Attest av betalningsförslag"),
    TaskKind.LOOK_THROUGH: Text("Jämförelse med böckerna"),
    TaskKind.EXPORT: Text("Fil till banken"),
    TaskKind.CLOSE_MONTH: Text("Stängning av en månad"),
    TaskKind.SUPPLIER_EXPORT: Text("Export av en leverantörs egna uppgifter"),
    TaskKind.INVOICE_LINES: Text("Fakturor av många orderrader"),
    TaskKind.VERIFY_JOURNAL: Text("Kontroll av journalens kedjor"),
}
"""What is done, for people."""


class TaskState(StrEnum):
    """How far a piece of background work has come."""

    WAITING = "WAITING"  # for a worker, or in one's hands
    DONE = "DONE"
    REFUSED = "REFUSED"  # the business does not allow it: the outcome says why
    STUCK = "STUCK"  # it has felled its workers, or failed as often
    STOPPED = "STOPPED"  # by a person


TASK_WORDS: Final[Mapping[TaskState, Text]] = {
    TaskState.WAITING: Text("Pågår eller väntar på sin tur"),
    TaskState.DONE: Text("Klart"),
    TaskState.REFUSED: Text("Gick inte"),
    TaskState.STUCK: Text("Fastnat"),
    TaskState.STOPPED: Text("Avbrutet"),
}
"""What people call each state."""

TASK_FOLLOWS = Transitions(
    {
        TaskState.WAITING: {TaskState.DONE, TaskState.REFUSED, TaskState.STUCK, TaskState.STOPPED},
        TaskState.STUCK: {TaskState.WAITING, TaskState.STOPPED},
    },
    ends={TaskState.DONE, TaskState.REFUSED, TaskState.STOPPED},
    words=TASK_WORDS,
)


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of background work as it stands. `outcome` is empty until it has ended."""

    id: int
    kind: TaskKind
    about: str
    content: Mapping[str, Any]
    state: TaskState
    rows_total: int
    rows_done: int
    asked_by: str
    permission: str
    asked_at: datetime
    ended_at: datetime | None
    outcome: WrittenText
    is_short: bool
    leads_to: str
    fault: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a piece of work, in a sentence; `is_short` where less was done than was asked for."""

    said: Text
    is_short: bool = False
    leads_to: str = ""


class TaskUnknown(Refused):
    """There is no such piece of work."""

    def __init__(self) -> None:
        super().__init__(Text("Det finns inget sådant arbete. Se dem med billing payments tasks."))


class AlreadyAsked(Refused):
    """The same thing is being worked on."""

    def __init__(self, task: Task) -> None:
        super().__init__(
            Text(
                "%(what)s pågår redan (arbete %(number)s). Vänta tills det är klart, eller avbryt det på dess sida.",
                what=KIND_WORDS[task.kind],
                number=task.id,
            )
        )


class NoLongerOurs(Exception):
    """Somebody else has taken the work, or a person has stopped it: what was about to be kept is not."""
