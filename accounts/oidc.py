"""Signing in through an OpenID provider: authorization code with PKCE, as OpenID Connect Core has it.

Convention: a journey to the provider is kept on the server, bound to the browser by a cookie, and used up by the
first answer. The token is believed only when its signature, issuer, audience, nonce and time are right; Authlib
judges the claims. Who comes back is known by (issuer, subject); the first time, by a mail address that the
provider says it has verified and that belongs to an account here. Nothing of the token is kept or logged.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import structlog
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts import mailing, openid_store, sealed_secrets, sessions, tokens
from accounts import store as account_store
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.openid_store import Journey
from accounts.sealed_secret_store import NONCE, VERIFIER
from accounts.sealed_secrets import Seal
from accounts.store import Account, AccountState
from foundation import journal, leases
from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.settings import Settings

_JOURNEY_LASTS: Final = timedelta(minutes=10)
_DISCOVERED_FOR: Final = 3600.0
_SECONDS: Final = 10
_LEEWAY: Final = 60
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "RS384", "ES384", "RS512", "ES512", "EdDSA"]
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class OpenIdRefused(Refused):
    """The provider's answer does not let anybody in."""


class NobodyHere(OpenIdRefused):
    """The provider knows the person, the portal does not."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Du är inloggad hos din legitimationsutgivare, men har inget konto här. Be er "
                "behörighetsadministratör lägga till dig."
            )
        )


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and the state it must bring back."""

    address: str
    state: str


def depart(database: Database, settings: Settings, back: str, *, callback: str, now: datetime) -> Departure:
    """Begin a journey to the provider. Raises OpenIdRefused when it does not answer."""
    provider = _provider(settings)
    state, nonce, verifier = tokens.secret(), tokens.secret(), tokens.secret() + tokens.secret()
    with database.for_recovery().writing() as session:
        openid_store.remove_ended_journeys(session, now=now)
        key, seal = tokens.fingerprint(state), sealed_secrets.of(settings)
        journey = Journey(
            nonce=seal.close(nonce, NONCE.about(key)),
            verifier=seal.close(verifier, VERIFIER.about(key)),
            next=back,
            ends_at=now + _JOURNEY_LASTS,
        )
        openid_store.add_journey(session, key, journey)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.openid_client_id,
        "redirect_uri": callback,
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"acr_values": settings.openid_acr} if settings.openid_acr else {}),
    }
    return Departure(f"{provider['authorization_endpoint']}?{urlencode(asked)}", state)


def arrive(
    database: Database,
    settings: Settings,
    *,
    state: str,
    cookie: str,
    code: str,
    callback: str,
    now: datetime,
) -> tuple[str, str]:
    """End a journey: (secret of a full session, where to go on). Raises OpenIdRefused, NobodyHere, BooksRestored."""
    journey = _end_journey(database, sealed_secrets.of(settings), state, cookie, now)
    claims = _claims(settings, journey, code=code, callback=callback, now=now)
    with database.for_recovery().writing() as session:
        account = _account(session, settings.openid_issuer, claims, now)
        sessions.admit(session, account)
        secret = sessions.start(session, account.id, now=now)
        journal.record(
            session,
            account.person.id,
            AccountAction.SIGNED_IN,
            AccountsSubject.PERSON.of(account.person.id),
            by="openid",
        )
    return secret, journey.next


def _end_journey(database: Database, seal: Seal, state: str, cookie: str, now: datetime) -> Journey:
    """The journey with this state, which is over now, whatever comes of it."""
    with database.for_recovery().writing() as session:
        key = tokens.fingerprint(state)
        journey = openid_store.take_journey(session, key)
    own = hmac.compare_digest(state.encode(), cookie.encode())
    if journey is None or not own or not now < journey.ends_at <= now + _JOURNEY_LASTS + leases.SLACK:
        raise OpenIdRefused(
            Text("Inloggningen hör inte till den här webbläsaren eller tog för lång tid. Börja om.")
        )
    nonce, verifier = (
        seal.open(journey.nonce, NONCE.about(key)),
        seal.open(journey.verifier, VERIFIER.about(key)),
    )
    return replace(journey, nonce=nonce, verifier=verifier)


