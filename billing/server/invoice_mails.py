"""Mails about invoices: what has come into question, is to be credited or is paid, told to its supplier once.

Whoever changes a document lays down what its supplier is to be told (`invoicing.documents.notice_store`). This job
takes the notices away in the transaction that lays the mails, so that nothing is told twice and nothing is left out.
What one bank payment paid together is one mail, to the page that says how its sum is made up.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from accounts import mailing
from accounts.identity import Permission
from billing.server import invoice_mail_queries
from foundation.sql import Session
from invoicing.documents import notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.model import InvoiceState
from invoicing.remittance import advice_queries

_AT_ONCE: Final = 5_000
_IN_PART: Final = "invoice-partly-accepted"
_MADE_UP: Final = "payment-made-up"


def tell(session: Session, today: date, now: datetime) -> str:
    """Tell suppliers of what happened to their invoices since the last time; the same thing twice is told once."""
    notices = notice_store.take(session, limit=_AT_ONCE)
    if not notices:
        return "nothing new"
    told = dict.fromkeys((each.invoice_id, each.kind) for each in notices)
    paid = [invoice_id for invoice_id, kind in told if kind is NoticeKind.PAID]
    with_others = advice_queries.with_others(session, paid)
    mails, together = 0, dict[tuple[str, str], list[int]]()
    for invoice_id, kind in told:
        payment = with_others.get(invoice_id) if kind is NoticeKind.PAID else None
        if payment is not None:
            together.setdefault(payment, []).append(invoice_id)
        else:
            mails += _mail(session, invoice_id, kind, now=now)
    for (supplier, payment_name), invoices in together.items():
        # What else it paid may lie beyond what is told at once, and would be another mail about the same payment.
        every = advice_queries.invoices_in(session, supplier, payment_name)
        left = notice_store.take_about(session, every, NoticeKind.PAID)
        mails += _mail_of_payment(session, supplier, payment_name, [*invoices, *left], now=now)
    return f"{mails} mails"


def _mail_of_payment(
    session: Session, supplier: str, payment: str, invoices: Sequence[int], *, now: datetime
) -> int:
    """One mail to each who sees any of the invoices: the page shows the part they may see."""
    places = {
        place: None for each in invoices for place in invoice_mail_queries.owner_of(session, each).places
    }
    return mailing.put_to_supplier_counted(
        session, supplier, _MADE_UP, list(places), about=f"payment {payment}", at=now, payment=payment
    )


def _mail(session: Session, invoice_id: int, template: str, *, now: datetime) -> int:
    owner = invoice_mail_queries.owner_of(session, invoice_id)
    # What is accepted in part is not in question: the mail says what is left to do.
    in_part = template == NoticeKind.IN_QUESTION and owner.state is InvoiceState.PARTLY_ACCEPTED
    return mailing.put_to_supplier(
        session,
        owner.supplier,
        _IN_PART if in_part else template,
        about=f"invoice {invoice_id}",
        at=now,
        permissions=(Permission.REPORT,),
        # What lies on no order of theirs is seen by those who see the whole organisation.
        places=owner.places,
        id=invoice_id,
    )
