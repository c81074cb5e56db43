"""The connection to the mail server: encrypted and signed in as the settings say, or a fault that says what is missing.

Convention: certificates are verified, against the authorities of `smtp_ca_file` alone where it is set. We sign in by
ourselves, since smtplib takes ASCII alone: names and secrets go as UTF-8 (RFC 4616).
"""

import base64
import hmac
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from operations.mail.faults import MailFault, MailFaultKind, ServerRefused
from operations.settings import Settings

_SECONDS: Final = 20
_CHALLENGE, _ACCEPTED, _ALREADY = 334, 235, 503

SignIn = Callable[[smtplib.SMTP, bytes, bytes], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Offers:
    """What a mail server that was reached offers: the version of TLS, empty without, and addresses of all letters."""

    tls: str
    utf8: bool

    @classmethod
    def of(cls, server: smtplib.SMTP) -> "Offers":
        """What it has said."""
        version = server.sock.version() if isinstance(server.sock, ssl.SSLSocket) else None
        return cls(version or "", server.has_extn("smtputf8"))


@contextmanager
def connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection that mails may be handed over on, closed afterwards.

    Raises ServerRefused, an error of smtplib or OSError; `faults.of` tells what each means.
    """
    trust = _trust(settings)
    server = (
        smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_SECONDS, context=trust)
        if settings.smtp_encryption == "tls"
        else smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)
    )
    try:
        server.ehlo_or_helo_if_needed()
        if settings.smtp_encryption == "starttls":
            if not server.has_extn("starttls"):
                raise ServerRefused(MailFault(MailFaultKind.TLS_MISSING))
            server.starttls(context=trust)
            # What the server said before the encryption counts for nothing.
            server.ehlo()
        if settings.smtp_user:
            sign_in(server, settings.smtp_user, settings.smtp_password.get_secret_value())
        yield server
    finally:
        # What the server says to a goodbye changes nothing of what it has taken.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Sign in by the best way both know. Raises ServerRefused, or SMTPAuthenticationError with the server's code."""
    offered = server.esmtp_features.get("auth", "").upper().split()
    encrypted = isinstance(server.sock, ssl.SSLSocket)
    # Where anybody on the way can read, the way that does not show the secret goes first.
    ways = _WAYS if encrypted else sorted(_WAYS, key=lambda name: name != "CRAM-MD5")
    way = next((name for name in ways if name in offered), None)
    if way is None:
        raise ServerRefused(MailFault(MailFaultKind.SIGN_IN_MISSING))
    code, answer = _WAYS[way](server, user.encode(), password.encode())
    if code not in (_ACCEPTED, _ALREADY):
        raise smtplib.SMTPAuthenticationError(code, answer)


def _plain(server: smtplib.SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """RFC 4616."""
    given = _packed(b"\0".join((b"", user, password)))
    return server.docmd("AUTH", f"PLAIN {given}")


def _login(server: smtplib.SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """The name, then the secret, each when asked for."""
    code, answer = server.docmd("AUTH", "LOGIN")
    for given in (user, password):
        if code != _CHALLENGE:
            break
        code, answer = server.docmd(_packed(given))
    return code, answer


def _cram_md5(server: smtplib.SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """RFC 2195: the secret is not sent, only what it makes of the server's challenge."""
    code, challenge = server.docmd("AUTH", "CRAM-MD5")
    if code != _CHALLENGE:
        return code, challenge
    digest = hmac.new(password, base64.b64decode(challenge), "md5").hexdigest()
    return server.docmd(_packed(user + b" " + digest.encode()))


_WAYS: Final[dict[str, SignIn]] = {"PLAIN": _plain, "LOGIN": _login, "CRAM-MD5": _cram_md5}
"""Ways to sign in by their name in SASL, the best first on an encrypted connection."""


def _packed(given: bytes) -> str:
    return base64.b64encode(given).decode()


def _trust(settings: Settings) -> ssl.SSLContext:
    file = settings.smtp_ca_file
    return ssl.create_default_context(cafile=None if file is None else str(file))
