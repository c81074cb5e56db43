"""Links sent by mail that let somebody choose a password or tie an e-ID: good once, and for a time.

Convention: the secret is made when the mail leaves (`of_leaving_mail`) and goes into the mail alone; only its sha256 is
kept, so nobody reads a link in the outbox, in a backup, or in a mail that is stuck. A mail that is tried again gets a
link of its own beside the first, which may have arrived. Asking for a new link makes the older ones void, and using one
the others. Looking at the page uses nothing up, since mail programs look ahead; sending its form does, in one
conditional change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

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
from operations.mail.store import ClaimedMail
from operations.mail.texts import MADE_AS_IT_LEAVES


class LinkVoid(Refused):
    """The link was used, has run out, or never was."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Länken gäller inte längre: den är använd, för gammal eller ersatt av en nyare. Be om en ny."
            )
        )


_TEMPLATES: Final[Mapping[LinkPurpose, str]] = {
    LinkPurpose.INVITE: "invitation",
    LinkPurpose.RESET: "password-reset",
    LinkPurpose.IDENTITY: "tie-identity",
}


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A link that still holds."""

    account: Account
    purpose: LinkPurpose


def send(session: Session, account: Account, purpose: LinkPurpose, *, at: datetime) -> None:
    """Mail a fresh link, which is made when the mail leaves; older ones of the same purpose are void from now."""
    mailed_link_store.remove_all(session, account.id, purpose)
    # A mail that has not left yet would only bring a link that is void.
    mail_store.withdraw_waiting(session, account.id, _TEMPLATES[purpose])
    mailing.put(
        session,
        account,
        _TEMPLATES[purpose],
        about=account.person.id,
        at=at,
        **{name: f"{{{name}}}" for name in MADE_AS_IT_LEAVES},
    )


def give(session: Session, account: Account, purpose: LinkPurpose, *, at: datetime) -> str:
    """Make a link for whoever hands it over himself; the path it leads to, which is told nowhere else."""
    return _make(session, account.id, purpose, at)[0]


def of_leaving_mail(session: Session, mail: ClaimedMail, *, now: datetime) -> Mapping[str, str]:
    """What is put into a mail with a link as it leaves: a link made for this try, and until when it holds."""
    purpose = next(purpose for purpose, template in _TEMPLATES.items() if template == mail.template)
    assert mail.account_id is not None  # noqa: S101 - such mails are laid for accounts alone, by `send`
    path, ends_at = _make(session, mail.account_id, purpose, now)
    # The portal's address is put in last, with those of the other mails.
    until = moment(ends_at) if purpose == LinkPurpose.RESET else f"{stockholm_date(ends_at)}"
    return {"link": f"{{portal}}{path}", "until": until}


def _make(session: Session, account_id: int, purpose: LinkPurpose, at: datetime) -> tuple[str, datetime]:
    secret = tokens.secret()
    ends_at = at + (RESET_LASTS if purpose == LinkPurpose.RESET else INVITATION_LASTS)
    mailed_link_store.add(
        session, tokens.fingerprint(secret), account_id, purpose, made_at=at, ends_at=ends_at
    )
    return f"/link/{secret}", ends_at


def look(session: Session, secret: str, *, now: datetime) -> MailedLink:
    """What a link is for, without using it. Raises LinkVoid."""
    return look_at_key(session, tokens.fingerprint(secret), now=now)


def look_at_key(session: Session, key: str, *, now: datetime) -> MailedLink:
    """The same by the sha256 of its secret. Raises LinkVoid."""
    row = mailed_link_store.by_key(session, key)
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
    return use_key(session, tokens.fingerprint(secret), now=now)


def use_key(session: Session, key: str, *, now: datetime) -> MailedLink:
    """The same by the sha256 of its secret. Raises LinkVoid."""
    link = look_at_key(session, key, now=now)
    if not mailed_link_store.use(session, key, now=now):
        raise LinkVoid
    mailed_link_store.remove_all(session, link.account.id, link.purpose, but=key)
    return link
