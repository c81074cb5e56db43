"""What people choose between when they say what a webhook is told of: topics of events, in words."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text
from operations.webhooks.payloads import topic_of, types_for

TOPICS: Final[Mapping[str, Text]] = {
    "order": Text("Ordrar: lagda, skickade, framme, återkallade"),
    "receipt": Text("Mottaganden: en orderrad kan faktureras, eller mottagandet är ändrat"),
    "report": Text("Redovisningar: lämnade, godkända, underkända"),
    "invoice": Text("Fakturor: mottagna, godkända, ifrågasatta, betalda"),
    "credit_note": Text("Kreditfakturor: mottagna, ifrågasatta, avräknade"),
    "claim": Text("Återkrav: ställda och reglerade"),
    "interruption": Text("Avbrott: registrerade, flyttade, återtagna"),
    "placement": Text("Placeringar: inställda"),
    "objection": Text("Invändningar mot ordrar: gjorda, återtagna, besvarade"),
    "outcome": Text("Resultat: återtagna"),
    "supplement": Text("Tillägg: återtagna"),
    "event": Text("Händelser från beslutssystem: lagda till handlingarna"),
}
"""Each topic there is; a test holds them to the types of events."""


def topics_for(organisation: str) -> tuple[tuple[str, Text], ...]:
    """What an endpoint of this organisation may choose, of the buyer for an empty one, as `order.*`."""
    may = {topic_of(each) for each in types_for(organisation)}
    return tuple((f"{topic}.*", words) for topic, words in TOPICS.items() if topic in may)
