"""What the parts of the finance desk's queue are called, and what to do about what lies in each."""

from collections.abc import Mapping
from typing import Final

from finance_desk.words import cause_name
from foundation.text import Text
from invoicing.exceptions.queue import QueuePart

PARTS: Final[Mapping[QueuePart, Text]] = {
    QueuePart.EXCEPTIONS: Text("Avvikelser", context="queue"),
    QueuePart.CLAIMS: Text("Krav för sen betalning", context="queue"),
    QueuePart.PARKED: Text("Väntar"),
    QueuePart.ACCOUNT_CHECK: Text("Hålls för kontroll"),
    QueuePart.CREDITS: Text("Krediter utan faktura"),
    QueuePart.ASKED: Text("Kredit begärd"),
    QueuePart.RESTING: Text("Vilar"),
    QueuePart.REPORTS: Text("Väntar på handläggare"),
    QueuePart.MESSAGES: Text("Meddelanden åt sidan"),
    QueuePart.POST: Text("Fastnad post"),
    QueuePart.EVENTS: Text("Händelser"),
    QueuePart.STARTS: Text("Starter"),
}
"""The name of each part, on its tab."""

HEADINGS: Final[Mapping[QueuePart, Text]] = {
    QueuePart.EXCEPTIONS: Text("Ekonomi: avvikelser"),
    QueuePart.CLAIMS: Text("Ekonomi: krav för sen betalning"),
    QueuePart.PARKED: Text("Ekonomi: väntar"),
    QueuePart.ACCOUNT_CHECK: Text("Ekonomi: hålls för kontroll"),
    QueuePart.CREDITS: Text("Ekonomi: krediter utan faktura"),
    QueuePart.ASKED: Text("Ekonomi: kredit begärd"),
    QueuePart.RESTING: Text("Ekonomi: vilar"),
    QueuePart.REPORTS: Text("Ekonomi: redovisningar som väntar"),
    QueuePart.MESSAGES: Text("Ekonomi: meddelanden åt sidan"),
    QueuePart.EVENTS: Text("Ekonomi: händelser"),
    QueuePart.STARTS: Text("Ekonomi: starter"),
}
"""The heading of its page."""

EXPLAINED: Final[Mapping[QueuePart, Text]] = {
    QueuePart.EXCEPTIONS: Text(
        "Fakturor som inte stämmer. Begär kredit och ny faktura, eller avgör på annat sätt."
    ),
    QueuePart.CLAIMS: Text(
        "Fakturor som ser ut att gälla dröjsmålsränta, påminnelseavgift eller förseningsersättning. De hör inte till "
        "någon order. Godta dem som kostnad med ett skäl, eller bestrid dem."
    ),
    QueuePart.PARKED: Text(
        "Fakturor som väntar på att månadens redovisning godkänns. De prövas igen av sig själva."
    ),
    QueuePart.ACCOUNT_CHECK: Text(
        "Fakturor som hålls tills något är kontrollerat: ett betalkonto som inte är registrerat, eller en annan "
        "betalningsmottagare, bekräftas av två personer efter motringning; den som saknade F-skatt släpps med ett "
        "skäl under Utan F-skatt; ett datum godtas på fakturans sida."
    ),
    QueuePart.CREDITS: Text("Kreditfakturor som inte har funnit sin faktura."),
    QueuePart.ASKED: Text("Kredit är begärd och har inte kommit än."),
    QueuePart.RESTING: Text("Avvikelser som vilar till en dag."),
    QueuePart.REPORTS: Text(
        "Månader som leverantören har redovisat och köparen inte har avgjort, de äldsta först. Deras fakturor "
        "väntar lika länge, och ingen kredit begärs så länge. Be handläggarna avgöra dem."
    ),
    QueuePart.MESSAGES: Text(
        "Meddelanden som inte kunde hämtas eller tas emot, eller vars nummer redan finns med annat innehåll, och svar "
        "som inte kunde skrivas. Inget är borta."
    ),
    QueuePart.POST: Text("Meddelanden och mejl som inte har kommit fram. Försök igen på sidan Fastnad post."),
    QueuePart.EVENTS: Text("Händelser ur beslutssystemen som inte kunde tillämpas."),
    QueuePart.STARTS: Text(
        "Placeringar som börjar senare efter beslutet än avtalat, eller före det. Ordern gäller ändå; "
        "fråga handläggaren. De står här tills en månad efter starten."
    ),
}
"""What lies there, and what to do about it."""


def credit_cause(code: str) -> Text:
    """Why a credit note is in the queue; without a deviation it was linked and waits to be settled."""
    return cause_name(code) if code else Text("Kopplad till sin faktura, kvittas snart")
