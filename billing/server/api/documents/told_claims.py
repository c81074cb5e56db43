"""Claims as the API tells them: models, and the making of them from what the portal shows. Pure."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from billing.server.api.documents.told_documents import DOCUMENTS
from billing.server.api.paging import Next
from billing.server.api.told_orders import amount_of
from invoicing.claims.claim_states import STANDING, ClaimCause, ClaimState, PartWay
from invoicing.claims.claim_store import SupplierClaim
from invoicing.claims.letter_store import ClaimWord
from invoicing.claims.letters import ClaimLetter, LetterKind
from invoicing.claims.owed_queries import SetOff
from invoicing.claims.part_store import ClaimPart

CLAIMS = "/api/v1/claims"


class ToldSetOff(BaseModel):
    """The payment that a claim is about to be taken off."""

    pay_on: date = Field(description="The day of that payment.")
    has_left: bool = Field(description="Whether the bank has it, so that nothing said since stops it.")


class ToldClaim(BaseModel):
    """What the supplier is asked to give back of an invoice that it was paid."""

    number: str = Field(description="The claim's number.")
    ocr: str = Field(description="To be written on the payment.")
    state: ClaimState = Field(description="The state it is in now.")
    state_sv: str
    state_en: str
    cause: ClaimCause = Field(description="Why it was raised.")
    cause_sv: str
    cause_en: str
    invoice: str = Field(description="Where the invoice is read.")
    invoice_number: str = Field(description="The number of the invoice that was paid.")
    execution_reference: str | None
    currency: str
    amount: str = Field(description="What is claimed back.")
    amount_given_back: str = Field(description="What of it has been given back.")
    amount_left: str = Field(description="What of it is left to give back.")
    paid_on: date = Field(description="When the buyer paid what it claims back.")
    raised_on: date = Field(description="The day it was raised.")
    due_on: date | None = Field(description="By when the latest letter asks for it.")
    is_overdue: bool = Field(description="Whether its last day has passed.")
    set_off: ToldSetOff | None = Field(
        description="The payment it is about to be taken off; null where there is none."
    )
    can_be_disputed: bool = Field(description="Whether it can be disputed now.")
    href: str


class ToldLetter(BaseModel):
    """A demand or a reminder, and how the claim stood that day."""

    kind: LetterKind = Field(description="Whether it is a demand or a reminder.")
    sent_on: date = Field(description="The day it was sent.")
    due_on: date = Field(description="The day it is to be paid at the latest.")
    amount_to_pay: str = Field(description="With interest to the day it was sent.")
    amount_interest: str = Field(description="The interest that day.")
    pay_to: str = Field(description="The account to pay to.")
    href: str = Field(description="Where the letter is, as a PDF.")


class ToldWord(BaseModel):
    """What one side said."""

    by_supplier: bool = Field(description="Whether the supplier said it; else the buyer did.")
    on: date = Field(description="The day it was said.")
    words: str = Field(description="What was said.")


class ToldPart(BaseModel):
    """What was given back of it, or is owed again."""

    how: PartWay = Field(description="How it was given back, or why it is owed again.")
    how_sv: str = Field(description="The same in words, in Swedish.")
    how_en: str = Field(description="The same in English.")
    on: date = Field(description="The day of it.")
    amount: str = Field(description="The amount.")
    reference: str | None = Field(description="What the bank calls it, or the payment that it was taken off.")


class OneClaim(ToldClaim):
    """A claim with its letters, words and parts."""

    letters: list[ToldLetter] = Field(description="The letters that were sent about it.")
    words: list[ToldWord] = Field(description="What was said about it.")
    parts: list[ToldPart] = Field(description="What was given back of it.")


class ClaimPage(BaseModel):
    """A page of claims, in the order of their numbers."""

    claims: list[ToldClaim] = Field(description="The claims of this page, by their numbers.")
    next: Next


def told(claim: SupplierClaim, set_off: SetOff | None, *, today: date) -> ToldClaim:
    """A claim of the list."""
    has_left = set_off is not None and set_off.has_left
    return ToldClaim(
        number=claim.number,
        ocr=claim.ocr,
        state=claim.state,
        state_sv=claim.state_word.sv,
        state_en=claim.state_word.en,
        cause=claim.cause,
        cause_sv=claim.cause.words.sv,
        cause_en=claim.cause.words.en,
        invoice=f"{DOCUMENTS}/{claim.invoice_id}",
        invoice_number=claim.invoice_number,
        execution_reference=claim.execution_reference or None,
        currency=claim.amount.currency,
        amount=amount_of(claim.amount),
        amount_given_back=amount_of(claim.given_back),
        amount_left=amount_of(claim.left),
        paid_on=claim.paid_on,
        raised_on=claim.raised_on,
        due_on=claim.due_on,
        is_overdue=claim.is_overdue(today),
        set_off=ToldSetOff(pay_on=set_off.pay_on, has_left=set_off.has_left) if set_off else None,
        can_be_disputed=claim.state in STANDING and not has_left,
        href=f"{CLAIMS}/{claim.number}",
    )


def one(
    claim: ToldClaim,
    *,
    letters: Sequence[ClaimLetter],
    words: Sequence[ClaimWord],
    parts: Sequence[ClaimPart],
) -> OneClaim:
    """A claim with what was written, said and given back about it. Who at the buyer did it is not told."""
    return OneClaim(
        **dict(claim),
        letters=[_letter(each, claim.href) for each in letters],
        words=[ToldWord(by_supplier=each.by_supplier, on=each.on_day, words=each.words) for each in words],
        parts=[
            ToldPart(
                how=each.how,
                how_sv=each.how.words.sv,
                how_en=each.how.words.en,
                on=each.on_day,
                amount=amount_of(each.amount),
                reference=each.reference or None,
            )
            for each in parts
        ],
    )


def _letter(letter: ClaimLetter, path: str) -> ToldLetter:
    return ToldLetter(
        kind=letter.kind,
        sent_on=letter.sent_on,
        due_on=letter.due_on,
        amount_to_pay=amount_of(letter.to_pay),
        amount_interest=amount_of(letter.interest.amount),
        pay_to=letter.pay_to,
        href=f"{path}/letters/{letter.position}.pdf",
    )
