"""What a report says in words: the activities of a month, and why the buyer sent it back and what to do."""

from typing import Final

from foundation.errors import Pair
from orders.terms import Activity, RejectionReason

ACTIVITIES: Final[dict[Activity, Pair]] = {
    Activity.MEETING: ("Uppföljningssamtal", "Follow-up meetings"),
    Activity.PLANNING: ("Planering av insatserna", "Planning of the efforts"),
    Activity.JOB_SEARCH: ("Stöd i jobbsökandet", "Support in job seeking"),
    Activity.EMPLOYER_CONTACT: ("Kontakt med arbetsgivare", "Contact with employers"),
    Activity.INTERNSHIP: ("Praktik", "Internship"),
    Activity.STUDY_GUIDANCE: ("Vägledning mot studier", "Guidance towards studies"),
}

REJECTIONS: Final[dict[RejectionReason, Pair]] = {
    RejectionReason.ACTIVITIES_MISSING: (
        "Aktiviteterna för månaden saknas. Ange dem och lämna en ny version.",
        "The month's activities are missing. State them and file a new version.",
    ),
    RejectionReason.WRONG_MONTH: (
        "Redovisningen gäller fel månad. Lämna en ny version för rätt månad.",
        "The report is for the wrong month. File a new version for the right one.",
    ),
    RejectionReason.NOT_DELIVERED: (
        "Köparen ser ingen utförd tjänst under månaden. Kontrollera med handläggaren innan du lämnar en ny version.",
        "The buyer sees no service given in the month. Check with the officer before you file a new version.",
    ),
    RejectionReason.OTHER: (
        "Köparen har sänt tillbaka redovisningen. Fråga handläggaren vad som ska rättas.",
        "The buyer sent the report back. Ask the officer what to correct.",
    ),
}
NO_REASON: Final[Pair] = (
    "Köparen har inte angett något skäl. Fråga handläggaren vad som ska rättas.",
    "The buyer gave no reason. Ask the officer what to correct.",
)


def rejection_of(reason: RejectionReason | None) -> Pair:
    """Why a report was sent back and what to do, also where no reason was told."""
    return REJECTIONS[reason] if reason is not None else NO_REASON
