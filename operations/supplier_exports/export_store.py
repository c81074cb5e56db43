"""Suppliers' full exports as the database holds them: asked for, made in pieces, kept for a while and removed.

Convention: every question takes the supplier whose export it is; another's does not exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Row, delete, insert, select

from foundation import transitions
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from operations.background.tables import background_task
from operations.background.tasks import TaskState
from operations.supplier_exports.tables import supplier_export, supplier_export_part

_E, _P = supplier_export, supplier_export_part


class ExportState(StrEnum):
    """How far an export has come."""

    WAITING = "WAITING"  # it is being made, or waits for its turn
    READY = "READY"
    FAILED = "FAILED"  # its making was stopped
    REMOVED = "REMOVED"  # it is no longer kept


EXPORT_WORDS: Final[Mapping[ExportState, Text]] = {
    ExportState.WAITING: Text("Görs"),
    ExportState.READY: Text("Klar att hämta"),
    ExportState.FAILED: Text("Gick inte"),
    ExportState.REMOVED: Text("Borttagen"),
}
"""What people call each state."""

EXPORT_FOLLOWS = Transitions(
    {
        ExportState.WAITING: {ExportState.READY, ExportState.FAILED},
        ExportState.READY: {ExportState.REMOVED},
    },
    ends={ExportState.FAILED, ExportState.REMOVED},
    words=EXPORT_WORDS,
    remedy=Text("Be om en ny."),
)


@dataclass(frozen=True, slots=True)
class SupplierExport:
    """One export, without its bytes. `kept_until` is the last day it can be fetched."""

    id: int
    supplier: str
    state: ExportState
    asked_by: str
    asked_at: datetime
    task_id: int
    made_at: datetime | None
    size: int
    sha256: str
    kept_until: date | None


def add(session: Session, supplier: str, *, task: int, by: str, at: datetime) -> int:
    """Keep that an export was asked for; its number."""
    row = {
        "supplier": supplier,
        "state": ExportState.WAITING,
        "asked_by": by,
        "asked_at": at,
        "task_id": task,
    }
    number: int = session.execute(insert(_E).returning(_E.c.id), row).scalar_one()
    return number


def of_supplier(session: Session, supplier: str, number: int) -> SupplierExport:
    """One export of this supplier's. Raises NotThere, also for another's."""
    found = _listed(session, (_E.c.supplier == supplier) & (_E.c.id == number), limit=1)
    if not found:
        raise NotThere
    return found[0]


def newest_first(session: Session, supplier: str, *, limit: int = 20) -> Sequence[SupplierExport]:
    """The supplier's newest exports."""
    return _listed(session, _E.c.supplier == supplier, limit=limit)


def waiting(session: Session, supplier: str) -> SupplierExport | None:
    """The one that is being made."""
    found = _listed(session, (_E.c.supplier == supplier) & (_E.c.state == ExportState.WAITING), limit=1)
    return found[0] if found else None


def of_task(session: Session, task: int) -> SupplierExport | None:
    """The one that a piece of background work makes."""
    found = _listed(session, _E.c.task_id == task, limit=1)
    return found[0] if found else None


def add_part(session: Session, number: int, position: int, body: bytes) -> None:
    """Keep a piece of the file."""
    session.execute(insert(_P), {"export_id": number, "position": position, "body": body})


def pieces(session: Session, number: int) -> Iterator[bytes]:
    """The file in pieces, in their order."""
    position = 1
    while True:
        here = (_P.c.export_id == number) & (_P.c.position == position)
        body = session.execute(select(_P.c.body).where(here)).scalar_one_or_none()
        if body is None:
            return
        yield body
        position += 1


def finish(
    session: Session, export: SupplierExport, *, size: int, sha256: str, at: datetime, kept_until: date
) -> None:
    """Say that it is whole and can be fetched; earlier ones of the supplier's are no longer kept."""
    for each in _listed(
        session, (_E.c.supplier == export.supplier) & (_E.c.state == ExportState.READY), limit=None
    ):
        remove(session, each)
    values = {"size": size, "sha256": sha256, "made_at": at, "kept_until": kept_until}
    _move(session, export, ExportState.READY, values)


def past(session: Session, *, today: date) -> Sequence[SupplierExport]:
    """Those whose last day has gone by."""
    return _listed(session, (_E.c.state == ExportState.READY) & (_E.c.kept_until < today), limit=None)


def given_up(session: Session) -> Sequence[SupplierExport]:
    """Those that wait for work which somebody has stopped, or which was refused."""
    over = select(background_task.c.id).where(
        background_task.c.state.in_([TaskState.STOPPED, TaskState.REFUSED])
    )
    return _listed(session, (_E.c.state == ExportState.WAITING) & _E.c.task_id.in_(over), limit=None)


def fail(session: Session, export: SupplierExport) -> None:
    """Say that it will not be made."""
    _move(session, export, ExportState.FAILED, {})


def remove(session: Session, export: SupplierExport) -> None:
    """Let the bytes go; that there was one stays."""
    _move(session, export, ExportState.REMOVED, {})
    session.execute(delete(_P).where(_P.c.export_id == export.id))


def _move(session: Session, export: SupplierExport, to: ExportState, values: Mapping[str, object]) -> None:
    transitions.move(
        session,
        _E.c.state,
        _E.c.id == export.id,
        EXPORT_FOLLOWS,
        name=Text("Exporten %(number)s", number=export.id),
        was=export.state,
        to=to,
        values=values,
    )


def _listed(session: Session, where: ColumnElement[bool], *, limit: int | None) -> Sequence[SupplierExport]:
    question = select(_E).where(where).order_by(_E.c.id.desc())
    return [_export(row) for row in session.execute(question if limit is None else question.limit(limit))]


def _export(row: Row[tuple[object, ...]]) -> SupplierExport:
    return SupplierExport(
        id=row.id,
        supplier=row.supplier,
        state=ExportState(row.state),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        task_id=row.task_id,
        made_at=row.made_at,
        size=row.size,
        sha256=row.sha256,
        kept_until=row.kept_until,
    )
