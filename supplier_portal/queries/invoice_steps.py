"""An invoice's way from the supplier to the payment, told as steps a person follows: what came when, and what now.

Convention: every step is taken from what stands in the books (the message, the judgements, the pair, the payment);
what has not happened yet is told as what is expected. Sentences are pairs (Swedish, English).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation.errors import Pair
from foundation.periods import stockholm_date
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Match, Verdict, Weight
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import portal_document_store
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.responses.response_documents import APPROVED, IN_PROCESS, PAID, RECEIVED, REJECTED, UNDER_QUERY
from peppol.exchange.outbox_store import OutboundMessage

_S = InvoiceState

ANSWERS: dict[str, tuple[str, str, str]] = {
    RECEIVED: ("info", "Mottagen", "Received"),
    IN_PROCESS: ("note", "Under behandling", "In process"),
    UNDER_QUERY: ("note", "Under utredning", "Under query"),
    REJECTED: ("bad", "Avvisad: kreditera och skicka en ny", "Rejected: credit it and send a new one"),
    "CA": ("note", "Godkänd med villkor", "Conditionally accepted"),
    APPROVED: ("good", "Godkänd för betalning", "Accepted for payment"),
    PAID: ("good", "Betald", "Paid"),
}
_VERDICTS: dict[Verdict, Pair] = {
    Verdict.ACCEPT: ("Stämmer med ordern", "Agrees with the order"),
    Verdict.HOLD: ("Hålls för kontroll", "Held for a check"),
    Verdict.PARK: ("Väntar", "Waits"),
    Verdict.QUESTION: ("I fråga", "In question"),
}
_TONES = {Verdict.ACCEPT: "good", Verdict.HOLD: "note", Verdict.PARK: "note", Verdict.QUESTION: "bad"}


@dataclass(frozen=True, slots=True)
class InvoiceStep:
    """One thing that happened, or is expected (`expected`): when, what, and why where that needs words."""

    on: date
    tone: str
    what: Pair
    why: tuple[Pair, ...] = ()
    link: str = ""
    link_text: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True)
class SentResponse:
    """An Invoice Response of the buyer's."""

    sequence: int
    code: str
    issued_on: date
    tone: str
    meaning: Pair


@dataclass(frozen=True, slots=True)
class InvoiceSteps:
    """All that an invoice's page tells."""

    invoice: SupplierInvoice
    steps: tuple[InvoiceStep, ...]
    judged: tuple[date, Match] | None
    answers: tuple[SentResponse, ...]
    made: Made | None
    other: SupplierInvoice | None
    credit_on_its_way: Made | None
    can_be_credited: bool


def story(session: Session, actor: SupplierActor, invoice: SupplierInvoice) -> InvoiceSteps:
    """The story of one of the person's invoices or credit notes."""
    judged = document_store.matches(session, invoice.id)
    made = portal_document_store.of_message(session, actor, invoice.letter_id)
    pair = portal_queries.settled_with(session, invoice)
    pending = portal_document_store.pending_credit(session, invoice.supplier, invoice.number)
    is_credit = invoice.document_type is DocumentType.CREDIT_NOTE
    return InvoiceSteps(
        invoice=invoice,
        steps=tuple(_steps(invoice, judged, made, pair)),
        judged=judged[-1] if judged else None,
        answers=tuple(_answer(each) for each in portal_queries.answers(session, invoice)),
        made=made,
        other=pair[0] if pair else None,
        credit_on_its_way=pending if not is_credit else None,
        can_be_credited=not is_credit and pending is None and invoice.state is not _S.CREDITED,
    )


def _steps(
    invoice: SupplierInvoice,
    judged: Sequence[tuple[date, Match]],
    made: Made | None,
    pair: tuple[SupplierInvoice, date] | None,
) -> list[InvoiceStep]:
    steps = []
    if made is not None:
        steps.append(
            InvoiceStep(_day(made.release_at), "info", ("Skickad från portalen", "Sent from the portal"))
        )
    steps.append(InvoiceStep(invoice.received_on, "good", ("Mottagen av köparen", "Received by the buyer")))
    steps += [_judgement(on, match) for on, match in judged]
    if invoice.state is _S.CREDIT_REQUESTED:
        last = judged[-1][0] if judged else invoice.received_on
        steps.append(
            InvoiceStep(
                last, "bad", ("Kreditfaktura och ny faktura begärd", "Credit note and new invoice asked for")
            )
        )
    if pair is not None:
        other, on = pair
        told = (
            ("Krediterad i sin helhet med", "Credited in full by")
            if other.document_type is DocumentType.CREDIT_NOTE
            else ("Krediterar i sin helhet", "Credits in full")
        )
        steps.append(InvoiceStep(on, "quiet", told, link=f"/invoices/{other.id}", link_text=other.number))
    if invoice.paid_on is not None:
        steps.append(InvoiceStep(invoice.paid_on, "good", ("Betald", "Paid")))
    elif invoice.state is _S.ACCEPTED:
        steps.append(InvoiceStep(invoice.pays_on, "now", ("Betalas", "Will be paid"), expected=True))
    elif invoice.document_type is DocumentType.INVOICE and invoice.state in (_S.PARKED, _S.ON_HOLD):
        why = (("Betalas då om allt är klart.", "Paid then if everything is settled."),)
        steps.append(InvoiceStep(invoice.pays_on, "quiet", ("Förfaller", "Due"), why, expected=True))
    return steps


def _judgement(on: date, match: Match) -> InvoiceStep:
    gravest = max((each.weight for each in match.deviations), default=Weight.NOTE)
    telling = [each for each in match.deviations if each.weight == gravest and gravest > Weight.NOTE]
    why = tuple(dict.fromkeys((sentence(each, "sv"), sentence(each, "en")) for each in telling))
    return InvoiceStep(on, _TONES[match.verdict], _VERDICTS[match.verdict], why)


def _answer(message: OutboundMessage) -> SentResponse:
    code = message.document_id.rpartition("-")[2]
    tone, sv, en = ANSWERS.get(code, ("info", code, code))
    return SentResponse(
        sequence=message.sequence, code=code, issued_on=message.issued_on, tone=tone, meaning=(sv, en)
    )


def _day(instant: datetime) -> date:
    return stockholm_date(instant)
