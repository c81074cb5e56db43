"""What a report that was sent back says to its supplier, and what an informative one is about."""

from typing import Final

from foundation.text import Text
from orders.register.service_terms import Service
from orders.terms import InformativeKind, RejectionReason

INFORMATIVE: Final[dict[InformativeKind, Text]] = {
    InformativeKind.INTERNSHIP: Text("Praktik behöver läggas in i handlingsplanen"),
    InformativeKind.OTHER_MEASURE: Text("En annan insats än tjänsten skulle hjälpa"),
    InformativeKind.CONTACT: Text("Handläggaren ombeds ta kontakt"),
}
NO_REASON: Final = Text("Köparen har inte angett något skäl. Fråga handläggaren vad som ska rättas.")


def rejection_of(service: Service, reason: RejectionReason | None) -> Text:
    """Why a report was sent back and what to do, also where no reason was told."""
    return service.rejection_sentence(reason) if reason is not None else NO_REASON
