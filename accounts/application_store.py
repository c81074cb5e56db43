"""Applications for a portal account as the database holds them, and who is responsible at each company.

Convention: the units of an application lie in one column, one a line; none means all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from accounts.tables import account_application, account_responsible
from foundation import transitions
from foundation.errors import NotThere
from foundation.sql import Session, rows_changed
from foundation.text import Language, Text, language_of
from foundation.transitions import Transitions


class ApplicationState(StrEnum):
    """Whether an application waits, or how it was decided."""

    WAITING = "WAITING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


APPLICATION_WORDS: Final[Mapping[ApplicationState, Text]] = {
    ApplicationState.WAITING: Text("Väntar"),
    ApplicationState.APPROVED: Text("Godkänd", context="application"),
    ApplicationState.REFUSED: Text("Avslagen", context="application"),
}
"""What people call each state."""


APPLICATION_FOLLOWS = Transitions(
    {ApplicationState.WAITING: {ApplicationState.APPROVED, ApplicationState.REFUSED}},
    ends={ApplicationState.APPROVED, ApplicationState.REFUSED},
    words=APPLICATION_WORDS,
)


@dataclass(frozen=True, slots=True)
class Application:
    """One application; `units` empty means all of them."""

    id: int
    organisation: str
    contact_name: str
    email: str
    telephone: str
    units: tuple[str, ...]
    language: Language
    state: ApplicationState
    made_on: date
    decided_on: date | None
    decided_by: str
    reason: str


def waiting(session: Session) -> tuple[Application, ...]:
    """Those to decide, the oldest first."""
    question = select(account_application).where(account_application.c.state == ApplicationState.WAITING)
    rows = session.execute(question.order_by(account_application.c.made_on, account_application.c.id))
    return tuple(map(_application, rows))


def decided(session: Session, *, at_most: int = 50) -> tuple[Application, ...]:
    """Those decided, the newest first."""
    question = select(account_application).where(account_application.c.state != ApplicationState.WAITING)
    newest = question.order_by(account_application.c.decided_on.desc(), account_application.c.id.desc())
    return tuple(map(_application, session.execute(newest.limit(at_most))))


def by_id(session: Session, application_id: int) -> Application:
    """One application. Raises NotThere."""
    row = session.execute(
        select(account_application).where(account_application.c.id == application_id)
    ).one_or_none()
    if row is None:
        raise NotThere
    return _application(row)


def add(
    session: Session,
    *,
    organisation: str,
    contact_name: str,
    email: str,
    telephone: str,
    units: Iterable[str],
    language: Language,
    made_on: date,
) -> int:
    """An application that waits; its number. Raises IntegrityError where one waits for the organisation."""
    return int(
        session.execute(
            insert(account_application).returning(account_application.c.id),
            {
                "organisation": organisation,
                "contact_name": contact_name,
                "email": email,
                "telephone": telephone,
                "units": "\n".join(sorted(units)),
                "language": language,
                "state": ApplicationState.WAITING,
                "made_on": made_on,
            },
        ).scalar_one()
    )


def close(
    session: Session, application_id: int, to: ApplicationState, *, by: str, on: date, reason: str
) -> bool:
    """Decide an application that waits, and empty what it says of a person; False where it waits no longer."""
    values = {
        "decided_on": on,
        "decided_by": by,
        "reason": reason,
        "contact_name": "",
        "email": "",
        "telephone": "",
    }
    return transitions.moved_first(
        session,
        account_application.c.state,
        account_application.c.id == application_id,
        APPLICATION_FOLLOWS,
        name=Text("Ansökan %(number)s", number=application_id),
        was=ApplicationState.WAITING,
        to=to,
        values=values,
    )


def tie_account(session: Session, application_id: int, account_id: int) -> None:
    """Note which account came of an application."""
    session.execute(
        update(account_application)
        .where(account_application.c.id == application_id)
        .values(account_id=account_id)
    )


def make_responsible(session: Session, organisation: str, account_id: int) -> None:
    """Let this account be the organisation's responsible administrator, in the place of any before."""
    held = update(account_responsible).where(account_responsible.c.organisation == organisation)
    if not rows_changed(session, held.values(account_id=account_id)):
        session.execute(insert(account_responsible), {"organisation": organisation, "account_id": account_id})


def _application(row: Row[Any]) -> Application:
    return Application(
        id=row.id,
        organisation=row.organisation,
        contact_name=row.contact_name,
        email=row.email,
        telephone=row.telephone,
        units=tuple(row.units.split("\n")) if row.units else (),
        language=language_of(row.language),
        state=ApplicationState(row.state),
        made_on=row.made_on,
        decided_on=row.decided_on,
        decided_by=row.decided_by,
        reason=row.reason,
    )


def waiting_since(session: Session) -> list[date]:
    """The days the applications that wait were made on."""
    waits = account_application.c.state == ApplicationState.WAITING
    return list(session.scalars(select(account_application.c.made_on).where(waits)))
