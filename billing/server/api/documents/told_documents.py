"""Invoices and credit notes as the API tells them: models, and the making of them from what the portal shows. Pure.

Convention: an amount is a decimal in text, with two decimals and a point, and its currency stands beside it. A sentence
stands in Swedish and in English.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel, Field

from billing.server.api.told_orders import amount_of
from foundation.text import Text
from invoicing.matching import causes
from invoicing.matching.deviations import DeviationCode, Match, Verdict, Weight
from invoicing.model import DocumentType, ExpectedCredit, InvoiceState, SupplierInvoice
from supplier_portal.pages.invoices import is_rejected
from supplier_portal.queries.invoice_steps import InvoiceStep, InvoiceSteps, SentResponse

DOCUMENTS: Final = "/api/v1/invoices"
"""Where documents are read."""

_S = InvoiceState
_UNPAID = (_S.ACCEPTED, _S.PARTLY_ACCEPTED, _S.PARKED, _S.ON_HOLD, _S.IN_QUESTION)


class Sentence(BaseModel):
    """What is said to people, in both languages."""

    sv: str
    en: str


class ToldDeviation(BaseModel):
    """One thing that is not as agreed."""

    code: DeviationCode = Field(description="What deviates, for programs.")
    stops: bool = Field(description="Whether it keeps the document from being accepted as it is.")
    line: str | None = Field(description="The document's line (BT-126); null where it is the whole document.")
    term: str = Field(description="Where in the document it stands, as a business term of EN 16931.")
    found: str = Field(description="What the document says.")
    expected: str = Field(description="What it should say.")
    sentence_sv: str
    sentence_en: str


class ToldInvoice(BaseModel):
    """An invoice or credit note in the buyer's books, and how it stands."""

    id: int
    type: DocumentType
    number: str = Field(description="The number that the supplier gave it.")
    issued_on: date
    received_on: date
    execution_reference: str | None
    order: str | None = Field(
        description="The order it is for; null where it names none, or none that we know."
    )
    currency: str
    amount_net: str = Field(description="Without VAT.")
    amount_vat: str
    amount_payable: str = Field(description="With VAT.")
    amount_left: str = Field(
        description="Of the amount payable what is left, less the credit notes for parts of it."
    )
    state: InvoiceState = Field(description="The state it is in now.")
    state_sv: str
    state_en: str
    verdict: Verdict | None = Field(description="What the buyer's matching last came to.")
    deviations: list[ToldDeviation] = Field(description="What deviated in the latest judgement.")
    why_not_paid: list[Sentence] = Field(
        description="What keeps it from being paid and what to do; empty where nothing does."
    )
    pays_on: date | None = Field(description="When it is paid, or would be; null where it is not to be.")
    paid_on: date | None = Field(description="The day it was paid; null while it is not.")
    answer: str | None = Field(description="The code of the buyer's last answer (UNCL4343), as `AP`.")
    href: str


class DocumentStep(BaseModel):
    """One thing that happened, or is expected."""

    on: date = Field(description="The day of it.")
    expected: bool = Field(description="Whether it is still to come.")
    what_sv: str = Field(description="What happens, in Swedish.")
    what_en: str = Field(description="The same in English.")
    why: list[Sentence] = Field(description="Why, in sentences.")


class GivenAnswer(BaseModel):
    """An Invoice Response of the buyer's to the document."""

    id: int
    code: str = Field(description="The response's code, of UNCL 4343, as `AP`.")
    issued_on: date
    meaning_sv: str
    meaning_en: str
    href: str = Field(description="Where the message is, as it was sent.")


class DocumentNamed(BaseModel):
    """Another document in the books."""

    id: int
    number: str = Field(description="The number that the supplier gave it.")
    href: str


class ToldExpectedCredit(BaseModel):
    """The credit note that the buyer expects, where it has accepted the rest."""

    due_on: date = Field(description="The day it is expected by.")
    currency: str
    amount_net: str
    amount_payable: str
    lines: list[str] = Field(description="The lines of the invoice (BT-126).")


class ToldBytes(BaseModel):
    """The document itself."""

    sha256: str
    xml: str = Field(description="Where the bytes are.")
    pdf: str = Field(description="Where the document is as a PDF.")


class OneInvoice(ToldInvoice):
    """A document with all that is told of it."""

    payment: str | None = Field(description="What the payment of it is known by; see /api/v1/payments.")
    pays_to: str | None = Field(description="The account it is, or would be, paid to.")
    settled_with: DocumentNamed | None = Field(
        description="The credit note that takes all of it back, or the invoice that it takes back."
    )
    can_be_credited: bool = Field(description="Whether a credit note for it can be made now.")
    expected_credit: ToldExpectedCredit | None = Field(
        description="The credit note that the buyer expects; null where it expects none."
    )
    made_as: int | None = Field(description="Its id under /api/v1/invoices/outgoing, where it was made here.")
    steps: list[DocumentStep] = Field(description="What has happened to it, and what is expected.")
    answers: list[GivenAnswer] = Field(description="The Invoice Responses of the buyer's to it.")
    document: ToldBytes = Field(description="Its bytes: their sum, and where they are.")


