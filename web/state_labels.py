"""What the states of things are called on pages, and the tone they are shown in.

Convention: (kind, state) -> (tone, Swedish, English). The tone chooses a colour and a sign; the word says it all
without either. Tones: good, note (something waits), bad (something is wrong), quiet (closed, of no concern now).
A state that is not here shows as it is.
"""

from typing import Final

StateLabel = tuple[str, str, str]

STATES: Final[dict[str, dict[str, StateLabel]]] = {
    "invoice": {
        "PARKED": ("note", "Väntar", "Waiting"),
        "IN_QUESTION": ("bad", "I fråga", "In question"),
        "HELD": ("note", "Hålls för kontroll", "Held for a check"),
        "ACCEPTED": ("good", "Godkänd", "Accepted"),
        "CREDIT_REQUESTED": ("bad", "Kredit begärd", "Credit requested"),
        "CREDITED": ("quiet", "Krediterad", "Credited"),
        "PAID": ("good", "Betald", "Paid"),
        "SETTLED": ("quiet", "Avräknad", "Settled"),
    },
    "line": {
        "OPEN": ("note", "Öppen", "Open"),
        "CLOSED_UNUSED": ("quiet", "Stängd, inte använd", "Closed, not used"),
        "CANCELLED": ("quiet", "Återkallad", "Cancelled"),
    },
    "report": {
        "FILED": ("note", "Lämnad", "Filed"),
        "APPROVED": ("good", "Godkänd", "Approved"),
        "REJECTED": ("bad", "Avslagen", "Rejected"),
        "REPLACED": ("quiet", "Ersatt", "Replaced"),
    },
    "placement": {
        "DECIDED": ("good", "Beslutad", "Decided"),
        "CANCELLED": ("quiet", "Återkallad", "Cancelled"),
    },
    "stands": {
        "COMING": ("quiet", "Kommande", "Coming"),
        "ONGOING": ("good", "Pågår", "Ongoing"),
        "INTERRUPTED": ("note", "Avbryts", "Being interrupted"),
        "ENDED": ("quiet", "Avslutad", "Ended"),
        "CANCELLED": ("quiet", "Återkallad", "Cancelled"),
    },
    "interruption": {
        "STANDING": ("note", "Gäller", "In force"),
        "ENDED": ("quiet", "Avslutat", "Ended"),
        "MOVED": ("quiet", "Flyttat", "Moved"),
        "REPLACED": ("quiet", "Ersatt", "Replaced"),
        "WITHDRAWN": ("quiet", "Återtaget", "Withdrawn"),
        "CANCELLED": ("quiet", "Återkallat", "Cancelled"),
    },
    "letter": {
        "WAITING": ("note", "Väntar", "Waiting"),
        "SENT": ("good", "Skickat", "Sent"),
        "IN_PORTAL": ("good", "Läses i portalen", "Read in the portal"),
        "STUCK": ("bad", "Fastnat", "Stuck"),
        "ARRIVED": ("note", "Kommet", "Arrived"),
        "HANDLED": ("good", "Hanterat", "Handled"),
        "REPEAT": ("quiet", "Upprepning", "Repeat"),
        "CONFLICT": ("bad", "Konflikt", "Conflict"),
        "QUARANTINED": ("bad", "I karantän", "Quarantined"),
        "DELIVERED": ("good", "Framme", "Delivered"),
        "REJECTED": ("bad", "Avvisat", "Rejected"),
        "FAILED": ("bad", "Gick inte att hantera", "Could not be handled"),
    },
    "event": {
        "UNAPPLIABLE": ("bad", "Gick inte att tillämpa", "Could not be applied"),
        "CONFLICT": ("bad", "Konflikt", "Conflict"),
    },
    "proposal": {
        "DRAFT": ("note", "Väntar på attest", "Waits for attest"),
        "ATTESTED": ("good", "Attesterat", "Attested"),
        "EXPORTED": ("note", "Hos banken", "With the bank"),
        "PAID": ("good", "Betalt", "Paid"),
        "WITHDRAWN": ("quiet", "Återtaget", "Withdrawn"),
    },
    "payment_item": {
        "PROPOSED": ("note", "Väntar på attest", "Waits for attest"),
        "ATTESTED": ("good", "Attesterad", "Attested"),
        "EXPORTED": ("note", "Hos banken", "With the bank"),
        "PAID": ("good", "Betald", "Paid"),
        "TAKEN_OUT": ("quiet", "Uttagen", "Taken out"),
        "RETURNED": ("bad", "Kom tillbaka", "Came back"),
    },
    "application": {
        "WAITING": ("note", "Väntar", "Waiting"),
        "APPROVED": ("good", "Godkänd", "Approved"),
        "REFUSED": ("bad", "Avslagen", "Refused"),
    },
    "made": {
        "WAITING": ("note", "På väg", "On its way"),
        "RELEASED": ("good", "Skickad", "Sent"),
        "READ": ("good", "Mottagen", "Received"),
        "UNDONE": ("quiet", "Ångrad", "Undone"),
        "STOPPED": ("bad", "Stoppad", "Stopped"),
    },
    "test": {
        "ACCEPT": ("good", "Stämmer", "Agrees"),
        "HOLD": ("note", "Hålls", "Held"),
        "PARK": ("note", "Väntar", "Waits"),
        "QUESTION": ("bad", "Stämmer inte", "Does not agree"),
    },
    "change": {
        "ASKED": ("note", "Väntar på två bekräftelser", "Waits for two confirmations"),
        "FIRST_CONFIRMED": ("note", "Väntar på en bekräftelse till", "Waits for one more confirmation"),
        "CONFIRMED": ("good", "Genomförd", "Done"),
        "REFUSED": ("bad", "Avslagen", "Refused"),
        "WITHDRAWN": ("quiet", "Återtagen", "Withdrawn"),
    },
    "account": {
        "INVITED": ("note", "Inbjuden", "Invited"),
        "ACTIVE": ("good", "Aktiv", "Active"),
        "ENDED": ("quiet", "Avslutad", "Ended"),
    },
}


def told(kind: str, state: str) -> StateLabel:
    """The tone and both words for a state."""
    return STATES.get(kind, {}).get(str(state), ("quiet", str(state), str(state)))
