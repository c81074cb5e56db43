"""Where a request comes from, for counting tries and for sharing what there is."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request


def client_of(request: Request) -> str:
    """The client's address, as the proxy in front tells it; never logged, and stored only under a hash.

    Of an IPv6 address the network of 64 bits that one household or office has: it may take any address in it.
    """
    return network_of(request.client.host) if request.client else ""


def network_of(host: str) -> str:
    """What of an address tells one client from another.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3::4"), network_of("::ffff:192.0.2.7"), network_of("here")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7', 'here')
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))
