"""What the states of things are called on pages, and the tone they are shown in.

Convention: (kind, state) -> (tone, words). The tone chooses a colour and a sign; the word says it all
without either. Tones: good, note (something waits), bad (something is wrong), quiet (closed, of no concern now).
A state that is not here shows as it is. The words of a state stand beside its enum; here stand its tone, and words
for what is no state of a table of transitions.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from accounts.api_clients.model import CLIENT_WORDS, ClientState
from accounts.application_store import APPLICATION_WORDS, ApplicationState
from accounts.staff.change_store import STAFF_CHANGE_WORDS, StaffChangeState
from accounts.store import ACCOUNT_WORDS, AccountState
from bookkeeping.accounting_rule_store import RULES_WORDS, RulesState
from bookkeeping.month_closing_store import CLOSING_WORDS, ClosingState
from foundation.text import Text, WrittenText
from invoicing.claims.claim_states import CLAIM_WORDS, ClaimState
from invoicing.model import CREDIT_NOTE_WORDS, INVOICE_WORDS, InvoiceState
from invoicing.payment.payment_stop_store import STOP_WORDS, StopState
from invoicing.payment.transfers import ITEM_WORDS, PROPOSAL_WORDS, ItemState, ProposalState
from invoicing.portal_invoicing.portal_states import PORTAL_WORDS, PortalState
from invoicing.supplier_changes.change_request_store import CHANGE_WORDS, ChangeState
from operations.register_loads.store import LOAD_WORDS, LoadState
from operations.supplier_exports.export_store import EXPORT_WORDS, ExportState
from operations.webhooks.model import ENDPOINT_WORDS, MESSAGE_WORDS, EndpointState, MessageState
from orders.events.store import EVENT_WORDS, EventState
from orders.model import (
    INTERRUPTION_WORDS,
    LINE_WORDS,
    PLACEMENT_WORDS,
    PLANNED_WORDS,
    REPORT_WORDS,
    InterruptionState,
    LineState,
    PlacementState,
    PlannedState,
    ReportState,
)
from orders.objections.model import OBJECTION_WORDS, ObjectionState
from orders.placements.informative.informative_store import INFORMATIVE_WORDS, InformativeState
from orders.tutors.unit_tutor_store import UNIT_TUTOR_WORDS, UnitTutorState
from peppol.exchange.tables import IN_WORDS, OUT_WORDS, InState, OutState

StateLabel = tuple[str, Text]
S = TypeVar("S", bound=StrEnum)


def _labels(
    words: Mapping[S, Text], *, good: Iterable[S] = (), note: Iterable[S] = (), bad: Iterable[S] = ()
) -> dict[str, StateLabel]:
    """The words of the states, each in its tone; the rest is quiet."""
    tones = {
        state: tone for tone, states in (("good", good), ("note", note), ("bad", bad)) for state in states
    }
    return {state.value: (tones.get(state, "quiet"), word) for state, word in words.items()}


_INVOICE: Final = InvoiceState
STATES: Final[dict[str, dict[str, StateLabel]]] = {
    "supplier_export": _labels(
        EXPORT_WORDS, good=[ExportState.READY], note=[ExportState.WAITING], bad=[ExportState.FAILED]
    ),
    "register_load": _labels(LOAD_WORDS, good=[LoadState.LOADED], note=[LoadState.PROPOSED]),
    "invoice": _labels(
        INVOICE_WORDS,
        good=(_INVOICE.ACCEPTED, _INVOICE.PAID),
        note=(_INVOICE.PARKED, _INVOICE.ON_HOLD, _INVOICE.PARTLY_ACCEPTED),
        bad=(_INVOICE.IN_QUESTION, _INVOICE.CREDIT_REQUESTED),
    ),
    "credit_note": _labels(
        CREDIT_NOTE_WORDS,
        good=(_INVOICE.ACCEPTED, _INVOICE.PAID),
        note=(_INVOICE.PARKED, _INVOICE.ON_HOLD, _INVOICE.PARTLY_ACCEPTED),
        bad=(_INVOICE.IN_QUESTION, _INVOICE.CREDIT_REQUESTED),
    ),
    "line": _labels(LINE_WORDS, note=(LineState.OPEN,)),
    "report": _labels(
        REPORT_WORDS,
        good=(ReportState.APPROVED,),
        note=(ReportState.FILED,),
        bad=(ReportState.REJECTED, ReportState.REVOKED),
    ),
    "planned": _labels(
        PLANNED_WORDS,
        good=(PlannedState.PLACED,),
        note=(PlannedState.WAITING,),
        bad=(PlannedState.REVOKED,),
    ),
    "informative": _labels(INFORMATIVE_WORDS, good=(InformativeState.READ,), note=(InformativeState.UNREAD,)),
    "placement": _labels(PLACEMENT_WORDS, good=(PlacementState.DECIDED,)),
    # Where a placement stands today, by its days.
    "stands": {
        "COMING": ("quiet", Text("Kommande")),
        "ONGOING": ("good", Text("Pågår")),
        "INTERRUPTED": ("note", Text("Avbryts")),
        "ENDED": ("quiet", Text("Avslutad")),
        "CANCELLED": ("quiet", Text("Återkallad")),
    },
    "interruption": {
        **_labels(INTERRUPTION_WORDS, note=(InterruptionState.STANDING,)),
        # Gone with its placement.
        "CANCELLED": ("quiet", Text("Återkallat")),
    },
    "letter": {
        **_labels(
            OUT_WORDS,
            good=(OutState.IN_PORTAL, OutState.SENT, OutState.DELIVERED),
            note=(OutState.WAITING,),
            bad=(OutState.STUCK, OutState.REJECTED),
        ),
        **_labels(
            IN_WORDS,
            good=(InState.HANDLED,),
            note=(InState.ARRIVED,),
            bad=(InState.CONFLICT, InState.QUARANTINED, InState.FAILED),
        ),
    },
    "event": _labels(
        EVENT_WORDS, good=(EventState.APPLIED,), bad=(EventState.UNAPPLIABLE, EventState.CONFLICT)
    ),
    "proposal": _labels(
        PROPOSAL_WORDS,
        good=(ProposalState.ATTESTED, ProposalState.PAID),
        note=(ProposalState.DRAFT, ProposalState.EXPORTED),
        bad=(ProposalState.REFUSED,),
    ),
    "payment_item": _labels(
        ITEM_WORDS,
        good=(ItemState.ATTESTED, ItemState.PAID),
        note=(ItemState.PROPOSED, ItemState.EXPORTED),
        bad=(ItemState.REFUSED, ItemState.RETURNED),
    ),
    "application": _labels(
        APPLICATION_WORDS,
        good=(ApplicationState.APPROVED,),
        note=(ApplicationState.WAITING,),
        bad=(ApplicationState.REFUSED,),
    ),
    "made": _labels(
        PORTAL_WORDS,
        good=(PortalState.RELEASED, PortalState.READ),
        note=(PortalState.WAITING,),
        bad=(PortalState.STOPPED,),
    ),
    # What a test document would have met.
    "test": {
        "ACCEPT": ("good", Text("Stämmer")),
        "HOLD": ("note", Text("Hålls")),
        "PARK": ("note", Text("Väntar")),
        "QUESTION": ("bad", Text("Stämmer inte")),
    },
    "accounting_rules_version": _labels(
        RULES_WORDS, good=(RulesState.IN_FORCE,), note=(RulesState.PROPOSED,)
    ),
    "month_closing": _labels(
        CLOSING_WORDS,
        good=(ClosingState.CLOSED,),
        note=(ClosingState.ASKED, ClosingState.REOPEN_ASKED),
    ),
    "payment_stop": _labels(
        STOP_WORDS, note=(StopState.ASKED, StopState.LIFT_ASKED), bad=(StopState.STANDING,)
    ),
    "claim": _labels(
        CLAIM_WORDS,
        good=(ClaimState.SETTLED,),
        note=(ClaimState.ASKED, ClaimState.DEMANDED, ClaimState.REMINDED, ClaimState.WRITE_OFF_ASKED),
        bad=(ClaimState.DISPUTED,),
    ),
    "staff_change": _labels(
        STAFF_CHANGE_WORDS,
        good=(StaffChangeState.CONFIRMED,),
        note=(StaffChangeState.PROPOSED,),
        bad=(StaffChangeState.REFUSED,),
    ),
    "change": _labels(
        CHANGE_WORDS,
        good=(ChangeState.CONFIRMED,),
        note=(ChangeState.ASKED, ChangeState.FIRST_CONFIRMED),
        bad=(ChangeState.REFUSED,),
    ),
    "objection": _labels(
        OBJECTION_WORDS,
        note=(ObjectionState.OPEN,),
        bad=(ObjectionState.CANCELLED, ObjectionState.REPLACED),
    ),
    "unit_tutor": _labels(UNIT_TUTOR_WORDS, good=(UnitTutorState.ACTIVE,)),
    "account": _labels(ACCOUNT_WORDS, good=(AccountState.ACTIVE,), note=(AccountState.INVITED,)),
    "webhook": _labels(ENDPOINT_WORDS, good=(EndpointState.ACTIVE,), bad=(EndpointState.DISABLED,)),
    "webhook_message": _labels(
        MESSAGE_WORDS,
        good=(MessageState.DELIVERED,),
        note=(MessageState.WAITING,),
        bad=(MessageState.FAILED,),
    ),
    "client": _labels(CLIENT_WORDS, good=(ClientState.ACTIVE,)),
}


def told(kind: str, state: str) -> StateLabel:
    """The tone and the words for a state."""
    return STATES.get(kind, {}).get(str(state), ("quiet", WrittenText(str(state))))
