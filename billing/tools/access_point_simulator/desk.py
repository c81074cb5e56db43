"""The simulated access point's desk: every shape hands its messages in here, and asks here for faults.

A handler runs in a thread of its own, so it may wait. `Cut` ends a request without an answer;
`Wrong` ends it with a status and words. What is done before either stays done.
"""

import hashlib
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import unquote

from billing.tools.access_point_simulator.authority import SimulatedAuthority
from billing.tools.access_point_simulator.faults import Fault, FaultRule, Verb
from billing.tools.access_point_simulator.store import Handed, LetterState, Store
from peppol.envelope import envelope, header, opening
from peppol.identifiers import (
    DOCUMENT_SCHEME,
    PARTICIPANT_SCHEME,
    PROCESS_SCHEME,
    UBL_NAMESPACE,
    InvalidIdentifier,
    ParticipantId,
)
from peppol.xml.gate_errors import GateRefused

Repeats = Literal["answer", "refuse", "deliver"]
"""What is done with an instance identifier that came before: the same answer, a refusal, or a second delivery."""


class Cut(Exception):
    """The connection ends here, without an answer."""


class Wrong(Exception):
    """The request ends with this status and these words."""

    def __init__(self, status: int, words: str, *, retry_after: int | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SimulatedResult:
    """What became of a message handed in: one of the message's states, `unknown-receiver`, `repeat` or `conflict`."""

    instance_id: str
    outcome: str
    words: str = ""
    repeated: bool = False


class Desk:
    """One simulated access point over its `store`; the same `seed` makes the same faults."""

    def __init__(self, store: Store, *, seed: int = 1, repeats: Repeats = "answer", token: str) -> None:
        self.store = store
        self.seed = seed
        self.repeats = repeats
        self.token = token
        self.authority = SimulatedAuthority(store.folder)

    # --- faults -----------------------------------------------------------------------------------

    def strikes(self, verb: Verb, letter: str, receiver: str = "") -> dict[Fault, FaultRule]:
        """Which faults strike this message now; asking counts as one visit."""
        about = [rule for rule in self.store.rules() if rule.about(verb)]
        if not about:
            return {}
        attempt = self.store.count_visit(verb, letter)
        return {
            rule.fault: rule
            for rule in about
            if rule.strikes(seed=self.seed, letter=letter, attempt=attempt, receiver=receiver)
        }

    @contextmanager
    def visited(self, verb: Verb, letter: str, receiver: str = "") -> Iterator[dict[Fault, FaultRule]]:
        """Do what is inside, between the faults that come before it and those that come after."""
        struck = self.strikes(verb, letter, receiver)
        if Fault.DELAY in struck:
            time.sleep(struck[Fault.DELAY].seconds)
        if Fault.DOWN in struck:
            raise Cut
        if Fault.ANSWER_500 in struck:
            raise Wrong(500, "simulated fault")
        if Fault.NOT_NOW in struck:
            raise Wrong(503, "simulated: not now", retry_after=int(struck[Fault.NOT_NOW].seconds))
        yield struck
        if Fault.LOSE_REPLY in struck:
            raise Cut

    # --- messages ----------------------------------------------------------------------------------

    def submit(self, handed: Handed, *, keeps: bool = False) -> SimulatedResult:
        """Take a message and send it on, or say why not; an access point that `keeps` messages goes on by itself."""
        with self.visited(Verb.SUBMIT, handed.instance_id, handed.receiver) as struck:
            return self._submitted(handed, struck, keeps=keeps)

    def try_again(self, instance_id: str) -> None:
        """What an access point with a memory does by itself: a message that failed is sent once more."""
        held = self.store.letter(instance_id)
        if held is None or held.state != LetterState.FAILED:
            return
        handed = Handed(
            held.instance_id,
            held.sender,
            held.receiver,
            held.document_type,
            held.process,
            held.body,
            held.sha256,
        )
        self._submitted(
            handed,
            self.strikes(Verb.SUBMIT, handed.instance_id, handed.receiver),
            keeps=True,
            by_itself=True,
        )

    def _submitted(
        self, handed: Handed, struck: dict[Fault, FaultRule], *, keeps: bool, by_itself: bool = False
    ) -> SimulatedResult:
        repeats = self.repeats
        if keeps and repeats == "answer":
            # It knows its own messages by another number, and sends on whatever it is handed.
            repeats = "deliver"
        if not self._registered(handed):
            return self._without_endpoint(handed, keeps=keeps, repeats=repeats, by_itself=by_itself)
        state, words = LetterState.SENT, ""
        if Fault.REJECT in struck:
            state = LetterState.FAILED if keeps else LetterState.REJECTED
            words = "EBMS:0004 PEPPOL:NOT_SERVICED"
        elif Fault.PEER_ERROR in struck:
            state, words = LetterState.FAILED, "EBMS:0004 The incoming Peppol message could not be processed."
        elif Fault.HOLD in struck:
            state = LetterState.PENDING
        copies = 2 if Fault.DELIVER_TWICE in struck else 1
        taken = self.store.hand_in(
            handed, state=state, copies=copies, words=words, repeats=repeats, by_itself=by_itself
        )
        if taken == "taken":
            return SimulatedResult(handed.instance_id, state, words)
        if taken == "conflict" and repeats != "deliver":
            return SimulatedResult(
                handed.instance_id, "conflict", "the instance identifier was used for other bytes"
            )
        held = self.store.letter(handed.instance_id)
        was = str(held.state) if held is not None else LetterState.SENT
        if self.repeats == "refuse":
            return SimulatedResult(
                handed.instance_id, "repeat", "the instance identifier was used before", True
            )
        return SimulatedResult(handed.instance_id, was, str(held.words) if held is not None else "", True)

    def _without_endpoint(
        self, handed: Handed, *, keeps: bool, repeats: Repeats, by_itself: bool
    ) -> SimulatedResult:
        """The register leads nowhere; one with a memory tries again, but not for somebody who is not in the locator."""
        known = bool(self.store.capabilities(handed.receiver))
        words = "Failed to resolve SMP endpoint" if known else "Failed to resolve participant in the SML"
        if keeps:
            state = LetterState.FAILED if known else LetterState.GIVEN_UP
            self.store.hand_in(
                handed, state=state, copies=0, words=words, repeats=repeats, by_itself=by_itself
            )
        return SimulatedResult(handed.instance_id, "unknown-receiver", words)

    def _registered(self, handed: Handed) -> bool:
        wanted = (handed.receiver, handed.document_type, handed.process)
        return wanted in self.store.capabilities(handed.receiver)


# --- messages as they are handed in ------------------------------------------------------------------------


def read_envelope(body: bytes) -> Handed:
    """A message with its envelope. Raises `Wrong` 400 for one whose envelope cannot be read."""
    opened = opening.unwrap(body)
    written = opened.envelope
    if written is None:
        rules = ", ".join(sorted({each.rule for each in opened.findings})) or "no envelope"
        raise Wrong(400, f"the envelope cannot be read: {rules}")
    return Handed(
        written.instance_id.lower(),
        str(written.sender),
        str(written.receiver),
        written.document_type_id,
        written.process_id,
        body,
        hashlib.sha256(body).hexdigest(),
    )


def put_in_envelope(
    body: bytes, path: tuple[str, str, str, str, str], *, instance_id: str = "", mls_to: str = ""
) -> Handed:
    """A bare document with the five values of its address. Raises `Wrong` 400 for what no envelope can hold."""
    sender, receiver, document_type, process, country = path
    identity = instance_id.lower() or str(uuid.uuid4())
    document_type = without_scheme(document_type, DOCUMENT_SCHEME)
    namespace, _, rest = document_type.partition("::")
    name, _, version = rest.partition("##")
    if not namespace.startswith(UBL_NAMESPACE) or not version:
        raise Wrong(400, "Failed to parse the document type ID")
    try:
        written = header.Envelope(
            sender=ParticipantId.parse(without_scheme(sender, PARTICIPANT_SCHEME)),
            receiver=ParticipantId.parse(without_scheme(receiver, PARTICIPANT_SCHEME)),
            document_type_id=document_type,
            process_id=without_scheme(process, PROCESS_SCHEME),
            instance_id=identity,
            standard=namespace,
            type_version=version.rpartition("::")[2],
            type=name,
            created_at=datetime.now(UTC).replace(microsecond=0),
            country_c1=country,
            mls_to=ParticipantId.parse(mls_to) if mls_to else None,
        )
        sealed = envelope.wrap(body, written)
    except (InvalidIdentifier, GateRefused) as wrong:
        raise Wrong(400, f"Failed to read the document or its address: {wrong}") from wrong
    return Handed(
        identity,
        str(written.sender),
        str(written.receiver),
        document_type,
        written.process_id,
        sealed,
        hashlib.sha256(body).hexdigest(),
    )


_SEPARATOR: Final = "::"


def without_scheme(value: str, scheme: str) -> str:
    """An identifier without the scheme in front of it, where it has that scheme."""
    return value.removeprefix(scheme + _SEPARATOR)


def participant_in(path: str) -> str:
    """The participant in an address, with or without scheme, escaped once too often or not."""
    return without_scheme(unquote(path), PARTICIPANT_SCHEME)
