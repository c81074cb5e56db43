"""Public keys that a client has registered, as a JWK Set (RFC 7517), and what it signs with them (RFC 7523).

Convention: only public keys come in, and only those an algorithm of ours takes. joserfc reads them and judges
signatures; authlib judges the claims of an assertion.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from foundation import personal_numbers
from foundation.errors import Refused
from foundation.text import Text

BYTES_MOST: Final = 20_000
KEYS_MOST: Final = 5
_KINDS: Final = frozenset({"RSA", "EC", "OKP"})
_RSA_BITS_LEAST: Final = 2048
_PARTS: Final = ("kty", "n", "e", "crv", "x", "y")
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)


class KeysRefused(Refused):
    """What is registered is no set of public keys that can be used."""


def as_kept(written: str) -> str:
    """A JWK Set as it is kept, the public parts alone; empty for none. Raises KeysRefused."""
    if not written.strip():
        return ""
    if len(written) > BYTES_MOST:
        raise KeysRefused(Text("Nycklarna är längre än %(most)s tecken.", most=BYTES_MOST))
    try:
        told = json.loads(written)
        keys = told["keys"] if isinstance(told, dict) and "keys" in told else [told]
        private = any("d" in each or each.get("kty") == "oct" for each in keys)
        held = KeySet.import_key_set({"keys": keys})
        held.as_dict(private=False)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise KeysRefused(
            Text(
                'Det är ingen JWK Set: skriv {"keys": [...]} med systemets publika nycklar, som RFC 7517 har det.'
            )
        ) from None
    if private:
        raise KeysRefused(
            Text(
                "Där står en privat nyckel. Skicka bara den publika delen, och byt ut den privata: den har lämnat "
                "systemet."
            )
        )
    if not 1 <= len(held.keys) <= KEYS_MOST:
        raise KeysRefused(Text("En klient har en till %(most)s publika nycklar.", most=KEYS_MOST))
    for key in held.keys:
        if key.key_type not in _KINDS or (
            key.key_type == "RSA" and _bits(key.as_dict(private=False)) < _RSA_BITS_LEAST
        ):
            raise KeysRefused(Text("En nyckel är RSA med minst 2048 bitar, EC eller OKP."))
    return json.dumps({"keys": [_public(key) for key in held.keys]}, sort_keys=True, separators=(",", ":"))


def thumbprints(kept: str) -> list[str]:
    """What each kept key is known by (RFC 7638)."""
    return [each.thumbprint() for each in KeySet.import_key_set(json.loads(kept)).keys] if kept else []


def _public(key: Key) -> dict[str, object]:
    """What is kept of a key: what it is made of and what it is called, and nothing else that was written there."""
    told = key.as_dict(private=False)
    name = str(told.get("kid") or key.thumbprint())
    personal_numbers.refuse(name)
    if not _NAME.fullmatch(name):
        raise KeysRefused(
            Text("En nyckels kid är högst 100 bokstäver, siffror och tecknen . _ - : utan mellanslag.")
        )
    return {"kid": name, **{part: told[part] for part in _PARTS if part in told}}


def _bits(key: Mapping[str, object]) -> int:
    """How long the modulus of an RSA key is."""
    written = str(key.get("n", ""))
    return len(written) * 6
