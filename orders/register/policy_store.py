"""The buyer's policy as finance changes it: every version with its day, its maker and its reason.

The register's policy (`policy.toml`) holds until the first version; from then on the version in force
holds. A version for a later day is planned, and comes into force by the timetable (`come_into_force`).
A version is never changed: another replaces it. Whoever judged something noted the policy's fingerprint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, insert, select

from foundation import journal, transitions
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from foundation.text import Text
from foundation.transitions import Transitions
from foundation.written import kept_words
from orders import tables as order_tables
from orders.journal_actions import OrdersSubject, RegisterAction
from orders.register.agreements import Policy
from orders.register.register import Register, fingerprint, policy_from_json, policy_to_json

_TABLE = order_tables.policy_version


class PolicyState(StrEnum):
    """Whether a version of the policy holds, will hold, or does no longer."""

    PLANNED = "PLANNED"
    IN_FORCE = "IN_FORCE"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"


POLICY_WORDS: Final[Mapping[PolicyState, Text]] = {
    PolicyState.PLANNED: Text("Planerad"),
    PolicyState.IN_FORCE: Text("Gäller", context="policy"),
    PolicyState.REPLACED: Text("Ersatt"),
    PolicyState.WITHDRAWN: Text("Återtagen"),
}
"""What people call each state."""


POLICY_FOLLOWS = Transitions(
    {
        # A planned version that a later one overtakes never holds.
        PolicyState.PLANNED: {PolicyState.IN_FORCE, PolicyState.REPLACED, PolicyState.WITHDRAWN},
        PolicyState.IN_FORCE: {PolicyState.REPLACED},
    },
    ends={PolicyState.REPLACED, PolicyState.WITHDRAWN},
    words=POLICY_WORDS,
)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of the policy."""

    id: int
    valid_from: date
    policy: Policy
    fingerprint: str
    made_by: str
    made_at: datetime
    reason: str
    state: PolicyState


class PolicyRefused(Refused):
    """The version cannot be made or withdrawn."""


def versions(session: Session) -> Sequence[PolicyVersion]:
    """Every version, newest first."""
    return [_version(row) for row in session.execute(select(_TABLE).order_by(_TABLE.c.id.desc()))]


def version(session: Session, number: int) -> PolicyVersion:
    """One version; raises PolicyRefused."""
    row = session.execute(select(_TABLE).where(_TABLE.c.id == number)).one_or_none()
    if row is None:
        raise PolicyRefused(Text("Versionen finns inte."))
    return _version(row)


def makeable(session: Session, *, valid_from: date, reason: str, today: date) -> str:
    """The reason as it is kept, where a version may be made now and hold from that day. Raises PolicyRefused."""
    try:
        kept = kept_words.kept(reason, PolicyRefused, asked=Text("Skriv varför. Skälet sparas."))
    except Refused as refused:
        raise refused.at("reason") from None
    if valid_from < today:
        raise PolicyRefused(
            Text("Regler gäller inte bakåt i tiden. Välj i dag eller en senare dag."),
        ).at("valid_from")
    if (planned := _planned(session)) is not None:
        raise PolicyRefused(
            Text(
                "Version %(number)s är planerad från %(day)s och skulle då ta tillbaka den här ändringen. Ta tillbaka "
                "den, och gör båda ändringarna i en ny version.",
                number=planned.id,
                day=planned.valid_from,
            ),
        )
    return kept


def make(
    session: Session,
    policy: Policy,
    *,
    valid_from: date,
    reason: str,
    by: str,
    at: datetime,
    today: date,
    instead_of: str,
) -> int:
    """Keep a new version; in force at once where its day has come.

    `instead_of` is the fingerprint of the policy the maker saw: where another came meanwhile, it is refused. So is
    one beside a planned version: a version is the whole policy, and the planned one would undo it on its day.
    """
    take_turns(session, "policy")
    if instead_of and _in_force_fingerprint(session) != instead_of:
        raise PolicyRefused(
            Text("Någon annan har ändrat reglerna under tiden. Ladda om sidan och gör ändringen igen."),
        )
    reason = makeable(session, valid_from=valid_from, reason=reason, today=today)
    made = fingerprint(policy)
    number: int = session.execute(
        insert(_TABLE).returning(_TABLE.c.id),
        {
            "valid_from": valid_from,
            "body": policy_to_json(policy),
            "fingerprint": made,
            "made_by": by,
            "made_at": at,
            "reason": reason,
            "state": PolicyState.PLANNED,
        },
    ).scalar_one()
    journal.record(
        session,
        by,
        RegisterAction.POLICY_MADE,
        OrdersSubject.POLICY.of(number),
        valid_from=str(valid_from),
        policy=made,
        reason=reason,
    )
    come_into_force(session, today=today)
    return number


