"""Changes of the buyer's staff as the database holds them: proposed by one administrator, decided by another."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select

from accounts.tables import staff_change
from foundation import transitions
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions


class StaffChangeKind(StrEnum):
    """What two administrators change."""

    INVITE = "INVITE"
    ROLES = "ROLES"
    ADDRESS = "ADDRESS"
    CODES = "CODES"
    IDENTITY = "IDENTITY"
    ATTEST_RIGHT = "ATTEST_RIGHT"
    SUBSTITUTE = "SUBSTITUTE"
    ACCEPT_LIMIT = "ACCEPT_LIMIT"
    CLIENT = "CLIENT"


class StaffChangeState(StrEnum):
    """How far a change has come."""

    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


STAFF_CHANGE_WORDS: Final[Mapping[StaffChangeState, Text]] = {
    StaffChangeState.PROPOSED: Text("Väntar på en annan administratör"),
    StaffChangeState.CONFIRMED: Text("Bekräftad"),
    StaffChangeState.REFUSED: Text("Avslagen", context="staff change"),
    StaffChangeState.WITHDRAWN: Text("Återtagen"),
    StaffChangeState.LAPSED: Text("Förfallen"),
}
"""What people call each state."""


STAFF_CHANGE_FOLLOWS = Transitions(
    {
        StaffChangeState.PROPOSED: {
            *(StaffChangeState.CONFIRMED, StaffChangeState.REFUSED),
            *(StaffChangeState.WITHDRAWN, StaffChangeState.LAPSED),
        },
    },
    ends={
        *(StaffChangeState.CONFIRMED, StaffChangeState.REFUSED),
        *(StaffChangeState.WITHDRAWN, StaffChangeState.LAPSED),
    },
    words=STAFF_CHANGE_WORDS,
    remedy=Text("Föreslå ändringen på nytt om den behövs."),
)

STANDS: Final = timedelta(days=14)
"""So long a proposal waits for another administrator; then it lapses."""


@dataclass(frozen=True, slots=True)
class StaffChange:
    """One change. `person` is whom it is about, as the journal names people; empty for one who has no account yet."""

    id: int
    kind: StaffChangeKind
    person: str
    content: Mapping[str, str]
    state: StaffChangeState
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether another administrator must still act."""
        return self.state is StaffChangeState.PROPOSED

    @property
    def ends_at(self) -> datetime:
        """When it lapses."""
        return self.proposed_at + STANDS

    @property
    def name(self) -> Text:
        """What refusals call it."""
        return Text("Förslag %(number)s", number=self.id)


def add(
    session: Session,
    kind: StaffChangeKind,
    *,
    person: str,
    content: Mapping[str, str],
    by: str,
    at: datetime,
) -> int:
    """Keep a proposal; its number."""
    row = {
        "kind": kind,
        "person": person,
        "content": json.dumps(dict(content), ensure_ascii=False, sort_keys=True),
        "state": StaffChangeState.PROPOSED,
        "proposed_by": by,
        "proposed_at": at,
    }
    number: int = session.execute(insert(staff_change).returning(staff_change.c.id), row).scalar_one()
    return number


def get(session: Session, change_id: int) -> StaffChange:
    """One change. Raises NotThere."""
    row = session.execute(select(staff_change).where(staff_change.c.id == change_id)).one_or_none()
    if row is None:
        raise NotThere
    return _change(row)


def listed(session: Session, *, only_open: bool = False, limit: int = 200) -> Sequence[StaffChange]:
    """The changes, newest first."""
    question = select(staff_change).order_by(staff_change.c.id.desc()).limit(limit)
    if only_open:
        question = question.where(staff_change.c.state == StaffChangeState.PROPOSED)
    return [_change(row) for row in session.execute(question)]


def waiting_since(session: Session, before: datetime) -> Sequence[StaffChange]:
    """The proposals that were made at that moment or before."""
    question = select(staff_change).where(
        staff_change.c.state == StaffChangeState.PROPOSED, staff_change.c.proposed_at <= before
    )
    return [_change(row) for row in session.execute(question.order_by(staff_change.c.id))]


def move(
    session: Session, change: StaffChange, to: StaffChangeState, *, by: str, at: datetime, reason: str = ""
) -> None:
    """Decide a proposal; refused where somebody else was first. Names and addresses it held are not kept."""
    kept = {key: value for key, value in change.content.items() if key not in _PERSONAL}
    transitions.move(
        session,
        staff_change.c.state,
        staff_change.c.id == change.id,
        STAFF_CHANGE_FOLLOWS,
        name=change.name,
        was=change.state,
        to=to,
        values={
            "decided_by": by,
            "decided_at": at,
            "reason": reason,
            "content": json.dumps(kept, ensure_ascii=False, sort_keys=True),
        },
    )


# Once decided they stand on the account alone, or nowhere.
_PERSONAL: Final = frozenset({"name", "address"})


def _change(row: Row[Any]) -> StaffChange:
    return StaffChange(
        id=row.id,
        kind=StaffChangeKind(row.kind),
        person=row.person,
        content=json.loads(row.content),
        state=StaffChangeState(row.state),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )
