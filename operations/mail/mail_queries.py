"""How the mails stand, for a person who asks."""

from collections.abc import Collection, Mapping, Sequence
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
    """A mail that will not be tried again until a person says so: what it is about, and why. Never its address."""

    id: int
    template: str
    about: str
    fault: str
    account_id: int | None
    attempts: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LaidMail:
    """A mail as its receiver reads it."""

    to_address: str
    subject: str
    body: str
    made_at: datetime


def stuck(
    session: Session, *, numbers: Collection[int] | None = None, at_most: int | None = None
) -> Sequence[StuckMail]:
    """The mails that are stuck, the oldest first; of these numbers alone where they are given."""
    table = mail.c
    question = (
        select(
            table.id,
            table.template,
            table.about,
            table.fault,
            table.account_id,
            table.attempts,
            table.made_at,
        )
        .where(table.state == MailState.STUCK)
        .order_by(table.id)
        .limit(at_most)
    )
    if numbers is not None:
        question = question.where(table.id.in_(numbers))
    return [StuckMail(*row) for row in session.execute(question)]


def laid(session: Session, *, limit: int, offset: int = 0) -> Sequence[LaidMail]:
    """Mails whatever their state, the newest first, as their receivers read them but for links that let somebody in."""
    shown = select(mail.c.to_address, mail.c.subject, mail.c.body, mail.c.made_at)
    asked = shown.order_by(mail.c.id.desc()).limit(limit).offset(offset)
    return [LaidMail(*row) for row in session.execute(asked)]


def count_laid(session: Session) -> int:
    """How many mails there are, whatever their state."""
    return int(session.execute(select(func.count()).select_from(mail)).scalar_one())


def count_stuck(session: Session) -> int:
    """How many mails are stuck."""
    return session.scalar(select(func.count()).where(mail.c.state == MailState.STUCK)) or 0


def states_of(session: Session, numbers: Collection[int]) -> Mapping[int, MailState]:
    """Where the mails of these numbers are; one that is not there is left out."""
    rows = session.execute(select(mail.c.id, mail.c.state).where(mail.c.id.in_(numbers)))
    return {number: MailState(state) for number, state in rows}


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
