"""What suppliers ask to have changed, as the database holds it: each request, and how far it has come."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, insert, select

from foundation import transitions
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions
from invoicing.supplier_changes.tables import change_request


class ChangeKind(StrEnum):
    """What may be asked for."""

    ADD_ACCOUNT = "ADD_ACCOUNT"
    REMOVE_ACCOUNT = "REMOVE_ACCOUNT"
    DETAILS = "DETAILS"
    PAY_SELLER = "PAY_SELLER"
    NEW_SUPPLIER = "NEW_SUPPLIER"


#: What the buyer's people ask each other, and no supplier: it neither sees such a request nor takes it back.
OF_THE_BUYER = (ChangeKind.PAY_SELLER, ChangeKind.NEW_SUPPLIER)


class ChangeState(StrEnum):
    """How far a request has come."""

    ASKED = "ASKED"
    FIRST_CONFIRMED = "FIRST_CONFIRMED"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


CHANGE_WORDS: Final[Mapping[ChangeState, Text]] = {
    ChangeState.ASKED: Text("Väntar på två bekräftelser"),
    ChangeState.FIRST_CONFIRMED: Text("Väntar på en bekräftelse till"),
    ChangeState.CONFIRMED: Text("Genomförd"),
    ChangeState.REFUSED: Text("Avslagen", context="application"),
    ChangeState.WITHDRAWN: Text("Återtagen"),
}
"""What people call each state."""


CHANGE_FOLLOWS = Transitions(
    {
        ChangeState.ASKED: {ChangeState.FIRST_CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
        ChangeState.FIRST_CONFIRMED: {ChangeState.CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
    },
    ends={ChangeState.CONFIRMED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
    words=CHANGE_WORDS,
)

OPEN = (ChangeState.ASKED, ChangeState.FIRST_CONFIRMED)


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One request, as it stands."""

    id: int
    supplier: str
    kind: ChangeKind
    content: Mapping[str, str]
    state: ChangeState
    asked_by: str
    asked_at: datetime
    first_by: str
    first_at: datetime | None
    call_back: str
    second_by: str
    second_at: datetime | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether somebody must still act."""
        return self.state in OPEN


class ChangeRefused(Refused):
    """The request cannot be made, or the step cannot be taken now."""


def add(
    session: Session, *, supplier: str, kind: ChangeKind, content: Mapping[str, str], by: str, now: datetime
) -> int:
    """Keep a request; its number."""
    row = {
        "supplier": supplier,
        "kind": kind,
        "content": json.dumps(dict(content), ensure_ascii=False, sort_keys=True),
        "state": ChangeState.ASKED,
        "asked_by": by,
        "asked_at": now,
    }
    number: int = session.execute(insert(change_request).returning(change_request.c.id), row).scalar_one()
    return number


def get(session: Session, request_id: int) -> ChangeRequest:
    """One request. Raises ChangeRefused where there is none."""
    row = session.execute(select(change_request).where(change_request.c.id == request_id)).one_or_none()
    if row is None:
        raise ChangeRefused(Text("Det finns ingen sådan begäran."))
    return _request(row)


def listed(session: Session, *, supplier: str = "", only_open: bool = False) -> Sequence[ChangeRequest]:
    """Requests, newest first: one supplier's own, or everybody's with the buyer's."""
    question = select(change_request).order_by(change_request.c.id.desc())
    if supplier:
        question = question.where(
            change_request.c.supplier == supplier, change_request.c.kind.not_in(OF_THE_BUYER)
        )
    if only_open:
        question = question.where(change_request.c.state.in_(OPEN))
    return [_request(row) for row in session.execute(question)]


def move(
    session: Session,
    request_id: int,
    to: ChangeState,
    values: Mapping[str, object],
    *,
    supplier: str | None = None,
) -> None:
    """Move a request, of this supplier where one is given, on from whatever state `to` may follow on.

    Raises ChangeRefused where it stands in none of these, so that of two who move it one is told.
    """
    state, this = change_request.c.state, change_request.c.id == request_id
    if supplier is not None:
        this &= (change_request.c.supplier == supplier) & change_request.c.kind.not_in(OF_THE_BUYER)
    if transitions.move_all(session, state, this, CHANGE_FOLLOWS, to=to, values=values) != 1:
        raise ChangeRefused(Text("Begäran har ändrats av någon annan. Ladda om sidan och se hur den står."))


def _request(row: Row[tuple[object, ...]]) -> ChangeRequest:
    return ChangeRequest(
        id=row.id,
        supplier=row.supplier,
        kind=ChangeKind(row.kind),
        content=json.loads(row.content),
        state=ChangeState(row.state),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        first_by=row.first_by,
        first_at=row.first_at,
        call_back=row.call_back,
        second_by=row.second_by,
        second_at=row.second_at,
        reason=row.reason,
    )
