"""Where webhooks may go: a public name over https, which leads to no address within anybody's walls. Pure.

Convention: the address is judged when it is written, and what its name leads to each time something is sent, since a
name may lead elsewhere tomorrow. Networks of the buyer's own may be opened to the buyer's endpoints, never to others.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final
from urllib.parse import urlsplit

from foundation import personal_numbers
from foundation.errors import Refused
from foundation.text import Text

IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

_OUR_OWN: Final = ("local", "internal", "localhost", "home.arpa", "onion")
_LONGEST: Final = 500
# What Pythons differ about, of IANA's special-purpose registries; fec0::/10 is deprecated, and used all the same.
_SPECIAL: Final = (
    *(IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24")),
    *(IPv6Network("fec0::/10"), IPv6Network("3fff::/20"), IPv6Network("5f00::/16")),
)
# An IPv4 address within an IPv6 one, translated by the network on the way (RFC 6052, RFC 8215).
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class WebhookAddressRefused(Refused):
    """No webhook goes to such an address."""


def checked_url(written: str, *, inner: Sequence[IpNetwork] = ()) -> str:
    """The address as it is kept. With `inner` networks, names of one's own walls may stand there.

    Raises WebhookAddressRefused; PersonalNumber for one with a personal identity number.

    >>> checked_url(" https://hooks.example/rusta?to=ledger ")
    'https://hooks.example/rusta?to=ledger'
    """
    url = written.strip()
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > _LONGEST:
        raise _refused(Text("Skriv adressen med högst 500 tecken, utan mellanslag och utan å, ä och ö."))
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        parts, has_port = urlsplit(""), False
    if not parts.hostname or not has_port:
        raise _refused(Text("Skriv hela adressen, som https://system.example/webhook."))
    if parts.scheme != "https":
        raise _refused(Text("Adressen ska börja med https://. Inget skickas okrypterat."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused(
            Text(
                "Skriv adressen utan användarnamn, lösenord och #. Signaturen visar mottagaren att det är vi."
            )
        )
    if not inner and not is_public_name(parts.hostname):
        raise _refused(
            Text(
                "Adressen ska vara ett namn som nås från internet, inte en IP-adress eller ett namn inom ett eget nät."
            )
        )
    personal_numbers.refuse(url)
    return url


def is_public_name(host: str) -> bool:
    """Whether a host's name can be known to everybody."""
    name = host.rstrip(".").lower()
    if "." not in name or name.rpartition(".")[2] in _OUR_OWN or name.endswith("home.arpa"):
        return False
    # The last part of a public name has a letter; numbers there are addresses, however they are written.
    return not name.rpartition(".")[2].isdecimal() and ":" not in name and "0x" not in name.rpartition(".")[2]


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to no private, local or special network, also within another that wraps it.

    >>> from ipaddress import ip_address
    >>> [is_public(ip_address(each)) for each in ("93.184.215.14", "10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::")]
    [True, False, False, False]
    """
    wrapped = _wrapped(address)
    if wrapped is not None and not is_public(wrapped):
        return False
    is_special = address.is_multicast or address.is_reserved or any(address in net for net in _SPECIAL)
    return address.is_global and not is_special


def may_be_reached(addresses: Iterable[IpAddress], *, inner: Sequence[IpNetwork] = ()) -> bool:
    """Whether all that a name leads to may be written to; one that may not is enough to say no."""
    found = list(addresses)
    return bool(found) and all(
        is_public(each) or any(each.version == net.version and each in net for net in inner) for each in found
    )


def networks_of(written: str) -> tuple[IpNetwork, ...]:
    """Networks with commas or spaces between, as `10.1.0.0/16`. Raises ValueError."""
    return tuple(ip_network(each) for each in written.replace(",", " ").split())


def _wrapped(address: IpAddress) -> IpAddress | None:
    """The IPv4 address that an IPv6 one leads to."""
    if not isinstance(address, IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in net for net in _TRANSLATED) or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _refused(why: Text) -> WebhookAddressRefused:
    return WebhookAddressRefused(why)
