"""The credit note that is expected for some lines of an invoice: asked for, followed, and ended when it comes.

A supplier has as many days for it as a credit note without its invoice waits. When less of the invoice is refused than
before, by a credit note for a part or by a receipt that came, what is left of the credit is expected on.
"""

from datetime import date, timedelta

from foundation.sql import Session
from invoicing.documents import expected_credit_store, notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.matching.partial_acceptance import PartialAcceptance
from invoicing.model import ExpectedCreditState, SupplierInvoice
from orders.register.agreements import Policy


def expect(
    session: Session,
    invoice: SupplierInvoice,
    partly: PartialAcceptance,
    *,
    by: str,
    today: date,
    policy: Policy,
) -> None:
    """Expect the credit note that would leave what is accepted alone."""
    due_on = today + timedelta(days=policy.days_to_wait_for_invoice)
    _expect(session, invoice, partly, asked_on=today, asked_by=by, due_on=due_on)


def follow(
    session: Session,
    invoice: SupplierInvoice,
    partly: PartialAcceptance | None,
    *,
    today: date,
    credit_id: int | None = None,
) -> None:
    """Let what is expected follow the invoice: `partly` is how it is accepted now, None where it is so no longer."""
    expected = expected_credit_store.open_for(session, invoice.id)
    if expected is None or (partly is not None and partly.expected == expected.lines):
        return
    ended = ExpectedCreditState.WITHDRAWN if credit_id is None else ExpectedCreditState.RECEIVED
    expected_credit_store.end(session, expected, ended, on=today, credit_id=credit_id)
    if partly is not None:
        asked = {"asked_on": expected.asked_on, "due_on": expected.due_on}
        _expect(session, invoice, partly, asked_by=expected.asked_by, **asked)


def remind(session: Session, *, today: date) -> int:
    """Tell the suppliers whose credit notes have not come by their day, once each; how many."""
    late = expected_credit_store.late(session, today=today)
    for expected in late:
        notice_store.lay(session, expected.invoice_id, NoticeKind.IN_QUESTION)
        expected_credit_store.set_reminded(session, expected.id, today)
    return len(late)


def _expect(
    session: Session,
    invoice: SupplierInvoice,
    partly: PartialAcceptance,
    *,
    asked_on: date,
    asked_by: str,
    due_on: date,
) -> None:
    expected_credit_store.add(
        session,
        invoice,
        partly.expected,
        amount_net=partly.amount_net,
        amount_vat=partly.amount_vat,
        asked_on=asked_on,
        asked_by=asked_by,
        due_on=due_on,
    )
