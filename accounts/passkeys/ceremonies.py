"""Registering a passkey, using it as the second step, and removing it (W3C Web Authentication, level 3).

Convention: the browser signs a challenge that is kept with its session, good once and for five minutes;
`proving` judges what it signed. A new passkey takes the password or a code, as every change of the second step does,
unless the session has just given the password. The first second step of an account brings recovery codes. Who holds
the device is not asked to prove more to it (user verification is welcome, not demanded): the password was the first of
the two. A counter that goes back means that two devices have the key: refused, journalled, and told to the owner.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts import mailing, second_step_store, session_store, sessions, two_factor
from accounts.guessing import rate_limit
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.passkeys import passkey_store, proving
from accounts.passkeys.passkey_store import Challenge, ChallengePurpose, Passkey
from accounts.passkeys.proving import PasskeyRefused, PasskeyWrong, RelyingParty
from accounts.sealed_secrets import Seal
from accounts.session_store import PortalSession, SessionStage
from foundation import journal, leases
from foundation.database import Database
from foundation.journal_entries import JournalSubject
from foundation.product import PRODUCT
from foundation.sql import Session
from foundation.text import Text

_log: Final = structlog.get_logger("accounts")
_LASTS: Final = timedelta(minutes=5)
NAME_MOST: Final = 60
PASSKEYS_MOST: Final = 20


class PasskeyCopied(PasskeyRefused):
    """The counter went back."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Passnyckeln räknar bakåt, så någon annan kan ha en kopia av den. Den släpper inte in någon. Skriv en "
                "kod, ta bort passnyckeln under Mitt konto, och säg till er behörighetsadministratör."
            )
        )


