"""Since when what waits for somebody at the buyer has waited, one question for each kind of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, func, select

from audit import tables as audit_tables
from audit.disposal_store import DisposalState
from bookkeeping import tables as bookkeeping_tables
from bookkeeping.accounting_rule_store import RulesState
from bookkeeping.month_closing_store import ClosingState
from foundation.periods import stockholm_date
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.rate_store import RateState
from invoicing.conversation import message_store
from invoicing.documents import expected_credit_store
from invoicing.documents import tables as document_tables
from invoicing.flow_test import tables as flow_test_tables
from invoicing.model import InvoiceState
from invoicing.payment import tables as payment_tables
from invoicing.payment.bank_answers import bank_report_store
from invoicing.payment.bank_answers.transfer_note_store import TransferNoteState
from invoicing.payment.payment_stop_store import StopState
from invoicing.payment.repayment_store import RepaymentState
from invoicing.payment.transfers import ProposalState
from invoicing.responses import store as response_store
from invoicing.responses.tables import peer_answer
from invoicing.supplier_changes import change_request_store
from invoicing.supplier_changes import tables as change_tables
from operations.alarms import (
    ANSWERS_WAITING,
    BANK_SILENT,
    CHANGES_WAITING,
    CONFIRMATIONS_WAITING,
    CONVERSATIONS_UNREAD,
    CREDITS_LATE,
    EVENTS_WAITING,
    FLOW_TESTS_WAITING,
    INFORMATIVE_UNREAD,
    QUESTIONS_WAITING,
    RECEIPTS_MISSING,
)
from operations.register_loads.store import LoadState
from operations.register_loads.tables import register_load
from orders import tables as order_tables
from orders.events.store import EventState
from orders.placements.informative import informative_tables
from orders.placements.informative.informative_store import InformativeState
from orders.placements.waiting import unreceived_queries

_CHANGE, _FLOW, _EVENT = change_tables.change_request, flow_test_tables.test_flow, order_tables.inbound_event
_TOLD, _INVOICE = informative_tables.informative_report, document_tables.invoice
_CLOSING, _RULES = bookkeeping_tables.month_closing, bookkeeping_tables.accounting_rules_version
_STOP, _REPAID, _TRANSFER, _DISPOSAL = (
    payment_tables.payment_stop,
    payment_tables.repayment_note,
    payment_tables.transfer_note,
    audit_tables.disposal,
)
_PROPOSAL = payment_tables.payment_proposal

_CLAIM, _WORD, _RATE = claim_tables.claim, claim_tables.claim_word, claim_tables.reference_rate

Since = Callable[[Session, date], Sequence[date]]
"""The days since when each waits, as things stand on a day."""


def _days(*questions: Select[Any]) -> Since:
    def since(session: Session, today: date) -> Sequence[date]:
        return [_day(found) for each in questions for found in session.scalars(each)]

    return since


def _day(found: date | datetime) -> date:
    return stockholm_date(found) if isinstance(found, datetime) else found


def _unreceived(session: Session, today: date) -> Sequence[date]:
    return [each.since for each in unreceived_queries.listed(session, today=today, limit=100_000)]


SINCE: Final[Mapping[str, Since]] = {
    ANSWERS_WAITING: _days(select(peer_answer.c.received_on).where(*response_store.WAITING)),
    CHANGES_WAITING: _days(
        select(_CHANGE.c.asked_at).where(_CHANGE.c.state.in_(change_request_store.OPEN)),
    ),
    FLOW_TESTS_WAITING: _days(select(_FLOW.c.changed_at).where(_FLOW.c.asked)),
    EVENTS_WAITING: _days(select(_EVENT.c.received_at).where(_EVENT.c.state == EventState.UNAPPLIABLE)),
    INFORMATIVE_UNREAD: _days(select(_TOLD.c.filed_on).where(_TOLD.c.state == InformativeState.UNREAD)),
    CONVERSATIONS_UNREAD: _days(message_store.UNREAD_SINCE),
    QUESTIONS_WAITING: _days(
        select(_INVOICE.c.received_on).where(_INVOICE.c.state == InvoiceState.IN_QUESTION)
    ),
    CONFIRMATIONS_WAITING: _days(
        select(_STOP.c.asked_at).where(_STOP.c.state == StopState.ASKED),
        # One asked for before this was kept has waited since the stop.
        select(func.coalesce(_STOP.c.lift_asked_at, _STOP.c.asked_at)).where(
            _STOP.c.state == StopState.LIFT_ASKED
        ),
        select(_CLOSING.c.asked_at).where(_CLOSING.c.state == ClosingState.ASKED),
        select(_CLOSING.c.reopen_asked_at).where(_CLOSING.c.state == ClosingState.REOPEN_ASKED),
        select(_RULES.c.proposed_at).where(_RULES.c.state == RulesState.PROPOSED),
        select(_REPAID.c.noted_on).where(_REPAID.c.state == RepaymentState.NOTED),
        select(_REPAID.c.undo_asked_on).where(_REPAID.c.state == RepaymentState.UNDO_ASKED),
        select(_TRANSFER.c.noted_on).where(_TRANSFER.c.state == TransferNoteState.NOTED),
        select(_DISPOSAL.c.proposed_on).where(_DISPOSAL.c.state == DisposalState.PROPOSED),
        select(_CLAIM.c.raised_on).where(_CLAIM.c.state == ClaimState.ASKED),
        select(_CLAIM.c.write_off_asked_on).where(_CLAIM.c.state == ClaimState.WRITE_OFF_ASKED),
        select(func.max(_WORD.c.on_day))
        .join(_CLAIM, _CLAIM.c.number == _WORD.c.claim)
        .where(_CLAIM.c.state == ClaimState.DISPUTED)
        .group_by(_CLAIM.c.number),
        select(_RATE.c.asked_at).where(_RATE.c.state == RateState.ASKED),
        select(register_load.c.proposed_at).where(register_load.c.state == LoadState.PROPOSED),
    ),
    BANK_SILENT: _days(
        select(_PROPOSAL.c.pay_on).where(_PROPOSAL.c.state == ProposalState.EXPORTED),
        bank_report_store.WAITING_SINCE,
    ),
    CREDITS_LATE: expected_credit_store.late_since,
    RECEIPTS_MISSING: _unreceived,
}
