"""What the simulated access point does wrong, and when: pure decisions, the same for the same seed.

Whether a rule strikes depends on the seed, the rule, the message and how many times this message
has been at this verb, and on nothing else: not on the clock, not on the order of requests. So
a run with two workers meets the same faults as a run with one.
"""

import hashlib
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Fault(StrEnum):
    """Everything that may go wrong."""

    DELAY = "delay"  # wait `seconds` before doing it
    DOWN = "down"  # cut the connection, nothing done
    ANSWER_500 = "answer-500"  # say 500, nothing done
    NOT_NOW = "not-now"  # say 503 with Retry-After, nothing done
    LOSE_REPLY = "lose-reply"  # do it, then cut the connection
    REJECT = "reject"  # submit: the receiver says no for good
    PEER_ERROR = "peer-error"  # submit: the receiver's access point answers with an error that may pass
    HOLD = "hold"  # submit: accepted, and not sent on until released
    DELIVER_TWICE = "deliver-twice"  # submit: the receiver gets the message twice
    CORRUPT = "corrupt"  # fetch: the bytes are damaged
    REORDER = "reorder"  # list: in another order


class Verb(StrEnum):
    """What is asked of the access point."""

    SUBMIT = "submit"
    STATUS = "status"
    LIST = "list"
    FETCH = "fetch"
    ACKNOWLEDGE = "acknowledge"
    LOOKUP = "lookup"


_WHERE = {
    Fault.REJECT: (Verb.SUBMIT,),
    Fault.PEER_ERROR: (Verb.SUBMIT,),
    Fault.HOLD: (Verb.SUBMIT,),
    Fault.DELIVER_TWICE: (Verb.SUBMIT,),
    Fault.CORRUPT: (Verb.FETCH,),
    Fault.REORDER: (Verb.LIST,),
}


class FaultRule(BaseModel):
    """One fault switched on: `on` which verbs (none named: wherever it can happen), for which share of the messages.

    `first` limits it to the first so many times a message comes (0: every time). `receiver` limits
    it to one participant's messages. `seconds` belongs to DELAY and NOT_NOW.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: Fault
    on: tuple[Verb, ...] = ()
    share: float = Field(default=1.0, ge=0, le=1)
    first: int = Field(default=0, ge=0)
    receiver: str = ""
    seconds: float = Field(default=0, ge=0, le=600)

    def about(self, verb: Verb) -> bool:
        """Whether the rule can strike at this verb."""
        return verb in (self.on or tuple(Verb)) and verb in _WHERE.get(self.fault, tuple(Verb))

    def strikes(self, *, seed: int, letter: str, attempt: int, receiver: str) -> bool:
        """Whether it strikes this message the `attempt`th time (from 1)."""
        if self.first and attempt > self.first:
            return False
        if self.receiver and receiver and self.receiver != receiver:
            return False
        return share_of(seed, self.fault, letter, str(attempt)) < self.share


def share_of(seed: int, *what: str) -> float:
    """A number from 0 to just below 1 that is always the same for the same seed and words."""
    digest = hashlib.sha256("|".join((str(seed), *what)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def damaged(body: bytes, *, seed: int, letter: str) -> bytes:
    """The bytes with their end cut off and one of them changed, the same way every time."""
    if len(body) < 2:
        return b""
    kept = bytearray(body[: max(1, int(len(body) * (0.5 + share_of(seed, "cut", letter) / 2)))])
    kept[int(share_of(seed, "where", letter) * len(kept))] ^= 0x5A
    return bytes(kept)
