"""Whether somebody on the network can receive a message: asked of its register before sending, and remembered.

A register (SMP) lies at a fixed address, or is found for each participant through the locator
(SML). Answers are remembered for a while: a yes for `remembers`, a no for a sixth of it, since a
supplier that just registered should not wait, and doubt for a minute, so that a dead register
is not asked for every message.

Doubt is a verdict: `lookup` raises nothing. A yes is a register's signed word (`signature`); a no is unsigned, and is
believed only as `confirmed` says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final, Protocol
from urllib.parse import urljoin

from foundation.periods import Clock
from peppol.access_points.protocol import Capability, PeerVerdict, Unreachable
from peppol.access_points.web import HttpAnswer, Web
from peppol.identifiers import DOCUMENT_SCHEME, PARTICIPANT_SCHEME
from peppol.lookup import signature
from peppol.lookup.document_types import RegisteredType, best_match
from peppol.lookup.endpoints import EndpointFit, ServiceEndpoint
from peppol.lookup.register_address import base_of
from peppol.lookup.sml import LocatorSilent, NotRegistered
from peppol.lookup.smp import LIMITS, Metadata, NotUnderstood, admitted, read_group, read_metadata
from peppol.lookup.trust import NotTrusted, TrustAnchors

_DOUBT_LASTS: Final = timedelta(minutes=1)
_REMEMBERED_MAX: Final = 10_000
_REGISTERS_MAX: Final = 50
_XML: Final = "application/xml, text/xml"
_REDIRECTED: Final = (301, 302, 303, 307, 308)
REDIRECTS_MAX: Final = 3
"""How often one question is led on, by HTTP and by a register's own answer together."""


class Finder(Protocol):
    """Whoever knows the register of a participant."""

    @property
    def by_locator(self) -> bool:
        """Whether it has asked somebody for this participant, so that its register must know the participant."""

    def register_of(self, participant: str) -> str:
        """Its address. Raises NotRegistered and LocatorSilent."""


class FixedRegister:
    """One register for everybody: an operator's own, or the simulator's."""

    by_locator = False

    def __init__(self, address: str) -> None:
        self.address = address

    def register_of(self, participant: str) -> str:
        """Always the same address."""
        return self.address


@dataclass(frozen=True, slots=True)
class _Answer:
    """A register's answer and whose it was: the base it came from in the end."""

    http: HttpAnswer
    register: str


