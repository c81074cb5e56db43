"""Links sent by mail that let somebody choose a password: good once, and for a time.

Convention: only the sha256 of the secret is kept. A new link of the same purpose makes the older ones void. Looking
at the page uses nothing up, since mail programs look ahead; sending its form does, in one conditional change.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts import mailed_link_store, mailing, tokens
from accounts import store as account_store
from accounts.mailed_link_store import LinkPurpose
from accounts.rules import INVITATION_LASTS, RESET_LASTS
from accounts.store import Account, AccountState
from foundation import leases
from foundation.errors import Refused
from foundation.formatting import moment
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from operations.mail import store as mail_store


class LinkVoid(Refused):
    """The link was used, has run out, or never was."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Länken gäller inte längre: den är använd, för gammal eller ersatt av en nyare. Be om en ny."
            )
        )


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A link that still holds."""

    account: Account
    purpose: LinkPurpose


def send(session: Session, account: Account, purpose: LinkPurpose, *, at: datetime) -> str:
    """Mail a fresh link; older ones of the same purpose are void from now. Gives the path it leads to."""
    secret = tokens.secret()
    ends_at = at + (INVITATION_LASTS if purpose == LinkPurpose.INVITE else RESET_LASTS)
    mailed_link_store.remove_all(session, account.id, purpose)
    # A mail that has not left yet would only bring a link that is void.
    template = "invitation" if purpose == LinkPurpose.INVITE else "password-reset"
    mail_store.withdraw_waiting(session, account.id, template)
    mailed_link_store.add(
        session, tokens.fingerprint(secret), account.id, purpose, made_at=at, ends_at=ends_at
    )
    mailing.put(
        session,
        account,
        template,
        about=account.person.id,
        at=at,
        link=f"/link/{secret}",
        until=f"{stockholm_date(ends_at)}" if purpose == LinkPurpose.INVITE else moment(ends_at),
    )
    return f"/link/{secret}"


def look(session: Session, secret: str, *, now: datetime) -> MailedLink:
    """What a link is for, without using it. Raises LinkVoid."""
    row = mailed_link_store.by_key(session, tokens.fingerprint(secret))
    if row is None or row.used_at is not None or now >= row.ends_at:
        raise LinkVoid
    if leases.ahead(row.made_at, now):
        raise LinkVoid  # made by a clock that was ahead, it would hold for as much longer
    account = account_store.by_id(session, row.account_id)
    if account is None or account.state != (
        AccountState.INVITED if row.purpose == LinkPurpose.INVITE else AccountState.ACTIVE
    ):
        raise LinkVoid
    return MailedLink(account, row.purpose)


def use(session: Session, secret: str, *, now: datetime) -> MailedLink:
    """Use a link up. Raises LinkVoid, also for the second of two that come at once."""
    link = look(session, secret, now=now)
    if not mailed_link_store.use(session, tokens.fingerprint(secret), now=now):
        raise LinkVoid
    return link
