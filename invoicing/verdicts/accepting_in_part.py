"""Accepting the lines of an invoice that agree, and asking for a credit note of the others alone (CA).

The invoice lies on its lines as before and claims money on them when the credit note has come: then the rest is
accepted, and paid on its day. Until then a person may withdraw it: the whole invoice is in question again.
"""

from datetime import date

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import with_acceptance
from invoicing.documents import expected_credit_store, facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching.deviations import Match
from invoicing.matching.invoice_matching import match
from invoicing.matching.partial_acceptance import PartialAcceptance, partial_acceptance
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.responses import responding, response_documents
from invoicing.verdicts import expected_credits
from orders.register.register import Register

_FROM = (InvoiceState.IN_QUESTION, InvoiceState.PARKED)


class NotInParts(Refused):
    """The invoice cannot be accepted in part: by policy, by its state, or since nothing of it agrees alone."""


def possible(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    *,
    before_receipt: bool,
    judged: Match | None = None,
) -> PartialAcceptance | None:
    """How the invoice could be accepted in part as it stands; changes nothing. `judged` instead of a new match."""
    if not register.policy.partial_acceptance or invoice.state not in _FROM or invoice.paid_on is not None:
        return None
    return _looked_at(session, register, invoice, before_receipt, judged, lock=False)[1]


def accept_in_part(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    *,
    by: str,
    today: date,
    before_receipt: bool,
    judged: Match | None = None,
    answering: responding.Answering = responding.answer,
) -> SupplierInvoice:
    """Accept the lines that agree and answer CA: credit the others. Raises NotInParts.

    `before_receipt` refuses what is not received yet too, instead of waiting for it.
    """
    invoice = document_store.lock(session, invoice.id)
    if not register.policy.partial_acceptance or invoice.state not in _FROM or invoice.paid_on is not None:
        raise NotInParts(_not_in_parts(invoice))
    result, partly = _looked_at(session, register, invoice, before_receipt, judged, lock=True)
    if partly is None:
        raise NotInParts(_not_in_parts(invoice))
    expected_credits.expect(session, invoice, partly, by=by, today=today, policy=register.policy)
    if judged is None:
        document_store.add_match(session, invoice.id, result, made_on=today, policy=register.policy)
    answered = answering(
        session,
        register,
        invoice,
        response_documents.CONDITIONALLY,
        result.deviations,
        today=today,
        supplier=facts_loading.registered(register, invoice.supplier),
        expected=expected_credit_store.open_for(session, invoice.id),
    )
    accepted = document_store.move(
        session, invoice, InvoiceState.PARTLY_ACCEPTED, codes=result.codes, answered=answered
    )
    told = {
        "state": accepted.state.value,
        "answered": answered,
        "codes": " ".join(result.codes),
        "credit": str(partly.amount_payable.amount),
    }
    record(session, accepted, DocumentAction.ACCEPTED_IN_PART, actor=by, **told)
    return accepted


def withdraw(session: Session, invoice: SupplierInvoice, *, by: str, today: date) -> SupplierInvoice:
    """Put an invoice that is accepted in part in question again, whole; its credit note is expected no longer.

    Raises NotInParts where it is not accepted in part.
    """
    invoice = document_store.lock(session, invoice.id)
    if invoice.state is not InvoiceState.PARTLY_ACCEPTED:
        raise NotInParts(_not_in_parts(invoice))
    expected_credits.follow(session, invoice, None, today=today)
    withdrawn = document_store.move(session, invoice, InvoiceState.IN_QUESTION)
    record(
        session, withdrawn, DocumentAction.PARTIAL_ACCEPTANCE_WITHDRAWN, actor=by, state=withdrawn.state.value
    )
    return withdrawn


def _looked_at(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    before_receipt: bool,
    judged: Match | None,
    *,
    lock: bool,
) -> tuple[Match, PartialAcceptance | None]:
    content = decision_store.as_judged(session, invoice.id)
    facts = facts_loading.facts_of(
        session, register, content, received_on=invoice.received_on, invoice_id=invoice.id, lock=lock
    )
    accepted = decision_store.acceptance_of(session, invoice.id, currency=invoice.currency)
    result = judged or with_acceptance(match(content, facts), accepted)
    return result, partial_acceptance(content, facts, result, before_receipt=before_receipt)


def _not_in_parts(invoice: SupplierInvoice) -> Text:
    return Text(
        "%(invoice_number)s kan inte godkännas i delar: reglerna ska tillåta det, någon rad ska stämma, och inget "
        "får avvika som gäller hela fakturan.",
        invoice_number=invoice.number,
    )
