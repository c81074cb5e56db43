"""An invoice's way from the supplier to the payment, told as steps a person follows: what came when, and what now.

Convention: every step is taken from what stands in the books (the message, the judgements, the pair, the payment);
what has not happened yet is told as what is expected. Sentences are pairs (Swedish, English).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import claim_store
from invoicing.claims.claim_states import ClaimCause
from invoicing.documents import expected_credit_store, partial_credit_store
from invoicing.documents import store as document_store
from invoicing.matching import causes
from invoicing.matching.deviations import Match
from invoicing.model import DocumentType, ExpectedCredit, InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import portal_document_store
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.reconciliation.account_statement import AccountEntry, EntryKind
from invoicing.responses.answer_words import answer_name
from invoicing.responses.response_documents import (
    APPROVED,
    CONDITIONALLY,
    IN_PROCESS,
    PAID,
    RECEIVED,
    REJECTED,
    UNDER_QUERY,
    asks,
)
from peppol.exchange.outbox_store import OutboundMessage
from supplier_portal.queries import account_entries
from web import verdict_view

_S = InvoiceState

_ANSWER_TONES: dict[str, str] = {
    RECEIVED: "info",
    IN_PROCESS: "note",
    UNDER_QUERY: "note",
    REJECTED: "bad",
    CONDITIONALLY: "note",
    APPROVED: "good",
    PAID: "good",
}


@dataclass(frozen=True, slots=True)
class InvoiceStep:
    """One thing that happened, or is expected (`expected`): when, what, and why where that needs words."""

    on: date
    tone: str
    what: Text
    why: tuple[Text, ...] = ()
    link: str = ""
    link_text: str = ""
    expected: bool = False


@dataclass(frozen=True, slots=True)
class SentResponse:
    """An Invoice Response of the buyer's."""

    sequence: int
    issued_on: date
    tone: str
    meaning: Text
    code: str


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
    expected: ExpectedCredit | None
    """What the buyer expects credit of, where it has accepted the rest."""


@dataclass(frozen=True, slots=True)
class _Settling:
    """What a document was paid with, and how a claim was given back; empty and None where neither is so."""

    payment: str
    claim: AccountEntry | None


def story(session: Session, actor: SupplierActor, invoice: SupplierInvoice) -> InvoiceSteps:
    """The story of one of the person's invoices or credit notes."""
    judged = document_store.matches(session, invoice.id)
    made = portal_document_store.of_message(session, actor, invoice.letter_id)
    pair = portal_queries.settled_with(session, invoice)
    pending = portal_document_store.pending_credit(session, invoice.supplier, invoice.number)
    is_credit = invoice.document_type is DocumentType.CREDIT_NOTE
    expected = expected_credit_store.open_for(session, invoice.id)
    in_part = bool(expected_credit_store.of_invoice(session, invoice.id))
    settling = _settling(session, actor, invoice, pair)
    answers = tuple(_answer(each) for each in portal_queries.answers(session, invoice))
    asked = _asked(session, invoice, judged, answers)
    steps = _steps(invoice, judged, made, pair, settling, in_part=in_part, asked=asked)
    steps += _in_part(session, invoice, expected)
    return InvoiceSteps(
        invoice=invoice,
        steps=tuple(sorted(steps, key=lambda each: (each.expected, each.on))),
        judged=judged[-1] if judged else None,
        answers=answers,
        made=made,
        other=pair[0] if pair else None,
        credit_on_its_way=pending if not is_credit else None,
        can_be_credited=not is_credit and pending is None and invoice.state is not _S.CREDITED,
        expected=expected,
    )


def _in_part(
    session: Session, invoice: SupplierInvoice, expected: ExpectedCredit | None
) -> list[InvoiceStep]:
    """What was credited of a part of it, what a credit note for a part takes back, and the credit that is expected."""
    steps = []
    for each in partial_credit_store.about(session, invoice.id):
        is_credit = each.credit_id == invoice.id
        other = document_store.by_id(session, each.invoice_id if is_credit else each.credit_id)
        told = Text("Krediterar en del av") if is_credit else Text("En del är krediterad med")
        steps.append(
            InvoiceStep(each.settled_on, "quiet", told, link=f"/invoices/{other.id}", link_text=other.number)
        )
    if expected is not None:
        accepted = Text("De rader som stämmer är godkända; kredit av de andra är begärd.")
        steps.append(InvoiceStep(expected.asked_on, "note", accepted))
        why = (Text("Därefter betalas resten på sin dag."),)
        steps.append(
            InvoiceStep(expected.due_on, "now", Text("Kreditfaktura väntas senast"), why, expected=True)
        )
    return steps


