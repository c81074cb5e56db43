"""How the mails stand, for a person who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from foundation.sql import Session
from operations.mail.store import MailState
from operations.mail.tables import mail


@dataclass(frozen=True, slots=True)
class MailCount:
    """How many mails of one template are in one state."""

    state: MailState
    template: str
    count: int


@dataclass(frozen=True, slots=True)
class StuckMail:
    """A mail that will not be tried again until a person says so: what it is about, and why. Never whom it is to."""

    id: int
    template: str
    about: str
    fault: str


def stuck(session: Session) -> Sequence[StuckMail]:
    """The mails that are stuck, the oldest first."""
    table = mail.c
    rows = session.execute(
        select(table.id, table.template, table.about, table.fault)
        .where(table.state == MailState.STUCK)
        .order_by(table.id)
    )
    return [StuckMail(*row) for row in rows]


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many mails wait, and since when the oldest does."""
    waits = mail.c.state == MailState.WAITING
    oldest = select(mail.c.made_at).where(waits).order_by(mail.c.made_at).limit(1)
    count = session.scalar(select(func.count()).select_from(mail).where(waits))
    return count or 0, session.scalars(oldest).first()


def counts(session: Session) -> Sequence[MailCount]:
    """How many mails there are, by state and template."""
    rows = session.execute(
        select(mail.c.state, mail.c.template, func.count())
        .group_by(mail.c.state, mail.c.template)
        .order_by(mail.c.state, mail.c.template)
    )
    return [MailCount(MailState(state), template, count) for state, template, count in rows]
