"""Mails about invoices: what has come into question, is to be credited or is paid, told to its supplier once.

The journal says what happened; the job goes through what was written since it last looked and lays the mails in the
transaction that moves its mark, so that nothing is told twice and nothing is left out. What happened before the
first look is not told. A row whose transaction ends later has a later number: the head of the chain is one lock.
"""

from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from accounts import mailing
from accounts.identity import Permission
from foundation.sql import Session
from foundation.tables import journal
from invoicing.documents import tables as document_tables
from operations.mail.tables import journal_mark
from orders import tables as order_tables

_NAME = "invoice-mails"
_AT_ONCE = 5_000
_IN_QUESTION, _PAID = "invoice-in-question", "invoice-paid"
_ASKED = ("credit.requested",)
_JUDGED = ("invoice.received", "invoice.judged")


def tell(session: Session, today: date, now: datetime) -> str:
    """Tell suppliers of what happened to their invoices since the last time."""
    mark = session.scalar(select(journal_mark.c.sequence).where(journal_mark.c.name == _NAME))
    if mark is None:
        newest = session.scalar(select(func.max(journal.c.sequence))) or 0
        session.execute(insert(journal_mark), {"name": _NAME, "sequence": newest})
        return "begun"
    rows = session.execute(
        select(journal.c.sequence, journal.c.action, journal.c.subject, journal.c.detail)
        .where(journal.c.sequence > mark)
        .order_by(journal.c.sequence)
        .limit(_AT_ONCE)
    ).all()
    if not rows:
        return "nothing new"
    told: dict[tuple[int, str], None] = {}
    for row in rows:
        template = _template(row.action, row.detail)
        if template and row.subject.startswith(("invoice ", "credit_note ")):
            told[int(row.subject.rpartition(" ")[2]), template] = None
    mails = sum(_mail(session, invoice_id, template, now=now) for invoice_id, template in told)
    done = update(journal_mark).where(journal_mark.c.name == _NAME)
    session.execute(done.values(sequence=rows[-1].sequence))
    return f"{mails} mails"


def _template(action: str, detail: str) -> str:
    """Which mail a journal row gives; none for most."""
    if action == "invoice.paid":
        return _PAID
    if action in _ASKED or (action in _JUDGED and '"state": "IN_QUESTION"' in detail):
        return _IN_QUESTION
    return ""


def _mail(session: Session, invoice_id: int, template: str, *, now: datetime) -> int:
    invoice, order = document_tables.invoice, order_tables.purchase_order
    row = session.execute(
        select(invoice.c.supplier, order.c.unit_id)
        .outerjoin(
            order, (order.c.number == invoice.c.order_number) & (order.c.supplier == invoice.c.supplier)
        )
        .where(invoice.c.id == invoice_id)
    ).one()
    return mailing.put_to_supplier(
        session,
        row.supplier,
        template,
        about=f"invoice {invoice_id}",
        at=now,
        permissions=(Permission.REPORT,),
        # What lies on no order of theirs is seen by those who see the whole organisation.
        unit=row.unit_id or "",
        id=invoice_id,
    )