def _steps(
    invoice: SupplierInvoice,
    judged: Sequence[tuple[date, Match]],
    made: Made | None,
    pair: tuple[SupplierInvoice, date] | None,
    settling: _Settling,
    *,
    in_part: bool,
    asked: InvoiceStep | None,
) -> list[InvoiceStep]:
    steps = []
    if made is not None:
        steps.append(InvoiceStep(_day(made.release_at), "info", Text("Skickad från portalen")))
    steps.append(InvoiceStep(invoice.received_on, "good", Text("Mottagen av köparen")))
    rejected = invoice.state in (_S.CREDIT_REQUESTED, _S.CREDITED)
    # Judged again with the same outcome on the same day, it is told once.
    steps += dict.fromkeys(_judgement(on, match, rejected=rejected, in_part=in_part) for on, match in judged)
    if asked is not None:
        steps.append(asked)
    if pair is not None:
        other, on = pair
        told = (
            Text("Krediterad i sin helhet med")
            if other.document_type is DocumentType.CREDIT_NOTE
            else Text("Krediterar i sin helhet")
        )
        steps.append(InvoiceStep(on, "quiet", told, link=f"/invoices/{other.id}", link_text=other.number))
    if invoice.paid_on is not None:
        payment = settling.payment
        link = f"/economy/payments/{payment}" if payment else ""
        told = Text("Betald med betalning") if payment else Text("Betald")
        steps.append(InvoiceStep(invoice.paid_on, "good", told, link=link, link_text=payment))
    elif invoice.state is _S.ACCEPTED:
        steps.append(InvoiceStep(invoice.pays_on, "now", Text("Betalas", context="expected"), expected=True))
    elif invoice.document_type is DocumentType.INVOICE and invoice.state in (_S.PARKED, _S.ON_HOLD):
        why = (Text("Betalas då om allt är klart."),)
        steps.append(InvoiceStep(invoice.pays_on, "quiet", Text("Förfaller"), why, expected=True))
    if settling.claim is not None:
        steps.append(_given_back(settling.claim))
    return steps


def _asked(
    session: Session,
    invoice: SupplierInvoice,
    judged: Sequence[tuple[date, Match]],
    answers: Sequence[SentResponse],
) -> InvoiceStep | None:
    """That credit was asked for, also where it has come since; None where it was not, or the request fell.

    It is so on the day the answer left, or two people claimed back what was paid: long after it was judged, maybe.
    """
    if invoice.state not in (_S.CREDIT_REQUESTED, _S.CREDITED):
        return None
    on = next((each.issued_on for each in reversed(answers) if each.code == REJECTED), None)
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        return InvoiceStep(on, "bad", Text("Kreditfakturan underkänd")) if on is not None else None
    claim = claim_store.of_invoice(session, invoice.id) if on is None else None
    if claim is not None and claim.cause is not ClaimCause.CREDIT:
        return InvoiceStep(claim.raised_on, "bad", Text("Beloppet krävt tillbaka, kreditfaktura begärd"))
    if on is None and invoice.state is _S.CREDITED:
        return None
    judged_on, match = judged[-1] if judged else (invoice.received_on, None)
    asks_new = match is None or "NIN" in asks(REJECTED, match.deviations)
    told = Text("Kreditfaktura och ny faktura begärd") if asks_new else Text("Kreditfaktura begärd")
    return InvoiceStep(on or judged_on, "bad", told)


def _settling(
    session: Session,
    actor: SupplierActor,
    invoice: SupplierInvoice,
    pair: tuple[SupplierInvoice, date] | None,
) -> _Settling:
    """What paid the invoice, and how the claim was given back that it, or the credit of it, made."""
    is_credit = invoice.document_type is DocumentType.CREDIT_NOTE
    paid = pair[0] if is_credit and pair is not None else invoice
    claim = account_entries.claim_given_back(session, actor, paid.id) if pair is not None else None
    payment = "" if is_credit else account_entries.payment_of(session, actor, invoice.id)
    return _Settling(payment, claim)


def _given_back(claim: AccountEntry) -> InvoiceStep:
    if claim.kind is EntryKind.REPAID:
        return InvoiceStep(claim.on, "quiet", Text("Ni har betalat tillbaka beloppet"))
    if claim.kind is EntryKind.WRITTEN_OFF:
        return InvoiceStep(claim.on, "quiet", Text("Köparen har skrivit av resten av beloppet"))
    link = f"/economy/payments/{claim.payment}"
    return InvoiceStep(
        claim.on, "quiet", Text("Krediten räknades av på betalning"), link=link, link_text=claim.payment
    )


def _judgement(on: date, match: Match, *, rejected: bool, in_part: bool) -> InvoiceStep:
    why = causes.reasons(match, rejected=rejected, in_part=in_part) if causes.stops(match) else ()
    tone, what = verdict_view.heading(match)
    return InvoiceStep(on, tone, what, why)


def _answer(message: OutboundMessage) -> SentResponse:
    code = message.document_id.rpartition("-")[2]
    return SentResponse(
        sequence=message.sequence,
        code=code,
        issued_on=message.issued_on,
        tone=_ANSWER_TONES.get(code, "info"),
        meaning=answer_name(code),
    )


def _day(instant: datetime) -> date:
    return stockholm_date(instant)