def _claims(
    settings: Settings, journey: Journey, *, code: str, callback: str, now: datetime
) -> Mapping[str, Any]:
    """What the provider vouches for, after its token has been proved."""
    provider = _provider(settings)
    try:
        with _client() as client:
            answer = client.post(
                provider["token_endpoint"],
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": callback,
                    "code_verifier": journey.verifier,
                },
                auth=(settings.openid_client_id, settings.openid_client_secret.get_secret_value()),
            )
            answer.raise_for_status()
            token = jwt.decode(
                answer.json()["id_token"],
                KeySet.import_key_set(client.get(provider["jwks_uri"]).raise_for_status().json()),
                algorithms=_ALGORITHMS,
            )
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": settings.openid_issuer},
            "aud": {"essential": True, "value": settings.openid_client_id},
        }
        if settings.openid_acr:
            wanted["acr"] = {"essential": True, "value": settings.openid_acr}
        params = {"nonce": journey.nonce, "client_id": settings.openid_client_id}
        claims = CodeIDToken(token.claims, token.header, wanted, params)
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
        structlog.get_logger().error("openid token refused", fault=type(error).__name__)
        raise OpenIdRefused(
            Text("Svaret från din legitimationsutgivare gick inte att lita på. Försök igen om en stund.")
        ) from None
    return dict(claims)


def _account(session: Session, issuer: str, claims: Mapping[str, Any], now: datetime) -> Account:
    """The account of the one who came back; the first time it is tied to the identity. Raises NobodyHere."""
    subject = str(claims["sub"])
    known = openid_store.account_of(session, issuer, subject)
    if known is not None:
        account = account_store.by_id(session, known)
        if account is None or account.state != AccountState.ACTIVE:
            raise NobodyHere
        return account
    address = str(claims.get("email", ""))
    account = account_store.by_name(session, address) if claims.get("email_verified") is True else None
    if account is None or account.state not in (AccountState.ACTIVE, AccountState.INVITED):
        raise NobodyHere
    openid_store.tie(session, issuer, subject, account.id, at=now)
    if account.state == AccountState.INVITED and not account_store.move(
        session, account.id, AccountState.ACTIVE
    ):
        raise NobodyHere
    journal.record(
        session, account.person.id, AccountAction.IDENTITY_TIED, AccountsSubject.PERSON.of(account.person.id)
    )
    mailing.put(session, account, "identity-tied", about=account.person.id, at=now)
    return account


# The provider's description of itself, by issuer, with the time until which it is believed.
_discovered: dict[str, tuple[float, Mapping[str, Any]]] = {}
_discovering: Final = Lock()


def _provider(settings: Settings) -> Mapping[str, Any]:
    issuer = settings.openid_issuer.rstrip("/")
    with _discovering:
        until, held = _discovered.get(issuer, (0.0, {}))
        if time.monotonic() < until:
            return held
        try:
            with _client() as client:
                answer = client.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
            found = {
                name: _trusted(str(answer[name]))
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
            }
            if answer["issuer"] != settings.openid_issuer:
                raise ValueError("another issuer")
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            structlog.get_logger().error("openid provider not reached", fault=type(error).__name__)
            raise OpenIdRefused(
                Text(
                    "Legitimationsutgivaren svarar inte. Logga in med lösenord, eller försök igen om en stund."
                )
            ) from None
        _discovered[issuer] = (time.monotonic() + _DISCOVERED_FOR, found)
        return found


def _trusted(address: str) -> str:
    """An address of the provider: over https, or of this very machine."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        raise ValueError("not https")
    return address


def _client() -> httpx.Client:
    return httpx.Client(timeout=_SECONDS, follow_redirects=False)
