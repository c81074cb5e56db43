"""Which row of the journal becomes which event: the one table of what we tell. Pure.

Every action of the journal stands in `TOLD` or in `NOT_TOLD`, with the reason, so that a new one cannot be forgotten;
a test holds the two against all there are. What accounts do is about people and is never told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from foundation.journal_entries import JournalAction, JournalEntry
from invoicing.journal_actions import (
    AuditAction,
    ClaimAction,
    DeskAction,
    DocumentAction,
    PaymentAction,
    SupplierAction,
)
from operations.event_feed import document_telling, order_telling
from operations.event_feed.contract import ToTell
from operations.event_feed.facts import Facts
from operations.journal_actions import OperationsAction, WebhookAction
from orders.journal_actions import (
    ObjectionAction,
    OrderAction,
    PlacementAction,
    RegisterAction,
    TutorAction,
)
from peppol.journal_actions import AccessPointAction, DirectoryAction, MessageAction

Teller = Callable[[JournalEntry, Facts], Iterator[ToTell]]

TOLD: Final[Mapping[JournalAction, Teller]] = {
    PlacementAction.CANCELLED: order_telling.cancelled,
    PlacementAction.INTERRUPTION_SET: order_telling.interruption_set,
    PlacementAction.INTERRUPTION_WITHDRAWN: order_telling.interruption_withdrawn,
    PlacementAction.INTERRUPTION_KEPT_ASIDE: order_telling.kept_aside,
    PlacementAction.RESUMED: order_telling.resumed,
    PlacementAction.TUTOR_ASSIGNED: order_telling.tutor_assigned,
    PlacementAction.EVENT_LAID_ASIDE: order_telling.laid_aside,
    PlacementAction.REPORT_FILED: order_telling.report_filed,
    PlacementAction.REPORT_APPROVED: order_telling.report_approved,
    PlacementAction.REPORT_REJECTED: order_telling.report_rejected,
    PlacementAction.REPORT_APPROVAL_UNDONE: order_telling.report_approval_undone,
    PlacementAction.REPORT_REVOKED: order_telling.report_revoked,
    PlacementAction.INFORMATIVE_FILED: order_telling.informative_filed,
    PlacementAction.INFORMATIVE_WITHDRAWN: order_telling.informative_withdrawn,
    ObjectionAction.MADE: order_telling.objection_made,
    ObjectionAction.WITHDRAWN: order_telling.objection_withdrawn,
    ObjectionAction.ANSWERED: order_telling.objection_answered,
    PlacementAction.OUTCOME_REVOKED: order_telling.outcome_revoked,
    PlacementAction.SUPPLEMENT_REVOKED: order_telling.supplement_revoked,
    PlacementAction.RESULT_REVOKED: order_telling.order_cancelled,
    OrderAction.ORDER_PLACED: order_telling.order_placed,
    OrderAction.RECEIPT_MADE: order_telling.line_received("receipt.made"),
    OrderAction.RECEIPT_REPLACED: order_telling.line_received("receipt.replaced"),
    OrderAction.RECEIPT_REVERSED: order_telling.receipt_reversed,
    MessageAction.SENT: order_telling.message("order.sent"),
    MessageAction.DELIVERED: order_telling.message("order.delivered"),
    MessageAction.IN_PORTAL: order_telling.message("order.in_portal"),
    MessageAction.REJECTED: order_telling.undelivered("REJECTED"),
    MessageAction.STUCK: order_telling.undelivered("STUCK"),
    DocumentAction.INVOICE_RECEIVED: document_telling.received,
    DocumentAction.INVOICE_JUDGED: document_telling.judged,
    DocumentAction.INVOICE_PAID: document_telling.paid,
    DocumentAction.PAYMENT_RETURNED: document_telling.stands_again,
    DocumentAction.INVOICE_CREDITED: document_telling.credited,
    DocumentAction.CREDIT_JUDGED: document_telling.judged,
    DocumentAction.CREDIT_SETTLED: document_telling.settled,
    DocumentAction.CREDIT_REQUESTED: document_telling.credit_requested,
    DocumentAction.CREDIT_REQUEST_UNDONE: document_telling.credit_request_withdrawn,
    DocumentAction.CREDIT_REQUEST_WITHDRAWN: document_telling.credit_request_withdrawn,
    DocumentAction.ACCEPTED_IN_PART: document_telling.accepted_in_part,
    DocumentAction.PARTIAL_ACCEPTANCE_WITHDRAWN: document_telling.judged,
    DocumentAction.WAITING_ENDED: document_telling.judged,
    DocumentAction.DESK_UNDONE: document_telling.stands_again,
    PaymentAction.CLAIM_SETTLED: document_telling.claim_settled,
}
"""What is told, and by whom it is put into an event."""

TOLD_LATER: Final = frozenset({PlacementAction.RESUMED, PlacementAction.TUTOR_ASSIGNED})
"""Told only since the feed had been running for a while: rows written before have no event."""

ALWAYS_TOLD: Final = frozenset(
    action
    for action in set(TOLD) - TOLD_LATER
    if isinstance(action, PlacementAction | OrderAction | ObjectionAction)
) | {
    DocumentAction.INVOICE_RECEIVED,
    DocumentAction.INVOICE_PAID,
    DocumentAction.INVOICE_CREDITED,
    DocumentAction.CREDIT_SETTLED,
    PaymentAction.CLAIM_SETTLED,
}
"""Of these every row has an event; of the others only some, such as of an order's message and of no other."""

