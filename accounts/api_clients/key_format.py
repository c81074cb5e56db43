"""How keys and tokens are written: a word that scanners of leaked secrets know, random bits, and a checksum.

A key is `rmk_<prefix>_<secret><checksum>`, a test client's `rmk_test_<prefix>_<secret><checksum>`, a token
`rmt_<secret><checksum>`. The checksum is the CRC-32 of all before
it, in six digits of base 62: a scanner tells a key from what looks like one without asking anybody, and whoever has
cut one off in copying is told so. It proves nothing. Keys from before there were clients have none.
"""

import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Final

from accounts import tokens
from foundation.errors import Refused
from foundation.text import Text

_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECKSUM: Final = 6
_KEY: Final = re.compile(r"rmk_(test_)?([0-9a-f]{12})_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})?", re.ASCII)
_TOKEN: Final = re.compile(r"rmt_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})", re.ASCII)
_ANY: Final = re.compile(r"rm[kt]_[A-Za-z0-9_-]{12}", re.ASCII)


class SecretMiswritten(Refused):
    """What is given begins as a key or a token and is none: cut off, or altered."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Nyckeln är avkortad eller felskriven: kontrollsumman i slutet stämmer inte. Kopiera hela nyckeln, "
                "från rmk_ till och med sista tecknet."
            )
        )


@dataclass(frozen=True, slots=True)
class WrittenKey:
    """A key as it is shown, and its parts: the prefix it is found by, and the secret, kept as its sha256."""

    prefix: str
    secret: str
    is_test: bool = False

    @property
    def shown(self) -> str:
        """The key whole."""
        return _with_checksum(f"{beginning(is_test=self.is_test)}{self.prefix}_{self.secret}")


def beginning(*, is_test: bool) -> str:
    """How a key begins: whoever sees one knows whether real figures hang on it."""
    return "rmk_test_" if is_test else "rmk_"


def new_key(*, is_test: bool = False) -> WrittenKey:
    """A fresh key."""
    return WrittenKey(secrets.token_hex(6), tokens.secret(), is_test)


def key_of(given: str) -> WrittenKey | None:
    """The parts of a key; None for what is no key at all. Raises SecretMiswritten."""
    form = _KEY.fullmatch(given)
    if form is None:
        if given.startswith("rmk_"):
            raise SecretMiswritten
        return None
    test, prefix, secret, checksum = form.groups()
    written = WrittenKey(prefix, secret, test is not None)
    if checksum is not None and not hmac.compare_digest(given, written.shown):
        raise SecretMiswritten
    return written


def new_token() -> tuple[str, str]:
    """A fresh token as it is sent, and what is kept of it."""
    secret = tokens.secret()
    return _with_checksum(f"rmt_{secret}"), tokens.fingerprint(secret)


def token_sha256(given: str) -> str | None:
    """What is kept of the token that is given; None for what is no token at all. Raises SecretMiswritten."""
    form = _TOKEN.fullmatch(given)
    if form is None or form[2] != _checksum(f"rmt_{form[1]}"):
        if given.startswith("rmt_"):
            raise SecretMiswritten
        return None
    return tokens.fingerprint(form[1])


def has_secret(text: str) -> bool:
    """Whether a key or a token stands in a text, such as an address.

    >>> has_secret("/api/v1/orders?key=rmk_0123456789ab_x"), has_secret("/api/v1/orders?state=rmk")
    (True, False)
    """
    return _ANY.search(text) is not None


def _with_checksum(text: str) -> str:
    return text + _checksum(text)


def _checksum(text: str) -> str:
    """CRC-32 in six digits of base 62.

    >>> _checksum("rmk_")
    '43dPyD'
    """
    left, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM):
        left, digit = divmod(left, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
