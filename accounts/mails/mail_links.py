"""Links in mails by which their reader chooses which to get, without signing in.

Convention: a link is signed with a key of its account (HMAC-SHA256) and says which account it is of, which kind of mail
it came in and until which day it holds; the signature also covers the address it was sent to. So it opens nothing but
that choice, ends by itself, and is void once the account has ended, has another address, or its holder has signed out
everywhere. Looking at its page changes nothing, since mail programs look ahead.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from accounts import store as account_store
from accounts import tokens
from accounts.store import Account, AccountState
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.mail import choice_store
from operations.mail.choices import MailChoice
from operations.mail.texts import MailKind

LASTS: Final = timedelta(days=90)
"""A mail is acted on within so long; after that the choice is made where one signs in."""

EVERY_DAILY: Final = "DAILY"
"""What the link of a daily mail is about: every kind that is gathered in it."""


class MailLinkVoid(Refused):
    """The link has run out, is of an account that has ended or moved, or never was."""

    def __init__(self) -> None:
        super().__init__(
            Text("Länken gäller inte längre. Logga in och välj under Mitt konto, Mejl, vilka mejl du får.")
        )


@dataclass(frozen=True, slots=True)
class MailLink:
    """A link that holds: whose it is, and which kind of mail it came in, none for the daily one."""

    account: Account
    kind: MailKind | None


def make(session: Session, account: Account, about: MailKind | str, *, today: date) -> str:
    """The path of the page where the account's holder chooses, for a mail that leaves today."""
    key = choice_store.link_key(session, account.id, fresh=tokens.secret())
    until = (today + LASTS).isoformat()
    signature = _signature(key, account, str(about), until)
    return f"/mails/{account.id}.{about}.{until}.{signature}"


def read(session: Session, token: str, *, today: date) -> MailLink:
    """What a link is of. Raises MailLinkVoid."""
    parts = token.split(".")
    if len(parts) != 4 or not (parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) < 10):
        raise MailLinkVoid
    number, about, until, given = parts
    account = account_store.by_id(session, int(number))
    key = choice_store.known_link_key(session, int(number))
    if account is None or account.state != AccountState.ACTIVE or not key:
        raise MailLinkVoid
    if not hmac.compare_digest(given.encode(), _signature(key, account, about, until).encode()):
        raise MailLinkVoid
    if today > date.fromisoformat(until):
        raise MailLinkVoid
    return MailLink(account, None if about == EVERY_DAILY else MailKind(about))


def decline(session: Session, link: MailLink) -> None:
    """Let no more mails of the link's kind come; of a daily mail's, none of all that is gathered in it."""
    chosen = choice_store.of(session, link.account.id)
    kinds = (
        [each for each, choice in chosen.items() if choice is MailChoice.DAILY]
        if link.kind is None
        else [link.kind]
    )
    choice_store.choose(session, link.account.id, dict.fromkeys(kinds, MailChoice.NEVER))


def end_all(session: Session, account_id: int) -> None:
    """Let every link in the account's mails so far lead nowhere."""
    choice_store.change_link_key(session, account_id, fresh=tokens.secret())


def _signature(key: str, account: Account, about: str, until: str) -> str:
    said = "\n".join(("mails", str(account.id), about, until, account.sign_in_name))
    made = hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
