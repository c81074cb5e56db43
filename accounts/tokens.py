"""Random secrets that a browser or a mailed address carries, and how they are stored."""

import hashlib
import secrets


def secret() -> str:
    """A fresh secret of 256 bits, as text that fits a cookie or an address."""
    return secrets.token_urlsafe(32)


def fingerprint(text: str) -> str:
    """How a random secret is stored: sha256 in hexadecimal. Not for passwords."""
    return hashlib.sha256(text.encode()).hexdigest()
