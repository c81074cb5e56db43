"""What a demand or a reminder says, paragraph by paragraph, from the claim and the row of the letter alone. Pure.

A letter says the same for ever: whatever changes of the claim afterwards stands in the next one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from foundation.formatting import kronor
from foundation.money import Money
from foundation.text import Text
from invoicing.claims.claim_states import ClaimCause
from invoicing.claims.interest import Interest, InterestSpan, runs_from


class LetterKind(StrEnum):
    """The first letter of a claim, and those after it."""

    DEMAND = "DEMAND"
    REMINDER = "REMINDER"

    @property
    def words(self) -> Text:
        """What the letter is called."""
        return LETTER_WORDS[self]


LETTER_WORDS: Final[Mapping[LetterKind, Text]] = {
    LetterKind.DEMAND: Text("Krav på återbetalning"),
    LetterKind.REMINDER: Text("Påminnelse om återbetalning"),
}


@dataclass(frozen=True, slots=True)
class ClaimLetter:
    """A letter as it was sent: on which day, until when to pay, and how the claim stood that day."""

    position: int
    kind: LetterKind
    sent_on: date
    due_on: date
    amount: Money
    given_back: Money
    interest: Interest
    pay_to: str
    sent_by: str

    @property
    def left(self) -> Money:
        """What was still owed of the claim itself."""
        return self.amount - self.given_back

    @property
    def to_pay(self) -> Money:
        """What the letter asks for, with interest to the day it was sent."""
        return self.left + self.interest.amount


@dataclass(frozen=True, slots=True)
class ClaimedFor:
    """What the claim is about, as the letter names it."""

    number: str
    ocr: str
    invoice_number: str
    payment_number: str
    paid_on: date
    cause: ClaimCause


def paragraphs(claim: ClaimedFor, letter: ClaimLetter) -> Sequence[Text]:
    """The letter's text, in order."""
    said = [
        Text(
            "Vi har betalat %(amount)s kronor till er för faktura %(invoice)s (%(paid_on)s, betalning %(payment)s). "
            "Beloppet ska betalas tillbaka, eftersom %(cause)s.",
            amount=kronor(letter.amount),
            invoice=claim.invoice_number,
            paid_on=claim.paid_on,
            payment=claim.payment_number,
            cause=claim.cause.words,
        )
    ]
    if letter.given_back.amount:
        said.append(
            Text(
                "Ni har betalat tillbaka, eller fått avräknat, %(given_back)s kronor. Kvar är %(left)s kronor.",
                given_back=kronor(letter.given_back),
                left=kronor(letter.left),
            )
        )
    said += _interest(letter)
    said.append(
        Text(
            "Betala %(to_pay)s kronor senast %(due_on)s till %(pay_to)s. Ange OCR-nummer %(ocr)s.",
            to_pay=kronor(letter.to_pay),
            due_on=letter.due_on,
            pay_to=letter.pay_to,
            ocr=claim.ocr,
        )
    )
    if claim.cause is not ClaimCause.CREDIT:
        said.append(Text("Skicka också en kreditfaktura för hela fakturan, om ni inte redan har gjort det."))
    said += [
        Text(
            "Räknar vi av beloppet på en betalning till er behöver ni inte betala det. Ni ser det under Fordringar i "
            "leverantörsportalen innan det sker."
        ),
        Text(
            "Anser ni att beloppet är fel? Svara under Fordringar i leverantörsportalen och skriv varför. Till dess vi "
            "har svarat räknar vi inte av det och påminner inte."
        ),
    ]
    return said


def _interest(letter: ClaimLetter) -> list[Text]:
    """What is owed for late payment, or from when it will be."""
    spans = letter.interest.spans
    if not spans:
        return [
            Text(
                "Kommer betalningen senare tar vi dröjsmålsränta från och med %(day)s: referensräntan och åtta "
                "procentenheter (6 § räntelagen).",
                day=runs_from(sent_on=letter.sent_on, due_on=letter.due_on),
            )
        ]
    return [
        Text(
            "Dröjsmålsränta till och med %(day)s är %(amount)s kronor (6 § räntelagen). Den växer till dess "
            "beloppet är betalt.",
            day=spans[-1].last,
            amount=kronor(letter.interest.amount),
        ),
        *(each.words for each in spans),
    ]


def spans_written(interest: Interest) -> str:
    """The reckoning as it is kept beside the letter."""
    rows = [
        [each.first.isoformat(), each.last.isoformat(), str(each.owed.amount), str(each.percent)]
        for each in interest.spans
    ]
    return json.dumps(rows)


def spans_read(written: str, currency: str) -> Interest:
    """What `spans_written` made the text of."""
    spans = tuple(
        InterestSpan(
            date.fromisoformat(first),
            date.fromisoformat(last),
            Money(Decimal(owed), currency),
            Decimal(percent),
        )
        for first, last, owed, percent in json.loads(written)
    )
    return Interest(spans, currency)
