"""What is done in a sandbox: an order placed, a document handed in; and how it stands, and what the buyer wrote."""

from typing import Final
from uuid import uuid4

from accounts.api_clients.model import ApiClient
from billing.server.api.told_sandbox import (
    BuyersMessage,
    BuyersMessages,
    MadeOrders,
    OrderWanted,
    SandboxTold,
    TakenMessage,
)
from billing.server.sandbox import buyers_turn, sample_placements
from foundation.database import Database
from foundation.errors import Refused
from foundation.periods import stockholm_date
from foundation.text import Text
from operations import message_queries
from operations.webhooks import message_store
from operations.webhooks.model import MessageState
from orders.placements import store as placement_store
from orders.purchase_orders import order_store
from orders.register import store as register_store
from peppol.exchange import inbox

MESSAGES_MOST: Final = 1000
_FIRST_REFERENCE: Final = 900_000_001


class SandboxFull(Refused):
    """So much has been tried in it that it is begun anew."""

    def __init__(self) -> None:
        super().__init__(
            Text("Sandlådan är full. Börja om med POST /api/v1/sandbox/reset, och gör prövningen i en tom.")
        )


def ordered(client: ApiClient, books: Database, wanted: OrderWanted) -> MadeOrders:
    """The orders of a placement that is told of now. Raises SandboxFull, NoSamples, TooFewMonths."""
    today = stockholm_date(books.clock())
    with books.reading() as session:
        register = register_store.load(session)
        reference = next(
            (
                str(number)
                for number in range(_FIRST_REFERENCE, _FIRST_REFERENCE + MESSAGES_MOST)
                if placement_store.find(session, str(number)) is None
            ),
            None,
        )
    if reference is None:
        raise SandboxFull
    days = sample_placements.told(
        register,
        client.organisation,
        reference,
        months_received=wanted.months_received,
        today=today,
        within=client.within,
    )
    buyers_turn.tell(books, days, today=today)
    with books.reading() as session:
        orders = order_store.of_placement(session, reference)
    return MadeOrders(execution_reference=reference, orders=[each.number for each in orders])


def handed_in(books: Database, body: bytes) -> TakenMessage:
    """What became of a document that came as over Peppol, when the buyer has done what is due."""
    now = books.clock()
    today = stockholm_date(now)
    with books.writing() as session:
        kept = inbox.store(
            session, body, transport_id=f"sandbox/{uuid4()}.xml", received_on=today, received_at=now
        )
    buyers_turn.work(books, today=today)
    with books.reading() as session:
        message = message_queries.message_in(session, kept.repeats or kept.id)
        document = message_queries.document_of_message(session, kept.repeats or kept.id)
    assert message is not None  # noqa: S101 - it was kept a moment ago
    return TakenMessage(
        id=kept.id,
        state=kept.state if kept.repeats else message.state,
        reason_sv=message.reason_text.sv,
        reason_en=message.reason_text.en,
        number=document.number if document else None,
        document_state=document.state if document else None,
    )


def messages(books: Database) -> BuyersMessages:
    """What the buyer wrote, the oldest first."""
    with books.reading() as session:
        found = list(message_queries.messages_out(session, at_most=MESSAGES_MOST))
    return BuyersMessages(
        messages=[
            BuyersMessage(
                id=each.sequence,
                kind=each.kind,
                document=each.document_id,
                issued_on=each.issued_on,
                sha256=each.sha256,
                href=f"/api/v1/sandbox/inbox/{each.sequence}/message.xml",
            )
            for each in found
        ]
    )


def standing(books: Database) -> SandboxTold:
    """The sandbox's own time, and how much is in it."""
    now = books.clock()
    with books.reading() as session:
        orders = sum(1 for _ in order_store.summaries(session, limit=MESSAGES_MOST))
        messages = sum(1 for _ in message_queries.messages_out(session, at_most=MESSAGES_MOST))
        waiting = message_store.count(session, MessageState.WAITING)
    return SandboxTold(
        now=now,
        today=stockholm_date(now),
        orders=orders,
        messages_from_buyer=messages,
        webhooks_waiting=waiting,
    )
