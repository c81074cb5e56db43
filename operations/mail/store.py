"""Mails as the database holds them: laid out, claimed, changed, withdrawn, tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from foundation import leases, transitions
from foundation.sql import Session
from foundation.text import Language, Text
from foundation.transitions import Transitions
from operations.mail.tables import mail


class MailState(StrEnum):
    """Where a mail is."""

    WAITING = "WAITING"
    SENT = "SENT"
    STUCK = "STUCK"  # the server has said no, or was asked as often as is sensible


MAIL_WORDS: Final[Mapping[MailState, Text]] = {
    MailState.WAITING: Text("Väntar"),
    MailState.SENT: Text("Skickat"),
    MailState.STUCK: Text("Fastnat"),
}
"""What people call each state."""


NEVER_BACK: Final = "no worker came back"
"""The fault of a mail whose workers never came back."""

MAIL_FOLLOWS = Transitions(
    {
        MailState.WAITING: {MailState.SENT, MailState.STUCK},
        # One whose claim ran out may have been sent by its first worker after it was stuck for the next.
        MailState.STUCK: {MailState.SENT, MailState.WAITING},
    },
    ends={MailState.SENT},
    words=MAIL_WORDS,
)


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that one worker has taken to send it; `attempts` counts this one."""

    id: int
    account_id: int | None
    to_address: str
    template: str
    about: str
    subject: str
    body: str
    language: str
    attempts: int
    made_at: datetime
    choices: str = ""
    """The path of the page where its receiver declines such mails; made as the mail leaves, empty where none may be."""


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
            "state": MailState.WAITING,
            "attempts": 0,
            "made_at": at,
            "next_at": at,
        },
    )


def claim_next(session: Session, *, now: datetime, until: datetime, longest: timedelta) -> ClaimedMail | None:
    """Take the oldest mail that is due, for this worker alone `until` then; this counts as an attempt.

    `longest` is the longest rest between two attempts. One that was taken again and again by workers that never
    came back is stuck.
    """
    is_due = (mail.c.state == MailState.WAITING) & leases.is_due(mail.c.next_at, now, longest=longest)
    due = select(mail).where(is_due)
    lost = is_due & (mail.c.taken >= leases.TAKEN_MOST)
    transitions.move_all(
        session, mail.c.state, lost, MAIL_FOLLOWS, to=MailState.STUCK, values={"fault": NEVER_BACK}
    )
    taken = leases.take(
        session,
        mail.c.id,
        due.order_by(mail.c.id),
        taken=mail.c.taken,
        at_most=1,
        next_at=until,
        attempts=mail.c.attempts + 1,
    )
    return _claimed_mail(taken[0]) if taken else None


def move(session: Session, mail_id: int, to: MailState, *, fault: str = "", **columns: object) -> None:
    """Note that a mail has left or is stuck, unless it stands there already or may not go there."""
    values = {"fault": fault, "taken": 0, **columns}
    transitions.move_all(session, mail.c.state, mail.c.id == mail_id, MAIL_FOLLOWS, to=to, values=values)


def put_off(
    session: Session, mail_id: int, until: datetime, *, fault: str, attempts: int | None = None
) -> None:
    """Let a mail wait until then, and note why it did not leave; `attempts` where this one was none."""
    counted = {} if attempts is None else {"attempts": attempts}
    session.execute(
        update(mail).where(mail.c.id == mail_id).values(next_at=until, fault=fault, taken=0, **counted)
    )


def try_again(session: Session, mail_id: int, *, now: datetime, to_address: str | None = None) -> bool:
    """Let one that is stuck be tried again, to this address where one is given; False where it is not stuck."""
    values: dict[str, object] = {"attempts": 0, "taken": 0, "next_at": now}
    if to_address is not None:
        values["to_address"] = to_address
    which = mail.c.id == mail_id
    moved = transitions.move_all(
        session, mail.c.state, which, MAIL_FOLLOWS, to=MailState.WAITING, values=values
    )
    return moved == 1


def withdraw_waiting(session: Session, account_id: int, template: str) -> None:
    """Remove the mails of this template to an account that have not left yet."""
    session.execute(
        delete(mail).where(
            mail.c.account_id == account_id,
            mail.c.template == template,
            mail.c.state == MailState.WAITING,
        )
    )


def _claimed_mail(row: Row[Any]) -> ClaimedMail:
    """The mail in a row as it was before it was taken."""
    return ClaimedMail(
        id=row.id,
        account_id=row.account_id,
        to_address=row.to_address,
        template=row.template,
        about=row.about,
        subject=row.subject,
        body=row.body,
        language=row.language,
        attempts=row.attempts + 1,
        made_at=row.made_at,
    )
