"""Mail addresses with letters beyond a to z: how one is written, compared and handed to a mail server. Pure.

The part after the @ is a name of the domain name system: å, ä and ö there have a form in plain letters (IDNA 2008,
RFC 5891) that every server takes. The part before it has none; only a server that offers SMTPUTF8 (RFC 6531) takes it.
"""

import unicodedata
from typing import Final

import idna

from foundation.errors import Refused
from foundation.text import Text

_NO_DOMAIN: Final = Text(
    "Det som står efter @ i e-postadressen kan inte vara ett domännamn. Skriv till exempel namn@företag.se."
)


class AddressUnusable(Refused):
    """An address that no mail can be sent to; the sentence says why."""


def normal(text: str) -> str:
    """An address as it is compared and kept: small letters, composed (NFC), its domain in its own letters.

    >>> normal(" Åsa@XN--FRETAG-WXA.example ")
    'åsa@företag.example'
    """
    local, at, domain = unicodedata.normalize("NFC", text.strip().lower()).rpartition("@")
    return f"{local}{at}{_in_letters(domain)}"


def sendable(address: str) -> str:
    """The address as a mail server is told it: its domain in plain letters. Raises AddressUnusable.

    >>> sendable("åsa@företag.example"), sendable("asa@exempel.example")
    ('åsa@xn--fretag-wxa.example', 'asa@exempel.example')
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        raise AddressUnusable(_NO_DOMAIN) from None


def needs_utf8(address: str) -> bool:
    """Whether only a server that offers SMTPUTF8 takes the address.

    >>> needs_utf8("åsa@exempel.example"), needs_utf8("asa@företag.example")
    (True, False)
    """
    return not address.rpartition("@")[0].isascii()


def _in_letters(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain
