"""What we ask a provider with our own name: to keep a request, to change a code into a token, and who somebody is.

Convention: we prove ourselves as the settings say: a secret in Basic, form-encoded as RFC 6749 2.3.1 has it, a secret
in the form, or an assertion signed with our key (RFC 7523). Every answer that is not the one hoped for becomes a
refusal with its own fault; nothing of it is kept.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from accounts import tokens
from accounts.openid import providers
from accounts.openid.faults import Fault, OpenIdRefused, answered, exchanged
from accounts.openid.provider_settings import OpenIdProvider
from accounts.openid.providers import Described

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS: Final = 60
_CREATED: Final = 201
_CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


def push(provider: OpenIdProvider, described: Described, asked: Mapping[str, str], *, now: datetime) -> str:
    """Let the provider keep a request; the name it has there (RFC 9126). Raises OpenIdRefused."""
    if not described.pushed_authorization_request_endpoint:
        raise OpenIdRefused(Fault.NOT_DESCRIBED, "pushed_authorization_request_endpoint")
    endpoint = described.pushed_authorization_request_endpoint
    answer = _post(provider, described, endpoint, asked, now)
    told = _told(answer)
    if answer.status_code != _CREATED or not isinstance(told.get("request_uri"), str):
        raise _refused(answer, told, answered)
    return str(told["request_uri"])


def exchange(
    provider: OpenIdProvider, described: Described, *, code: str, verifier: str, callback: str, now: datetime
) -> Mapping[str, Any]:
    """Change a code into tokens (RFC 6749 4.1.3, RFC 7636). Raises OpenIdRefused."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "code_verifier": verifier,
    }
    answer = _post(provider, described, described.token_endpoint, asked, now)
    told = _told(answer)
    if not answer.is_success:
        raise _refused(answer, told, exchanged)
    if not isinstance(told.get("id_token"), str):
        raise OpenIdRefused(Fault.NO_TOKEN)
    return told


def who(provider: OpenIdProvider, described: Described, access_token: str, subject: str) -> Mapping[str, Any]:
    """What the userinfo endpoint says of the one who signed in, who must be the same (OpenID Connect Core 5.3.2).

    Raises OpenIdRefused.
    """
    if not described.userinfo_endpoint:
        raise OpenIdRefused(Fault.NOT_DESCRIBED, "userinfo_endpoint")
    try:
        with providers.client(provider) as asking:
            answer = asking.get(
                described.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"}
            )
    except (httpx.HTTPError, ValueError) as error:
        raise OpenIdRefused(Fault.USERINFO_FAILED, type(error).__name__) from None
    told = _told(answer)
    if not answer.is_success or not told:
        raise OpenIdRefused(Fault.USERINFO_FAILED, f"http_{answer.status_code}")
    if told.get("sub") != subject:
        raise OpenIdRefused(Fault.USERINFO_OF_ANOTHER)
    return told


def basic(client_id: str, secret: str) -> str:
    """The header that proves us, each part form-encoded before they are joined (RFC 6749 2.3.1).

    >>> basic("portal", "a+b:c%")
    'Basic cG9ydGFsOmElMkJiJTNBYyUyNQ=='
    """
    joined = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(joined.encode()).decode()}"


def assertion(provider: OpenIdProvider, described: Described, *, now: datetime) -> str:
    """What proves us by our key, for a minute and once (RFC 7523 3). Raises OpenIdRefused."""
    assert provider.client_key_file is not None  # noqa: S101 - the settings demand it
    issued = int(now.timestamp())
    claims = {
        "iss": provider.client_id,
        "sub": provider.client_id,
        "aud": provider.issuer if provider.assertion_audience == "issuer" else described.token_endpoint,
        "jti": tokens.secret(),
        "iat": issued,
        "nbf": issued,
        "exp": issued + _ASSERTION_SECONDS,
    }
    try:
        pem = provider.client_key_file.read_bytes()
        is_rsa = isinstance(load_pem_private_key(pem, password=None), RSAPrivateKey)
        key: RSAKey | ECKey = RSAKey.import_key(pem) if is_rsa else ECKey.import_key(pem)
        algorithm = "PS256" if isinstance(key, RSAKey) else _CURVES[key.curve_name]
        header = {"alg": algorithm, "typ": "JWT", **_named(provider)}
        return jwt.encode(header, claims, key, algorithms=[algorithm])
    except (OSError, JoseError, ValueError, KeyError, TypeError) as error:
        raise OpenIdRefused(Fault.OWN_KEY_UNUSABLE, type(error).__name__) from None


def _named(provider: OpenIdProvider) -> Mapping[str, str]:
    """How the provider finds our key: by its name, or by the certificate it knows us by."""
    named = {"kid": provider.client_key_id} if provider.client_key_id else {}
    if provider.client_certificate_file is not None:
        certificate = x509.load_pem_x509_certificate(provider.client_certificate_file.read_bytes())
        digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
        named["x5t#S256"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return named


def _post(
    provider: OpenIdProvider, described: Described, address: str, asked: Mapping[str, str], now: datetime
) -> httpx.Response:
    secret = provider.client_secret.get_secret_value()
    form, headers = dict(asked), {"Accept": "application/json"}
    match provider.client_authentication:
        case "client_secret_basic":
            headers["Authorization"] = basic(provider.client_id, secret)
        case "client_secret_post":
            form |= {"client_id": provider.client_id, "client_secret": secret}
        case "private_key_jwt":
            form |= {
                "client_id": provider.client_id,
                "client_assertion_type": _ASSERTION,
                "client_assertion": assertion(provider, described, now=now),
            }
    try:
        with providers.client(provider) as asking:
            return asking.post(address, data=form, headers=headers)
    except (httpx.HTTPError, OSError) as error:
        raise OpenIdRefused(Fault.NOT_REACHED, type(error).__name__) from None


def _told(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refused(answer: httpx.Response, told: Mapping[str, Any], by_code: Any) -> OpenIdRefused:  # noqa: ANN401 - `answered` or `exchanged`
    code = told.get("error", "")
    if not code:
        return OpenIdRefused(Fault.PROVIDER_FAILED, f"http_{answer.status_code}")
    refused: OpenIdRefused = by_code(str(code))
    return refused
