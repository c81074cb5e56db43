"""The way back from a provider: from its answer to a session (OpenID Connect Core 3.1.2.5, 3.1.3; RFC 9207).

Convention: the journey is used up by the first answer, whatever it is, and must be this browser's and this provider's.
The token is believed only when its signature, issuer, audience, nonce, time and level are right; who it names is
found by `identities`, and with which roles by `directory_roles`. Nothing of the token is kept or logged.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts import sealed_secrets, sessions, tokens
from accounts.identity import Permission
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.openid import asking, directory_roles, id_tokens, identities, openid_store, providers
from accounts.openid.departing import JOURNEY_LASTS
from accounts.openid.faults import Fault, OpenIdRefused, answered
from accounts.openid.openid_store import Journey
from accounts.openid.provider_settings import OpenIdProvider
from accounts.sealed_secret_store import NONCE, VERIFIER
from accounts.sealed_secrets import Seal
from accounts.session_store import ProviderSession
from accounts.store import Account
from foundation import journal, leases
from foundation.database import Database
from foundation.text import NO_TEXT, Text
from operations.settings import Settings

_SESSION_ID_MOST = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brings back: the state, and a code or an error; `issuer` where the provider names itself."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A full session that has begun: its secret, where to go on, and what the person should know."""

    secret: str
    next: str
    said: Text = NO_TEXT


def arrive(
    database: Database,
    settings: Settings,
    provider: OpenIdProvider,
    answer: Answer,
    *,
    cookie: str,
    callback: str,
    now: datetime,
) -> Arrived:
    """End a journey. Raises OpenIdRefused, and BooksRestored."""
    journey = _end_journey(database, sealed_secrets.of(settings), provider, answer, cookie, now)
    described = providers.described(provider)
    if (described.names_itself or answer.issuer) and answer.issuer != provider.issuer:
        raise OpenIdRefused(Fault.ANSWER_OF_ANOTHER)
    if answer.error:
        raise answered(answer.error)
    if not answer.code:
        raise OpenIdRefused(Fault.NO_CODE)
    told = asking.exchange(
        provider, described, code=answer.code, verifier=journey.verifier, callback=callback, now=now
    )
    claims = id_tokens.proved(provider, told, nonce=journey.nonce, now=now)
    if provider.userinfo:
        # What is signed holds over what is only said.
        access = str(told.get("access_token", ""))
        claims = {**asking.who(provider, described, access, str(claims["sub"])), **claims}
    return _admit(database, settings, provider, journey, claims, now)


def _admit(
    database: Database,
    settings: Settings,
    provider: OpenIdProvider,
    journey: Journey,
    claims: Mapping[str, Any],
    now: datetime,
) -> Arrived:
    with database.for_recovery().writing() as session:
        account = identities.account_of(session, settings, provider, journey, claims, now=now)
        account, said = directory_roles.follow(session, provider, account, claims, at=now)
        # What was taken away stays so, also where nobody is let in for it.
        if account.permissions:
            _check_level(provider, account, claims)
            sessions.admit(session, account)
            if journey.session:
                sessions.end_key(session, journey.session)
            begun_by = ProviderSession(provider.issuer, str(claims["sub"]), _session_id(claims))
            secret = sessions.start(session, account.id, now=now, begun_by=begun_by)
            subject = AccountsSubject.PERSON.of(account.person.id)
            by = f"openid {provider.key}"
            journal.record(session, account.person.id, AccountAction.SIGNED_IN, subject, by=by)
    if not account.permissions:
        raise OpenIdRefused(Fault.NO_ROLE)
    return Arrived(secret, journey.next, said)


def _end_journey(
    database: Database, seal: Seal, provider: OpenIdProvider, answer: Answer, cookie: str, now: datetime
) -> Journey:
    """The journey with this state, which is over now, whatever comes of it."""
    key = tokens.fingerprint(answer.state)
    with database.for_recovery().writing() as session:
        journey = openid_store.take_journey(session, key)
    own = hmac.compare_digest(answer.state.encode(), cookie.encode())
    if journey is None or not own:
        raise OpenIdRefused(Fault.OTHER_BROWSER)
    if not now < journey.ends_at <= now + JOURNEY_LASTS + leases.SLACK:
        raise OpenIdRefused(Fault.TOO_LATE)
    if journey.provider != provider.key:
        raise OpenIdRefused(Fault.ANSWER_OF_ANOTHER)
    return replace(
        journey,
        nonce=seal.open(journey.nonce, NONCE.about(key)),
        verifier=seal.open(journey.verifier, VERIFIER.about(key)),
    )


def _check_level(provider: OpenIdProvider, account: Account, claims: Mapping[str, Any]) -> None:
    """Refuse a level that is not enough for one of the account's permissions."""
    for role, levels in provider.acr_for_roles.items():
        if Permission(role) in account.permissions and claims.get("acr") not in levels:
            raise OpenIdRefused(Fault.LEVEL_FOR_ROLE)


def _session_id(claims: Mapping[str, Any]) -> str:
    sid = claims.get("sid", "")
    return sid if isinstance(sid, str) and len(sid) <= _SESSION_ID_MOST else ""
