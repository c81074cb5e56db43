"""What has come to an access point and cannot be had: noted by itself, tried again, while all others are collected.

Convention: a thing is known by its name there and its version, so that another file of the same name is tried at once.
It rests a minute, then 5 and 15 minutes, then an hour each time; one whose bytes are stored already is not fetched
again, only told that it is. What a person has left there is not tried until it changes. Nothing is taken away from the
access point here, and nothing that came is forgotten: a row ends when the thing was had, or lies there no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from foundation.backoff import Ladder
from foundation.sql import Session
from foundation.written.fitted import within
from peppol.access_points.protocol import Arrival, ArrivalLeft
from peppol.exchange import unfetched_store
from peppol.exchange.tables import UnfetchedState
from peppol.exchange.unfetched_store import UnfetchedArrival

RESTS: Final = Ladder((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)))
"""The rest before what could not be had is tried again; the last goes on."""


_NAME_MOST: Final = 400


class Step(StrEnum):
    """What to do now about something that is listed."""

    FETCH = "FETCH"
    ACKNOWLEDGE = "ACKNOWLEDGE"  # its bytes are stored: only say so again
    REST = "REST"


@dataclass(frozen=True, slots=True)
class _Left:
    """One that could not be had now, and why."""

    arrival: Arrival
    error: ArrivalLeft
    stored: bool


def _rests(known: UnfetchedArrival, now: datetime) -> bool:
    """Whether it is not to be tried yet; a rest longer than any is of a clock that was ahead."""
    return known.due_at is not None and now < known.due_at <= now + RESTS.steps[-1]


def kept_name(arrival: Arrival) -> str:
    """The name as the column holds it; a longer one ends with its hash, so that no two are taken for one."""
    return within(arrival.reference, _NAME_MOST)


@dataclass(slots=True)
class Collection:
    """What one round of collecting meets: those that are `known` by their names, and those that are met now.

    `at_once` waits out no rest: a person has asked for it, who may just have mended what was wrong.
    """

    known: Mapping[str, UnfetchedArrival] = field(default_factory=dict)
    at_once: bool = False
    _listed: set[str] = field(default_factory=set)
    _left: list[_Left] = field(default_factory=list)
    _had: set[int] = field(default_factory=set)

    def step(self, arrival: Arrival, now: datetime) -> Step:
        """What to do about something that is listed."""
        known = self.known.get(kept_name(arrival))
        if known is None:
            return Step.FETCH
        self._listed.add(known.reference)
        if known.version != arrival.version:
            return Step.FETCH
        if known.state is UnfetchedState.LEFT_THERE or (not self.at_once and _rests(known, now)):
            return Step.REST
        # A name that may be given to another thing is no proof that it is the same.
        same = arrival.once or arrival.version != ""
        return Step.ACKNOWLEDGE if known.stored and same else Step.FETCH

    def leave(self, arrival: Arrival, error: ArrivalLeft, *, stored: bool = False) -> bool:
        """Note one that could not be had, or not be put away; whether that is news."""
        self._left.append(_Left(arrival, error, stored))
        known = self.known.get(kept_name(arrival))
        return known is None or (known.version, known.code) != (arrival.version, error.code)

    def had(self, arrival: Arrival) -> None:
        """Note one that was had and put away."""
        known = self.known.get(kept_name(arrival))
        if known is not None:
            self._had.add(known.id)

    def save(self, session: Session, access_point: str, *, whole: bool, now: datetime) -> None:
        """Write down what was met; `whole` where all that lies there was listed, so that what was not is gone."""
        left = {kept_name(each.arrival): each for each in self._left}
        for each in left.values():
            self._save_one(session, access_point, each, now)
        still = {self.known[name].id for name in left if name in self.known}
        unfetched_store.end_all(session, self._had - still, UnfetchedState.FETCHED)
        if whole:
            gone = {each.id for name, each in self.known.items() if name not in self._listed}
            unfetched_store.end_all(session, gone - self._had - still, UnfetchedState.GONE)

    def _save_one(self, session: Session, access_point: str, left: _Left, now: datetime) -> None:
        arrival, error = left.arrival, left.error
        told: dict[str, object] = {
            "version": within(arrival.version, 80),
            "stored": left.stored,
            "code": error.code,
            "said": error.words,
            "host": error.host[:255],
            "last_at": now,
        }
        known = self.known.get(kept_name(arrival))
        if known is None:
            due = now + RESTS.rest_without_end(1)
            name = {"access_point": access_point, "reference": kept_name(arrival)}
            unfetched_store.add(session, **name, **told, first_at=now, due_at=due)
            return
        other = known.version != arrival.version
        tries = 1 if other else known.tries + 1
        told |= {"tries": tries, "due_at": now + RESTS.rest_without_end(tries)}
        if other:
            told |= {"first_at": now, "alarmed_at": None}
        if other and known.state is UnfetchedState.LEFT_THERE:
            unfetched_store.move(session, known, UnfetchedState.WAITING, **told)
            return
        unfetched_store.change(session, known.id, **told)
