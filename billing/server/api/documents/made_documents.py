"""Documents that were made or sent here and are on their way, as the API tells them. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from billing.server.api.documents.told_documents import Sentence, ToldDeviation, deviations_of
from billing.server.api.told_orders import amount_of
from foundation.text import Text
from invoicing.matching.deviations import Match, Verdict
from invoicing.model import DocumentType
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.portal_states import PORTAL_WORDS, PortalState

OUTGOING: Final = "/api/v1/invoices/outgoing"
"""Where documents on their way are read and undone."""


class MadeDocument(BaseModel):
    """A document that leaves when the time for second thoughts has passed, or has left, or never will."""

    id: int
    type: DocumentType
    number: str = Field(description="The number that it carries.")
    state: PortalState = Field(description="How far it has come.")
    state_sv: str
    state_en: str
    order: str | None = Field(description="The number of the order it invoices.")
    line: str | None = Field(description="The line of that order.")
    credits: str | None = Field(description="The number of the invoice that it credits.")
    issued_on: date
    currency: str
    amount_net: str
    amount_payable: str
    leaves_at: datetime = Field(description="Until then it can be undone.")
    undone_with: list[int] = Field(
        description="What was made with it, and is undone with it: a credit note and the new invoice."
    )
    href: str


class OutgoingDocument(MadeDocument):
    """The same with what became of it."""

    reason: Sentence | None = Field(description="Why it was stopped, or did not come into the books.")
    document: str | None = Field(description="Where it is read once it is in the buyer's books.")


class SentDocument(MadeDocument):
    """What was made just now."""

    replacement: MadeDocument | None = Field(description="The new invoice, where one was asked for.")
    verdict: Verdict | None = Field(
        description="What the buyer's matching would say of it, of a document sent as XML, which goes as it came."
    )
    deviations: list[ToldDeviation] = Field(description="What the buyer would find to deviate.")


def told(made: Made, others: Sequence[Made] = ()) -> MadeDocument:
    """A document, and those that were made with it."""
    words = PORTAL_WORDS[made.state]
    return MadeDocument(
        id=made.id,
        type=made.document_type,
        number=made.number,
        state=made.state,
        state_sv=words.sv,
        state_en=words.en,
        order=made.order_number or None,
        line=made.line_id or None,
        credits=made.credits or None,
        issued_on=made.issued_on,
        currency=made.amount_net.currency,
        amount_net=amount_of(made.amount_net),
        amount_payable=amount_of(made.amount_payable),
        leaves_at=made.release_at,
        undone_with=[each.id for each in others if each.id != made.id],
        href=href_of(made),
    )


def sent(made: Sequence[Made], match: Match | None = None) -> SentDocument:
    """What one request made: a document, and the new invoice beside a credit note."""
    first = made[0]
    return SentDocument(
        **dict(told(first, made)),
        replacement=told(made[1], made) if len(made) > 1 else None,
        verdict=match.verdict if match else None,
        deviations=deviations_of(match),
    )


def outgoing(
    made: Made, others: Sequence[Made], *, reason: Text | None, document: str | None
) -> OutgoingDocument:
    """One document and what became of it."""
    why = Sentence(sv=reason.sv, en=reason.en) if reason else None
    return OutgoingDocument(**dict(told(made, others)), reason=why, document=document)


def href_of(made: Made) -> str:
    """Where the document is read."""
    return f"{OUTGOING}/{made.id}"


def tag_of(made: Made) -> str:
    """The ETag of a document on its way: it changes with its state, and with nothing else."""
    return f'"{made.id}-{made.state}"'
