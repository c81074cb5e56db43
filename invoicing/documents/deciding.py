"""Which actions on a document are decisions about it: whoever takes one never attests its payment.

Convention: the table is whole. An action that stands in neither part is refused where it is recorded, so a new one
gets its place the day it is made. What decides nothing says why.
"""

from collections.abc import Mapping
from typing import Final

from foundation.journal_entries import JournalAction
from invoicing.journal_actions import DeskAction, DocumentAction, SupplierAction

_D = DocumentAction

DECISIONS: Final = frozenset[JournalAction](
    {
        # What is done at the desk, each by one person.
        _D.DESK_ASK_CREDIT,
        _D.DESK_ACCEPT,
        _D.DESK_LINK,
        _D.DESK_UNLINK,
        _D.DESK_PARK,
        _D.DESK_ASK_SUPPLIER,
        _D.DESK_REJECT_DUPLICATE,
        _D.DESK_ACCEPT_IN_PART,
        _D.DESK_WITHDRAW_PART,
        _D.DESK_DISPUTE,
        _D.DESK_UNDONE,
        # What these come to, in the name of the same person.
        _D.INVOICE_RECEIVED,
        _D.INVOICE_JUDGED,
        _D.INVOICE_CREDITED,
        _D.CREDIT_JUDGED,
        _D.CREDIT_SETTLED,
        _D.CREDIT_REQUESTED,
        _D.CREDIT_REQUEST_UNDONE,
        _D.CREDIT_REQUEST_WITHDRAWN,
        _D.ACCEPTED_IN_PART,
        _D.PARTIAL_ACCEPTANCE_WITHDRAWN,
        _D.WAITING_ENDED,
        _D.ANSWER_SENT,
        # What it was held for is let go, and whose account is paid.
        _D.TAX_RELEASED,
        _D.CONTROL_RELEASED,
        _D.PAYEE_RELEASE_ASKED,
        _D.PAYEE_RELEASED,
        SupplierAction.CHANGE_CONFIRMED,
        # Who says that the money came back does not attest that it leaves once more.
        _D.PAYMENT_RETURNED,
        # Whoever works with a document has a view of it before anybody attests.
        _D.PROTECTED_MARKED,
        _D.PROTECTED_REVEALED,
        _D.PROTECTED_CLEARED,
        DeskAction.HANDED_OVER,
        DeskAction.COMMENTED,
        _D.BUYER_WROTE,
    }
)
"""Whoever does one of these about a document does not attest its payment."""

NO_DECISIONS: Final[Mapping[JournalAction, str]] = {
    _D.SUPPLIER_WROTE: "is the supplier's, who attests nothing",
    _D.CONVERSATION_READ: "says that a supplier's words were read; it changes nothing of the document",
    _D.INVOICE_PAID: "notes that the money has left, by those who prepared and attested",
    DeskAction.BATCH: "about many documents at once, each of which has its own row",
    DeskAction.BATCH_UNDONE: "about many documents at once, each of which has its own row",
    DeskAction.LIMIT_SET: "about a person, and proposed and confirmed by two others",
    DeskAction.ANSWER_SEEN: "says that a supplier's answer was read; it changes nothing of the document",
}
"""What finance staff do besides, and why it decides nothing about a document."""


def decides(action: JournalAction) -> bool:
    """Whether who takes the action has decided about the document. Raises KeyError for one without a place."""
    return action in DECISIONS or not NO_DECISIONS[action]