_OF_THEIR_OWN: Final = "a decision system told it to us; what follows for orders is told"
_BY_ITS_EFFECT: Final = "what it leads to is a row of its own, which is told"
_BETWEEN: Final = "who at the buyer has read what was told, and nothing about the case"
_OUR_OWN: Final = "how we work, and nothing about a case"

NOT_TOLD: Final[Mapping[JournalAction, str]] = {
    **dict.fromkeys(
        (
            PlacementAction.DECIDED,
            PlacementAction.PERIOD_TWO,
            PlacementAction.CONTINUES,
            PlacementAction.PROVIDER_CHANGED,
            PlacementAction.OUTCOME_APPROVED,
            PlacementAction.OUTCOME_EARNS_NOTHING,
            PlacementAction.OUTCOME_ENDED,
            PlacementAction.RESULT_DROPPED,
            PlacementAction.RESULT_MOVED,
            PlacementAction.SUPPLEMENT_APPROVED,
        ),
        _OF_THEIR_OWN,
    ),
    **dict.fromkeys(
        (
            PlacementAction.LATE_INTERRUPTION_APPLIED,
            PlacementAction.RESULT_TRIED_AGAIN,
            PlacementAction.REST_RECEIVED,
            DocumentAction.TAX_RELEASED,
            DocumentAction.PAYEE_RELEASE_ASKED,
            DocumentAction.PAYEE_RELEASED,
            DocumentAction.DESK_DISPUTE,
            DocumentAction.DESK_ASK_CREDIT,
            DocumentAction.DESK_ACCEPT,
            DocumentAction.DESK_LINK,
            DocumentAction.DESK_UNLINK,
            DocumentAction.DESK_REJECT_DUPLICATE,
            DocumentAction.DESK_ACCEPT_IN_PART,
            DocumentAction.DESK_WITHDRAW_PART,
            PaymentAction.CONFIRMED,
            MessageAction.RESENT,
        ),
        _BY_ITS_EFFECT,
    ),
    **dict.fromkeys(
        (
            PlacementAction.INFORMATIVE_READ,
            PlacementAction.INFORMATIVE_UNREAD,
        ),
        _BETWEEN,
    ),
    **dict.fromkeys(
        (
            PlacementAction.HISTORY_LOADED,
            DocumentAction.ANSWER_SENT,
            DocumentAction.CONTROL_RELEASED,
            DocumentAction.DESK_PARK,
            DocumentAction.DESK_ASK_SUPPLIER,
            DocumentAction.SUPPLIER_WROTE,
            DocumentAction.BUYER_WROTE,
            DocumentAction.CONVERSATION_READ,
            DocumentAction.PROTECTED_MARKED,
            DocumentAction.PROTECTED_REVEALED,
            DocumentAction.PROTECTED_CLEARED,
            MessageAction.ANSWERED,
            MessageAction.UNANSWERABLE,
            MessageAction.FAILED,
            MessageAction.REPLAYED,
            MessageAction.LAID_ASIDE,
            MessageAction.ANSWER_TRIED,
            MessageAction.ANSWER_LAID_ASIDE,
            MessageAction.FETCH_AGAIN,
            MessageAction.LEFT_THERE,
            *AccessPointAction,
            *DirectoryAction,
            *AuditAction,
            *ClaimAction,
            *DeskAction,
            *OperationsAction,
            *RegisterAction,
            *SupplierAction,
            *TutorAction,
            *WebhookAction,
            *(
                each
                for each in PaymentAction
                if each not in (PaymentAction.CLAIM_SETTLED, PaymentAction.CONFIRMED)
            ),
        ),
        _OUR_OWN,
    ),
}
"""What is not told, and why."""


def told_among(entries: Sequence[JournalEntry]) -> list[tuple[int, JournalEntry]]:
    """The rows that are told, each with its place among all."""
    return [(place, entry) for place, entry in enumerate(entries) if entry.action in TOLD]


def told(entries: Sequence[tuple[int, JournalEntry]], facts: Facts) -> list[tuple[int, ToTell]]:
    """The events of these rows in their order, each with its row's place; the same said twice running is told once."""
    events: list[tuple[int, ToTell]] = []
    for place, entry in entries:
        for event in TOLD[entry.action](entry, facts):
            if not events or events[-1][1] != event:
                events.append((place, event))
    return events
