"""Proposed loads of the register as the database holds them: each with its register, its state and who decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, Select, func, insert, select

from foundation import transitions
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from operations.register_loads.tables import register_load
from orders.register.register import Register


class LoadState(StrEnum):
    """How far a proposed load has come."""

    PROPOSED = "PROPOSED"
    LOADED = "LOADED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


LOAD_WORDS: Final[Mapping[LoadState, Text]] = {
    LoadState.PROPOSED: Text("Väntar på en person"),
    LoadState.LOADED: Text("Inläst"),
    LoadState.DECLINED: Text("Avslagen", context="register load"),
    LoadState.WITHDRAWN: Text("Återtagen"),
}
"""What people call each state."""

LOAD_FOLLOWS = Transitions(
    {LoadState.PROPOSED: {LoadState.LOADED, LoadState.DECLINED, LoadState.WITHDRAWN}},
    ends={LoadState.LOADED, LoadState.DECLINED, LoadState.WITHDRAWN},
    words=LOAD_WORDS,
    remedy=Text("Föreslå registret på nytt om det behövs."),
)


@dataclass(frozen=True, slots=True)
class ProposedLoad:
    """One proposed load, without its register."""

    id: int
    sha256: str
    state: LoadState
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether a person must still act."""
        return self.state is LoadState.PROPOSED


def add(session: Session, register: Register, *, sha256: str, by: str, at: datetime) -> int:
    """Keep a proposal; its number."""
    row = {
        "content": register.to_json(),
        "sha256": sha256,
        "state": LoadState.PROPOSED,
        "proposed_by": by,
        "proposed_at": at,
    }
    number: int = session.execute(insert(register_load).returning(register_load.c.id), row).scalar_one()
    return number


def get(session: Session, number: int) -> ProposedLoad:
    """One of them. Raises NotThere."""
    row = session.execute(_loads().where(register_load.c.id == number)).one_or_none()
    if row is None:
        raise NotThere
    return _load(row)


def register_of(session: Session, number: int) -> Register:
    """The register that is proposed."""
    question = select(register_load.c.content).where(register_load.c.id == number)
    return Register.from_json(session.execute(question).scalar_one())


def waiting_alike(session: Session, sha256: str) -> ProposedLoad | None:
    """The same register, proposed already and waiting."""
    waits = (register_load.c.state == LoadState.PROPOSED) & (register_load.c.sha256 == sha256)
    row = session.execute(_loads().where(waits).limit(1)).one_or_none()
    return None if row is None else _load(row)


def count(session: Session) -> int:
    """How many there have been."""
    found: int = session.execute(select(func.count()).select_from(register_load)).scalar_one()
    return found


def newest_first(session: Session, *, limit: int = 50, offset: int = 0) -> Sequence[ProposedLoad]:
    """The newest proposals first."""
    question = _loads().order_by(register_load.c.id.desc()).limit(limit).offset(offset)
    return [_load(row) for row in session.execute(question)]


def move(
    session: Session, load: ProposedLoad, to: LoadState, *, by: str, at: datetime, reason: str = ""
) -> None:
    """Decide it. Raises StepRefused, and MovedMeanwhile where somebody else was first."""
    transitions.move(
        session,
        register_load.c.state,
        register_load.c.id == load.id,
        LOAD_FOLLOWS,
        name=Text("Det föreslagna registret %(number)s", number=load.id),
        was=load.state,
        to=to,
        values={"decided_by": by, "decided_at": at, "reason": reason},
    )


def _loads() -> Select[tuple[object, ...]]:
    return select(*(each for each in register_load.c if each.name != "content"))


def _load(row: Row[tuple[object, ...]]) -> ProposedLoad:
    return ProposedLoad(
        id=row.id,
        sha256=row.sha256,
        state=LoadState(row.state),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
