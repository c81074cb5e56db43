"""Mails as the database holds them: laid out, claimed, changed, withdrawn; and the kinds that people have declined."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from foundation import leases
from foundation.sql import Session, take_turns
from foundation.text import Language
from operations.mail.tables import mail, mail_declined
from operations.mail.texts import MailKind


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that one worker has taken to send it; `attempts` counts this one."""

    id: int
    to_address: str
    template: str
    subject: str
    body: str
    language: str
    attempts: int
    made_at: datetime


def add(
    session: Session,
    *,
    account_id: int | None,
    to_address: str,
    template: str,
    about: str,
    subject: str,
    body: str,
    language: Language,
    at: datetime,
) -> None:
    """Lay out a mail that waits to be sent from now on."""
    session.execute(
        insert(mail),
        {
            "account_id": account_id,
            "to_address": to_address,
            "template": template,
            "about": about,
            "subject": subject,
            "body": body,
            "language": language,
            "state": "WAITING",
            "attempts": 0,
            "made_at": at,
            "next_at": at,
        },
    )


def claim_next(session: Session, *, now: datetime, until: datetime) -> ClaimedMail | None:
    """Take the oldest mail that is due, for this worker alone `until` then; this counts as an attempt."""
    due = select(mail).where(mail.c.state == "WAITING", mail.c.next_at <= now).order_by(mail.c.id).limit(1)
    taken = leases.take(session, mail.c.id, due, next_at=until, attempts=mail.c.attempts + 1)
    return _claimed_mail(taken[0]) if taken else None


def change(session: Session, mail_id: int, **columns: object) -> None:
    """Set columns of one mail."""
    session.execute(update(mail).where(mail.c.id == mail_id).values(**columns))


def withdraw_waiting(session: Session, account_id: int, template: str) -> None:
    """Remove the mails of this template to an account that have not left yet."""
    session.execute(
        delete(mail).where(
            mail.c.account_id == account_id,
            mail.c.template == template,
            mail.c.state == "WAITING",
        )
    )


def declined(session: Session, account_id: int) -> frozenset[MailKind]:
    """The kinds of mail an account has declined."""
    rows = session.scalars(select(mail_declined.c.notice).where(mail_declined.c.account_id == account_id))
    return frozenset(MailKind(each) for each in rows)


def decline(session: Session, account_id: int, notices: Collection[MailKind]) -> None:
    """Put these in the place of what the account has declined before; presses at once follow each other."""
    take_turns(session, f"mails of account {account_id}")
    session.execute(delete(mail_declined).where(mail_declined.c.account_id == account_id))
    if notices:
        session.execute(
            insert(mail_declined),
            [{"account_id": account_id, "notice": str(each)} for each in sorted(notices)],
        )


def _claimed_mail(row: Row[Any]) -> ClaimedMail:
    """The mail in a row as it was before it was taken."""
    return ClaimedMail(
        id=row.id,
        to_address=row.to_address,
        template=row.template,
        subject=row.subject,
        body=row.body,
        language=row.language,
        attempts=row.attempts + 1,
        made_at=row.made_at,
    )
