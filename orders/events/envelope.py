"""How what the decision systems tell us is read: one CloudEvents 1.0 envelope a line, in JSON.

Convention: `EVENT_DATA` lists the types; the data of each is declared in `data` and can be imported
from here. A line is taken whole or refused with every field to correct; a refusal repeats neither values nor
unknown keys, which may be personal data. The same content has the same hash, however it is written.
`schema` is the contract with the senders.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, ValidationError, create_model
from pydantic.json_schema import models_json_schema

from foundation.errors import Refused
from foundation.text import JoinedText, Text
from orders.events.data import (
    EventData,
    EventModel,
    InformativeReportFiled,
    InterruptionMoved,
    InterruptionRegistered,
    InterruptionWithdrawn,
    OutcomeApproved,
    OutcomeEnded,
    OutcomeRevoked,
    PeriodTwoDecided,
    PlacementCancelled,
    PlacementDecided,
    PlacementResumed,
    ProviderChanged,
    Reference,
    ReportApproved,
    ReportFiled,
    ReportRejected,
    ReportRevoked,
    SupplementApproved,
    SupplementRevoked,
)
from orders.register.reading.reader_errors import sentence_of

LONGEST_LINE = 65_536

_SAFE_KEY = re.compile(r"[a-z_]{1,40}", re.ASCII)


class EventRefused(Refused):
    """A line that is not an event we know; the sentence names the fields and what belongs there."""


EVENT_DATA: Mapping[str, type[EventData]] = {
    "placement.decided": PlacementDecided,
    "placement.period_two_decided": PeriodTwoDecided,
    "placement.provider_changed": ProviderChanged,
    "placement.cancelled": PlacementCancelled,
    "interruption.registered": InterruptionRegistered,
    "interruption.moved": InterruptionMoved,
    "interruption.withdrawn": InterruptionWithdrawn,
    "placement.resumed": PlacementResumed,
    "report.filed": ReportFiled,
    "report.approved": ReportApproved,
    "report.rejected": ReportRejected,
    "report.informative": InformativeReportFiled,
    "report.revoked": ReportRevoked,
    "outcome.approved": OutcomeApproved,
    "outcome.ended": OutcomeEnded,
    "outcome.revoked": OutcomeRevoked,
    "supplement.approved": SupplementApproved,
    "supplement.revoked": SupplementRevoked,
}


class Event(EventModel):
    """A CloudEvents 1.0 envelope in JSON; `source` and `id` together name it once and for all."""

    specversion: Literal["1.0"]
    id: Reference
    source: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
    type: str
    time: AwareDatetime
    subject: Reference | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    data: EventData

    @property
    def execution_reference(self) -> str:
        """The execution reference it is about, the old one at a change of provider; "" where it has none."""
        return self.data.execution_reference or ""


# One closed model per type, so that `data` can only be what `type` says.
_ENVELOPES: Mapping[str, type[Event]] = {
    name: create_model(
        f"{data.__name__}Event",
        __base__=Event,
        type=(str, Field(pattern=rf"^{re.escape(name)}$", json_schema_extra={"const": name})),
        data=(data, ...),
    )
    for name, data in EVENT_DATA.items()
}


def read_event(line: str) -> Event:
    """The event on one line of JSON; `data` is one of the classes of `EVENT_DATA`.

    Raises EventRefused with every field to correct: not JSON, a key twice, an unknown type or key, a missing
    field, a value of the wrong form, or longer than 65,536 characters.
    """
    if len(line) > LONGEST_LINE:
        raise _refused([Text("Raden är för lång.")])
    try:
        content = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _refused([Text("Raden är inte JSON.")]) from None
    kind = content.get("type") if isinstance(content, dict) else None
    if not isinstance(kind, str) or kind not in _ENVELOPES:
        known = ", ".join(EVENT_DATA)
        raise _refused([Text("type ska vara ett av %(known)s.", known=known)])
    try:
        return _ENVELOPES[kind].model_validate_json(line)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        # The chain is cut, because pydantic's own text repeats the values.
        raise _refused(sentence_of(each, named=_named(each["loc"]) or "data") for each in details) from None


def content_hash(event: Event) -> str:
    """SHA-256 in hexadecimal of the event's canonical JSON: key order and white space do not matter."""
    return hashlib.sha256(canonical(event).encode()).hexdigest()


def canonical(event: Event) -> str:
    """The event as one line of JSON with sorted keys, absent fields left out; read_event takes it back."""
    content = event.model_dump(mode="json", exclude_none=True)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of every event we take, one of them per line."""
    mode: Literal["validation"] = "validation"
    models = [(model, mode) for model in _ENVELOPES.values()]
    references, definitions = models_json_schema(models, ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events",
        "oneOf": list(references.values()),
        **definitions,
    }


def _refused(sentences: Iterable[Text]) -> EventRefused:
    return EventRefused(JoinedText(" ", (Text("Händelsen tas inte emot."), *sentences)))


def _named(place: tuple[int | str, ...]) -> str:
    """The path to a field; a key nobody knows may itself be personal data and is not repeated."""
    parts = [part for part in place if isinstance(part, str)]
    return ".".join(part if _SAFE_KEY.fullmatch(part) else "(…)" for part in parts)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _refused([Text("En nyckel står två gånger.")])
    return content


def _no_constant(_: str) -> object:
    raise ValueError
