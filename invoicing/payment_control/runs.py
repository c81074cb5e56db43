"""One control of a whole run of payments: every control's row counted, and each remark kept with the payment. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def counted(rows: Mapping[int, Sequence[ControlRow]]) -> Mapping[tuple[Control, ControlVerdict], int]:
    """How many payments each control came to what for."""
    return Counter((row.control, row.verdict) for each in rows.values() for row in each)


def told(rows: Mapping[int, Sequence[ControlRow]]) -> list[tuple[int, ControlRow]]:
    """The remarks, stops and releases, each with its invoice."""
    return [(invoice, row) for invoice, each in rows.items() for row in each if row.verdict in TOLD]
