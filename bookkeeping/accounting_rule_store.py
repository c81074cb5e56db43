"""Versions of the accounting rules as the database holds them: who proposed and decided each, and which is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select

from bookkeeping.accounting_rules import AccountingRules, read_rules
from bookkeeping.tables import accounting_rules_version
from foundation import transitions
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import Transitions


class RulesState(StrEnum):
    """Whether a version of the rules is proposed, codes vouchers, or does no longer."""

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    REPLACED = "REPLACED"
    REFUSED = "REFUSED"


RULES_WORDS: Final[Mapping[RulesState, Text]] = {
    RulesState.PROPOSED: Text("Föreslagen, väntar på en andra person"),
    RulesState.IN_FORCE: Text("Konterar nu"),
    RulesState.REPLACED: Text("Ersatt av en senare"),
    RulesState.REFUSED: Text("Infördes inte"),
}
"""What people call each state."""


RULES_FOLLOWS = Transitions(
    {
        RulesState.PROPOSED: {RulesState.IN_FORCE, RulesState.REFUSED},
        RulesState.IN_FORCE: {RulesState.REPLACED},
    },
    ends={RulesState.REPLACED, RulesState.REFUSED},
    words=RULES_WORDS,
    remedy=Text("Föreslå en ny version om reglerna ska ändras."),
)


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """One version, as it was written."""

    id: int
    state: RulesState
    content: str
    reason: str
    tried_on: Month
    moved: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None

    @property
    def rules(self) -> AccountingRules:
        """What it says."""
        return read_rules(self.content)


class NoRulesVersion(Refused):
    """There is no such version."""

    def __init__(self) -> None:
        super().__init__(Text("Versionen finns inte. Se dem med billing ledger rules."))


def versions(session: Session) -> Sequence[RulesVersion]:
    """Every version, newest first."""
    question = select(accounting_rules_version).order_by(accounting_rules_version.c.id.desc())
    return [_version(row) for row in session.execute(question)]


def get(session: Session, number: int) -> RulesVersion:
    """One version. Raises NoRulesVersion."""
    question = select(accounting_rules_version).where(accounting_rules_version.c.id == number)
    row = session.execute(question).one_or_none()
    if row is None:
        raise NoRulesVersion
    return _version(row)


def in_state(session: Session, state: RulesState) -> RulesVersion | None:
    """The one version that is proposed, or in force; None where there is none. The database holds it to one."""
    question = select(accounting_rules_version).where(accounting_rules_version.c.state == state)
    row = session.execute(question).one_or_none()
    return None if row is None else _version(row)


def add(
    session: Session, content: str, *, reason: str, tried_on: Month, moved: int, by: str, at: datetime
) -> int:
    """Keep a proposal; its number."""
    row = {
        "state": RulesState.PROPOSED,
        "content": content,
        "reason": reason,
        "tried_on": str(tried_on),
        "moved": moved,
        "proposed_by": by,
        "proposed_at": at,
    }
    table = accounting_rules_version
    number: int = session.execute(insert(table).returning(table.c.id), row).scalar_one()
    return number


def move(session: Session, version: RulesVersion, to: RulesState, **values: object) -> None:
    """Move a version on; refused where somebody else moved it first."""
    transitions.move(
        session,
        accounting_rules_version.c.state,
        accounting_rules_version.c.id == version.id,
        RULES_FOLLOWS,
        name=Text("Version %(number)s av konteringsreglerna", number=version.id),
        was=version.state,
        to=to,
        values=values,
    )


def _version(row: Row[Any]) -> RulesVersion:
    return RulesVersion(
        id=row.id,
        state=RulesState(row.state),
        content=row.content,
        reason=row.reason,
        tried_on=Month.parse(row.tried_on),
        moved=row.moved,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
