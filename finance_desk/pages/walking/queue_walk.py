"""Going through the queue one after another: what comes next with the same filter, and how many are left.

Convention: a document opened from the queue carries in its address the question that the queue was asked (`queue`)
and its place among the answers (`place`). Once it is decided it is gone from them, and the next one stands there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from accounts.identity import Person
from finance_desk.pages.walking import queue_asked
from foundation.identifiers import key_in
from foundation.sql import Session
from invoicing.decisions import protected_store
from invoicing.exceptions import queue_queries
from invoicing.exceptions.queue import QueueItem, QueuePart

_LONGEST = 500
_DOCUMENTS = frozenset(QueuePart) - {
    QueuePart.REPORTS,
    QueuePart.MESSAGES,
    QueuePart.POST,
    QueuePart.EVENTS,
    QueuePart.STARTS,
}


@dataclass(frozen=True, slots=True)
class QueueWalk:
    """Where one stands: what the queue was asked, the place in it, and how many are left.

    `following` is the next document, and `place` its place; None where nothing else is left.
    `is_gone` says that the document itself is in the queue no more.
    """

    query: str
    place_here: int
    place: int
    left: int
    following: QueueItem | None
    is_masked: bool
    is_gone: bool

    @property
    def back(self) -> str:
        """The queue as it was asked."""
        return f"/finance?{self.query}" if self.query else "/finance"

    @property
    def carried(self) -> str:
        """What the address of a page between carries on."""
        return urlencode({"queue": self.query, "place": self.place_here})

    @property
    def address(self) -> str:
        """Where the next one is; the queue itself where there is none."""
        return document_address(self.following.id, self.query, self.place) if self.following else self.back


def document_address(number: int, query: str, place: int) -> str:
    """A document's page, with the question and the place it was found at."""
    return f"/finance/documents/{number}?{urlencode({'queue': query, 'place': place})}"


def asked(values: Mapping[str, str]) -> tuple[str, int] | None:
    """The question and the place that an address or a form carries; None where it was not opened from the queue."""
    query, place = values.get("queue"), values.get("place", "0")
    if query is None or len(query) > _LONGEST:
        return None
    return query, key_in(place) or 0


def walk(session: Session, request: Request, person: Person, number: int, *, today: date) -> QueueWalk | None:
    """What comes after the document; None where it was not opened from the queue."""
    found = asked(request.query_params)
    return None if found is None else walk_at(session, found, person, number, today=today)


def walk_at(
    session: Session, found: tuple[str, int], person: Person, number: int, *, today: date
) -> QueueWalk | None:
    """The same with the question and the place known; None where the question was of no documents."""
    query, place = found
    wanted = queue_asked.wanted(dict(parse_qsl(query)), person)
    if wanted.part not in _DOCUMENTS:
        return None
    many = queue_queries.how_many(session, wanted, today=today)
    here = queue_queries.items(session, wanted, today=today, limit=2, offset=place)
    others = [each for each in here if each.id != number]
    following = others[0] if others else None
    # What is left before the place, when its end is reached, comes last.
    if following is None and place and many:
        first = queue_queries.items(session, wanted, today=today, limit=2)
        following = next((each for each in first if each.id != number), None)
        here_place = 0
    else:
        here_place = place + (1 if here and here[0].id == number else 0)
    masked = following is not None and protected_store.is_protected(session, following.id)
    return QueueWalk(
        query, place, here_place, many, following, masked, all(each.id != number for each in here)
    )
