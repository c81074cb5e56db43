"""Where a participant's register is: the network's locator (SML), asked through DNS.

The name is made of the participant's own: base32 of sha256 of the lowercased identifier, then
its scheme, then the zone. Its NAPTR record with the service Meta:SMP holds the address. Policy
for use of identifiers (Peppol SML since 2025-11-01; the older CNAME names are gone).
"""

import base64
import hashlib
from typing import Final
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from peppol.identifiers import PARTICIPANT_SCHEME

_SERVICE: Final = b"meta:smp"


class NotRegistered(Exception):
    """The locator knows nobody of that name."""


class LocatorSilent(Exception):
    """The locator did not answer, or not so that it can be understood."""


def host_name(participant: str, zone: str) -> str:
    """The name the locator knows a participant by.

    >>> host_name("9915:test", "acc.edelivery.tech.ec.europa.eu").partition(".")[0]
    'EH5BOAVAKTMBGZYH2A63DZ4QOV33FVP5NSDVQKLUCFRAAYOODW6A'
    """
    digest = hashlib.sha256(participant.lower().encode()).digest()
    label = base64.b32encode(digest).decode().rstrip("=")
    return f"{label}.{PARTICIPANT_SCHEME}.{zone.strip('.')}"


class Locator:
    """The locator of `zone`; `server` is a name server as host or host:port, empty for the machine's own."""

    def __init__(self, zone: str, *, server: str = "", seconds: float = 10) -> None:
        self.zone = zone
        self._seconds = seconds
        self._resolver = dns.resolver.Resolver(configure=not server)
        if server:
            host, _, port = server.partition(":")
            self._resolver.nameservers = [host]
            self._resolver.port = int(port or 53)

    def register_of(self, participant: str) -> str:
        """The address of the participant's register. Raises NotRegistered and LocatorSilent."""
        name = dns.name.from_text(host_name(participant, self.zone))
        try:
            answer = self._resolver.resolve(name, dns.rdatatype.NAPTR, lifetime=self._seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as unknown:
            raise NotRegistered(participant) from unknown
        except dns.exception.DNSException as fault:
            raise LocatorSilent(type(fault).__name__) from fault
        except OSError as fault:
            raise LocatorSilent(fault.strerror or "") from fault
        for record in sorted(answer, key=lambda each: (each.order, each.preference)):
            if record.flags.lower() == b"u" and record.service.lower() == _SERVICE:
                address = _substituted(record.regexp)
                if address:
                    return address
        raise LocatorSilent("no record of the service Meta:SMP")


def _substituted(expression: bytes) -> str:
    """The address in a NAPTR expression that stands for everything, as !^.*$!https://smp.example/!."""
    text = expression.decode("ascii", "replace")
    parts = text[1:].split(text[:1]) if text else []
    if len(parts) < 2 or parts[0] not in ("^.*$", ".*", "^.*", ".*$"):
        return ""
    address = parts[1]
    return address if urlsplit(address).scheme in ("https", "http") else ""
