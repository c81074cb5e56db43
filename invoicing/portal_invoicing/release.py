"""What was sent from the portal and has not left: undoing it, letting it leave, or stopping it before it leaves.

Undoing and leaving are one race, decided by the row: whoever changes it first has it. Both take the
supplier's number series first, as a press does, so that nobody waits in a circle.
"""

from collections.abc import Sequence
from datetime import date, datetime

from foundation.errors import NotThere, Refused
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import facts_loading
from invoicing.documents import reading as document_reading
from invoicing.journal_actions import SupplierAction
from invoicing.matching.deviation_texts import sentences
from invoicing.matching.deviations import Match, Verdict
from invoicing.matching.invoice_matching import match
from invoicing.portal_invoicing import drafts, numbering, portal_document_store
from invoicing.portal_invoicing.portal_document_store import DocumentOrigin, Made
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import SupplierActor
from orders.register.register import Register
from peppol.exchange import inbox


class TooLate(Refused):
    """What should be undone has left."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Fakturan har redan lämnat er, så den kan inte ångras. Behöver den rättas, kreditera "
                "den i stället."
            ),
        )


def undo(session: Session, actor: SupplierActor, bundle: int) -> list[Made]:
    """Take back what has not left: it never existed for the buyer, and its numbers are free again.

    Raises TooLate where it has left, or NotThere.
    """
    numbering.take_turns_at(session, actor.supplier)
    first = portal_document_store.by_id(session, actor, bundle)
    if first is None:
        raise NotThere
    if first.state is PortalState.UNDONE:
        return []
    found = portal_document_store.waiting(session, actor.supplier, bundle)
    if not found:
        raise TooLate
    for made in found:
        _step(session, made, PortalState.UNDONE)
        portal_document_store.record(session, made, SupplierAction.PORTAL_UNDONE, by=actor.by)
    return found


def release(session: Session, register: Register, supplier: str, bundle: int, *, now: datetime) -> list[Made]:
    """Let a bundle whose time has come leave: its exact bytes into the mailbox, the credit note first.

    What would not match any more is stopped here and not sent: the supplier is told and nobody has to
    credit it.
    """
    numbering.take_turns_at(session, supplier)
    found = [
        made for made in portal_document_store.waiting(session, supplier, bundle) if made.release_at <= now
    ]
    today = stockholm_date(now)
    objection = _objection(session, register, found, today=today)
    for made in found:
        if objection is not None:
            _step(session, made, PortalState.STOPPED, reason_sv=objection.sv, reason_en=objection.en)
            portal_document_store.record(session, made, SupplierAction.PORTAL_STOPPED)
            continue
        stored = inbox.store(
            session,
            portal_document_store.body_of(session, made.id),
            transport_id=f"portal/{made.id}",
            received_on=today,
            received_at=now,
        )
        _step(session, made, PortalState.RELEASED, letter_id=stored.id)
        portal_document_store.record(session, made, SupplierAction.PORTAL_RELEASED, letter=str(stored.id))
    return [] if objection is not None else found


def _objection(session: Session, register: Register, found: Sequence[Made], *, today: date) -> Text | None:
    """Why the documents should not leave any more, if they matched when they were made and do not now."""
    for made in found:
        if made.kind in (DocumentOrigin.UPLOAD, DocumentOrigin.CORRECTION):
            # A file goes as its supplier confirmed it; a correction matches once its credit note is read.
            continue
        verdict = _judged(session, register, made, today=today)
        if verdict.verdict is Verdict.QUESTION:
            return sentences(verdict.deviations)
    return None


def _judged(session: Session, register: Register, made: Made, *, today: date) -> Match:
    reading = document_reading.read_apart(portal_document_store.body_of(session, made.id), on=made.issued_on)
    assert reading.invoice is not None  # noqa: S101 - it was read when it was made
    if made.kind is DocumentOrigin.CREDIT:
        return drafts.judged_credit(session, register, reading.invoice)
    return match(
        reading.invoice, facts_loading.facts_of(session, register, reading.invoice, received_on=today)
    )


def _step(session: Session, made: Made, state: PortalState, **values: object) -> None:
    if not portal_document_store.move(session, made, state, **values):
        raise TooLate
    if state in (PortalState.UNDONE, PortalState.STOPPED) and made.own is not None:
        numbering.give_back(session, made.supplier, made.own)
