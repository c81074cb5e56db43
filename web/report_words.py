"""What a report says in words: the activities of a month, and why the buyer sent it back and what to do."""

from typing import Final

from foundation.text import Text
from orders.terms import Activity, RejectionReason

ACTIVITIES: Final[dict[Activity, Text]] = {
    Activity.MEETING: Text("Uppföljningssamtal"),
    Activity.PLANNING: Text("Planering av insatserna"),
    Activity.JOB_SEARCH: Text("Stöd i jobbsökandet"),
    Activity.EMPLOYER_CONTACT: Text("Kontakt med arbetsgivare"),
    Activity.INTERNSHIP: Text("Praktik"),
    Activity.STUDY_GUIDANCE: Text("Vägledning mot studier"),
}

REJECTIONS: Final[dict[RejectionReason, Text]] = {
    RejectionReason.ACTIVITIES_MISSING: Text(
        "Aktiviteterna för månaden saknas. Ange dem och lämna en ny version."
    ),
    RejectionReason.WRONG_MONTH: Text("Redovisningen gäller fel månad. Lämna en ny version för rätt månad."),
    RejectionReason.NOT_DELIVERED: Text(
        "Köparen ser ingen utförd tjänst under månaden. Kontrollera med handläggaren innan du "
        "lämnar en ny version."
    ),
    RejectionReason.OTHER: Text(
        "Köparen har sänt tillbaka redovisningen. Fråga handläggaren vad som ska rättas."
    ),
}
NO_REASON: Final = Text("Köparen har inte angett något skäl. Fråga handläggaren vad som ska rättas.")


def rejection_of(reason: RejectionReason | None) -> Text:
    """Why a report was sent back and what to do, also where no reason was told."""
    return REJECTIONS[reason] if reason is not None else NO_REASON
