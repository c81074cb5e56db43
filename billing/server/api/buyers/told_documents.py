"""Suppliers' documents as the buyer's programs are told of them: models, and the making of them. Pure.

Convention: an amount is a decimal in text with a point; the words are those of the pages, in both languages. A document
that is handled apart (skyddade uppgifter) is told by its number in the books and its amounts alone.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, Field

from foundation.formatting import Json
from foundation.text import Language, Text
from invoicing.matching.deviation_texts import sentence, title
from invoicing.matching.deviations import Deviation, Match, Verdict, Weight
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.payment.attest_store import DocumentAttest
from operations.timeline.queries import AnswerRow, PaymentRow
from web.verdict_words import document_json, tree_json


class ToldDocument(BaseModel):
    """An invoice or a credit note in the books."""

    id: int
    document_type: DocumentType
    number: str | None = Field(description="The supplier's own; null where the document is handled apart.")
    supplier: str
    execution_reference: str | None
    order_number: str | None
    issued_on: date
    received_on: date
    pays_on: date
    paid_on: date | None = Field(description="The day it was paid; null while it is not.")
    amount_net: str
    amount_vat: str
    amount_payable: str
    currency: str
    state: InvoiceState = Field(description="The state it is in now.")
    codes: list[str] = Field(description="The codes of its deviations, the gravest first.")
    answered: str = Field(description="The code of the last Invoice Response; empty where none was sent.")
    is_apart: bool = Field(description="Handled apart, as it may say who somebody is: read it on its page.")


class DeviationOfDocument(BaseModel):
    """One thing that is not as agreed."""

    code: str = Field(description="What deviates, for programs.")
    stops: bool = Field(description="Whether it alone has the document asked back.")
    line: str = Field(description="The invoice line (BT-126); empty for the document.")
    term: str = Field(description="The business term of EN 16931 it is about.")
    found: str = Field(description="What the document says.")
    expected: str = Field(description="What it should say.")
    expected_from: str = Field(description="What that follows from.")
    acts: str = Field(description="Who must act: SUPPLIER, BUYER or NOBODY.")
    title_sv: str = Field(description="What deviates in a few words, in Swedish.")
    title_en: str = Field(description="The same in English.")
    sentence_sv: str
    sentence_en: str


class ToldJudgement(BaseModel):
    """How the document was judged on a day: the verdict, and the tree of checks behind it."""

    made_on: date = Field(description="The day of the judgement.")
    verdict: Verdict = Field(description="What it came to.")
    codes: list[str] = Field(description="The codes of what deviated.")
    tree: dict[str, object] = Field(description="Every check with its outcome, in the language of `?lang=`.")


class ToldAttest(BaseModel):
    """One attest of the document, or one that counts no longer."""

    proposal: str = Field(description="The number of the payment proposal it was attested in.")
    by: str = Field(description="The person's id.")
    on: date = Field(description="The day of the attest.")
    amount: str = Field(description="The amount that was attested.")
    stands: bool = Field(description="Whether it counts.")
    dropped_for: str = Field(description="Why it counts no longer; empty while it stands.")


class AnswerOfDocument(BaseModel):
    """An Invoice Response that was sent about the document."""

    code: str = Field(description="The response's code, of UNCL 4343, as `AP`.")
    issued_on: date
    state: str = Field(description="How far the message with it has come.")


class PaymentOfDocument(BaseModel):
    """One payment of the document."""

    number: str = Field(description="What the payment is known by at the bank.")
    amount: str = Field(description="The amount that was paid.")
    paid_on: date = Field(description="The day it was paid.")
    returned_on: date | None = Field(description="The day the bank gave it back; null where it did not.")
    prepared_by: str = Field(description="Who prepared the payment, by id.")
    attested_by: str = Field(description="Who attested it, by id.")


class OneDocument(ToldDocument):
    """A document with its verdict, and what came of it."""

    sentence_sv: str = Field(description="Why it stands as it stands.")
    sentence_en: str
    deviations: list[DeviationOfDocument] = Field(description="What deviated in the latest judgement.")
    judgements: list[ToldJudgement] = Field(description="The newest first.")
    attests: list[ToldAttest] = Field(description="Every attest of it, also those that count no longer.")
    answers: list[AnswerOfDocument] = Field(description="The Invoice Responses sent about it.")
    payments: list[PaymentOfDocument] = Field(description="The payments of it.")
    href_xml: str = Field(description="Where its bytes are, as they came.")


def told(invoice: SupplierInvoice, *, apart: bool) -> ToldDocument:
    """A document of a list."""
    said = {**document_json(invoice), "is_apart": apart}
    del said["letter"]
    if apart:
        said |= {"number": None, "execution_reference": None, "order_number": None}
    return ToldDocument.model_validate(said)


def one(
    invoice: SupplierInvoice,
    why: Text,
    judged: Sequence[tuple[date, Match]],
    attests: Sequence[DocumentAttest],
    answers: Sequence[AnswerRow],
    payments: Sequence[PaymentRow],
    *,
    path: str,
    language: Language,
) -> OneDocument:
    """A document that is not handled apart, with all that came of it; `judged` is the oldest first."""
    latest = judged[-1][1] if judged else None
    return OneDocument(
        **told(invoice, apart=False).model_dump(),
        sentence_sv=why.sv,
        sentence_en=why.en,
        deviations=[deviation(each) for each in latest.deviations] if latest else [],
        judgements=[_judgement(on, match, language) for on, match in reversed(judged)],
        attests=[
            ToldAttest(
                proposal=each.proposal,
                by=each.by_person,
                on=each.on,
                amount=f"{each.amount:.2f}",
                stands=not each.dropped,
                dropped_for=each.dropped,
            )
            for each in attests
        ],
        answers=[
            AnswerOfDocument(code=each.code, issued_on=each.issued_on, state=each.state.value)
            for each in answers
        ],
        payments=[
            PaymentOfDocument(
                number=each.number,
                amount=f"{each.amount.amount:.2f}",
                paid_on=each.paid_on,
                returned_on=each.returned_on,
                prepared_by=each.prepared_by,
                attested_by=each.attested_by,
            )
            for each in payments
        ],
        href_xml=f"{path}/document.xml",
    )


def deviation(each: Deviation) -> DeviationOfDocument:
    """One deviation with its words."""
    name, said = title(each), sentence(each)
    return DeviationOfDocument(
        code=each.code,
        stops=each.weight is Weight.QUESTION,
        line=each.line,
        term=each.term,
        found=each.found,
        expected=each.expected,
        expected_from=each.expected_from,
        acts=each.actor,
        title_sv=name.sv,
        title_en=name.en,
        sentence_sv=said.sv,
        sentence_en=said.en,
    )


def _judgement(on: date, match: Match, language: Language) -> ToldJudgement:
    tree: Json = tree_json(match.tree, language)
    assert isinstance(tree, dict)  # noqa: S101 - the tree of checks is one
    return ToldJudgement(made_on=on, verdict=match.verdict, codes=list(match.codes), tree=dict(tree))
