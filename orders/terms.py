"""The words of the trade as enumerations: levels, articles, stages, outcomes, reasons and activities."""

from enum import StrEnum

from foundation.money import C62, DAY
from foundation.text import Text


class CompensationLevel(StrEnum):
    """How far from work the participant is; C is furthest. Fixed for a whole placement (REQ-05, REQ-06)."""

    A = "A"
    B = "B"
    C = "C"


class Article(StrEnum):
    """What can be ordered (REQ-21)."""

    BASIC = "BASIC"
    RESULT = "RESULT"
    SPEED_BONUS = "SPEED_BONUS"
    SUPPLEMENTARY = "SUPPLEMENTARY"

    @property
    def label(self) -> Text:
        """What people call it, for a heading or a list.

        >>> Article.BASIC.label.sv
        'Grundersättning'
        """
        return _ARTICLE_LABELS[self]

    @property
    def label_within(self) -> Text:
        """What people call it, within a sentence."""
        return _ARTICLE_LABELS_WITHIN[self]

    @property
    def unit(self) -> str:
        """Days for the basic compensation, pieces for everything else."""
        return DAY if self is Article.BASIC else C62


_ARTICLE_LABELS = {
    Article.BASIC: Text("Grundersättning"),
    Article.RESULT: Text("Resultatersättning"),
    Article.SPEED_BONUS: Text("Snabbhetspremie"),
    Article.SUPPLEMENTARY: Text("Tilläggsersättning"),
}
_ARTICLE_LABELS_WITHIN = {
    Article.BASIC: Text("grundersättning"),
    Article.RESULT: Text("resultatersättning"),
    Article.SPEED_BONUS: Text("snabbhetspremie"),
    Article.SUPPLEMENTARY: Text("tilläggsersättning"),
}


class ResultStage(StrEnum):
    """The first result and the follow-up; each at most once per execution reference (REQ-24)."""

    R1 = "R1"
    R2 = "R2"


class OutcomeKind(StrEnum):
    """What the participant left for. AUB (labour market training) never gives a result (REQ-61, REQ-62)."""

    WORK = "WORK"
    REGULAR_STUDIES = "REGULAR_STUDIES"
    AUB = "AUB"
    OTHER = "OTHER"


class InterruptionReason(StrEnum):
    """Why a placement ends early (REQ-12)."""

    WORK = "WORK"
    STUDIES = "STUDIES"
    OTHER_SERVICE = "OTHER_SERVICE"
    ILLNESS = "ILLNESS"
    LONG_INTERNSHIP = "LONG_INTERNSHIP"
    PROVIDER_CHANGE = "PROVIDER_CHANGE"
    OTHER = "OTHER"


class Activity(StrEnum):
    """What a periodic report may say was done in the month: codes only, never about the person (REQ-55, REQ-57)."""

    MEETING = "MEETING"
    PLANNING = "PLANNING"
    JOB_SEARCH = "JOB_SEARCH"
    EMPLOYER_CONTACT = "EMPLOYER_CONTACT"
    INTERNSHIP = "INTERNSHIP"
    STUDY_GUIDANCE = "STUDY_GUIDANCE"


class InformativeKind(StrEnum):
    """What an informative report is about: a code, since free text could name somebody (REQ-54, REQ-57)."""

    INTERNSHIP = "INTERNSHIP"  # an internship is to be opened in the plan (praktik)
    OTHER_MEASURE = (
        "OTHER_MEASURE"  # another labour-market measure would help (arbetsmarknadspolitisk insats)
    )
    CONTACT = "CONTACT"  # the rest is told between people


class RejectionReason(StrEnum):
    """Why the buyer sent a periodic report back; a code, since free text could name somebody (REQ-57)."""

    ACTIVITIES_MISSING = "ACTIVITIES_MISSING"
    WRONG_MONTH = "WRONG_MONTH"
    NOT_DELIVERED = "NOT_DELIVERED"
    OTHER = "OTHER"
