"""Links in mails that show how one document stands, and nothing else, without signing in.

Convention: a link is signed with the key of its account's mails (HMAC-SHA256) and says which account and document it is
of, and until which day it holds. It shows what the account's holder may see at that moment: it is void once the
account has ended, has another address or another permission, or its holder has signed out everywhere
(`mail_links.end_all`). It is made as its mail leaves, and stands in the mail alone.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
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

LASTS: Final = timedelta(days=90)
_PLACES: Final = re.compile(r"\{(status (\d{1,12}))\}")


class StatusLinkVoid(Refused):
    """The link has run out, has been revoked, or never was."""

    def __init__(self) -> None:
        super().__init__(
            Text("Länken gäller inte längre. Logga in i portalen och sök på numret som står i mejlet.")
        )


@dataclass(frozen=True, slots=True)
class StatusLink:
    """A link that holds: whose it is, which document it shows, and until when."""

    account: Account
    invoice_id: int
    until: date


def make(session: Session, account: Account, invoice_id: int, *, today: date) -> str:
    """The path of the page that shows how the document stands, for a mail that leaves today."""
    key = choice_store.link_key(session, account.id, fresh=tokens.secret())
    until = (today + LASTS).isoformat()
    return f"/status/{account.id}.{invoice_id}.{until}.{_signature(key, account, invoice_id, until)}"


def in_mail(session: Session, account: Account | None, body: str, *, today: date) -> Mapping[str, str]:
    """What stands in a leaving mail where its text names a document's status, by the name it has there."""
    made = {}
    for name, number in _PLACES.findall(body):
        path = f"/invoices/{number}" if account is None else make(session, account, int(number), today=today)
        made[name] = f"{{portal}}{path}"
    return made


def read(session: Session, token: str, *, today: date) -> StatusLink:
    """What a link shows. Raises StatusLinkVoid."""
    parts = token.split(".")
    if len(parts) != 4 or not all(
        each.isascii() and each.isdecimal() and len(each) < 13 for each in parts[:2]
    ):
        raise StatusLinkVoid
    number, invoice_id, until, given = parts
    account = account_store.by_id(session, int(number))
    key = choice_store.known_link_key(session, int(number))
    if account is None or account.state != AccountState.ACTIVE or not key:
        raise StatusLinkVoid
    expected = _signature(key, account, int(invoice_id), until)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise StatusLinkVoid
    if today > date.fromisoformat(until):
        raise StatusLinkVoid
    return StatusLink(account, int(invoice_id), date.fromisoformat(until))


def _signature(key: str, account: Account, invoice_id: int, until: str) -> str:
    said = "\n".join(("status", str(account.id), str(invoice_id), until, account.sign_in_name))
    made = hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
