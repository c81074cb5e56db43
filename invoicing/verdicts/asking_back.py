"""Judging again what a revoked approval leaves without a receipt, and asking back what of it is paid.

What is only accepted comes into question and waits for a person. What is paid is asked back at once: the credit note
that answers makes it a claim (E-20), which is netted or repaid. The request is withdrawn if a new approval comes first.
"""

from collections.abc import Iterable
from datetime import date

from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.matching import waiting
from invoicing.model import InvoiceState
from invoicing.verdicts import crediting, verdicts
from orders.model import LineKey
from orders.purchase_orders import line_store
from orders.register.register import Register


def judge_lines_again(session: Session, register: Register, lines: Iterable[LineKey], *, today: date) -> None:
    """Judge the invoices on these order lines again, and ask for credit of those paid for what was revoked."""
    keys = list(dict.fromkeys(lines))
    verdicts.judge_lines_again(session, register, keys, today=today)
    for order_number, line_id in keys:
        account = line_store.account(session, order_number, line_id)
        if account is None or account.invoice_id is None:
            continue
        invoice = document_store.by_id(session, account.invoice_id)
        if invoice.paid_on is None or invoice.state is not InvoiceState.IN_QUESTION:
            continue
        if waiting.lacks_what_was_revoked(document_store.matches(session, invoice.id)[-1][1]):
            crediting.ask_for_credit(session, register, invoice, by=SYSTEM, today=today)
