"""The words of the trade: how an article is paid, and the codes a service is described with.

Convention: an `ArticleKind` is a mechanism of ours and there are no others. A level, stage, outcome, reason or
activity is a code of the service it belongs to (`orders/register/service_terms.py`): which there are is data, and a
code is checked against the service where it comes in.
"""

from enum import StrEnum
from typing import NewType


class ArticleKind(StrEnum):
    """How an article is ordered and paid (REQ-21); the value is what the books and the price lists say.

    BASIC is paid for each billable day of a period, RESULT for each stage of a result, SPEED_BONUS once with the
    first stage when it came soon, SUPPLEMENTARY each time one is approved, by its code.
    """

    BASIC = "BASIC"
    RESULT = "RESULT"
    SPEED_BONUS = "SPEED_BONUS"
    SUPPLEMENTARY = "SUPPLEMENTARY"


CompensationLevel = NewType("CompensationLevel", str)
"""How far from work the participant is, as a code of the service. Fixed for a whole placement (REQ-05, REQ-06)."""

ResultStage = NewType("ResultStage", str)
"""A stage of a result, as the first result and its follow-up; each at most once per execution reference (REQ-24)."""

OutcomeKind = NewType("OutcomeKind", str)
"""What the participant left for; the service says which of them may give a result (REQ-61, REQ-62)."""

InterruptionReason = NewType("InterruptionReason", str)
"""Why a placement ends early (REQ-12)."""

Activity = NewType("Activity", str)
"""What a periodic report may say was done in the month: never about the person (REQ-55, REQ-57)."""

RejectionReason = NewType("RejectionReason", str)
"""Why the buyer sent a periodic report back; a code, since free text could name somebody (REQ-57)."""


class InformativeKind(StrEnum):
    """What an informative report is about: a code, since free text could name somebody (REQ-54, REQ-57)."""

    INTERNSHIP = "INTERNSHIP"  # an internship is to be opened in the plan (praktik)
    OTHER_MEASURE = (
        "OTHER_MEASURE"  # another labour-market measure would help (arbetsmarknadspolitisk insats)
    )
    CONTACT = "CONTACT"  # the rest is told between people
