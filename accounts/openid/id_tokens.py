"""What a provider vouches for: an ID token, and a logout token, proved before anything in them is believed.

Convention: a signature by one of the provider's keys first, then every claim; authlib and joserfc judge, and what they
say becomes a fault of ours. Clocks may differ by a minute.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from joserfc.jws import extract_compact
from joserfc.jwt import Token

from accounts.openid import providers
from accounts.openid.faults import Fault, OpenIdRefused
from accounts.openid.provider_settings import OpenIdProvider

LEEWAY_SECONDS: Final = 60
_ALGORITHMS: Final = [
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "ES512",
    "EdDSA",
    "Ed25519",
]
_LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_OLDEST_SECONDS: Final = 600
_OF_CLAIM: Final[Mapping[str, Fault]] = {
    "iss": Fault.TOKEN_ISSUER,
    "aud": Fault.TOKEN_AUDIENCE,
    "azp": Fault.TOKEN_AUDIENCE,
    "nonce": Fault.TOKEN_NONCE,
    "exp": Fault.TOKEN_OLD,
    "iat": Fault.TOKEN_AHEAD,
    "nbf": Fault.TOKEN_AHEAD,
}


def proved(
    provider: OpenIdProvider, told: Mapping[str, Any], *, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of the ID token in an answer of the token endpoint. Raises OpenIdRefused."""
    token = _signed(provider, str(told["id_token"]))
    params = {"nonce": nonce, "client_id": provider.client_id, "access_token": told.get("access_token")}
    claims = _judged(provider, token, params, now)
    _check_level(provider, claims)
    return claims


def logout(provider: OpenIdProvider, logout_token: str, *, now: datetime) -> Mapping[str, Any]:
    """The claims of a logout token (OpenID Connect Back-Channel Logout 2.6). Raises OpenIdRefused."""
    token = _signed(provider, logout_token)
    claims = dict(token.claims)
    instant = int(now.timestamp())
    issued, ends = claims.get("iat"), claims.get("exp", instant + 1)
    events = claims.get("events")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    is_whole = (
        isinstance(events, dict)
        and isinstance(events.get(_LOGOUT_EVENT), dict)
        and "nonce" not in claims
        and isinstance(claims.get("jti"), str)
        and 0 < len(claims["jti"]) <= _ID_MOST
        and any(isinstance(claims.get(each), str) and claims[each] for each in ("sub", "sid"))
    )
    if claims.get("iss") != provider.issuer:
        raise OpenIdRefused(Fault.TOKEN_ISSUER)
    if provider.client_id not in named:
        raise OpenIdRefused(Fault.TOKEN_AUDIENCE)
    if not is_whole or not isinstance(issued, int | float) or not isinstance(ends, int | float):
        raise OpenIdRefused(Fault.TOKEN_WRONG)
    if issued > instant + LEEWAY_SECONDS:
        raise OpenIdRefused(Fault.TOKEN_AHEAD)
    if ends <= instant - LEEWAY_SECONDS or issued < instant - _LOGOUT_OLDEST_SECONDS:
        raise OpenIdRefused(Fault.TOKEN_OLD)
    return claims


_ID_MOST: Final = 200


def _signed(provider: OpenIdProvider, compact: str) -> Token:
    """The token, when one of the provider's keys has signed it."""
    try:
        key_id = str(extract_compact(compact.encode()).headers().get("kid", ""))
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise OpenIdRefused(Fault.TOKEN_WRONG, type(error).__name__) from None
    keys = providers.keys_of(provider, key_id)
    if not keys:
        raise OpenIdRefused(Fault.UNKNOWN_KEY)
    wrong: Exception = BadSignatureError()
    for key in keys:
        try:
            return jwt.decode(compact, key, algorithms=_ALGORITHMS)
        except (JoseError, ValueError, TypeError) as error:
            wrong = error
    is_forged = isinstance(wrong, BadSignatureError)
    raise OpenIdRefused(Fault.SIGNATURE if is_forged else Fault.TOKEN_WRONG, type(wrong).__name__)


def _judged(
    provider: OpenIdProvider, token: Token, params: Mapping[str, Any], now: datetime
) -> Mapping[str, Any]:
    wanted: dict[str, Any] = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    claims = CodeIDToken(dict(token.claims), token.header, wanted, dict(params))
    try:
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except ExpiredTokenError:
        raise OpenIdRefused(Fault.TOKEN_OLD) from None
    except ClaimError as error:
        raise OpenIdRefused(_OF_CLAIM.get(error.claim, Fault.TOKEN_WRONG), error.claim) from None
    except (JoseError, ValueError, TypeError) as error:
        raise OpenIdRefused(Fault.TOKEN_WRONG, type(error).__name__) from None
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _ID_MOST:
        raise OpenIdRefused(Fault.TOKEN_WRONG, "sub")
    return dict(claims)


def _check_level(provider: OpenIdProvider, claims: Mapping[str, Any]) -> None:
    """Refuse a level of assurance that is not among those the settings believe."""
    if not provider.acr_values:
        return
    level = claims.get("acr")
    if not level:
        raise OpenIdRefused(Fault.NO_LEVEL)
    if level not in provider.acr_values:
        raise OpenIdRefused(Fault.LEVEL_TOO_LOW)
