"""What the states of things are called on pages, and the tone they are shown in.

Convention: (kind, state) -> (tone, words). The tone chooses a colour and a sign; the word says it all
without either. Tones: good, note (something waits), bad (something is wrong), quiet (closed, of no concern now).
A state that is not here shows as it is.
"""

from typing import Final

from foundation.text import Text, WrittenText

StateLabel = tuple[str, Text]

STATES: Final[dict[str, dict[str, StateLabel]]] = {
    "invoice": {
        "PARKED": ("note", Text("Väntar")),
        "IN_QUESTION": ("bad", Text("I fråga")),
        "HELD": ("note", Text("Hålls för kontroll")),
        "ACCEPTED": ("good", Text("Godkänd")),
        "PARTLY_ACCEPTED": ("note", Text("Delvis godkänd")),
        "CREDIT_REQUESTED": ("bad", Text("Kredit begärd")),
        "CREDITED": ("quiet", Text("Krediterad")),
        "PAID": ("good", Text("Betald")),
        "SETTLED": ("quiet", Text("Avräknad")),
    },
    # A credit note is not credited itself: what is asked for is another.
    "credit_note": {
        "PARKED": ("note", Text("Väntar på sin faktura")),
        "IN_QUESTION": ("bad", Text("I fråga")),
        "HELD": ("note", Text("Hålls för kontroll")),
        "ACCEPTED": ("good", Text("Godkänd")),
        "CREDIT_REQUESTED": ("bad", Text("Underkänd", context="credit note")),
        "CREDITED": ("quiet", Text("Krediterad")),
        "PAID": ("good", Text("Betald")),
        "SETTLED": ("quiet", Text("Avräknad")),
    },
    "line": {
        "OPEN": ("note", Text("Öppen")),
        "CLOSED_UNUSED": ("quiet", Text("Stängd, inte använd")),
        "CANCELLED": ("quiet", Text("Återkallad")),
    },
    "report": {
        "FILED": ("note", Text("Lämnad")),
        "APPROVED": ("good", Text("Godkänd", context="report")),
        "REJECTED": ("bad", Text("Avslagen")),
        "REPLACED": ("quiet", Text("Ersatt")),
        "REVOKED": ("bad", Text("Godkännandet återtaget")),
    },
    "planned": {
        "WAITING": ("note", Text("Väntar")),
        "PLACED": ("good", Text("Beställd")),
        "DROPPED": ("quiet", Text("Utgår")),
        "REVOKED": ("bad", Text("Godkännandet återtaget")),
    },
    "informative": {
        "UNREAD": ("note", Text("Inte läst")),
        "READ": ("good", Text("Läst")),
        "WITHDRAWN": ("quiet", Text("Återtagen", context="informative")),
    },
    "placement": {
        "DECIDED": ("good", Text("Beslutad")),
        "CANCELLED": ("quiet", Text("Återkallad")),
    },
    "stands": {
        "COMING": ("quiet", Text("Kommande")),
        "ONGOING": ("good", Text("Pågår")),
        "INTERRUPTED": ("note", Text("Avbryts")),
        "ENDED": ("quiet", Text("Avslutad")),
        "CANCELLED": ("quiet", Text("Återkallad")),
    },
    "interruption": {
        "STANDING": ("note", Text("Gäller", context="interruption")),
        "ENDED": ("quiet", Text("Avslutat")),
        "MOVED": ("quiet", Text("Flyttat")),
        "REPLACED": ("quiet", Text("Ersatt")),
        "WITHDRAWN": ("quiet", Text("Återtaget")),
        "CANCELLED": ("quiet", Text("Återkallat")),
    },
    "letter": {
        "WAITING": ("note", Text("Väntar")),
        "SENT": ("good", Text("Skickat")),
        "IN_PORTAL": ("good", Text("Läses i portalen")),
        "STUCK": ("bad", Text("Fastnat")),
        "ARRIVED": ("note", Text("Kommet")),
        "HANDLED": ("good", Text("Hanterat", context="message")),
        "REPEAT": ("quiet", Text("Upprepning")),
        "CONFLICT": ("bad", Text("Konflikt")),
        "QUARANTINED": ("bad", Text("I karantän")),
        "DELIVERED": ("good", Text("Framme")),
        "REJECTED": ("bad", Text("Avvisat", context="message")),
        "FAILED": ("bad", Text("Gick inte att hantera")),
        "LAID_ASIDE": ("quiet", Text("Lagt till handlingarna", context="message")),
    },
    "event": {
        "UNAPPLIABLE": ("bad", Text("Gick inte att tillämpa")),
        "LAID_ASIDE": ("quiet", Text("Lagd till handlingarna")),
        "APPLIED": ("good", Text("Tillämpad")),
        "CONFLICT": ("bad", Text("Konflikt")),
    },
    "proposal": {
        "DRAFT": ("note", Text("Väntar på attest")),
        "ATTESTED": ("good", Text("Attesterat")),
        "EXPORTED": ("note", Text("Hos banken")),
        "PAID": ("good", Text("Betalt")),
        "WITHDRAWN": ("quiet", Text("Återtaget")),
    },
    "payment_item": {
        "PROPOSED": ("note", Text("Väntar på attest")),
        "ATTESTED": ("good", Text("Attesterad")),
        "EXPORTED": ("note", Text("Hos banken")),
        "PAID": ("good", Text("Betald")),
        "TAKEN_OUT": ("quiet", Text("Uttagen")),
        "RETURNED": ("bad", Text("Kom tillbaka")),
    },
    "application": {
        "WAITING": ("note", Text("Väntar")),
        "APPROVED": ("good", Text("Godkänd", context="application")),
        "REFUSED": ("bad", Text("Avslagen", context="application")),
    },
    "made": {
        "WAITING": ("note", Text("På väg")),
        "RELEASED": ("good", Text("Skickad")),
        "READ": ("good", Text("Mottagen")),
        "UNDONE": ("quiet", Text("Ångrad")),
        "STOPPED": ("bad", Text("Stoppad")),
    },
    "test": {
        "ACCEPT": ("good", Text("Stämmer")),
        "HOLD": ("note", Text("Hålls")),
        "PARK": ("note", Text("Väntar")),
        "QUESTION": ("bad", Text("Stämmer inte")),
    },
    "payment_stop": {
        "ASKED": ("note", Text("Gäller, väntar på en andra person")),
        "STANDING": ("bad", Text("Gäller, bekräftat av två")),
        "LIFT_ASKED": ("note", Text("Gäller, begärt hävt")),
        "LIFTED": ("quiet", Text("Hävt")),
        "REFUSED": ("quiet", Text("Borttaget")),
    },
    "change": {
        "ASKED": ("note", Text("Väntar på två bekräftelser")),
        "FIRST_CONFIRMED": ("note", Text("Väntar på en bekräftelse till")),
        "CONFIRMED": ("good", Text("Genomförd")),
        "REFUSED": ("bad", Text("Avslagen", context="application")),
        "WITHDRAWN": ("quiet", Text("Återtagen")),
    },
    "objection": {
        "OPEN": ("note", Text("Väntar på svar")),
        "STANDS": ("quiet", Text("Ordern gäller")),
        "CANCELLED": ("bad", Text("Återkallad", context="order")),
        "REPLACED": ("bad", Text("Ersatt av en annan order")),
        "WITHDRAWN": ("quiet", Text("Återtagen", context="objection")),
    },
    "unit_tutor": {
        "ACTIVE": ("good", Text("Kan väljas")),
        "CLOSED": ("quiet", Text("Avslutad", context="tutor")),
    },
    "account": {
        "INVITED": ("note", Text("Inbjuden")),
        "ACTIVE": ("good", Text("Aktiv")),
        "ENDED": ("quiet", Text("Avslutad")),
    },
    "key": {
        "ACTIVE": ("good", Text("Gäller", context="key")),
        "EXPIRED": ("quiet", Text("Har gått ut", context="key")),
        "REVOKED": ("quiet", Text("Indragen", context="key")),
    },
}


def told(kind: str, state: str) -> StateLabel:
    """The tone and the words for a state."""
    return STATES.get(kind, {}).get(str(state), ("quiet", WrittenText(str(state))))
