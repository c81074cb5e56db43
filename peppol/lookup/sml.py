"""Where a participant's register is: the network's locator (SML), asked through DNS.

The name is made of the participant's own: base32 of sha256 of the lowercased identifier, then
its scheme, then the zone. Its NAPTR record with the service Meta:SMP holds the address. Policy
for use of identifiers 4.4 (NAPTR alone since 2025-11-01; the older CNAME names are gone).

Every way a name server can answer is a `DnsOutcome`, and `MEANS` says what each comes to. Only two
of them say that nobody has the name, and whether those are believed is for `confirmed` to find out.
"""

import base64
import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver

from peppol.identifiers import PARTICIPANT_SCHEME
from peppol.lookup.register_address import base_of
from peppol.lookup.smp import NotUnderstood

_SERVICE: Final = b"meta:smp"

ZONES: Final[Mapping[str, str]] = {
    "production": "participant.sml.prod.tech.peppol.org",
    "test": "participant.sml.test.tech.peppol.org",
}
"""The network's locators by name, OpenPeppol's own since 19 March 2026."""

GONE_ZONES: Final = ("edelivery.tech.ec.europa.eu", "acc.edelivery.tech.ec.europa.eu")
"""The Commission's locators, which answer nobody since 31 August 2026."""


class DnsOutcome(StrEnum):
    """How a question about a participant's name may end."""

    FOUND = "FOUND"
    NO_SUCH_NAME = "NO_SUCH_NAME"  # NXDOMAIN
    NO_SUCH_RECORD = "NO_SUCH_RECORD"  # NOERROR and no NAPTR record: the name has others, or names below it
    ALIAS_TO_NOTHING = (
        "ALIAS_TO_NOTHING"  # a CNAME that leads to no record: the name is there, what it means is not
    )
    REFERRED = "REFERRED"  # NOERROR with other name servers alone: a lame delegation
    NO_REGISTER = "NO_REGISTER"  # NAPTR records, and none of the service Meta:SMP
    ODD_ADDRESS = "ODD_ADDRESS"  # an address that is none, not over https, or inside somebody's walls
    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    OTHER_RCODE = "OTHER_RCODE"
    TIMEOUT = "TIMEOUT"
    UNREACHABLE = "UNREACHABLE"  # no name server at all, also by TCP after a truncated answer
    MALFORMED = "MALFORMED"  # bytes that are no answer, or none to our question


class LocatorMeans(StrEnum):
    """What an outcome says of a participant."""

    SOMEBODY = "SOMEBODY"
    NOBODY = "NOBODY"
    NOTHING = "NOTHING"


MEANS: Final[Mapping[DnsOutcome, LocatorMeans]] = {
    DnsOutcome.FOUND: LocatorMeans.SOMEBODY,
    DnsOutcome.NO_SUCH_NAME: LocatorMeans.NOBODY,
    DnsOutcome.NO_SUCH_RECORD: LocatorMeans.NOBODY,
    DnsOutcome.ALIAS_TO_NOTHING: LocatorMeans.NOTHING,
    DnsOutcome.REFERRED: LocatorMeans.NOTHING,
    DnsOutcome.NO_REGISTER: LocatorMeans.NOTHING,
    DnsOutcome.ODD_ADDRESS: LocatorMeans.NOTHING,
    DnsOutcome.SERVFAIL: LocatorMeans.NOTHING,
    DnsOutcome.REFUSED: LocatorMeans.NOTHING,
    DnsOutcome.OTHER_RCODE: LocatorMeans.NOTHING,
    DnsOutcome.TIMEOUT: LocatorMeans.NOTHING,
    DnsOutcome.UNREACHABLE: LocatorMeans.NOTHING,
    DnsOutcome.MALFORMED: LocatorMeans.NOTHING,
}


class NotRegistered(Exception):
    """The locator knows nobody of that name, it says."""


class LocatorSilent(Exception):
    """The locator did not answer, or not so that it can be understood; `outcome` says how."""

    def __init__(self, outcome: DnsOutcome, words: str = "") -> None:
        super().__init__(f"DNS {outcome} {words}".strip())
        self.outcome = outcome


def host_name(participant: str, zone: str) -> str:
    """The name the locator knows a participant by.

    >>> host_name("9915:test", ZONES["test"]).partition(".")[0]
    'EH5BOAVAKTMBGZYH2A63DZ4QOV33FVP5NSDVQKLUCFRAAYOODW6A'
    """
    digest = hashlib.sha256(participant.lower().encode()).digest()
    label = base64.b32encode(digest).decode().rstrip("=")
    return f"{label}.{PARTICIPANT_SCHEME}.{zone.strip('.')}"