def told(invoice: SupplierInvoice, match: Match | None) -> ToldInvoice:
    """A document of the list, by its latest judgement."""
    in_part = invoice.state is _S.PARTLY_ACCEPTED
    paid = invoice.paid_on is not None
    is_invoice = invoice.document_type is DocumentType.INVOICE
    return ToldInvoice(
        id=invoice.id,
        type=invoice.document_type,
        number=invoice.number,
        issued_on=invoice.issued_on,
        received_on=invoice.received_on,
        execution_reference=invoice.execution_reference or None,
        order=invoice.order_number or None,
        currency=invoice.currency,
        amount_net=amount_of(invoice.amount_net),
        amount_vat=amount_of(invoice.amount_vat),
        amount_payable=amount_of(invoice.amount_payable),
        amount_left=amount_of(invoice.amount_to_pay),
        state=invoice.state,
        state_sv=invoice.state_word.sv,
        state_en=invoice.state_word.en,
        verdict=match.verdict if match else None,
        deviations=deviations_of(match, rejected=is_rejected(invoice), in_part=in_part),
        why_not_paid=_why_not_paid(invoice, match, in_part=in_part),
        pays_on=invoice.pays_on if is_invoice and not paid and invoice.state in _UNPAID else None,
        paid_on=invoice.paid_on,
        answer=invoice.answered or None,
        href=f"{DOCUMENTS}/{invoice.id}",
    )


def one(
    told_first: ToldInvoice, steps: InvoiceSteps, *, payment: str, pays_to: str, sha256: str
) -> OneInvoice:
    """A document with its story, which begins where the list's row ends."""
    here = told_first.href
    return OneInvoice(
        **dict(told_first),
        payment=payment or None,
        pays_to=pays_to or None,
        settled_with=_named(steps.other) if steps.other else None,
        can_be_credited=steps.can_be_credited,
        expected_credit=_expected(steps.expected) if steps.expected else None,
        made_as=steps.made.id if steps.made else None,
        steps=[_step(each) for each in steps.steps],
        answers=[_answer(each) for each in steps.answers],
        document=ToldBytes(sha256=sha256, xml=f"{here}/document.xml", pdf=f"{here}/document.pdf"),
    )


def deviations_of(
    match: Match | None, *, rejected: bool = False, in_part: bool = False
) -> list[ToldDeviation]:
    """Each deviation of a judgement with its sentence, as it is told on the page of the document."""
    if match is None:
        return []
    said = causes.told(match.deviations, rejected=rejected, in_part=in_part)
    return [
        ToldDeviation(
            code=each.code,
            stops=each.weight is not Weight.NOTE,
            line=each.line or None,
            term=each.term,
            found=each.found,
            expected=each.expected,
            sentence_sv=said[each].sv,
            sentence_en=said[each].en,
        )
        for each in match.deviations
    ]


def sentences(texts: Sequence[Text]) -> list[Sentence]:
    """Texts in both languages."""
    return [Sentence(sv=each.sv, en=each.en) for each in texts]


def _why_not_paid(invoice: SupplierInvoice, match: Match | None, *, in_part: bool) -> list[Sentence]:
    stands = invoice.paid_on is None and invoice.state not in (_S.ACCEPTED, _S.CREDITED, _S.SETTLED)
    if match is None or not stands or not causes.stops(match):
        return []
    return sentences(causes.reasons(match, rejected=is_rejected(invoice), in_part=in_part))


def _step(step: InvoiceStep) -> DocumentStep:
    what = f"{step.what.sv} {step.link_text}".rstrip(), f"{step.what.en} {step.link_text}".rstrip()
    return DocumentStep(
        on=step.on, expected=step.expected, what_sv=what[0], what_en=what[1], why=sentences(step.why)
    )


def _answer(answer: SentResponse) -> GivenAnswer:
    return GivenAnswer(
        id=answer.sequence,
        code=answer.code,
        issued_on=answer.issued_on,
        meaning_sv=answer.meaning.sv,
        meaning_en=answer.meaning.en,
        href=f"/api/v1/answers/{answer.sequence}/answer.xml",
    )


def _named(invoice: SupplierInvoice) -> DocumentNamed:
    return DocumentNamed(id=invoice.id, number=invoice.number, href=f"{DOCUMENTS}/{invoice.id}")


def _expected(expected: ExpectedCredit) -> ToldExpectedCredit:
    return ToldExpectedCredit(
        due_on=expected.due_on,
        currency=expected.amount_payable.currency,
        amount_net=amount_of(expected.amount_net),
        amount_payable=amount_of(expected.amount_payable),
        lines=[each.invoice_line for each in expected.lines],
    )
