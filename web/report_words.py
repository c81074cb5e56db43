"""What reports say in words: activities of a month, why it was sent back, and what an informative one is about."""

from typing import Final

from foundation.text import Text
from orders.terms import Activity, InformativeKind, RejectionReason

ACTIVITIES: Final[dict[Activity, Text]] = {
    Activity.MEETING: Text("Uppföljningssamtal"),
    Activity.PLANNING: Text("Planering av insatserna"),
    Activity.JOB_SEARCH: Text("Stöd i jobbsökandet"),
    Activity.EMPLOYER_CONTACT: Text("Kontakt med arbetsgivare"),
    Activity.INTERNSHIP: Text("Praktik"),
    Activity.STUDY_GUIDANCE: Text("Vägledning mot studier"),
}

INFORMATIVE: Final[dict[InformativeKind, Text]] = {
    InformativeKind.INTERNSHIP: Text("Praktik behöver läggas in i handlingsplanen"),
    InformativeKind.OTHER_MEASURE: Text("En annan insats än tjänsten skulle hjälpa"),
    InformativeKind.CONTACT: Text("Handläggaren ombeds ta kontakt"),
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
