"""Judging many documents of our own, on two processors where the machine has them.

Every document is judged, whoever does it. A process apart that is ready and has nothing to do takes half of them while
this one judges the others; what it cannot do is done here. Nothing waits for such a process to be started.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from foundation.apart.confined import NoneFree, WorkEnded, WorkFailed
from foundation.observability.request_ids import carried
from peppol.identifiers import DocumentKind
from peppol.validation import apart, validation
from peppol.validation.validation import ValidationResult

_MANY: Final = 40
"""So many documents are worth handing over half of them: it takes some thousandths of a second, as a few of them do."""


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """The bytes of a document of ours, what it is meant to be, and the day whose rules it has to follow."""

    body: bytes
    kind: DocumentKind
    on: date


def judge(documents: Sequence[OwnDocument]) -> list[ValidationResult]:
    """As `validation.validate_own` has it, of each, but without its tree. Raises nothing for their content."""
    if len(documents) < _MANY or _processors() < 2 or not apart.CHECKS.is_one_ready():
        return judge_here(documents)
    half = len(documents) // 2
    with ThreadPoolExecutor(1) as beside:
        others = beside.submit(carried(_judge_apart), documents[half:])
        judged = judge_here(documents[:half])
        try:
            return judged + others.result()
        except (WorkEnded, WorkFailed, NoneFree):
            return judged + judge_here(documents[half:])


def judge_here(documents: Sequence[OwnDocument]) -> list[ValidationResult]:
    """As `judge`, in this process alone."""
    return [
        replace(validation.validate_own(each.body, each.kind, on=each.on), root=None) for each in documents
    ]


def _judge_apart(documents: Sequence[OwnDocument]) -> list[ValidationResult]:
    allowance = apart.allowance_for(sum(len(each.body) for each in documents))
    # Whoever sent us something has been promised these processes: what is our own does not queue for one.
    return apart.CHECKS.run(judge_here, documents, allowance=allowance, patience=0.0)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
