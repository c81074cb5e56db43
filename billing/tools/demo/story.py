"""The demo's story as files: a register, events, messages, what people do on which day, and what must come of it.

Convention: everything has a day. An event's day is the day of its time in Sweden; a line that is
no event belongs to the day before it in the file; a message's day is the date its name begins
with; acts say theirs. `story.toml` holds the acts and, case by case, the outcome expected.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.errors import Refused
from foundation.periods import stockholm_date
from foundation.text import Text
from operations.event_loading import EventLine


class StoryRefused(Refused):
    """The story cannot be played: a file is missing or is not what it should be."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CreditRequest(_Told):
    """An officer asks for credit of an invoice in question."""

    on: date
    invoice: str
    supplier: str
    by: str


class Flip(_Told):
    """A supplier makes the invoice of an order's month in the portal."""

    on: date
    execution_reference: str
    month: str
    number: str


class Payments(_Told):
    """Who pays what is due, every day."""

    prepared_by: str
    attested_by: str


class StoryCase(_Told):
    """One case: `expected` pairs what is looked at (`invoice 5599991014 F26-101`) with what it must be."""

    name: str
    name_en: str
    expected: tuple[tuple[str, str], ...] = Field(min_length=1)


class _StoryFile(_Told):
    last_day: date
    payments: Payments
    credit_requests: tuple[CreditRequest, ...] = ()
    flips: tuple[Flip, ...] = ()
    cases: tuple[StoryCase, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happens, by day, and what must come of it."""

    register: Path
    events: Mapping[date, Sequence[EventLine]]
    messages: Mapping[date, Sequence[Path]]
    credit_requests: Mapping[date, Sequence[CreditRequest]]
    flips: Mapping[date, Sequence[Flip]]
    payments: Payments
    cases: Sequence[StoryCase]
    last_day: date

    @property
    def days(self) -> list[date]:
        """Every calendar day from the first happening to the last day."""
        first = min((*self.events, *self.messages))
        return [first + timedelta(days=count) for count in range((self.last_day - first).days + 1)]


def read_story(folder: Path) -> Story:
    """The story in `folder` (register/, events.jsonl, inbox/, story.toml). Raises StoryRefused, or OSError."""
    try:
        told = _StoryFile.model_validate(tomllib.loads((folder / "story.toml").read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise StoryRefused(
            Text("%(path)s går inte att läsa: %(error)s", path=folder / "story.toml", error=error)
        ) from error
    messages: dict[date, list[Path]] = defaultdict(list)
    for path in sorted((folder / "inbox").iterdir()):
        messages[_day_of_name(path)].append(path)
    events: dict[date, list[EventLine]] = defaultdict(list)
    for day, line in _events(folder / "events.jsonl"):
        events[day].append(line)
    requests: dict[date, list[CreditRequest]] = defaultdict(list)
    for request in told.credit_requests:
        requests[request.on].append(request)
    flips: dict[date, list[Flip]] = defaultdict(list)
    for flip in told.flips:
        flips[flip.on].append(flip)
    return Story(
        register=folder / "register",
        events=events,
        messages=messages,
        credit_requests=requests,
        flips=flips,
        payments=told.payments,
        cases=told.cases,
        last_day=told.last_day,
    )


def _events(path: Path) -> Iterator[tuple[date, EventLine]]:
    day = date.min
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, text in enumerate(file, 1):
            day = max(day, _day_of_event(text) or day)
            yield day, EventLine(f"{path.name}:{number}", text)


def _day_of_event(text: str) -> date | None:
    """The day a line happens, where it says one; the system itself judges whether it is an event."""
    try:
        return stockholm_date(datetime.fromisoformat(json.loads(text)["time"]))
    except (ValueError, KeyError, TypeError, Refused):
        return None


def _day_of_name(path: Path) -> date:
    try:
        return date.fromisoformat(path.name[:10])
    except ValueError:
        raise StoryRefused(
            Text(
                "%(path)s ska börja med dagen meddelandet kommer, till exempel 2026-10-06-faktura.xml.",
                path=path,
            )
        ) from None
