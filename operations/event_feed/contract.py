"""The contract of the feed: every type of event, its data, and how an event is written as CloudEvents 1.0.

Convention: the envelope is the one we read (`orders.events.envelope`), with the extension `sequence`: the cursor, of
twelve digits so that it sorts as text. `source` and `id` name an event once and for all.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, create_model
from pydantic.json_schema import models_json_schema

from operations.event_feed import data as feed_data
from orders.events.data import EventModel, Reference

SOURCE: Final = "/billing"

OUTBOUND_DATA: Final[Mapping[str, type[EventModel]]] = {
    "report.filed": feed_data.ReportFiled,
    "report.approved": feed_data.ReportApproved,
    "report.rejected": feed_data.ReportRejected,
    "report.approval_undone": feed_data.ReportApprovalUndone,
    "report.revoked": feed_data.ReportRevoked,
    "report.informative_filed": feed_data.InformativeFiled,
    "report.informative_withdrawn": feed_data.InformativeWithdrawn,
    "outcome.revoked": feed_data.OutcomeRevoked,
    "supplement.revoked": feed_data.SupplementRevoked,
    "receipt.made": feed_data.LineReceived,
    "receipt.replaced": feed_data.LineReceived,
    "receipt.reversed": feed_data.ReceiptReversed,
    "order.placed": feed_data.OrderPlaced,
    "order.sent": feed_data.OrderTold,
    "order.delivered": feed_data.OrderTold,
    "order.in_portal": feed_data.OrderTold,
    "order.undelivered": feed_data.OrderUndelivered,
    "order.cancelled": feed_data.OrderTold,
    "objection.made": feed_data.ObjectionMade,
    "objection.withdrawn": feed_data.ObjectionTold,
    "objection.answered": feed_data.ObjectionAnswered,
    "interruption.registered": feed_data.InterruptionSet,
    "interruption.moved": feed_data.InterruptionSet,
    "interruption.withdrawn": feed_data.InterruptionWithdrawn,
    "interruption.kept_aside": feed_data.EventKeptAside,
    "event.laid_aside": feed_data.EventLaidAside,
    "placement.cancelled": feed_data.PlacementCancelled,
    "placement.resumed": feed_data.PlacementResumed,
    "placement.tutor_assigned": feed_data.TutorAssigned,
    "invoice.received": feed_data.DocumentReceived,
    "invoice.accepted": feed_data.DocumentTold,
    "invoice.waiting": feed_data.DocumentWaiting,
    "invoice.in_question": feed_data.DocumentInQuestion,
    "invoice.credit_requested": feed_data.DocumentInQuestion,
    "invoice.accepted_in_part": feed_data.DocumentInQuestion,
    "invoice.credit_request_withdrawn": feed_data.DocumentTold,
    "invoice.credited": feed_data.InvoiceCredited,
    "invoice.paid": feed_data.InvoicePaid,
    "credit_note.received": feed_data.DocumentReceived,
    "credit_note.waiting": feed_data.DocumentWaiting,
    "credit_note.in_question": feed_data.DocumentInQuestion,
    "credit_note.settled": feed_data.CreditNoteSettled,
    "claim.raised": feed_data.ClaimTold,
    "claim.settled": feed_data.ClaimSettled,
}
"""Every type we tell, and the model its data keeps to."""


@dataclass(frozen=True, slots=True)
class ToTell:
    """An event that is to be written: its type, its data, and the case it is about; "" where that is not known."""

    type: str
    data: EventModel

    def __post_init__(self) -> None:
        if type(self.data) is not OUTBOUND_DATA[self.type]:
            raise ValueError(f"{self.type} says {OUTBOUND_DATA[self.type].__name__}")

    @property
    def execution_reference(self) -> str:
        """The execution reference it is about, "" where that is not known."""
        return getattr(self.data, "execution_reference", None) or ""

    def data_json(self) -> str:
        """The data as one line of JSON with sorted keys; absent fields are left out."""
        said = self.data.model_dump(mode="json", exclude_none=True)
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class OutboundEvent:
    """An event as it stands in the feed; `data` is its data as JSON."""

    sequence: int
    event_id: str
    type: str
    source: str
    execution_reference: str
    at: datetime
    data: str

    def to_json(self) -> dict[str, object]:
        """The event as CloudEvents 1.0 has it in JSON."""
        subject = {"subject": self.execution_reference} if self.execution_reference else {}
        return {
            "specversion": "1.0",
            "id": self.event_id,
            "source": self.source,
            "type": self.type,
            "time": self.at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            **subject,
            "datacontenttype": "application/json",
            "sequence": f"{self.sequence:012}",
            "data": json.loads(self.data),
        }

    def to_line(self) -> str:
        """The event as one line of JSON."""
        return json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":"))


class OutboundEnvelope(EventModel):
    """The envelope of every event of ours."""

    specversion: Literal["1.0"]
    id: Reference
    source: Literal["/billing"]
    type: str
    time: AwareDatetime
    subject: Reference | None = None
    datacontenttype: Literal["application/json"]
    sequence: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    data: EventModel


ENVELOPES: Final[Mapping[str, type[OutboundEnvelope]]] = {
    name: create_model(
        "".join(part.title() for part in name.replace(".", "_").split("_")),
        __base__=OutboundEnvelope,
        type=(str, Field(pattern=rf"^{re.escape(name)}$", json_schema_extra={"const": name})),
        data=(model, ...),
    )
    for name, model in OUTBOUND_DATA.items()
}
"""The model of each type, envelope and data; what is written holds to it."""


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of every event we tell."""
    mode: Literal["validation"] = "validation"
    models = [(model, mode) for model in ENVELOPES.values()]
    references, definitions = models_json_schema(models, ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events out",
        "oneOf": list(references.values()),
        **definitions,
    }
