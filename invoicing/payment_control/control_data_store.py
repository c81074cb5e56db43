"""Control data as the database holds it: every file that came, and the newest that is told of each supplier."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from foundation.sql import Session, among
from invoicing.payment_control.control_data import DataKind, Told
from invoicing.payment_control.tables import control_data, control_data_load

_BATCH = 500


@dataclass(frozen=True, slots=True)
class DataLoad:
    """A file of control data that was read in, and what came of its rows."""

    id: int
    source: str
    rows: int
    taken: int
    older: int
    strangers: int
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True, slots=True)
class DataStanding:
    """What there is of one kind: how many suppliers it is told of, and when the oldest and newest of it was told."""

    kind: DataKind
    suppliers: int
    oldest: datetime
    newest: datetime


def load_of(session: Session, body: bytes) -> DataLoad | None:
    """The load of these very bytes, if they were read in before."""
    digest = hashlib.sha256(body).hexdigest()
    row = session.execute(select(*_LOAD).where(control_data_load.c.sha256 == digest)).one_or_none()
    return None if row is None else _load(row)


def add(
    session: Session,
    body: bytes,
    told: Sequence[Told],
    *,
    rows: int,
    source: str,
    by: str,
    at: datetime,
) -> DataLoad:
    """Keep a file of `rows` rows, of which `told` are about our suppliers; what is newer than ours is taken."""
    newest = {(each.supplier, each.kind): each for each in sorted(told, key=lambda each: each.told_at)}
    known = newest_of(session, {each.supplier for each in told})
    taken = [
        each
        for each in newest.values()
        if each.kind not in known[each.supplier] or known[each.supplier][each.kind].told_at <= each.told_at
    ]
    row = {
        "sha256": hashlib.sha256(body).hexdigest(),
        "source": source,
        "body": body,
        "rows": rows,
        "taken": len(taken),
        "older": len(told) - len(taken),
        "strangers": rows - len(told),
        "loaded_at": at,
        "loaded_by": by,
    }
    load_id: int = session.execute(
        insert(control_data_load).returning(control_data_load.c.id), row
    ).scalar_one()
    for start in range(0, len(taken), _BATCH):
        _put(session, taken[start : start + _BATCH], load_id)
    return loads(session, only=load_id)[0]


def loads(session: Session, *, limit: int = 25, only: int | None = None) -> Sequence[DataLoad]:
    """The newest loads, or the one named."""
    question = select(*_LOAD).order_by(control_data_load.c.id.desc()).limit(limit)
    if only is not None:
        question = question.where(control_data_load.c.id == only)
    return [_load(row) for row in session.execute(question)]


def newest_of(session: Session, suppliers: Iterable[str]) -> Mapping[str, Mapping[DataKind, Told]]:
    """What was told last of each of these suppliers, by kind; of whom nothing was told, nothing."""
    question = (
        select(control_data, control_data_load.c.source)
        .join(control_data_load, control_data_load.c.id == control_data.c.load_id)
        .where(among(session, control_data.c.supplier, set(suppliers)))
    )
    found: dict[str, dict[DataKind, Told]] = defaultdict(dict)
    for row in session.execute(question):
        told = Told(row.supplier, DataKind(row.kind), bool(row.value), row.since, row.told_at, row.source)
        found[told.supplier][told.kind] = told
    return found


def standing(session: Session) -> Mapping[DataKind, DataStanding]:
    """What there is of each kind; a kind that nothing was told of is left out."""
    held = control_data.c
    question = select(
        held.kind,
        func.count(),
        func.min(held.told_at, type_=held.told_at.type),
        func.max(held.told_at, type_=held.told_at.type),
    ).group_by(held.kind)
    rows = session.execute(question).all()
    return {DataKind(kind): DataStanding(DataKind(kind), *found) for kind, *found in rows}


_LOAD = tuple(column for column in control_data_load.c if column.name not in ("body", "sha256"))


def _put(session: Session, told: Sequence[Told], load_id: int) -> None:
    """Make these the newest, but where somebody else has put a newer one meanwhile."""
    new = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    insertion = new(control_data).values(
        [
            {
                "supplier": each.supplier,
                "kind": each.kind,
                "value": int(each.value),
                "since": each.since,
                "told_at": each.told_at,
                "load_id": load_id,
            }
            for each in told
        ]
    )
    given = insertion.excluded
    session.execute(
        insertion.on_conflict_do_update(
            index_elements=[control_data.c.supplier, control_data.c.kind],
            set_={name: given[name] for name in ("value", "since", "told_at", "load_id")},
            where=control_data.c.told_at <= given.told_at,
        )
    )


def _load(row: Row[tuple[object, ...]]) -> DataLoad:
    return DataLoad(**row._mapping)
