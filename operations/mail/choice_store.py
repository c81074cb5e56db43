"""How people have chosen to get each kind of mail, and what is gathered for their next daily one, as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Delete, Table, delete, func, insert, select, update

from foundation import leases
from foundation.sql import Session, add_new, take_turns
from operations.mail.choices import MailChoice
from operations.mail.tables import mail_daily, mail_declined, mail_gathered, mail_receiver
from operations.mail.texts import MailKind

_TABLES: Final = {MailChoice.DAILY: mail_daily, MailChoice.NEVER: mail_declined}
"""Where each choice is kept; one that is in neither is had at once."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What would have been a mail of its own, and is told in the daily one."""

    subject: str
    body: str


def of(session: Session, account_id: int) -> Mapping[MailKind, MailChoice]:
    """How the account gets each kind of mail."""
    chosen = {
        MailKind(kind): choice
        for choice, table in _TABLES.items()
        for kind in session.scalars(select(table.c.notice).where(table.c.account_id == account_id))
    }
    return {each: chosen.get(each, MailChoice.AT_ONCE) for each in MailKind}


def choose(session: Session, account_id: int, choices: Mapping[MailKind, MailChoice]) -> None:
    """Put these in the place of what was chosen of those kinds; presses at once follow each other.

    What is gathered of a kind that is wanted no more is not told either.
    """
    take_turns(session, f"mails of account {account_id}")
    for choice, table in _TABLES.items():
        session.execute(_of_kinds(table, account_id, choices))
        rows = [
            {"account_id": account_id, "notice": str(kind)}
            for kind in sorted(choices)
            if choices[kind] is choice
        ]
        if rows:
            session.execute(insert(table), rows)
    unwanted = [kind for kind, choice in choices.items() if choice is MailChoice.NEVER]
    session.execute(_of_kinds(mail_gathered, account_id, unwanted))


def _of_kinds(table: Table, account_id: int, kinds: Collection[MailKind]) -> Delete:
    named = [str(each) for each in kinds]
    return delete(table).where(table.c.account_id == account_id, table.c.notice.in_(named))


# --- the daily mail -----------------------------------------------------------------------------------------------


def gather(session: Session, account_id: int, kind: MailKind, told: Gathered, *, at: datetime) -> None:
    """Keep what is to be told in the account's next daily mail."""
    session.execute(
        insert(mail_gathered),
        {
            "account_id": account_id,
            "notice": str(kind),
            "subject": told.subject,
            "body": told.body,
            "made_at": at,
        },
    )


def due(session: Session, moment: datetime, *, now: datetime) -> Sequence[int]:
    """The accounts with something from before the moment, whose daily mail of that moment has not been made."""
    made = mail_receiver.c.daily_at
    not_yet = made.is_(None) | (made < moment) | leases.is_ahead(made, now)
    waiting = select(mail_gathered.c.account_id).where(_before(moment, now)).distinct()
    question = waiting.outerjoin(mail_receiver, mail_receiver.c.account_id == mail_gathered.c.account_id)
    return list(session.scalars(question.where(not_yet).order_by(mail_gathered.c.account_id)))


def take(session: Session, account_id: int, moment: datetime, *, now: datetime) -> Sequence[Gathered]:
    """Take away what was gathered for the account before the moment, the oldest first; another finds none of it."""
    table = mail_gathered.c
    taken = session.execute(
        delete(mail_gathered)
        .where(table.account_id == account_id, _before(moment, now))
        .returning(table.id, table.subject, table.body)
    ).all()
    return [Gathered(row.subject, row.body) for row in sorted(taken, key=lambda row: row.id)]


def _before(moment: datetime, now: datetime) -> ColumnElement[bool]:
    """What was gathered before the moment, or by a clock that was ahead: that waits for no time to come."""
    made = mail_gathered.c.made_at
    return (made < moment) | leases.is_ahead(made, now)


def note_daily(session: Session, account_id: int, moment: datetime) -> None:
    """Note that the account's daily mail of the moment is made."""
    session.execute(
        update(mail_receiver).where(mail_receiver.c.account_id == account_id).values(daily_at=moment)
    )


def count_gathered(session: Session) -> int:
    """How many notices wait for somebody's daily mail."""
    return session.scalar(select(func.count()).select_from(mail_gathered)) or 0


# --- what links in mails are signed with --------------------------------------------------------------------------


def link_key(session: Session, account_id: int, *, fresh: str) -> str:
    """What the links in the account's mails are signed with: as it stands, or `fresh` where there is none yet."""
    row = {"account_id": account_id, "link_key": fresh}
    if add_new(session, mail_receiver, [row]):
        return fresh
    return known_link_key(session, account_id)


def known_link_key(session: Session, account_id: int) -> str:
    """The same; empty where no link was ever made."""
    question = select(mail_receiver.c.link_key).where(mail_receiver.c.account_id == account_id)
    return session.scalar(question) or ""


def change_link_key(session: Session, account_id: int, *, fresh: str) -> None:
    """Let the links in all mails to the account so far lead nowhere."""
    session.execute(
        update(mail_receiver).where(mail_receiver.c.account_id == account_id).values(link_key=fresh)
    )
