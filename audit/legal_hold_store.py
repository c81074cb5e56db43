"""Legal holds as the database holds them: at most one stands on a case or a thing, and none is ever removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from audit.tables import legal_hold
from foundation.sql import Session, rows_changed


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold on a case."""

    id: int
    execution_reference: str
    placed_by: str
    placed_on: date
    reason: str
    lifted_by: str
    lifted_on: date | None


def add(session: Session, reference: str, *, by: str, on: date, reason: str) -> bool:
    """Let a hold stand; False where one stands already."""
    row = {"execution_reference": reference, "placed_by": by, "placed_on": on, "reason": reason}
    try:
        with session.begin_nested():
            session.execute(insert(legal_hold), row)
    except IntegrityError:
        return False
    return True


def lift(session: Session, hold_id: int, *, by: str, on: date) -> str | None:
    """Let a hold end; what it was on, or None where it does not stand."""
    standing = (legal_hold.c.id == hold_id) & legal_hold.c.lifted_on.is_(None)
    reference = session.scalar(select(legal_hold.c.execution_reference).where(standing))
    ended = update(legal_hold).where(standing).values(lifted_by=by, lifted_on=on)
    return reference if reference is not None and rows_changed(session, ended) else None


def newest_first(session: Session) -> Sequence[Hold]:
    """Every hold, those that were lifted too."""
    question = select(legal_hold).order_by(legal_hold.c.id.desc())
    return [Hold(**row) for row in session.execute(question).mappings()]


def held(session: Session) -> set[str]:
    """The cases and the names of things that a hold stands on."""
    return set(
        session.scalars(select(legal_hold.c.execution_reference).where(legal_hold.c.lifted_on.is_(None)))
    )
