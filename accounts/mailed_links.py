"""Links sent by mail that let somebody choose a password: good once, and for a time.

Convention: only the sha256 of the secret is kept. A new link of the same purpose makes the older ones void. Looking
at the page uses nothing up, since mail programs look ahead; sending its form does, in one conditional change.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from accounts import mailing, tokens
from accounts import store as account_store
from accounts.rules import INVITATION_LASTS, RESET_LASTS
from accounts.store import ACTIVE, INVITED, Account
from accounts.tables import mailed_link
from foundation.errors import Refused
from foundation.formatting import moment
from foundation.periods import stockholm_date
from foundation.sql import Session, rows_changed
from operations.mail.tables import mail as mail_table

INVITE, RESET = "INVITE", "RESET"


class LinkVoid(Refused):
    """The link was used, has run out, or never was."""

    def __init__(self) -> None:
        super().__init__(
            "Länken gäller inte längre: den är använd, för gammal eller ersatt av en nyare. Be om en ny.",
            "The link is no longer valid: it is used, too old or replaced by a newer one. Ask for a new one.",
        )


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A link that still holds."""

    account: Account
    purpose: str


def send(session: Session, account: Account, purpose: str, *, at: datetime) -> str:
    """Mail a fresh link; older ones of the same purpose are void from now. Gives the path it leads to."""
    secret = tokens.secret()
    ends_at = at + (INVITATION_LASTS if purpose == INVITE else RESET_LASTS)
    session.execute(
        delete(mailed_link).where(mailed_link.c.account_id == account.id, mailed_link.c.purpose == purpose)
    )
    # A mail that has not left yet would only bring a link that is void.
    template = "invitation" if purpose == INVITE else "password-reset"
    session.execute(
        delete(mail_table).where(
            mail_table.c.account_id == account.id,
            mail_table.c.template == template,
            mail_table.c.state == "WAITING",
        )
    )
    session.execute(
        insert(mailed_link),
        {
            "secret_sha256": tokens.fingerprint(secret),
            "account_id": account.id,
            "purpose": purpose,
            "made_at": at,
            "ends_at": ends_at,
        },
    )
    mailing.put(
        session,
        account,
        template,
        about=account.person.id,
        at=at,
        link=f"/link/{secret}",
        until=f"{stockholm_date(ends_at)}" if purpose == INVITE else moment(ends_at),
    )
    return f"/link/{secret}"


def look(session: Session, secret: str, *, now: datetime) -> MailedLink:
    """What a link is for, without using it. Raises LinkVoid."""
    row = session.execute(
        select(mailed_link).where(mailed_link.c.secret_sha256 == tokens.fingerprint(secret))
    ).one_or_none()
    if row is None or row.used_at is not None or now >= row.ends_at:
        raise LinkVoid
    account = account_store.by_id(session, row.account_id)
    if account is None or account.state != (INVITED if row.purpose == INVITE else ACTIVE):
        raise LinkVoid
    return MailedLink(account, row.purpose)


def use(session: Session, secret: str, *, now: datetime) -> MailedLink:
    """Use a link up. Raises LinkVoid, also for the second of two that come at once."""
    link = look(session, secret, now=now)
    mark = update(mailed_link).where(
        mailed_link.c.secret_sha256 == tokens.fingerprint(secret),
        mailed_link.c.used_at.is_(None),
        mailed_link.c.ends_at > now,
    )
    if not rows_changed(session, mark.values(used_at=now)):
        raise LinkVoid
    return link
