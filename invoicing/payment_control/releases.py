"""Letting a payment through that a control stops: one person with a reason, and another attests it."""

from datetime import date, datetime

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.documents import store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState
from invoicing.payment_control import control_queries, release_store
from invoicing.payment_control.controls import RELEASABLE, Control
from invoicing.payment_control.release_store import Release
from orders.register.register import Register


class ReleaseRefused(Refused):
    """The payment is not stopped by that control now, or it takes another step to let it through."""


def release(
    session: Session,
    register: Register,
    invoice_id: int,
    control: Control,
    *,
    reason: str,
    by: str,
    now: datetime,
    on: date,
) -> Release:
    """Let an invoice through one control, as it finds now. Whoever does it does not attest the payment.

    Raises ReleaseRefused, or PersonalNumber where the reason holds one.
    """
    if control not in RELEASABLE:
        raise ReleaseRefused(
            Text(
                "%(control)s släpps inte för en faktura. Två personer häver betalningsstoppet.",
                control=control.words,
            )
        )
    asked = Text("Skriv varför betalningen släpps, utan personuppgifter. Skälet sparas.")
    reason = kept_words.kept(reason, ReleaseRefused, asked=asked)
    invoice = store.lock(session, invoice_id)
    if invoice.state is not InvoiceState.ACCEPTED:
        raise ReleaseRefused(Text("%(number)s väntar inte på att betalas.", number=invoice.number))
    rows = control_queries.rows_of(session, register, [invoice_id], on=on)[invoice_id]
    found = next((row for row in rows if row.control is control), None)
    if found is None or not found.stops:
        raise ReleaseRefused(
            Text(
                "%(number)s stoppas inte av kontrollen %(control)s nu. Läs om sidan.",
                number=invoice.number,
                control=control.words,
            )
        )
    made = Release(invoice_id, control, found.basis, reason, by, now)
    release_store.add(session, made)
    record(session, invoice, DocumentAction.CONTROL_RELEASED, actor=by, control=control, basis=found.basis)
    return made
