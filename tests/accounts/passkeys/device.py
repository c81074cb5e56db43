"""An authenticator of the tests' own: makes keys and signs as a browser's device does, and wrongly where told to."""

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

Wrong = Mapping[str, Any]
"""What is done otherwise: origin_said, host, challenge, kind, key, flags."""

NOTHING: Wrong = {}

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(slots=True)
class Device:
    """One authenticator with one key (WebAuthn 6). `counts` is False for one that always says 0."""

    counts: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = b"a credential of the tests"

    def make(self, options: str, *, origin: str, wrong: Wrong = NOTHING) -> str:
        """What the browser posts after navigator.credentials.create()."""
        told = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = (
            b"\0" * 16 + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(public)
        )
        data = self._data(wrong.get("host", told["rp"]["id"]), _PRESENT | _HAS_KEY) + held
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", told, origin, wrong)
        return self._answer({"clientDataJSON": text_of(client), "attestationObject": text_of(attested)})

    def sign(self, options: str, *, origin: str, wrong: Wrong = NOTHING) -> str:
        """What the browser posts after navigator.credentials.get()."""
        told = json.loads(options)
        self.count += self.counts
        data = self._data(wrong.get("host", told["rpId"]), wrong.get("flags", _PRESENT | _VERIFIED))
        client = self._client("webauthn.get", told, origin, wrong)
        key = wrong.get("key", self.key)
        signature = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: text_of(value) for name, value in parts.items()})

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, told: Mapping[str, Any], origin: str, wrong: Wrong) -> bytes:
        said = {
            "type": wrong.get("kind", kind),
            "challenge": wrong.get("challenge", told["challenge"]),
            "origin": wrong.get("origin_said", origin),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = text_of(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