def withdraw(session: Session, number: int, *, by: str) -> None:
    """Take back a version that is not in force yet."""
    if not transitions.moved_first(
        session,
        _TABLE.c.state,
        _TABLE.c.id == number,
        POLICY_FOLLOWS,
        name=_name(number),
        was=PolicyState.PLANNED,
        to=PolicyState.WITHDRAWN,
    ):
        raise PolicyRefused(
            Text("Bara en version som inte börjat gälla kan tas tillbaka. Gör en ny version."),
        )
    journal.record(session, by, RegisterAction.POLICY_WITHDRAWN, OrdersSubject.POLICY.of(number))


def come_into_force(session: Session, *, today: date) -> int | None:
    """Let the planned version whose day came last hold; its number, or None where none waits."""
    due = session.execute(
        select(_TABLE)
        .where(_TABLE.c.state == PolicyState.PLANNED, _TABLE.c.valid_from <= today)
        .order_by(_TABLE.c.valid_from.desc(), _TABLE.c.id.desc())
        .with_for_update()
    ).all()
    if not due:
        return None
    newest, *overtaken = due
    _replace(session, _TABLE.c.state == PolicyState.IN_FORCE)
    if overtaken:
        _replace(session, _TABLE.c.id.in_([row.id for row in overtaken]))
    transitions.move(
        session,
        _TABLE.c.state,
        _TABLE.c.id == newest.id,
        POLICY_FOLLOWS,
        name=_name(newest.id),
        was=PolicyState(newest.state),
        to=PolicyState.IN_FORCE,
    )
    journal.record(
        session,
        journal.SYSTEM,
        RegisterAction.POLICY_IN_FORCE,
        OrdersSubject.POLICY.of(newest.id),
        policy=newest.fingerprint,
    )
    number: int = newest.id
    return number


def used(session: Session, mark: str) -> Policy | None:
    """The policy with this fingerprint, wherever it stood: among the versions, or in a register."""
    row = session.execute(select(_TABLE.c.body).where(_TABLE.c.fingerprint == mark).limit(1)).one_or_none()
    if row is not None:
        return policy_from_json(row.body)
    for body in session.scalars(
        select(order_tables.register_version.c.body).order_by(order_tables.register_version.c.version.desc())
    ):
        policy = Register.from_json(body).policy
        if fingerprint(policy) == mark:
            return policy
    return None


def _in_force_fingerprint(session: Session) -> str:
    """That of the version in force, or of the register's policy before the first version; empty before both."""
    question = select(_TABLE.c.fingerprint).where(_TABLE.c.state == PolicyState.IN_FORCE)
    found: str | None = session.execute(question).scalar_one_or_none()
    if found is not None:
        return found
    versions = order_tables.register_version
    newest = select(versions.c.body).order_by(versions.c.version.desc()).limit(1)
    body = session.execute(newest).scalar_one_or_none()
    return "" if body is None else fingerprint(Register.from_json(body).policy)


def _planned(session: Session) -> PolicyVersion | None:
    """The first version that is to come into force."""
    question = select(_TABLE).where(_TABLE.c.state == PolicyState.PLANNED).order_by(_TABLE.c.valid_from)
    row = session.execute(question.limit(1)).one_or_none()
    return None if row is None else _version(row)


def _replace(session: Session, these: ColumnElement[bool]) -> None:
    transitions.move_all(session, _TABLE.c.state, these, POLICY_FOLLOWS, to=PolicyState.REPLACED)


def _name(number: int) -> Text:
    return Text("Version %(number)s av reglerna", number=number)


def _version(row: Row[Any]) -> PolicyVersion:
    return PolicyVersion(
        id=row.id,
        valid_from=row.valid_from,
        policy=policy_from_json(row.body),
        fingerprint=row.fingerprint,
        made_by=row.made_by,
        made_at=row.made_at,
        reason=row.reason,
        state=PolicyState(row.state),
    )
