"""One control of a whole run of payments: every control's row counted, and each remark kept with the payment. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from foundation.text import Text
from invoicing.payment_control.controls import Control, ControlRow, ControlVerdict

TOLD: Final = frozenset({ControlVerdict.NOTED, ControlVerdict.STOPPED, ControlVerdict.RELEASED})
"""What is told of each payment; the rest is counted alone."""


class RunStep(StrEnum):
    """When a run of payments is controlled."""

    PROPOSED = "PROPOSED"
    EXPORTED = "EXPORTED"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Mapping[RunStep, Text] = {
    RunStep.PROPOSED: Text("När förslaget gjordes"),
    RunStep.EXPORTED: Text("När filen gjordes"),
}


@dataclass(frozen=True, slots=True)
class ControlRun:
    """The control of a proposal's payments at one step. `counts`: how many payments each control came to what for."""

    proposal: str
    step: RunStep
    payments: int
    made_at: datetime
    made_by: str
    counts: Mapping[tuple[Control, ControlVerdict], int]
    id: int = 0

    def count(self, control: Control, verdict: ControlVerdict) -> int:
        """How many payments the control came to this for."""
        return self.counts.get((control, verdict), 0)


@dataclass(slots=True)
class Tally:
    """What the controls of a run come to, counted payment by payment; only what is told of each is kept."""

    payments: int = 0
    counts: Counter[tuple[Control, ControlVerdict]] = field(default_factory=Counter)
    told: list[tuple[int, ControlRow]] = field(default_factory=list)

    def add(self, invoice_id: int, rows: Sequence[ControlRow]) -> None:
        """Count a payment with its rows; nothing without any, such as a claim that is taken off."""
        if not rows:
            return
        self.payments += 1
        for row in rows:
            self.counts[row.control, row.verdict] += 1
            if row.verdict in TOLD:
                self.told.append((invoice_id, row))
