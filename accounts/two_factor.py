"""The second step of signing in: six digits from an app, or a recovery code.

Convention: the codes are TOTP (RFC 6238, SHA-1, 30 seconds, as every app has them), taken one step early or late.
A step once used, or one before it, is not taken again, whoever sends it (a conditional change decides). The secret is
sealed (`sealed_secrets.py`). Ten recovery codes are shown once and kept as sha256, which their 118 random bits allow
(OWASP ASVS 5.0, V6.5.2: 112 or more); each is good once. A session alone changes nothing here: whoever has set up a
password or codes proves himself by one of them. All instants are the true ones.
"""

import hmac
import io
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

import pyotp
import segno
import structlog

from accounts import mailing, passwords, second_step_store, session_store, sessions, tokens
from accounts import store as account_store
from accounts.guessing import known_devices, rate_limit
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.sealed_secret_store import OFFERED_TOTP, TOTP
from accounts.sealed_secrets import Seal
from accounts.session_store import PortalSession, SessionStage
from foundation import journal
from foundation.database import Database
from foundation.errors import Refused
from foundation.product import PRODUCT
from foundation.sql import Session
from foundation.text import Text

_log: Final = structlog.get_logger("accounts")

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
# Without signs that are mistaken for each other when copied by hand.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Refused):
    """The code is not the one expected, or was used before."""

    def __init__(self) -> None:
        super().__init__(
            Text("Koden stämmer inte eller är redan använd. Vänta på nästa kod i appen och skriv den.")
        )


class WrongProof(Refused):
    """What was given is neither the account's password nor a code of it."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Det är varken ditt lösenord eller en kod som gäller. Skriv lösenordet, eller en ny kod ur appen."
            )
        )


def offered(database: Database, seal: Seal, held: PortalSession) -> str:
    """The secret this session is offered for its app; the same until the first code has been given."""
    about = OFFERED_TOTP.about(held.key)
    if held.offered_totp:
        return seal.open(held.offered_totp, about)
    with sessions.open_to(database, held.account).writing() as session:
        offer = session_store.offer_totp(session, held.key, seal.close(pyotp.random_base32(), about))
    return seal.open(offer, about)


def needs_proof(held: PortalSession) -> bool:
    """Whether changing the second step takes more than this session: not for one that has just given the password."""
    return held.stage == SessionStage.FULL and bool(held.account.password_hash or held.account.totp_secret)


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


def set_up(
    database: Database, seal: Seal, held: PortalSession, code: str, *, proof: str = "", now: datetime
) -> tuple[str, list[str]]:
    """Take the offered secret into use with its first code; a new full session's secret, and the recovery codes.

    `proof` is the password, or a code of the step there is, where it takes one (`needs_proof`). All other sessions of
    the account end, its browsers are forgotten, and its owner is mailed. Raises WrongCode, WrongProof and TooOften.
    """
    person, database = held.person, sessions.open_to(database, held.account)
    with database.writing() as session:
        rate_limit.count(session, f"code {person.id}", rate_limit.SECOND_STEP, now=now)
    offer = seal.open(held.offered_totp, OFFERED_TOTP.about(held.key))
    step = step_of(offer, code, now=now) if offer else None
    if step is None:
        raise WrongCode
    if needs_proof(held):
        prove(database, seal, held, proof, now=now)
    with database.writing() as session:
        rate_limit.forget(session, f"code {person.id}")
        kept = seal.close(offer, TOTP.about(held.account.id))
        account_store.change(session, held.account.id, totp_secret=kept, totp_last_step=step)
        codes = renew_recovery_codes(session, held.account.id)
        sessions.end_all(session, held.account.id)
        known_devices.forget(session, held.account.id)
        mailing.put(session, held.account, "second-step-changed", about=person.id, at=now)
        secret = sessions.start(session, held.account.id, now=now)
        journal.record(session, person.id, AccountAction.SECOND_STEP, AccountsSubject.PERSON.of(person.id))
    return secret, codes


def renew_recovery_codes(session: Session, account_id: int) -> list[str]:
    """Ten new recovery codes in the place of those the account has, to be shown this once."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    second_step_store.replace_recovery_codes(session, account_id, map(_mark, codes))
    return codes


def pass_with(database: Database, seal: Seal, held: PortalSession, code: str, *, now: datetime) -> str:
    """Pass the second step with a code of the app or a recovery code; a new full session's secret.

    Raises WrongCode and TooOften.
    """
    person, database = held.person, sessions.open_to(database, held.account)
    with database.writing() as session:
        rate_limit.count(session, f"code {person.id}", rate_limit.SECOND_STEP, now=now)
    with database.writing() as session:
        if not _use_code(session, seal, held, code, now):
            _log.warning("sign-in refused", account=held.account.id, why="code")
            raise WrongCode
        rate_limit.forget(session, f"code {person.id}")
        session_store.remove(session, held.key)
        secret = sessions.start(session, held.account.id, now=now)
        journal.record(session, person.id, AccountAction.SIGNED_IN, AccountsSubject.PERSON.of(person.id))
    return secret


def prove(database: Database, seal: Seal, held: PortalSession, given: str, *, now: datetime) -> None:
    """Whoever holds the session proves himself by the password or a code. Raises WrongProof and TooOften."""
    key = f"proof {held.person.id}"
    with database.writing() as session:
        rate_limit.count(session, key, rate_limit.ONE_NAME, now=now)
    with database.writing() as session:
        is_code = _use_code(session, seal, held, given, now)
    if not is_code and not passwords.fits(held.account.password_hash, given):
        _log.warning("proof refused", account=held.account.id)
        raise WrongProof
    with database.writing() as session:
        rate_limit.forget(session, key)


def _use_code(session: Session, seal: Seal, held: PortalSession, code: str, now: datetime) -> bool:
    """Use up a code of the app, or a recovery code."""
    return _use_step(session, seal, held, code, now) or _use_recovery(session, held, code, now)


def _use_step(session: Session, seal: Seal, held: PortalSession, code: str, now: datetime) -> bool:
    secret = seal.open(held.account.totp_secret, TOTP.about(held.account.id))
    step = step_of(secret, code, now=now) if secret else None
    newest = int(now.timestamp()) // STEP_SECONDS + 1
    return step is not None and second_step_store.use_step(session, held.account.id, step, newest=newest)


def _use_recovery(session: Session, held: PortalSession, code: str, now: datetime) -> bool:
    if not second_step_store.use_recovery_code(session, held.account.id, _mark(code), now=now):
        return False
    journal.record(
        session, held.person.id, AccountAction.RECOVERY_CODE_USED, AccountsSubject.PERSON.of(held.person.id)
    )
    mailing.put(session, held.account, "recovery-code-used", about=held.person.id, at=now)
    return True


def _recovery_code() -> str:
    """Twenty-four signs of 31 kinds, in four groups: 118 bits, so that its hash cannot be searched for."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(6)) for _ in range(4))


def _mark(code: str) -> str:
    bare = "".join(sign for sign in code.lower() if sign.isalnum())
    return tokens.fingerprint(f"recovery {bare}")
