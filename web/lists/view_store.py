"""Somebody's saved views of lists, as the database holds them: a name and the address of the list.

A row from before lists other than the queue had views holds the queue's question alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from foundation.sql import Session, rows_changed
from invoicing.decisions.tables import desk_filter as _VIEW

QUEUE = "/finance"


@dataclass(frozen=True, slots=True)
class SavedView:
    """One view: its name, and the address it stands for."""

    id: int
    name: str
    address: str

    @property
    def path(self) -> str:
        """The list that it is a view of."""
        return self.address.partition("?")[0]


def of(session: Session, person: str) -> Sequence[SavedView]:
    """The person's views of every list, by name."""
    question = select(_VIEW).where(_VIEW.c.person == person).order_by(func.lower(_VIEW.c.name), _VIEW.c.id)
    return [SavedView(row.id, row.name, _address(row.query)) for row in session.execute(question)]


def of_list(session: Session, person: str, path: str) -> Sequence[SavedView]:
    """The person's views of the list at this path, by name."""
    return [each for each in of(session, person) if each.path == path]


def named(session: Session, person: str, name: str) -> SavedView | None:
    """The person's view of that name, of whichever list."""
    row = session.execute(select(_VIEW).where(_VIEW.c.person == person, _VIEW.c.name == name)).one_or_none()
    return SavedView(row.id, row.name, _address(row.query)) if row is not None else None


def save(session: Session, person: str, name: str, address: str) -> None:
    """Keep a view under a name, instead of an earlier one of that name."""
    this = (_VIEW.c.person == person) & (_VIEW.c.name == name)
    if rows_changed(session, update(_VIEW).where(this).values(query=address)):
        return
    try:
        with session.begin_nested():
            session.execute(insert(_VIEW), {"person": person, "name": name, "query": address})
    except IntegrityError:
        session.execute(update(_VIEW).where(this).values(query=address))


def drop(session: Session, person: str, number: int) -> SavedView | None:
    """Forget a view of the person's own, and say which it was; None where there is none of the number."""
    row = session.execute(
        delete(_VIEW).where(_VIEW.c.id == number, _VIEW.c.person == person).returning(_VIEW)
    ).one_or_none()
    return SavedView(row.id, row.name, _address(row.query)) if row is not None else None


def _address(kept: str) -> str:
    if kept.startswith("/"):
        return kept
    return f"{QUEUE}?{kept}" if kept else QUEUE
