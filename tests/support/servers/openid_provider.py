"""An OpenID provider as a process of its own that can be wrong in every way: signed tokens, and what is not.

Run as `python -m tests.support.servers.openid_provider`; it prints its address and lives until its standard input
ends. Each path is a provider of its own (`/one` beside the address itself), and some are wrong from the start:
`/slash`, `/other`, `/broken`, `/lacking`. Who signs in, and what is wrong with the answer, comes from what the visitor
adds to the authorization address, chosen as a person would on its own pages: `user`, `email`, `verified`, `acr`,
`groups`, `number`, `fault`. `/rotate` lets it sign with another key; keys of curves and kinds that nobody knows stand
among the others.
"""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "portalen", "provider-secret"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

_STRANGE = [
    {"kty": "EC", "crv": "P-9000", "x": "AA", "y": "AA", "kid": "curve", "use": "sig"},
    {"kty": "LATTICE", "kid": "kind", "use": "sig"},
    {"kty": "OKP", "crv": "Ed448-of-tomorrow", "x": "AA", "kid": "tomorrow"},
    {"kid": "nothing"},
    "no key at all",
]


def _key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})


_keys = [_key("one")]
_forger = _key("one")
_codes: dict[str, dict[str, str]] = {}
_access: dict[str, dict[str, str]] = {}


class Provider(BaseHTTPRequestHandler):
    """Answers one request."""

    realm = ""

    @property
    def issuer(self) -> str:
        base = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        return f"{base}/{self.realm}" if self.realm else base

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.realm, path = self._split(parts.path)
        match path:
            case "/.well-known/openid-configuration":
                self._describe()
            case "/keys":
                shown = [each.as_dict(private=False) for each in _keys]
                self._json({"keys": [*_STRANGE, *shown]})
            case "/rotate":
                _keys[:] = [_key(secrets.token_hex(4))]
                self._json({})
            case "/logout-token":
                self._json({"token": self._logout_token(asked)})
            case "/authorize":
                self._authorize(asked)
            case "/userinfo":
                self._userinfo()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        self.realm, _ = self._split(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = _codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        fault = (asked or {}).get("fault", "")
        if (
            asked is None
            or not self._is_client(given)
            or given.get("redirect_uri") != asked["redirect_uri"]
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
        ):
            self._json({"error": "invalid_grant"}, 400)
        elif fault.startswith("token:"):
            self._json({"error": fault.removeprefix("token:")}, 400)
        elif fault == "token-down":
            self.send_error(503)
        elif fault == "no-token":
            self._json({"access_token": "opaque", "token_type": "Bearer"})
        else:
            access = secrets.token_urlsafe(16)
            _access[access] = asked
            self._json({"access_token": access, "token_type": "Bearer", "id_token": self._token(asked)})

    def _split(self, path: str) -> tuple[str, str]:
        first, _, rest = path.lstrip("/").partition("/")
        if not rest or first == ".well-known":
            return "", path
        return first, f"/{rest}"

    def _is_client(self, given: dict[str, str]) -> bool:
        header = self.headers.get("Authorization", "")
        if not header:
            return (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)
        name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)

    def _describe(self) -> None:
        if self.realm == "broken":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>maintenance</html>")
            return
        named = {"slash": f"{self.issuer}/", "other": "https://elsewhere.example"}.get(
            self.realm, self.issuer
        )
        told: dict[str, Any] = {
            "issuer": named,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "authorization_response_iss_parameter_supported": self.realm == "named",
        }
        if self.realm == "lacking":
            del told["token_endpoint"]
        self._json(told)

    def _authorize(self, asked: dict[str, str]) -> None:
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        fault = asked.get("fault", "")
        back: dict[str, str] = {"state": asked["state"]}
        if fault == "regret":
            back["error"] = "access_denied"
        elif fault.startswith("error:"):
            back |= {"error": fault.removeprefix("error:"), "error_description": "Anna Lind 19121212-1212"}
        elif fault != "nothing":
            back["code"] = secrets.token_urlsafe(16)
            _codes[back["code"]] = asked
        if self.realm == "named" and fault != "unnamed":
            back["iss"] = "https://elsewhere.example" if fault == "misnamed" else self.issuer
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        self.end_headers()

    def _userinfo(self) -> None:
        asked = _access.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if asked is None or asked.get("fault") == "userinfo-down":
            self._json({"error": "invalid_token"}, 401)
            return
        subject = "somebody-else" if asked.get("fault") == "userinfo-other" else asked.get("user", "person-1")
        self._json({"sub": subject, **self._about(asked)})

    def _about(self, asked: dict[str, str]) -> dict[str, Any]:
        """What is told of the person, in the ID token and at the userinfo endpoint alike."""
        verified: dict[str, Any] = {"yes": True, "no": False, "text": "true", "unsaid": None}
        about: dict[str, Any] = {"email": asked.get("email", "")}
        if (said := verified[asked.get("verified", "yes")]) is not None:
            about["email_verified"] = said
        if "groups" in asked:
            about["groups"] = asked["groups"].split()
        if "number" in asked:
            about["personal_number"] = asked["number"]
        if asked.get("fault") == "too-many-groups":
            about["_claim_names"] = {"groups": "src1"}
        return about

    def _token(self, asked: dict[str, str]) -> str:
        fault = asked.get("fault", "")
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "https://elsewhere.example" if fault == "issuer" else self.issuer,
            "aud": "another" if fault == "audience" else CLIENT,
            "sub": asked.get("user", "person-1"),
            "sid": asked.get("sid", "session-1"),
            "nonce": "another" if fault == "nonce" else asked["nonce"],
            "iat": now - 4000 if fault == "old" else now + 900 if fault == "ahead" else now,
            "exp": now - 3600 if fault == "old" else now + 1200,
            **({} if self.realm == "silent" else self._about(asked)),
            **({"acr": asked["acr"]} if "acr" in asked else {}),
        }
        if fault == "nobody":
            del claims["sub"]
        if fault == "hmac":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 3))
        key = _forger if fault == "key" else _keys[0]
        name = "unknown" if fault == "unknown-key" else str(_keys[0].kid)
        return jwt.encode({"alg": "ES256", "kid": name}, claims, key)

    def _logout_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {LOGOUT: {}},
            "sub": "person-1",
            **json.loads(asked.get("claims", "{}")),
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = _forger if "forged" in asked else _keys[0]
        return jwt.encode({"alg": "ES256", "kid": str(_keys[0].kid), "typ": "logout+jwt"}, claims, key)

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def running_provider() -> Iterator[str]:
    """Start the process; its issuer."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.servers.openid_provider"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(10)


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
