"""How much of each kind waits for a second person, and not for the one who asked for it."""

from sqlalchemy import ColumnElement, Table, func, or_, select

from bookkeeping.month_closing_store import ClosingState
from bookkeeping.tables import month_closing
from foundation.sql import Session
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.tables import claim
from invoicing.payment.payment_stop_store import StopState
from invoicing.payment.repayment_store import RepaymentState
from invoicing.payment.tables import payment_stop, repayment_note


def claims(session: Session, person: str) -> int:
    """Claims to raise or write off, and deposits to confirm as come or as taken back by the bank."""
    asked = (claim.c.state == ClaimState.ASKED) & (claim.c.asked_by != person)
    write_off = (claim.c.state == ClaimState.WRITE_OFF_ASKED) & (claim.c.write_off_by != person)
    noted = (repayment_note.c.state == RepaymentState.NOTED) & (repayment_note.c.noted_by != person)
    undone = (repayment_note.c.state == RepaymentState.UNDO_ASKED) & (
        repayment_note.c.undo_asked_by != person
    )
    return _many(session, claim, or_(asked, write_off)) + _many(session, repayment_note, or_(noted, undone))


def stops(session: Session, person: str) -> int:
    """Payment stops to confirm, and to lift."""
    asked = (payment_stop.c.state == StopState.ASKED) & (payment_stop.c.asked_by != person)
    lift = (payment_stop.c.state == StopState.LIFT_ASKED) & (payment_stop.c.lift_asked_by != person)
    return _many(session, payment_stop, or_(asked, lift))


def closings(session: Session, person: str) -> int:
    """Months to close, and to open again."""
    asked = (month_closing.c.state == ClosingState.ASKED) & (month_closing.c.asked_by != person)
    reopen = (month_closing.c.state == ClosingState.REOPEN_ASKED) & (
        month_closing.c.reopen_asked_by != person
    )
    return _many(session, month_closing, or_(asked, reopen))


def _many(session: Session, table: Table, condition: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
