"""What each answer of the ledger's, and each thing a person does, comes to by what is known of the voucher. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from bookkeeping.ledger_answer_store import LedgerAnswer, LedgerOutcome


class LedgerStep(StrEnum):
    """What may be said of a voucher, or done about it."""

    BOOKED = "BOOKED"  # by the ledger, as it said before if it did
    BOOKED_AS_ANOTHER = "BOOKED_AS_ANOTHER"  # another number than the one it is booked as
    REFUSED = "REFUSED"
    TOLD_BEFORE = "TOLD_BEFORE"  # word for word, and not of what was sent since
    SENT_AGAIN = "SENT_AGAIN"
    NOTED_BOOKED = "NOTED_BOOKED"  # by a person, who booked it by hand


class Effect(StrEnum):
    """What comes of it."""

    KEPT = "KEPT"  # it is the last word from now
    NOTHING = "NOTHING"
    CONTRADICTS = "CONTRADICTS"  # it is refused, and what was known holds


_S = LedgerStep
_K, _N, _C = Effect.KEPT, Effect.NOTHING, Effect.CONTRADICTS
EFFECTS: Final[Mapping[LedgerOutcome | None, Mapping[LedgerStep, Effect]]] = {
    # Only what was refused is sent again. What nobody answers has a way out too: it is noted by hand.
    None: {
        _S.BOOKED: _K,
        _S.BOOKED_AS_ANOTHER: _K,
        _S.REFUSED: _K,
        _S.TOLD_BEFORE: _N,
        _S.SENT_AGAIN: _C,
        _S.NOTED_BOOKED: _K,
    },
    LedgerOutcome.REFUSED: {
        _S.BOOKED: _K,
        _S.BOOKED_AS_ANOTHER: _K,
        _S.REFUSED: _K,
        _S.TOLD_BEFORE: _N,
        _S.SENT_AGAIN: _K,
        _S.NOTED_BOOKED: _K,
    },
    LedgerOutcome.SENT_AGAIN: {
        _S.BOOKED: _K,
        _S.BOOKED_AS_ANOTHER: _K,
        _S.REFUSED: _K,
        _S.TOLD_BEFORE: _N,
        _S.SENT_AGAIN: _C,
        _S.NOTED_BOOKED: _K,
    },
    # Nothing takes back what is booked.
    LedgerOutcome.BOOKED: {
        _S.BOOKED: _K,
        _S.BOOKED_AS_ANOTHER: _C,
        _S.REFUSED: _C,
        _S.TOLD_BEFORE: _N,
        _S.SENT_AGAIN: _C,
        _S.NOTED_BOOKED: _C,
    },
}
"""What each step comes to by the last word about the voucher; None where there is none."""


def step_of(answer: LedgerAnswer, told: Sequence[LedgerAnswer]) -> LedgerStep:
    """What an answer of the ledger's says after all that was told of its voucher, the oldest first.

    The same words twice are one answer, unless the voucher was sent again meanwhile: a refusal of that day or later may
    be of what was sent then, and is never passed over.
    """
    last = told[-1] if told else None
    is_of_new = (
        last is not None
        and last.outcome is LedgerOutcome.SENT_AGAIN
        and answer.answered_on >= last.answered_on
    )
    if answer in told and not is_of_new:
        return LedgerStep.TOLD_BEFORE
    if answer.outcome is LedgerOutcome.REFUSED:
        return LedgerStep.REFUSED
    is_booked = last is not None and last.outcome is LedgerOutcome.BOOKED
    if last is not None and is_booked and last.ledger_number != answer.ledger_number:
        return LedgerStep.BOOKED_AS_ANOTHER
    return LedgerStep.BOOKED


def effect(step: LedgerStep, told: Sequence[LedgerAnswer]) -> Effect:
    """What a step comes to after all that was told of the voucher."""
    return EFFECTS[told[-1].outcome if told else None][step]
