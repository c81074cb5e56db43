"""What is asked and told of a sandbox: the models of its bodies and answers."""

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field

from billing.server.bodies.json_bodies import WHOLE, JsonBody
from billing.server.sandbox.sample_placements import MONTHS_MOST
from invoicing.model import InvoiceState
from peppol.exchange.tables import InState

DAYS_MOST: Final = 400


class SandboxTold(BaseModel):
    """How the sandbox stands."""

    now: datetime = Field(description="The sandbox's own time.")
    today: date = Field(description="The day that it is in the sandbox.")
    orders: int = Field(description="How many orders there are.")
    messages_from_buyer: int = Field(description="How many messages the buyer has written.")
    webhooks_waiting: int = Field(
        description="Messages to webhooks that have not got through, and are tried again as the sandbox's time passes."
    )


class OrderWanted(JsonBody):
    """A placement, and how much of it the buyer has received already."""

    months_received: Annotated[
        int,
        Field(
            ge=0,
            le=MONTHS_MOST,
            description="It began so many whole months ago, and each of them is reported and approved.",
        ),
        WHOLE,
    ] = 1


class MadeOrders(BaseModel):
    """The orders of an invented placement."""

    execution_reference: str
    orders: list[str] = Field(description="Their numbers: read them as any order.")


class TimeToPass(JsonBody):
    """How long the sandbox's time goes on. Nothing at all lets the buyer do what is due now."""

    days: Annotated[int, Field(ge=0, le=DAYS_MOST), WHOLE] = Field(0, description="So many days.")
    minutes: Annotated[int, Field(ge=0, le=1440), WHOLE] = Field(0, description="So many minutes besides.")


class BuyersMessage(BaseModel):
    """A message that the buyer wrote to the supplier."""

    id: int
    kind: str = Field(description="`order`, `invoice-response` and so on.")
    document: str = Field(description="The number the document carries.")
    issued_on: date
    sha256: str
    href: str = Field(description="Where its bytes are.")


class BuyersMessages(BaseModel):
    """What the buyer wrote, the oldest first."""

    messages: list[BuyersMessage] = Field(description="The messages, the oldest first.")


class TakenMessage(BaseModel):
    """What became of a document that came as over Peppol."""

    id: int
    state: InState = Field(description="What became of the message.")
    reason_sv: str = Field(description="Why it became none in the books, where it did not.")
    reason_en: str = Field(description="The same in English.")
    number: str | None = Field(description="The document's number, where it is one in the books.")
    document_state: InvoiceState | None = Field(
        description="The document's state, where it is one in the books."
    )
