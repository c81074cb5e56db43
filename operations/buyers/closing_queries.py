"""What still moves in a buyer's books: why they are not closed yet."""

from dataclasses import dataclass

from sqlalchemy import func, select, text

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from peppol.exchange.tables import OWED, InState, OutState, inbox, outbox, owed_answer

_UNDECIDED = (
    InvoiceState.PARKED,
    InvoiceState.ON_HOLD,
    InvoiceState.IN_QUESTION,
    InvoiceState.CREDIT_REQUESTED,
)


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """How much still moves: messages not sent, read or answered, documents that wait for somebody, unpaid invoices."""

    messages: int
    undecided: int
    unpaid: int


def open_matters(session: Session) -> OpenMatters:
    """What still moves in these books."""
    out = select(func.count()).where(outbox.c.state == OutState.WAITING)
    came = select(func.count()).where(inbox.c.state.in_((InState.ARRIVED, InState.FAILED)))
    owed = select(func.count()).where(text(f"owed_answer.{OWED}")).select_from(owed_answer)
    state = document_tables.invoice.c.state
    undecided = select(func.count()).where(state.in_(_UNDECIDED))
    unpaid = select(func.count()).where(state == InvoiceState.ACCEPTED)
    counted = [int(session.execute(each).scalar_one()) for each in (out, came, owed, undecided, unpaid)]
    return OpenMatters(messages=sum(counted[:3]), undecided=counted[3], unpaid=counted[4])
