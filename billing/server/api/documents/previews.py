"""A document as it would be sent, as the API tells it: its sums, the verdict, and why it would not be taken. Pure."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field

from billing.server.api.documents.told_documents import ToldDeviation, deviations_of
from billing.server.api.told_orders import amount_of
from foundation.errors import Refused
from invoicing.matching.deviations import Match, Verdict
from invoicing.model import DocumentType, InvoiceContent
from invoicing.portal_invoicing.drafts import Draft
from web.refusals.problem_codes import code_of
from web.validation_report import ValidationReport


class Refusal(BaseModel):
    """Why the document would not be taken, as the problem that sending it would be answered with."""

    code: str = Field(description="The code of the problem.")
    detail_sv: str
    detail_en: str


class PreviewedDocument(BaseModel):
    """The document as it would be now; nothing is kept of it."""

    type: DocumentType | None = Field(description="Null where it is neither an invoice nor a credit note.")
    order: str | None
    line: str | None
    credits: str | None = Field(description="The number of the invoice that it credits.")
    would_be_made: bool = Field(description="Whether sending it would be answered with 201.")
    refusal: Refusal | None = Field(description="Why not, where it would not be.")
    number: str | None = Field(
        description="The number it would have; one of a series here another may take meanwhile."
    )
    issued_on: date | None
    currency: str | None
    amount_net: str | None
    amount_payable: str | None
    verdict: Verdict | None = Field(description="What the buyer's matching would say of it.")
    deviations: list[ToldDeviation] = Field(description="What the buyer would find to deviate.")
    has_personal_number: bool = Field(
        description="Whether something in it looks like a personal identity number, which no document may have."
    )
    report: ValidationReport | None = Field(
        description="Of a document sent as XML what the rules find, in the language of `?lang=`."
    )
    replacement: "PreviewedDocument | None" = Field(
        description="The new invoice, where one was asked for; both are made, or neither."
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """A document as it would be, as far as one came of it, and what refuses it."""

    content: InvoiceContent | None = None
    match: Match | None = None
    refused: Refused | None = None
    line: str = ""
    credits: str = ""

    @classmethod
    def of(cls, draft: Draft, refused: Refused | None = None) -> "Seen":
        """What is made here."""
        return cls(draft.content, draft.match, refused, draft.line_id, draft.credits)


def told(
    seen: Seen,
    *,
    replacement: Seen | None = None,
    report: ValidationReport | None = None,
    has_personal_number: bool = False,
) -> PreviewedDocument:
    """The document as it would be. It is taken where nothing refuses it, nor what is to be made with it."""
    content = seen.content
    refused = seen.refused or (replacement.refused if replacement else None)
    credited = content.credits if content else ()
    return PreviewedDocument(
        type=content.document_type if content else None,
        order=(content.order_number or None) if content else None,
        line=seen.line or None,
        credits=seen.credits or (credited[0].number if len(credited) == 1 else None),
        would_be_made=refused is None,
        refusal=_refusal(refused),
        number=content.number if content else None,
        issued_on=content.issued_on if content else None,
        currency=content.currency if content else None,
        amount_net=amount_of(content.amount_net) if content else None,
        amount_payable=amount_of(content.amount_payable) if content else None,
        verdict=seen.match.verdict if seen.match else None,
        deviations=deviations_of(seen.match),
        has_personal_number=has_personal_number,
        report=report,
        replacement=told(replacement) if replacement else None,
    )


def _refusal(refused: Refused | None) -> Refusal | None:
    if refused is None:
        return None
    said = refused.text
    return Refusal(code=code_of(type(refused)), detail_sv=said.sv, detail_en=said.en)
