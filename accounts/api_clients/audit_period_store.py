"""Which period an auditor's client may see, as the database holds it: given once, when the client is made."""

from collections.abc import Mapping

from sqlalchemy import insert, select

from accounts.api_clients.tables import audit_period
from foundation.periods import Period
from foundation.sql import Session


def add(session: Session, client: int, period: Period) -> None:
    """Keep what a new auditor's client may see."""
    row = {"client_id": client, "first_day": period.start, "last_day": period.end}
    session.execute(insert(audit_period), row)


def of(session: Session, client: int) -> Period | None:
    """What the client may see; None for one that is no auditor's."""
    row = session.execute(select(audit_period).where(audit_period.c.client_id == client)).one_or_none()
    return None if row is None else Period(row.first_day, row.last_day)


def every(session: Session) -> Mapping[int, Period]:
    """The period of every auditor's client there has been, by the client's number."""
    return {
        row.client_id: Period(row.first_day, row.last_day) for row in session.execute(select(audit_period))
    }
