"""The way to a provider: a journey is kept on the server, and its browser sent off (OpenID Connect Core 3.1.2.1).

Convention: state, nonce and the verifier of PKCE are made for one journey; the two that must be read again are sealed.
A journey ends with its first answer, or after ten minutes. It may carry what the identity is to be tied to.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from accounts import sealed_secrets, tokens
from accounts.openid import asking, openid_store, providers
from accounts.openid.openid_store import Journey
from accounts.openid.provider_settings import OpenIdProvider
from accounts.sealed_secret_store import NONCE, VERIFIER
from foundation.database import Database
from foundation.text import SWEDISH, Language
from operations.settings import Settings

JOURNEY_LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and the state it must bring back."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class TieTo:
    """What the identity that comes back is tied to: a mailed link or whoever holds a session, by their sha256."""

    link: str = ""
    session: str = ""


def depart(
    database: Database,
    settings: Settings,
    provider: OpenIdProvider,
    back: str,
    *,
    callback: str,
    now: datetime,
    language: Language = SWEDISH,
    tie_to: TieTo | None = None,
) -> Departure:
    """Begin a journey to the provider; `back` is where to go on after it. Raises OpenIdRefused."""
    described = providers.described(provider)
    state, nonce, verifier = tokens.secret(), tokens.secret(), tokens.secret() + tokens.secret()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback,
        "scope": provider.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": language,
        **({"acr_values": " ".join(provider.acr_values)} if provider.acr_values else {}),
    }
    if provider.pushed or described.demands_pushed:
        name = asking.push(provider, described, asked, now=now)
        asked = {"client_id": provider.client_id, "request_uri": name}
    tie_to = tie_to or TieTo()
    with database.for_recovery().writing() as session:
        openid_store.remove_ended_journeys(session, now=now)
        key, seal = tokens.fingerprint(state), sealed_secrets.of(settings)
        journey = Journey(
            provider=provider.key,
            nonce=seal.close(nonce, NONCE.about(key)),
            verifier=seal.close(verifier, VERIFIER.about(key)),
            next=back,
            ends_at=now + JOURNEY_LASTS,
            link=tie_to.link,
            session=tie_to.session,
        )
        openid_store.add_journey(session, key, journey)
    joined = "&" if "?" in described.authorization_endpoint else "?"
    return Departure(f"{described.authorization_endpoint}{joined}{urlencode(asked)}", state)
