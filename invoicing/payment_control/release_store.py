"""What a person has let through a control, as the database holds it; each release is of one finding."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from foundation.sql import Session, add_new, among
from invoicing.payment_control.controls import Control, ControlRow, ControlVerdict
from invoicing.payment_control.tables import control_release


@dataclass(frozen=True, slots=True)
class Release:
    """That a person has let an invoice through a control, why and when."""

    invoice_id: int
    control: Control
    basis: str
    reason: str
    released_by: str
    released_at: datetime


Releases = Mapping[tuple[Control, str], Release]
"""An invoice's releases, by control and the finding they are of."""


def add(session: Session, release: Release) -> bool:
    """Keep a release; False where the same finding of the invoice was released before."""
    row = {
        "invoice_id": release.invoice_id,
        "control": release.control,
        "basis": release.basis,
        "reason": release.reason,
        "released_by": release.released_by,
        "released_at": release.released_at,
    }
    return bool(add_new(session, control_release, [row]))


def of(session: Session, ids: Iterable[int]) -> Mapping[int, Releases]:
    """The releases of these invoices."""
    question = select(control_release).where(among(session, control_release.c.invoice_id, list(ids)))
    found: dict[int, dict[tuple[Control, str], Release]] = defaultdict(dict)
    for row in session.execute(question.order_by(control_release.c.id)):
        release = Release(
            row.invoice_id, Control(row.control), row.basis, row.reason, row.released_by, row.released_at
        )
        found[release.invoice_id][release.control, release.basis] = release
    return found


def as_released(rows: Sequence[ControlRow], releases: Releases) -> tuple[ControlRow, ...]:
    """The rows as they stand after the releases: what was released stops no longer. Pure."""
    return tuple(
        replace(row, verdict=ControlVerdict.RELEASED)
        if row.stops and (row.control, row.basis) in releases
        else row
        for row in rows
    )
