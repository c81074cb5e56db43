"""Where a register may lie that a stranger names: a public host over https, and nothing inside our own walls."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from peppol.identifiers import PARTICIPANT_SCHEME
from peppol.lookup.smp import NotUnderstood

_OUR_OWN: Final = (".local", ".internal", ".localhost")


def base_of(href: str, *, inside: bool = False) -> str:
    """The base of a register whose address somebody else wrote: a NAPTR record, a redirect of either form.

    It must be a public name over https on the usual port, without a user name; registers are over https alone since
    1 February 2026. `inside` lets any host over http or https be named, for a zone of our own. What follows the
    participant's identifier is left out, so that nobody says what is asked there. Raises NotUnderstood.

    >>> base_of("https://smp.example/bdxr/iso6523-actorid-upis%3A%3A0007%3A1/services/x")
    'https://smp.example/bdxr'
    """
    parts = urlsplit(href)
    try:
        port = parts.port
    except ValueError as wrong:
        raise NotUnderstood("the address of a register has no port that can be") from wrong
    if not parts.hostname or parts.username or parts.scheme not in ("http", "https"):
        raise NotUnderstood("the address of a register is none")
    if not inside:
        if parts.scheme != "https":
            raise NotUnderstood("the address of a register is not over https")
        if port not in (None, 443) or not _is_public_name(parts.hostname):
            raise NotUnderstood("the address of a register is not public")
    base, _, _ = href.partition(f"/{PARTICIPANT_SCHEME}")
    return urlsplit(base)._replace(query="", fragment="").geturl().rstrip("/")


def _is_public_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.rstrip(".").endswith(_OUR_OWN)
    return False