class Locator:
    """The locator of `zone`; `server` is a name server as host or host:port, empty for the machine's own.

    `inside` says that the zone is our own, whose registers may be inside our walls and without TLS.
    """

    by_locator = True

    def __init__(self, zone: str, *, server: str = "", seconds: float = 10, inside: bool = False) -> None:
        self.zone = zone
        self._seconds = seconds
        self._inside = inside
        self._resolver = dns.resolver.Resolver(configure=not server)
        if server:
            host, _, port = server.partition(":")
            self._resolver.nameservers = [host]
            self._resolver.port = int(port or 53)

    def register_of(self, participant: str) -> str:
        """The address of the participant's register. Raises NotRegistered and LocatorSilent."""
        outcome, found = self.ask(participant)
        match MEANS[outcome]:
            case LocatorMeans.SOMEBODY:
                return found
            case LocatorMeans.NOBODY:
                raise NotRegistered(participant)
            case LocatorMeans.NOTHING:
                raise LocatorSilent(outcome, found)

    def ask(self, participant: str) -> tuple[DnsOutcome, str]:
        """How the question ended, with the register's address where it was found, else words for people."""
        name = dns.name.from_text(host_name(participant, self.zone))
        try:
            answer = self._resolver.resolve(name, dns.rdatatype.NAPTR, lifetime=self._seconds)
        except dns.resolver.NXDOMAIN as missing:
            responses: Mapping[dns.name.Name, dns.message.Message] = missing.kwargs.get("responses") or {}
            led_astray = any(_is_alias(each) for each in responses.values())
            return (DnsOutcome.ALIAS_TO_NOTHING if led_astray else DnsOutcome.NO_SUCH_NAME), ""
        except dns.resolver.NoAnswer as empty:
            return _empty(empty.kwargs.get("response")), ""
        except dns.resolver.YXDOMAIN:
            return DnsOutcome.OTHER_RCODE, "YXDOMAIN"
        except dns.resolver.NoNameservers as fault:
            return _last_fault(fault)
        except dns.resolver.LifetimeTimeout:
            return DnsOutcome.TIMEOUT, ""
        except dns.exception.DNSException as fault:
            return DnsOutcome.MALFORMED, type(fault).__name__
        except OSError as fault:
            return DnsOutcome.UNREACHABLE, fault.strerror or ""
        return self._register_in(answer)

    def _register_in(self, answer: dns.resolver.Answer) -> tuple[DnsOutcome, str]:
        outcome, words = DnsOutcome.NO_REGISTER, ""
        for record in sorted(answer, key=lambda each: (each.order, each.preference)):
            if record.flags.lower() == b"u" and record.service.lower() == _SERVICE:
                try:
                    return DnsOutcome.FOUND, base_of(_substituted(record.regexp), inside=self._inside)
                except NotUnderstood as odd:
                    outcome, words = DnsOutcome.ODD_ADDRESS, str(odd)
        return outcome, words


def _is_alias(response: dns.message.Message) -> bool:
    return any(each.rdtype == dns.rdatatype.CNAME for each in response.answer)


def _empty(response: dns.message.Message | None) -> DnsOutcome:
    """What an answer without the record says: RFC 2308, 2.2. A referral names servers and has no SOA record."""
    if response is None:
        return DnsOutcome.MALFORMED
    if _is_alias(response):
        return DnsOutcome.ALIAS_TO_NOTHING
    kinds = {each.rdtype for each in response.authority}
    if dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds:
        return DnsOutcome.REFERRED
    return DnsOutcome.NO_SUCH_RECORD


def _last_fault(fault: dns.resolver.NoNameservers) -> tuple[DnsOutcome, str]:
    """What the last name server asked had to say: an rcode, or what kept its answer from coming."""
    errors = fault.kwargs.get("errors") or ()
    last = errors[-1][3] if errors else None
    if isinstance(last, str):
        known = {"SERVFAIL": DnsOutcome.SERVFAIL, "REFUSED": DnsOutcome.REFUSED}
        return known.get(last, DnsOutcome.OTHER_RCODE), last
    if isinstance(last, dns.exception.Timeout):
        return DnsOutcome.TIMEOUT, ""
    if isinstance(last, OSError | EOFError):
        return DnsOutcome.UNREACHABLE, getattr(last, "strerror", None) or type(last).__name__
    if last is None:
        return DnsOutcome.UNREACHABLE, ""
    return DnsOutcome.MALFORMED, type(last).__name__


def _substituted(expression: bytes) -> str:
    """The address in a NAPTR expression that stands for everything, as !^.*$!https://smp.example/!."""
    text = expression.decode("ascii", "replace")
    parts = text[1:].split(text[:1]) if text else []
    if len(parts) < 2 or parts[0] not in ("^.*$", ".*", "^.*", ".*$"):
        return ""
    return parts[1]
