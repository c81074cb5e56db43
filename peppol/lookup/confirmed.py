"""When a no of the directory is believed: only while our own entry is found the same way, and nobody else's.

A locator that has moved, a zone that was let go, a name server that lies: each says of everybody that there is nobody,
and every order would lie in the portal within a second. So each no is tried before it counts:

1. our own entry (or another that is known to be there, the canary) is asked for, anew, and must be found and signed;
2. an address that nobody can have is asked for and must not be found, or everything is answered alike;
3. the same question is put once more, since all may have been gone and come back in between.

A no that does not stand this is `NO_IN_DOUBT`: messages wait, and somebody is told.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from foundation.periods import Clock
from peppol.access_points.protocol import AccessPointError, Capability, PeerVerdict
from peppol.identifiers import DocumentKind
from peppol.lookup.directory import RegisterDirectory
from peppol.lookup.doubts import NOT_TAKEN, DirectoryDoubt
from peppol.lookup.sml import LocatorSilent
from peppol.lookup.smp import NotUnderstood

# Doubt is no risk, so it need not be found out anew for every message; a canary that was found proves nothing later.
_DOUBT_LASTS: Final = timedelta(seconds=20)


class ConfirmedDirectory:
    """A directory whose no is tried before it counts; `canary` is a participant that is known to take invoices."""

    def __init__(self, directory: RegisterDirectory, *, canary: str, clock: Clock) -> None:
        self._directory = directory
        self._canary = canary
        self._clock = clock
        self._lock = Lock()
        self._doubted: tuple[datetime, DirectoryDoubt, str] | None = None
        self._confirmed: dict[tuple[str, str, str], Capability] = {}

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """What is known of the participant, a no only where it is confirmed. Raises nothing."""
        found = self._directory.lookup(participant, document_type, process)
        if found.verdict not in NOT_TAKEN:
            return found
        question = (participant, document_type, process)
        with self._lock:
            if self._confirmed.get(question) == found:
                return found  # the very answer that was confirmed, remembered
        doubt, words = self._doubt()
        if doubt is None:
            again = self._directory.ask(*question)
            if again.verdict is found.verdict:
                with self._lock:
                    self._confirmed = {
                        **dict(list(self._confirmed.items())[-_CONFIRMED_MAX:]),
                        question: again,
                    }
                return again
            if again.verdict not in NOT_TAKEN:
                return again
            doubt, words = DirectoryDoubt.CHANGED, ""
        # Not remembered: what is doubted now may be answered rightly in a minute.
        self._directory.forget(participant)
        return replace(found, verdict=PeerVerdict.NO_IN_DOUBT, said=found.verdict, doubt=doubt, words=words)

    def _doubt(self) -> tuple[DirectoryDoubt | None, str]:
        """Why no no is believed now, and in whose words; nothing where it is."""
        now = self._clock()
        with self._lock:
            if self._doubted is not None and now - self._doubted[0] < _DOUBT_LASTS:
                return self._doubted[1:]
        doubt, words = self._found_out()
        with self._lock:
            self._doubted = (now, doubt, words) if doubt is not None else None
        return doubt, words

    def _found_out(self) -> tuple[DirectoryDoubt | None, str]:
        own = self._directory.ask(
            self._canary, DocumentKind.INVOICE.document_type_id, DocumentKind.INVOICE.profile_ids[0]
        )
        # Whoever takes invoices in another process is there all the same, by a signed word.
        there = own.takes or (own.verdict is PeerVerdict.OTHER_KINDS_ONLY and bool(own.processes))
        if not there and own.verdict in NOT_TAKEN:
            return DirectoryDoubt.CANARY_MISSING, own.participant
        if not there:
            return DirectoryDoubt.CANARY_UNCERTAIN, own.words
        try:
            anybody = self._directory.is_known(f"9999:{uuid.uuid4()}")
        except (AccessPointError, LocatorSilent, NotUnderstood, ValueError) as fault:
            return DirectoryDoubt.CANARY_UNCERTAIN, str(fault)
        return (DirectoryDoubt.ANSWERS_ANYBODY, "") if anybody else (None, "")


_CONFIRMED_MAX: Final = 1_000
