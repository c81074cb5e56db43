"""The second step of signing in: six digits from an app, or a recovery code.

Convention: the codes are TOTP (RFC 6238, SHA-1, 30 seconds, as every app has them), taken one step early or late.
A step once used, or one before it, is not taken again, whoever sends it (a conditional change decides). Ten
recovery codes are shown once and kept as sha256; each is good once. All instants are the true ones.
"""

import hmac
import io
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

import pyotp
import segno

from accounts import rate_limit, second_step_store, session_store, sessions, tokens
from accounts import store as account_store
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.session_store import PortalSession
from foundation import journal
from foundation.database import Database
from foundation.errors import Refused
from foundation.product import PRODUCT
from foundation.sql import Session
from foundation.text import Text

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_TRIES: Final = rate_limit.Limit(free=8)
# Without signs that are mistaken for each other when copied by hand.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Refused):
    """The code is not the one expected, or was used before."""

    def __init__(self) -> None:
        super().__init__(
            Text("Koden stämmer inte eller är redan använd. Vänta på nästa kod i appen och skriv den.")
        )


def offered(database: Database, held: PortalSession) -> str:
    """The secret this session is offered for its app; the same until the first code has been given."""
    if held.offered_totp:
        return held.offered_totp
    offer = pyotp.random_base32()
    with database.writing() as session:
        return session_store.offer_totp(session, held.key, offer)


def picture(secret: str, name: str) -> bytes:
    """What an app reads the secret from: a QR code as SVG, without any style of its own."""
    label = quote(f"{PRODUCT.sv}:{name}")
    address = f"otpauth://totp/{label}?secret={secret}&issuer={quote(PRODUCT.sv)}"
    paper = io.BytesIO()
    segno.make(address, error="m").save(
        paper, kind="svg", scale=6, border=4, light="#ffffff", xmldecl=True, svgclass=None, lineclass=None
    )
    return paper.getvalue()


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The step of time the code belongs to, within one of now; None where it belongs to none."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        expected = app.at(step * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), digits.encode()):
            return step
    return None


def set_up(database: Database, held: PortalSession, code: str, *, now: datetime) -> tuple[str, list[str]]:
    """Take the offered secret into use with its first code; a new full session's secret, and the recovery codes.

    All other sessions of the account end. Raises WrongCode and TooOften.
    """
    person = held.person
    with database.writing() as session:
        rate_limit.count(session, f"code {person.id}", _TRIES, now=now)
    step = step_of(held.offered_totp, code, now=now) if held.offered_totp else None
    if step is None:
        raise WrongCode
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    with database.writing() as session:
        rate_limit.forget(session, f"code {person.id}")
        account_store.change(session, held.account.id, totp_secret=held.offered_totp, totp_last_step=step)
        second_step_store.replace_recovery_codes(session, held.account.id, map(_mark, codes))
        sessions.end_all(session, held.account.id)
        secret = sessions.start(session, held.account.id, now=now)
        journal.record(session, person.id, AccountAction.SECOND_STEP, AccountsSubject.PERSON.of(person.id))
    return secret, codes


def pass_with(database: Database, held: PortalSession, code: str, *, now: datetime) -> str:
    """Pass the second step with a code of the app or a recovery code; a new full session's secret.

    Raises WrongCode and TooOften.
    """
    person = held.person
    with database.writing() as session:
        rate_limit.count(session, f"code {person.id}", _TRIES, now=now)
    with database.writing() as session:
        if not (_use_step(session, held, code, now) or _use_recovery(session, held, code, now)):
            raise WrongCode
        rate_limit.forget(session, f"code {person.id}")
        session_store.remove(session, held.key)
        secret = sessions.start(session, held.account.id, now=now)
        journal.record(session, person.id, AccountAction.SIGNED_IN, AccountsSubject.PERSON.of(person.id))
    return secret


def _use_step(session: Session, held: PortalSession, code: str, now: datetime) -> bool:
    step = step_of(held.account.totp_secret, code, now=now) if held.account.totp_secret else None
    newest = int(now.timestamp()) // STEP_SECONDS + 1
    return step is not None and second_step_store.use_step(session, held.account.id, step, newest=newest)


def _use_recovery(session: Session, held: PortalSession, code: str, now: datetime) -> bool:
    if not second_step_store.use_recovery_code(session, held.account.id, _mark(code), now=now):
        return False
    journal.record(
        session, held.person.id, AccountAction.RECOVERY_CODE_USED, AccountsSubject.PERSON.of(held.person.id)
    )
    return True


def _recovery_code() -> str:
    """Ten signs of 31 kinds, in two groups: about 49 bits, and each try is counted."""
    signs = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{signs[:5]}-{signs[5:]}"


def _mark(code: str) -> str:
    bare = "".join(sign for sign in code.lower() if sign.isalnum())
    return tokens.fingerprint(f"recovery {bare}")
