"""An OpenID provider as a process of its own: discovery, keys, authorization code with PKCE, signed tokens.

Run as `python -m tests.support.servers.openid_provider`; it prints its address and lives until its
standard input ends. Who signs in, and what is wrong with the answer, comes from what the visitor adds to the
authorization address, chosen as a person would on its own pages: `user`, `email`, `verified`, `acr`, `fault`.
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
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "portalen", "provider-secret"

_key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
_other_key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
_codes: dict[str, dict[str, str]] = {}


class Provider(BaseHTTPRequestHandler):
    """Answers one request."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match parts.path:
            case "/.well-known/openid-configuration":
                self._json(
                    {
                        "issuer": self.issuer,
                        "authorization_endpoint": f"{self.issuer}/authorize",
                        "token_endpoint": f"{self.issuer}/token",
                        "jwks_uri": f"{self.issuer}/keys",
                    }
                )
            case "/keys":
                self._json({"keys": [_key.as_dict(private=False)]})
            case "/authorize":
                self._authorize(asked)
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        invoice = _codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if (
            invoice is None
            or self.headers.get("Authorization") != f"Basic {expected}"
            or given.get("redirect_uri") != invoice["redirect_uri"]
            or challenge.rstrip(b"=").decode() != invoice["code_challenge"]
        ):
            self._json({"error": "invalid_grant"}, 400)
            return
        self._json({"access_token": "opaque", "token_type": "Bearer", "id_token": self._token(invoice)})

    def _authorize(self, asked: dict[str, str]) -> None:
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        back: dict[str, str] = {"state": asked["state"]}
        if asked.get("fault") == "regret":
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(16)
            _codes[back["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        self.end_headers()

    def _token(self, invoice: dict[str, str]) -> str:
        fault = invoice.get("fault", "")
        now = int(time.time())
        claims = {
            "iss": "https://elsewhere.example" if fault == "issuer" else self.issuer,
            "aud": "another" if fault == "audience" else CLIENT,
            "sub": invoice.get("user", "person-1"),
            "nonce": "another" if fault == "nonce" else invoice["nonce"],
            "iat": now - 4000 if fault == "old" else now,
            "exp": now - 3600 if fault == "old" else now + 300,
            "email": invoice.get("email", ""),
            "email_verified": invoice.get("verified", "yes") == "yes",
            **({"acr": invoice["acr"]} if "acr" in invoice else {}),
        }
        if fault == "hmac":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 3))
        key = _other_key if fault == "key" else _key
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)

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
