"""What a system is told of each event it sent: what came of it, why, and what to do. Pure."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, Field

from foundation.text import Text
from operations.event_loading import LineOutcome, LineResult

NOT_TRIED: Final = "not_tried"


class BothLanguages(BaseModel):
    """A sentence in Swedish and in English."""

    sv: str
    en: str


class EventResult(BaseModel):
    """What came of one event; `index` counts from 0 as the events stood in the request.

    `result` is applied, repeated, conflict, unappliable, unreadable or not_tried. `state` is what the books say of an
    event that came before: APPLIED, UNAPPLIABLE, CONFLICT or LAID_ASIDE.
    """

    index: int = Field(description="Which event of the request it is, counted from 0.")
    result: str = Field(
        description="What came of it: `applied`, `repeated`, `conflict`, `unappliable`, `unreadable` or `not_tried`."
    )
    id: str | None = Field(None, description="The event's id; null where it could not be read.")
    source: str | None = Field(None, description="The event's source; null where it could not be read.")
    state: str | None = Field(
        None, description="The state that the event is kept in; null where it is not kept."
    )
    sentence: BothLanguages | None = Field(None, description="Why it was not applied; null where it was.")
    remedy: BothLanguages | None = Field(
        None, description="What to do about that; null where nothing is to be done."
    )


_REMEDIES: Final[dict[str, Text]] = {
    LineOutcome.CONFLICT: Text(
        "Är det en ny händelse, skicka den med ett nytt id. Är den första fel, skicka en som rättar den."
    ),
    LineOutcome.UNAPPLIABLE: Text(
        "Händelsen ligger kvar och kan prövas igen hos oss när hindret är borta. Är den själv fel, skicka en rättad "
        "med ett nytt id."
    ),
    LineOutcome.UNREADABLE: Text("Rätta det som sägs och skicka händelsen igen, med samma id."),
    NOT_TRIED: Text("Tiden räckte inte. Skicka de händelser som inte är prövade igen, i samma ordning."),
}


def results_of(pieces: Sequence[str], found: Sequence[LineResult]) -> list[EventResult]:
    """The result of every event of a request, in their order; those that were not reached are not tried."""
    done = [_result(index, each) for index, each in enumerate(found)]
    left = range(len(done), len(pieces))
    return [
        *done,
        *(EventResult(index=each, result=NOT_TRIED, remedy=_both(_REMEDIES[NOT_TRIED])) for each in left),
    ]


def _result(index: int, found: LineResult) -> EventResult:
    remedy = _REMEDIES.get(found.outcome)
    return EventResult(
        index=index,
        result=found.outcome.value,
        id=found.event.id if found.event else None,
        source=found.event.source if found.event else None,
        state=found.state.value if found.state else None,
        sentence=_both(found.reason.text) if found.reason else None,
        remedy=_both(remedy) if remedy else None,
    )


def _both(text: Text) -> BothLanguages:
    return BothLanguages(sv=text.sv, en=text.en)
