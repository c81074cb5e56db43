"""A provider as it describes itself, and the keys it signs with: fetched, believed for a while, fetched anew in time.

Convention: the description is believed for an hour, the keys for an hour or until a token names one that is not among
them, which has us ask again, at most every half minute. What the provider says of itself must be the issuer of the
settings, sign for sign (OpenID Connect Discovery 4.3). A key of a kind or curve that we do not know is passed over.
"""

import math
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from accounts.openid.faults import Fault, OpenIdRefused
from accounts.openid.provider_settings import LOCAL, OpenIdProvider

_BELIEVED_FOR: Final = 3600.0
_KEYS_AGAIN_AFTER: Final = 30.0
_SECONDS: Final = 10
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL: Final = ("userinfo_endpoint", "end_session_endpoint", "pushed_authorization_request_endpoint")


@dataclass(frozen=True, slots=True)
class Described:
    """What a provider says of itself; what it does not offer is empty."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    pushed_authorization_request_endpoint: str = ""
    demands_pushed: bool = False
    names_itself: bool = False
    """Whether its answers say whose they are (RFC 9207)."""


@dataclass(slots=True)
class _Held:
    described: Described | None = None
    described_until: float = 0.0
    keys: Sequence[Key] = ()
    keys_until: float = 0.0
    asked_for_unknown_at: float = -math.inf
    # One asks at a time, and nobody waits for another provider.
    asking: Lock = field(default_factory=Lock)


_held: dict[tuple[str, str], _Held] = {}


def described(provider: OpenIdProvider) -> Described:
    """The provider's description of itself. Raises OpenIdRefused."""
    held = _of(provider)
    with held.asking:
        if held.described is None or time.monotonic() >= held.described_until:
            held.described = _describe(provider)
            held.described_until = time.monotonic() + _BELIEVED_FOR
        return held.described


def keys_of(provider: OpenIdProvider, key_id: str) -> Sequence[Key]:
    """The keys a token may be signed with: that of this name, or all where it has none. Raises OpenIdRefused."""
    address = described(provider).jwks_uri
    held = _of(provider)
    with held.asking:
        now = time.monotonic()
        is_known = not key_id or any(each.kid == key_id for each in held.keys)
        is_over = now >= held.keys_until
        if is_over or (not is_known and now - held.asked_for_unknown_at >= _KEYS_AGAIN_AFTER):
            held.keys = _fetch_keys(provider, address)
            held.keys_until = now + _BELIEVED_FOR
            held.asked_for_unknown_at = held.asked_for_unknown_at if is_over else now
        return [each for each in held.keys if not key_id or each.kid == key_id]


def forget() -> None:
    """Believe nothing any longer, as after a start."""
    _held.clear()


def client(provider: OpenIdProvider) -> httpx.Client:
    """What asks the provider; follows nobody anywhere else (ASVS 15.3.2)."""
    if urlsplit(provider.issuer).hostname in LOCAL:
        return httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False)
    trusted = ssl.create_default_context(cafile=str(provider.ca_file) if provider.ca_file else None)
    return httpx.Client(timeout=_SECONDS, follow_redirects=False, verify=trusted)


def _of(provider: OpenIdProvider) -> _Held:
    return _held.setdefault((provider.key, provider.issuer), _Held())


def _describe(provider: OpenIdProvider) -> Described:
    try:
        with client(provider) as asking:
            address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            answer = asking.get(address).raise_for_status().json()
    except (httpx.HTTPError, OSError) as error:
        raise OpenIdRefused(Fault.NOT_REACHED, _code_of(error)) from None
    except ValueError:
        raise OpenIdRefused(Fault.NOT_DESCRIBED, "no-json") from None
    if not isinstance(answer, dict):
        raise OpenIdRefused(Fault.NOT_DESCRIBED, "no-object")
    itself = answer.get("issuer")
    if itself != provider.issuer:
        only_slash = isinstance(itself, str) and itself.rstrip("/") == provider.issuer.rstrip("/")
        raise OpenIdRefused(Fault.TRAILING_SLASH if only_slash else Fault.OTHER_ISSUER)
    endpoints = {name: _trusted(answer, name) for name in (*_NEEDED, *_OPTIONAL)}
    missing = next((name for name in _NEEDED if not endpoints[name]), None)
    if missing is not None:
        raise OpenIdRefused(Fault.NOT_DESCRIBED, missing)
    return Described(
        **endpoints,
        demands_pushed=answer.get("require_pushed_authorization_requests") is True,
        names_itself=answer.get("authorization_response_iss_parameter_supported") is True,
    )


def _trusted(answer: Mapping[str, Any], name: str) -> str:
    """An address of the provider: over https, or of this very machine."""
    address = answer.get(name, "")
    parts = urlsplit(address if isinstance(address, str) else "")
    if address and parts.scheme != "https" and parts.hostname not in LOCAL:
        raise OpenIdRefused(Fault.NOT_DESCRIBED, name)
    return str(address)


def _fetch_keys(provider: OpenIdProvider, address: str) -> Sequence[Key]:
    try:
        with client(provider) as asking:
            told = asking.get(address).raise_for_status().json()
        rows = told["keys"]
    except (httpx.HTTPError, OSError) as error:
        raise OpenIdRefused(Fault.NOT_REACHED, _code_of(error)) from None
    except (ValueError, KeyError, TypeError):
        raise OpenIdRefused(Fault.NOT_DESCRIBED, "jwks_uri") from None
    return [key for row in rows if (key := _key(provider, row)) is not None]


def _key(provider: OpenIdProvider, row: Any) -> Key | None:  # noqa: ANN401 - as JSON has it
    """One key that signs; None for one that we cannot use, which refuses only what it has signed."""
    try:
        key = JWKRegistry.import_key(row)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        structlog.get_logger("accounts").info(
            "openid key passed over", provider=provider.key, fault=type(error).__name__
        )
        return None
    # What both sides know signs nothing that only one of them could have.
    return None if key.key_type == "oct" or row.get("use", "sig") != "sig" else key


def _code_of(error: Exception) -> str:
    """Why it was not reached, in a word: the status it answered, or the kind of failure."""
    return (
        f"http_{error.response.status_code}"
        if isinstance(error, httpx.HTTPStatusError)
        else type(error).__name__
    )
