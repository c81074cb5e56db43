"""What a peer answers about documents of ours, as values, and what an answer means: pure.

An order response (T76) tells what the supplier says about an order, line by line. An MLR or MLS tells
whether one of our messages passed the other side's technical checks. An Invoice Response (T111) is for
the sender of an invoice, which we never are; one that comes is kept. Nothing a peer says changes an order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from foundation import personal_numbers
from foundation.text import NO_TEXT, Text
from foundation.written.fitted import shown
from peppol.identifiers import DocumentKind

ACCEPTED, TAKEN_OVER, REJECTED, CONDITIONALLY = "AP", "AB", "RE", "CA"
_WORDS_MOST = 4_000


class LineStatus(StrEnum):
    """What a supplier says of one ordered line (UNCL1229, as far as T76 has it)."""

    ADDED = "1"
    CHANGED = "3"
    ACCEPTED = "5"
    REFUSED = "7"
    DELIVERED = "42"


#: What is said of a line in words.
LINE_WORDS: Mapping[str, Text] = {
    LineStatus.ADDED: Text("tillagd"),
    LineStatus.CHANGED: Text("ändrad"),
    LineStatus.ACCEPTED: Text("godtagen"),
    LineStatus.REFUSED: Text("avvisad", context="order line"),
    LineStatus.DELIVERED: Text("redan levererad"),
}


class Meaning(StrEnum):
    """What an answer means to us."""

    CONFIRMED = "CONFIRMED"  # our message came through and was taken
    REJECTED = "REJECTED"  # our message was refused technically: it is open again
    NOTED = "NOTED"  # the order's answer, or word that says nothing for good
    ORDER_REFUSED = "ORDER_REFUSED"
    ORDER_CHANGED = "ORDER_CHANGED"  # some line was refused, changed or added
    UNKNOWN = "UNKNOWN"  # about nothing of ours
    STRANGER = "STRANGER"  # about something of ours, by somebody else than the one it was sent to
    NOT_EXPECTED = "NOT_EXPECTED"  # an Invoice Response: we send no invoices


#: What a person must look at; the rest is only recorded.
FOR_STAFF = frozenset(
    {
        Meaning.REJECTED,
        Meaning.ORDER_REFUSED,
        Meaning.ORDER_CHANGED,
        Meaning.UNKNOWN,
        Meaning.STRANGER,
        Meaning.NOT_EXPECTED,
    }
)

#: What is dealt with as an objection to the order (`objections.py`).
ABOUT_ORDERS = frozenset({Meaning.ORDER_REFUSED, Meaning.ORDER_CHANGED})

_SENTENCES: Mapping[Meaning, Text] = {
    Meaning.REJECTED: Text(
        "Mottagaren avvisade vårt meddelande %(reference)s. Läs skälen, rätta och skicka det på nytt."
    ),
    Meaning.ORDER_REFUSED: Text(
        "Leverantören avvisar order %(reference)s. Ordern gäller oförändrad tills ni svarar på invändningen."
    ),
    Meaning.ORDER_CHANGED: Text(
        "Leverantören godtar order %(reference)s med ändringar. Ordern gäller oförändrad tills ni svarar på "
        "invändningen."
    ),
    Meaning.UNKNOWN: Text("Svaret gäller %(reference)s, som vi inte har skickat. Det ligger kvar här."),
    Meaning.STRANGER: Text(
        "Svaret gäller %(reference)s, men avsändaren är en annan än den vi skrev till. Det ligger kvar här."
    ),
    Meaning.NOT_EXPECTED: Text(
        "Ett fakturasvar om %(reference)s kom till oss, men vi skickar inga fakturor. Det ligger kvar här."
    ),
}


@dataclass(frozen=True, slots=True)
class PeerLine:
    """One line of an answer: an order line and what is said of it, or one fault at one place.

    `line` is the order line's id or the fault's place, `code` a LineStatus or the sort of fault.
    """

    line: str
    code: str
    words: str
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """An answer as it reads. `reference` is an order number, a document's number or an instance identifier.

    `sender` is the endpoint in the document, `seller` the organisation number it names, where it does.
    """

    kind: DocumentKind
    number: str
    issued_on: date
    code: str
    sender: str
    reference: str
    words: str
    lines: tuple[PeerLine, ...]
    seller: str = ""


def meaning_of_order_answer(answer: PeerAnswer) -> Meaning:
    """What an order response of the right supplier means."""
    if answer.code == REJECTED:
        return Meaning.ORDER_REFUSED
    unchanged = (LineStatus.ACCEPTED, LineStatus.DELIVERED)
    if any(line.code not in unchanged for line in answer.lines):
        return Meaning.ORDER_CHANGED
    return Meaning.NOTED


def meaning_of_technical_answer(answer: PeerAnswer) -> Meaning:
    """What an MLR or MLS about a message of ours means: AB, taken over, is no word for good."""
    match answer.code:
        case "RE":
            return Meaning.REJECTED
        case "AP":
            return Meaning.CONFIRMED
    return Meaning.NOTED


def sentences(meaning: Meaning, reference: str) -> Text:
    """What a person is told; empty for what nobody needs to look at."""
    return _SENTENCES.get(meaning, NO_TEXT).with_values(reference=personal_numbers.masked(reference))


def in_short(words: str) -> str:
    """A peer's words on one line without control characters, … where more is left out; no personal number is kept."""
    printable = "".join(sign if sign.isprintable() else " " for sign in words)
    return shown(personal_numbers.masked(" ".join(printable.split())), _WORDS_MOST)
