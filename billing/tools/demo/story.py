"""The demo's story as files: a register, events, messages, what people do on which day, and what must come of it.

Convention: everything has a day. An event's day is the day of its time in Sweden; a line that is
no event belongs to the day before it in the file; a message's day is the date its name begins
with; acts say theirs. `story.toml` holds the acts and, case by case, the outcome expected. A folder `changes` beside
them is a second chapter with files of the same kind; its register adds to the first one's.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from pydantic import Field, ValidationError

from billing.tools.demo.acts import Act
from billing.tools.demo.told import Told
from foundation.errors import Refused
from foundation.periods import stockholm_date
from foundation.text import Text
from operations.event_loading import EventLine

_CHANGES: Final = "changes"
_File = TypeVar("_File", bound=Told)
_Each = TypeVar("_Each")


class StoryRefused(Refused):
    """The story cannot be played: a file is missing or is not what it should be."""


class CreditRequest(Told):
    """An officer asks for credit of an invoice in question."""

    on: date
    invoice: str
    supplier: str
    by: str


class Flip(Told):
    """A supplier makes the invoice of an order's month in the portal."""

    on: date
    execution_reference: str
    month: str
    number: str


class Payments(Told):
    """Who pays what is due, every day."""

    prepared_by: str
    attested_by: str


class StoryCase(Told):
    """One case: `expected` pairs what is looked at (`invoice 5599991014 F26-101`) with what it must be."""

    name: str
    name_en: str
    expected: tuple[tuple[str, str], ...] = Field(min_length=1)


class _StoryFile(Told):
    last_day: date
    payments: Payments
    credit_requests: tuple[CreditRequest, ...] = ()
    flips: tuple[Flip, ...] = ()
    cases: tuple[StoryCase, ...]


class _ChapterFile(Told):
    credit_requests: tuple[CreditRequest, ...] = ()
    acts: tuple[Act, ...] = ()
    cases: tuple[StoryCase, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happens, by day, and what must come of it."""

    register: Sequence[Path]
    events: Mapping[date, Sequence[EventLine]]
    messages: Mapping[date, Sequence[Path]]
    credit_requests: Mapping[date, Sequence[CreditRequest]]
    flips: Mapping[date, Sequence[Flip]]
    acts: Mapping[date, Sequence[Act]]
    payments: Payments
    cases: Sequence[StoryCase]
    last_day: date

    @property
    def days(self) -> list[date]:
        """Every calendar day from the first happening to the last day."""
        first = min((*self.events, *self.messages))
        return [first + timedelta(days=count) for count in range((self.last_day - first).days + 1)]


def read_story(folder: Path, *, first_chapter_only: bool = False) -> Story:
    """The story in `folder` (register/, events.jsonl, inbox/, story.toml), and its chapter of changes where it has one.

    Raises StoryRefused, or OSError.
    """
    told = _read(folder, _StoryFile)
    changes = folder / _CHANGES
    more = None if first_chapter_only or not changes.is_dir() else _read(changes, _ChapterFile)
    chapters = (folder,) if more is None else (folder, changes)
    requests = told.credit_requests + (more.credit_requests if more is not None else ())
    return Story(
        register=tuple(each / "register" for each in chapters),
        events=_by_day(pair for each in chapters for pair in _events(each / "events.jsonl")),
        messages=_by_day((_day_of_name(path), path) for each in chapters for path in _inbox(each)),
        credit_requests=_by_day((each.on, each) for each in requests),
        flips=_by_day((each.on, each) for each in told.flips),
        acts=_by_day((each.on, each) for each in more.acts) if more is not None else {},
        payments=told.payments,
        cases=told.cases + (more.cases if more is not None else ()),
        last_day=told.last_day,
    )


def _read(folder: Path, file: type[_File]) -> _File:
    path = folder / "story.toml"
    try:
        return file.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise StoryRefused(Text("%(path)s går inte att läsa: %(error)s", path=path, error=error)) from error


def _inbox(folder: Path) -> Sequence[Path]:
    return sorted((folder / "inbox").iterdir())


def _by_day(pairs: Iterable[tuple[date, _Each]]) -> Mapping[date, Sequence[_Each]]:
    found: dict[date, list[_Each]] = defaultdict(list)
    for day, each in pairs:
        found[day].append(each)
    return found


def _events(path: Path) -> Iterator[tuple[date, EventLine]]:
    day = date.min
    name = f"{_CHANGES}/{path.name}" if path.parent.name == _CHANGES else path.name
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, text in enumerate(file, 1):
            day = max(day, _day_of_event(text) or day)
            yield day, EventLine(f"{name}:{number}", text)


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
