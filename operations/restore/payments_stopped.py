"""Payments after a restore: files are taken up where they can be, and whoever may have been paid is stopped."""

from datetime import datetime

from foundation import journal, number_series
from foundation.sql import Session
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payment_stop_store
from invoicing.payment.payment_stop_store import StopReason
from operations.restore import payments_left, restore_store
from operations.restore.found import Found, GoneThrough
from orders.register import store as register_store


def take_up(session: Session, found: Found, done: GoneThrough, *, by: str, at: datetime) -> None:
    """Note the proposals as exported that made the very files that lie there."""
    if not found.payments:
        return
    register = register_store.load(session)
    for file in found.payments:
        if payments_left.take_up(session, register, file, by=by, now=at):
            done.taken_up.append(file.message_id)


def stop(session: Session, found: Found, done: GoneThrough, *, by: str, at: datetime) -> None:
    """Stop payments to every supplier that may have been paid after the backup.

    Those whom a payment of a file went to that the books do not know, and that did not come back; those in a proposal
    that was not exported yet; and all where proposals were made that no file was found of.
    """
    register = register_store.load(session)
    every = {each.organisation_number for each in register.suppliers}
    doubtful = restore_store.suppliers_being_paid(session) | payments_left.doubtful(
        found.payments_left, every
    )
    last = found.books.series.get(
        number_series.PROPOSALS, number_series.ranges(session)[number_series.PROPOSALS][1]
    )
    # A file of a proposal that the books have says nothing of those made since.
    later = {number for each in found.payments if (number := payments_left.number_in(each) or 0) > last}
    if found.mark is not None and found.mark.series.get(number_series.PROPOSALS, 0) > last + len(later):
        doubtful |= every
    for supplier in sorted(doubtful - set(payment_stop_store.holding(session))):
        number = payment_stop_store.add(session, supplier=supplier, reason=StopReason.RESTORED, by=by, at=at)
        subject = InvoicingSubject.PAYMENT_STOP.of(number)
        journal.record(session, by, PaymentAction.STOP_ASKED, subject, reason=StopReason.RESTORED)
        done.stopped.append(supplier)