def ask_to_register(
    database: Database,
    seal: Seal,
    held: PortalSession,
    party: RelyingParty,
    *,
    name: str,
    proof: str,
    now: datetime,
) -> str:
    """What the browser is asked for a new passkey, as JSON. Raises PasskeyRefused, WrongProof and TooOften."""
    called = " ".join(name.split())
    if not 1 <= len(called) <= NAME_MOST or not called.isprintable():
        raise PasskeyRefused(
            Text("Ge passnyckeln ett namn, så att du känner igen den: till exempel Telefonen.")
        )
    if two_factor.needs_proof(held):
        two_factor.prove(database, seal, held, proof, now=now)
    books = sessions.open_to(database, held.account)
    with books.writing() as session:
        known = passkey_store.of_account(session, held.account.id)
        if len(known) >= PASSKEYS_MOST:
            raise PasskeyRefused(Text("Du har redan tjugo passnycklar. Ta bort en som du inte använder."))
        options = generate_registration_options(
            rp_id=party.host,
            rp_name=PRODUCT.sv,
            user_id=held.person.id.encode(),
            user_name=held.account.sign_in_name,
            user_display_name=held.account.display_name,
            exclude_credentials=_described(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
        asked = Challenge(
            ChallengePurpose.REGISTER, bytes_to_base64url(options.challenge), now + _LASTS, called
        )
        passkey_store.ask(session, held.key, asked, now=now)
    return options_to_json(options)


def register(
    database: Database, held: PortalSession, party: RelyingParty, response: str, *, now: datetime
) -> tuple[str, list[str]]:
    """Keep the passkey the browser made: (a new session's secret where this one was at setting up, recovery codes
    where the account had no second step). Raises PasskeyRefused.
    """
    books = sessions.open_to(database, held.account)
    asked = _take(books, held, ChallengePurpose.REGISTER, now)
    verified = proving.made(response, asked.challenge, party)
    made = Passkey(
        id=0,
        account_id=held.account.id,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        name=asked.name,
        is_synced=verified.credential_backed_up,
        made_at=now,
    )
    with books.writing() as session:
        is_first = not held.account.totp_secret and not passkey_store.count(session, held.account.id)
        if not passkey_store.add(session, made):
            raise PasskeyRefused(Text("Den passnyckeln finns redan."))
        codes = two_factor.renew_recovery_codes(session, held.account.id) if is_first else []
        if is_first:
            # Whoever came with the password alone sets up no step of their own any longer.
            sessions.end_all(session, held.account.id, but=held.key)
        secret = ""
        if held.stage != SessionStage.FULL:
            session_store.remove(session, held.key)
            secret = sessions.start(session, held.account.id, now=now)
            journal.record(session, held.person.id, AccountAction.SIGNED_IN, _subject(held))
        journal.record(session, held.person.id, AccountAction.PASSKEY_ADDED, _subject(held))
        mailing.put(session, held.account, "passkey-added", about=held.person.id, at=now)
    return secret, codes


def ask_to_use(database: Database, held: PortalSession, party: RelyingParty, *, now: datetime) -> str:
    """What the browser is asked for one of the account's passkeys, as JSON; empty where it has none."""
    with sessions.open_to(database, held.account).writing() as session:
        known = passkey_store.of_account(session, held.account.id)
        if not known:
            return ""
        options = generate_authentication_options(
            rp_id=party.host,
            allow_credentials=_described(known),
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        asked = Challenge(ChallengePurpose.USE, bytes_to_base64url(options.challenge), now + _LASTS)
        passkey_store.ask(session, held.key, asked, now=now)
    return options_to_json(options)


def pass_with(
    database: Database, held: PortalSession, party: RelyingParty, response: str, *, now: datetime
) -> str:
    """Pass the second step with a passkey; a new full session's secret. Raises PasskeyRefused and TooOften."""
    books = sessions.open_to(database, held.account)
    key = f"code {held.person.id}"
    with books.writing() as session:
        rate_limit.count(session, key, rate_limit.SECOND_STEP, now=now)
    asked = _take(books, held, ChallengePurpose.USE, now)
    with books.reading() as session:
        known = {each.credential_id: each for each in passkey_store.of_account(session, held.account.id)}
    used, verified = proving.used(response, asked.challenge, party, known)
    with books.writing() as session:
        if not passkey_store.use(session, used, verified.new_sign_count, now=now):
            _tell_copied(session, held, now)
            secret = ""
        else:
            rate_limit.forget(session, key)
            session_store.remove(session, held.key)
            secret = sessions.start(session, held.account.id, now=now)
            journal.record(session, held.person.id, AccountAction.SIGNED_IN, _subject(held))
    if not secret:
        raise PasskeyCopied
    return secret


def remove(
    database: Database,
    seal: Seal,
    held: PortalSession,
    passkey_id: int,
    *,
    proof: str,
    must_have_one: bool,
    now: datetime,
) -> None:
    """Remove a passkey; its owner is mailed. Raises PasskeyRefused, WrongProof and TooOften.

    With `must_have_one` the last second step stays: a password alone would let in whoever sets up the next.
    """
    two_factor.prove(database, seal, held, proof, now=now)
    with sessions.open_to(database, held.account).writing() as session:
        is_last = not held.account.totp_secret and passkey_store.count(session, held.account.id) == 1
        if is_last and must_have_one:
            raise PasskeyRefused(
                Text(
                    "Det är ditt enda andra steg vid inloggningen. Lägg först till en annan passnyckel, eller ställ in "
                    "koder."
                )
            )
        if not passkey_store.remove(session, held.account.id, passkey_id):
            raise PasskeyRefused(Text("Den passnyckeln är redan borttagen. Läs in sidan på nytt."))
        if is_last:
            second_step_store.remove_recovery_codes(session, held.account.id)
        journal.record(session, held.person.id, AccountAction.PASSKEY_REMOVED, _subject(held))
        mailing.put(session, held.account, "passkey-removed", about=held.person.id, at=now)


def _tell_copied(session: Session, held: PortalSession, now: datetime) -> None:
    _log.warning("sign-in refused", account=held.account.id, why="passkey counter went back")
    journal.record(session, held.person.id, AccountAction.PASSKEY_COPIED, _subject(held))
    mailing.put(session, held.account, "passkey-copied", about=held.person.id, at=now)


def _take(books: Database, held: PortalSession, purpose: ChallengePurpose, now: datetime) -> Challenge:
    with books.writing() as session:
        asked = passkey_store.take(session, held.key)
    if asked is None or asked.purpose != purpose or not now < asked.ends_at <= now + _LASTS + leases.SLACK:
        raise PasskeyWrong
    return asked


def _described(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in known]


def _subject(held: PortalSession) -> JournalSubject:
    return AccountsSubject.PERSON.of(held.person.id)