class RegisterDirectory:
    """Answers from registers, remembered. `clock` tells the time; `seconds` is the patience with a register.

    `trust` tells whose signatures are believed, asked each time it is needed. `inside` says that the registers are our
    own, or the simulator's: they may lead to any host, and name access points without TLS.
    """

    def __init__(
        self,
        finder: Finder,
        *,
        trust: Callable[[], TrustAnchors],
        clock: Clock = lambda: datetime.now(UTC),
        seconds: float = 10,
        remembers: timedelta = timedelta(hours=1),
        proxy: str = "",
        inside: bool = False,
    ) -> None:
        self._finder = finder
        self._trust = trust
        self._clock = clock
        self._seconds = seconds
        self._remembers = remembers
        self._proxy = proxy
        self._inside = inside
        self._remembered: dict[tuple[str, str, str], tuple[datetime, Capability]] = {}
        self._webs: dict[str, Web] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Close the connections to the registers."""
        with self._lock:
            for web in self._webs.values():
                web.close()
            self._webs.clear()

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """What the participant's register says, or said a while ago. Raises nothing."""
        now = self._clock()
        key = (participant.lower(), document_type, process)
        with self._lock:
            until, remembered = self._remembered.get(key, (now, None))
        if remembered is not None and now < until:
            return remembered
        return self.ask(participant, document_type, process)

    def ask(self, participant: str, document_type: str, process: str) -> Capability:
        """What the participant's register says now, whatever it said before. Raises nothing."""
        now = self._clock()
        found = self._ask(participant, document_type, process, now)
        with self._lock:
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            until = now + self._lasts(found.verdict)
            self._remembered[participant.lower(), document_type, process] = (until, found)
        return found

    def forget(self, participant: str = "") -> None:
        """Ask anew the next time, about one participant or about all."""
        with self._lock:
            gone = [key for key in self._remembered if not participant or key[0] == participant.lower()]
            for key in gone:
                del self._remembered[key]

    def is_known(self, participant: str) -> bool:
        """Whether locator and register know a participant now. Raises NotUnderstood, LocatorSilent, Unreachable."""
        try:
            register = self._finder.register_of(participant)
        except NotRegistered:
            return False
        return self._finder.by_locator or self._group(register, participant) is not None

    def _lasts(self, verdict: PeerVerdict) -> timedelta:
        if verdict is PeerVerdict.TAKES:
            return self._remembers
        return _DOUBT_LASTS if verdict is PeerVerdict.CANNOT_TELL else self._remembers / 6

    def _ask(self, participant: str, document_type: str, process: str, now: datetime) -> Capability:
        def told(
            verdict: PeerVerdict, words: str = "", processes: tuple[str, ...] = (), address: str = ""
        ) -> Capability:
            return Capability(participant, document_type, process, verdict, processes, address, now, words)

        try:
            register = self._finder.register_of(participant)
            wanted = RegisteredType(DOCUMENT_SCHEME, document_type)
            metadata = self._metadata(register, participant, wanted, now)
            if metadata is None:
                group = self._group(register, participant)
                if group is None and self._finder.by_locator:
                    raise NotUnderstood("the locator names a register that does not know the participant")
                if group is None:
                    return told(PeerVerdict.NOT_REGISTERED)
                covering = best_match(document_type, group)
                if covering is None:
                    return told(PeerVerdict.OTHER_KINDS_ONLY)
                metadata = self._metadata(register, participant, covering, now)
                if metadata is None:
                    raise NotUnderstood("the register lists the document type and does not have it")
        except NotRegistered:
            return told(PeerVerdict.NOT_REGISTERED)
        except (LocatorSilent, NotUnderstood, NotTrusted) as fault:
            return told(PeerVerdict.CANNOT_TELL, str(fault))
        except Unreachable as fault:
            return told(PeerVerdict.CANNOT_TELL, fault.words or fault.code)
        except ValueError as fault:
            return told(PeerVerdict.CANNOT_TELL, str(fault))
        fits = {each: each.fit(now, inside=self._inside) for each in metadata.endpoints}
        processes = tuple(
            sorted({each.process for each, fit in fits.items() if fit is not EndpointFit.NOT_NOW})
        )
        verdict, chosen, words = _chosen({each: fit for each, fit in fits.items() if each.process == process})
        return told(verdict, words, processes, chosen)

    def _metadata(
        self, register: str, participant: str, document_type: RegisteredType, now: datetime
    ) -> Metadata | None:
        """The document type's signed metadata, wherever it leads; None where the register has none.

        Raises NotUnderstood and NotTrusted. Each register on the way signs for itself, and one that another leads to
        signs with the certificate that the other names.
        """
        expected = ""
        for _ in range(1 + REDIRECTS_MAX):
            found = self._get(register, participant, "services", str(document_type))
            if found.http.status == 404 and not expected:
                return None
            body = _fine(found.http)
            answer = signature.verified(admitted(body), body, trust=self._trust(), at=now)
            if expected and not signature.is_called(answer.certificate, expected):
                raise NotTrusted(
                    "the register that another leads to signs with another certificate than named"
                )
            metadata = read_metadata(answer.root, participant=participant, document_type=document_type)
            if metadata.redirect is None:
                return metadata
            expected = metadata.redirect.certificate_uid
            register = base_of(metadata.redirect.address, inside=self._inside)
        raise NotUnderstood("redirects without end")

    def _group(self, register: str, participant: str) -> frozenset[RegisteredType] | None:
        """What a participant has registered; None where the register does not know it."""
        found = self._get(register, participant)
        if found.http.status == 404:
            return None
        return read_group(_fine(found.http), participant=participant)

    def _get(self, register: str, participant: str, *path: str) -> _Answer:
        """An answer of a register, led on by HTTP redirects to other registers and never to another question."""
        for _ in range(1 + REDIRECTS_MAX):
            web = self._web(register)
            answer = web.get(
                f"{PARTICIPANT_SCHEME}::{participant}", *path, largest=LIMITS.bytes_max, accept=_XML
            )
            if answer.status not in _REDIRECTED:
                return _Answer(answer, register)
            register = base_of(
                urljoin(f"{web.base}/", answer.headers.get("location", "")), inside=self._inside
            )
        raise NotUnderstood("redirects without end")

    def _web(self, register: str) -> Web:
        with self._lock:
            web = self._webs.get(register)
            if web is None:
                if len(self._webs) >= _REGISTERS_MAX:
                    for old in self._webs.values():
                        old.close()
                    self._webs.clear()
                web = self._webs[register] = Web(
                    register, seconds=self._seconds, proxy=self._proxy, plain_http=self._inside
                )
            return web


_WHY_NOT: Final = {
    EndpointFit.DAYS_UNREADABLE: "the days of the endpoint cannot be read",
    EndpointFit.ADDRESS_ODD: "the address of the endpoint is not over https",
    EndpointFit.CERTIFICATE_UNREADABLE: "the certificate of the endpoint cannot be read",
    EndpointFit.CERTIFICATE_EXPIRED: "the certificate of the endpoint has expired",
    EndpointFit.CERTIFICATE_NOT_YET_VALID: "the certificate of the endpoint is not valid yet",
}


def _chosen(fits: dict[ServiceEndpoint, EndpointFit]) -> tuple[PeerVerdict, str, str]:
    """What the endpoints of our process come to, the address of the first that is fit, and why it is doubt."""
    fit = next((each.address for each, how in fits.items() if how is EndpointFit.FIT), None)
    if fit is not None:
        return PeerVerdict.TAKES, fit, ""
    doubtful = next((how for how in fits.values() if how is not EndpointFit.NOT_NOW), None)
    if doubtful is not None:
        return PeerVerdict.CANNOT_TELL, "", _WHY_NOT[doubtful]
    return PeerVerdict.OTHER_KINDS_ONLY, "", ""


def _fine(answer: HttpAnswer) -> bytes:
    if not answer.fine:
        raise Unreachable(answer.words)
    if len(answer.body) > LIMITS.bytes_max:
        raise NotUnderstood("an answer that is too large")
    return answer.body
