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


#: What is said of a line in words, in Swedish and English.
LINE_WORDS: Mapping[str, tuple[str, str]] = {
    LineStatus.ADDED: ("tillagd", "added"),
    LineStatus.CHANGED: ("ändrad", "changed"),
    LineStatus.ACCEPTED: ("godtagen", "accepted"),
    LineStatus.REFUSED: ("avvisad", "refused"),
    LineStatus.DELIVERED: ("redan levererad", "already delivered"),
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

_SENTENCES: Mapping[Meaning, tuple[str, str]] = {
    Meaning.REJECTED: (
        "Mottagaren avvisade vårt meddelande {reference}. Läs skälen, rätta och skicka det på nytt.",
        "The receiver rejected our message {reference}. Read the reasons, correct and send it again.",
    ),
    Meaning.ORDER_REFUSED: (
        "Leverantören avvisar order {reference}. Ordern gäller oförändrad; ta kontakt med leverantören.",
        "The supplier refuses order {reference}. The order stands unchanged; contact the supplier.",
    ),
    Meaning.ORDER_CHANGED: (
        "Leverantören godtar order {reference} med ändringar. Ordern gäller oförändrad; ta kontakt med leverantören.",
        "The supplier accepts order {reference} with changes. The order stands unchanged; contact the supplier.",
    ),
    Meaning.UNKNOWN: (
        "Svaret gäller {reference}, som vi inte har skickat. Det ligger kvar här.",
        "The answer is about {reference}, which we have not sent. It is kept here.",
    ),
    Meaning.STRANGER: (
        "Svaret gäller {reference}, men avsändaren är en annan än den vi skrev till. Det ligger kvar här.",
        "The answer is about {reference}, but its sender is not the one we wrote to. It is kept here.",
    ),
    Meaning.NOT_EXPECTED: (
        "Ett fakturasvar om {reference} kom till oss, men vi skickar inga fakturor. Det ligger kvar här.",
        "An invoice response about {reference} came to us, but we send no invoices. It is kept here.",
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


def sentences(meaning: Meaning, reference: str) -> tuple[str, str]:
    """What a person is told, in Swedish and English; empty for what nobody needs to look at."""
    sv, en = _SENTENCES.get(meaning, ("", ""))
    return sv.format(reference=reference), en.format(reference=reference)


def in_short(words: str) -> str:
    """A peer's words on one line without control characters, cut to what is kept of them."""
    printable = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(printable.split())[:_WORDS_MOST]
