"""Whether somebody on the network can receive a message: asked of its register before sending, and remembered.

A register (SMP) lies at a fixed address, or is found for each participant through the locator
(SML). Answers are remembered for a while: a yes for `remembers`, a no for a sixth of it, since a
supplier that just registered should not wait, and doubt for a minute, so that a dead register
is not asked for every message.

Doubt is a verdict: `lookup` raises nothing, and only a register's own answer says no.
Signatures are not verified; see `smp`.
"""

import ipaddress
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final, Protocol
from urllib.parse import urlsplit

from foundation.periods import Clock
from peppol.access_points.protocol import Capability, PeerVerdict, Unreachable
from peppol.access_points.web import HttpAnswer, Web
from peppol.identifiers import DOCUMENT_SCHEME, PARTICIPANT_SCHEME
from peppol.lookup.sml import LocatorSilent, NotRegistered
from peppol.lookup.smp import LIMITS, Metadata, NotUnderstood, read_group, read_metadata

_DOUBT_LASTS: Final = timedelta(minutes=1)
_REMEMBERED_MAX: Final = 10_000
_REGISTERS_MAX: Final = 50
_XML: Final = "application/xml, text/xml"


class Finder(Protocol):
    """Whoever knows the register of a participant."""

    def register_of(self, participant: str) -> str:
        """Its address. Raises NotRegistered and LocatorSilent."""


class FixedRegister:
    """One register for everybody: an operator's own, or the simulator's."""

    def __init__(self, address: str) -> None:
        self.address = address

    def register_of(self, participant: str) -> str:
        """Always the same address."""
        return self.address


class RegisterDirectory:
    """Answers from registers, remembered. `clock` tells the time; `seconds` is the patience with a register."""

    def __init__(
        self,
        finder: Finder,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        seconds: float = 10,
        remembers: timedelta = timedelta(hours=1),
        proxy: str = "",
    ) -> None:
        self._finder = finder
        self._clock = clock
        self._seconds = seconds
        self._remembers = remembers
        self._proxy = proxy
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
        found = self._ask(participant, document_type, process, now)
        with self._lock:
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            self._remembered[key] = (now + self._lasts(found.verdict), found)
        return found

    def forget(self, participant: str = "") -> None:
        """Ask anew the next time, about one participant or about all."""
        with self._lock:
            gone = [key for key in self._remembered if not participant or key[0] == participant.lower()]
            for key in gone:
                del self._remembered[key]

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
            metadata = self._metadata(register, participant, document_type)
            if metadata is None:
                if self._knows(register, participant):
                    return told(PeerVerdict.OTHER_KINDS_ONLY)
                return told(PeerVerdict.NOT_REGISTERED)
        except NotRegistered:
            return told(PeerVerdict.NOT_REGISTERED)
        except (LocatorSilent, NotUnderstood) as fault:
            return told(PeerVerdict.CANNOT_TELL, str(fault))
        except Unreachable as fault:
            return told(PeerVerdict.CANNOT_TELL, fault.words or fault.code)
        except ValueError as fault:
            return told(PeerVerdict.CANNOT_TELL, str(fault))
        active = [each for each in metadata.endpoints if each.active(now)]
        processes = tuple(sorted({each.process for each in active}))
        mine = next((each for each in active if each.process == process), None)
        if mine is None:
            return told(PeerVerdict.OTHER_KINDS_ONLY, processes=processes)
        return told(PeerVerdict.TAKES, processes=processes, address=mine.address)

    def _metadata(self, register: str, participant: str, document_type: str) -> Metadata | None:
        """The document type's metadata, through one redirect at most; None where the register has none."""
        for _ in range(2):
            answer = self._web(register).get(
                f"{PARTICIPANT_SCHEME}::{participant}",
                "services",
                f"{DOCUMENT_SCHEME}::{document_type}",
                largest=LIMITS.bytes_max,
                accept=_XML,
            )
            if answer.status == 404:
                return None
            metadata = read_metadata(_fine(answer), participant=participant, document_type=document_type)
            if not metadata.redirect:
                return metadata
            register = _elsewhere(metadata.redirect)
        raise NotUnderstood("a redirect to a redirect")

    def _knows(self, register: str, participant: str) -> bool:
        group = self._web(register).get(
            f"{PARTICIPANT_SCHEME}::{participant}", largest=LIMITS.bytes_max, accept=_XML
        )
        if group.status == 404:
            return False
        read_group(_fine(group), participant=participant)
        return True

    def _web(self, register: str) -> Web:
        with self._lock:
            web = self._webs.get(register)
            if web is None:
                if len(self._webs) >= _REGISTERS_MAX:
                    for old in self._webs.values():
                        old.close()
                    self._webs.clear()
                web = self._webs[register] = Web(register, seconds=self._seconds, proxy=self._proxy)
            return web


def _fine(answer: HttpAnswer) -> bytes:
    if not answer.fine:
        raise Unreachable(answer.words)
    return answer.body


def _elsewhere(href: str) -> str:
    """The base of a register that another one points to. Raises NotUnderstood for an address inside our walls.

    A stranger writes it, so it must be a public name over https on the usual port.
    """
    parts = urlsplit(href)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
        named = False
    except ValueError:
        named = "." in host.strip(".") and not host.endswith((".local", ".internal", ".localhost"))
    try:
        usual = parts.port in (None, 443)
    except ValueError:
        usual = False
    if parts.scheme != "https" or parts.username or not named or not usual:
        raise NotUnderstood("a redirect to an address that is not public")
    base, found, _ = href.partition(f"/{PARTICIPANT_SCHEME}")
    return base if found else f"https://{host}"
