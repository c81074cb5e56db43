"""OAuth 2.0 client credentials (RFC 6749, 4.4): a client proves itself and is given a token for a few minutes.

Convention: authlib carries out the protocol; what it asks of us is who the client is, whether its secret or its signed
assertion (RFC 7523) is right, and to keep the token. Assertions are good once. A token is opaque, and its sha256 is
all that is kept: so it ends with its client, and with the secret it was had with, at once.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidClientError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from accounts import tokens
from accounts.api_clients import client_store, key_format, signing_in, token_store
from accounts.api_clients.key_format import SecretMiswritten
from accounts.api_clients.model import ApiClient, ApiScope, ApiSecret, number_of, scopes_within
from accounts.api_clients.signing_in import WrongKey
from foundation.database import Database

LASTS: Final = timedelta(minutes=10)
"""So long a token holds."""

ASSERTION_LONGEST: Final = timedelta(minutes=10)
"""An assertion may not run longer than this from now: for as long its id is remembered."""

METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")
"""How a client may prove itself, by the names of OpenID Connect's registry."""

_LEEWAY_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What is asked of the endpoint: the form, the headers that matter, and what our own address may be called."""

    form: Mapping[str, str]
    headers: Mapping[str, str]
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the endpoint says, as RFC 6749 has it: `error` among it where the client gets nothing."""

    status: int
    body: Mapping[str, object]
    headers: tuple[tuple[str, str], ...]

    @property
    def error(self) -> str:
        """The code of the error; empty where a token was given."""
        return str(self.body.get("error", ""))


def answer(database: Database, asked: TokenRequest, *, now: datetime, today: date) -> TokenAnswer:
    """A token for the client that proves itself, or why not."""
    server = _Server(database, asked, now=now, today=today)
    status, body, headers = server.create_token_response(asked)
    return TokenAnswer(status, body, tuple((str(name), str(value)) for name, value in headers))


class _Client(ClientMixin):  # type: ignore[misc]
    """One of our clients, as authlib asks about it."""

    def __init__(self, database: Database, client: ApiClient, *, today: date) -> None:
        self.client = client
        self.secret: ApiSecret | None = None
        self._database = database
        self._today = today

    def get_client_id(self) -> str:
        return self.client.actor

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is one of the two that hold."""
        try:
            with self._database.reading() as session:
                client, self.secret = signing_in.by_secret(session, client_secret, today=self._today)
        except (WrongKey, SecretMiswritten):
            return False
        is_own: bool = client.id == self.client.id
        return is_own

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        is_ours: bool = grant_type == ClientCredentialsGrant.GRANT_TYPE
        return is_ours

    def get_allowed_scope(self, scope: str) -> str:
        """What it asks for of what it has; all of that where it asks for nothing."""
        held = self.client.scopes & scopes_within(self.client.organisation)
        asked = scope.split() if scope else sorted(held)
        return " ".join(each for each in asked if each in held)


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """An assertion signed by a key that the client has registered."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, server: "_Server") -> None:
        super().__init__(leeway=_LEEWAY_SECONDS)
        self._server = server

    def get_audiences(self) -> list[str]:
        return list(self._server.asked.audiences)

    def resolve_client_public_key(self, client: _Client) -> KeySet:
        return KeySet.import_key_set(json.loads(client.client.jwks or '{"keys": []}'))

    def verify_claims(self, claims: Mapping[str, Any]) -> None:
        """Judge who says it, to whom and until when, by our clock, and whether it is said for the first time.

        One that would have to be remembered for long is not taken. Raises InvalidClientError.
        """
        now = self._server.now
        judge = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "values": self.get_audiences()},
            exp={"essential": True},
            jti={"essential": True},
        )
        try:
            judge.validate(dict(claims))
        except JoseError as error:
            raise InvalidClientError from error
        number, longest = number_of(str(claims["sub"])), (now + ASSERTION_LONGEST).timestamp()
        is_short = claims["exp"] <= longest + _LEEWAY_SECONDS
        if number is None or claims["sub"] != claims["iss"] or not is_short:
            raise InvalidClientError
        ends_at = datetime.fromtimestamp(int(claims["exp"]) + _LEEWAY_SECONDS, UTC)
        with self._server.database.writing() as session:
            used = tokens.fingerprint(str(claims["jti"]))
            if not token_store.use_assertion(session, number, used, ends_at=ends_at):
                raise InvalidClientError


class _Server(AuthorizationServer):  # type: ignore[misc]
    """The endpoint for one request."""

    def __init__(self, database: Database, asked: TokenRequest, *, now: datetime, today: date) -> None:
        super().__init__()
        self.database, self.asked, self.now = database, asked, now
        self._today = today
        self.register_grant(_Grant)
        self.register_token_generator("default", self._generated)
        self.register_client_auth_method("private_key_jwt", _Assertion(self))

    def query_client(self, client_id: str) -> _Client | None:
        """The client that calls itself so, while it may sign in."""
        number = number_of(client_id)
        if number is None:
            return None
        with self.database.reading() as session:
            client = client_store.by_id(session, number)
        if client is None or not client.may_sign_in(self._today):
            return None
        return _Client(self.database, client, today=self._today)

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Keep its sha256, and that the client was here."""
        client: _Client = request.client
        sha256 = key_format.token_sha256(token["access_token"])
        assert sha256 is not None  # noqa: S101 - it was made a moment ago
        with self.database.writing() as session:
            token_store.add(
                session,
                sha256,
                client.client.id,
                secret=client.secret.id if client.secret else None,
                scopes=[ApiScope(each) for each in token["scope"].split()],
                made_at=self.now,
                ends_at=self.now + LASTS,
            )
        signing_in.note_used(self.database, client.client, client.secret, today=self._today)

    def create_oauth2_request(self, request: TokenRequest) -> OAuth2Request:
        """As authlib reads it. TLS ends before us; that we are reached by it is for whoever runs the proxy."""
        made = OAuth2Request("POST", "https://api/token", headers=dict(request.headers))
        made.payload = BasicOAuth2Payload(dict(request.form))
        made._body = dict(request.form)  # the form, for its methods of authentication
        return made

    def handle_response(
        self, status: int, body: Mapping[str, object], headers: Iterable[tuple[str, str]]
    ) -> tuple[int, Mapping[str, object], Iterable[tuple[str, str]]]:
        return status, body, headers

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody here listens."""

    def _generated(
        self, grant_type: str, client: _Client, scope: str | None = None, **_: object
    ) -> dict[str, object]:
        allowed = client.get_allowed_scope(scope or "")
        if not allowed or (scope and set(scope.split()) - set(allowed.split())):
            raise InvalidScopeError
        shown, _sha256 = key_format.new_token()
        seconds = int(LASTS.total_seconds())
        return {"access_token": shown, "token_type": "Bearer", "expires_in": seconds, "scope": allowed}
