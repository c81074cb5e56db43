"""Whether the directory's no counts: what an attempt comes to that the directory said no to, over all receivers.

One receiver that is not registered is a fact about it; half of them within the hour is one about the directory. So
a no counts until no was said of more receivers in an hour than is likely, and while it does not count messages wait,
lose no attempt, and somebody is told. The way out is the directory's own better answer, or a person who says that it
is right (`believe`). `lookup.confirmed` judges one answer at a time; here all of them are weighed, in the transaction
that notes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from foundation import leases
from foundation.backoff import Watch
from foundation.sql import Session
from peppol.access_points.protocol import PeerVerdict
from peppol.exchange import directory_store
from peppol.exchange.directory_store import ASK_AGAIN, IN_DOUBT, DoubtRow
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.receiver_queues import AttemptResult
from peppol.exchange.tables import OutState
from peppol.lookup.doubts import NOT_TAKEN, DirectoryDoubt

DIRECTORY: Final = "lookup"
"""What the journal calls the directory; an installation has one."""

WINDOW: Final = timedelta(hours=1)
"""Over how long answers are counted."""

BELIEVED: Final = timedelta(hours=1)
"""For how long a person's word holds that the directory is right."""

_RESTS: Final = Watch(timedelta(minutes=1), longest=timedelta(minutes=15), gives_up=timedelta.max)


@dataclass(frozen=True, slots=True)
class LikelyNo:
    """Of how many receivers the directory may say no in an hour: `least` whatever their share, `share` percent."""

    least: int = 5
    share: int = 20

    def is_exceeded(self, no: int, answered: int) -> bool:
        """Whether so many no of so many receivers answered about are more than is likely.

        >>> LikelyNo().is_exceeded(5, 5), LikelyNo().is_exceeded(6, 6), LikelyNo().is_exceeded(6, 30)
        (False, True, False)
        """
        return no > self.least and 100 * no > self.share * answered


USUAL: Final = LikelyNo()
"""What is likely unless the installation says otherwise."""


@dataclass(frozen=True, slots=True)
class DoubtTurn:
    """What a round meant to the trust in the directory: it was lost, it came back, or it stayed as it was."""

    tried: Sequence[AttemptResult]
    began: str = ""
    ended: bool = False


def is_asked_about(message: OutboundMessage) -> bool:
    """Whether the directory is asked before this attempt: before the first, and as long as no attempt was made."""
    return not message.attempts or message.outcome in (IN_DOUBT, ASK_AGAIN)


def weigh(session: Session, tried: Sequence[AttemptResult], *, likely: LikelyNo, now: datetime) -> DoubtTurn:
    """The attempts as they count, and what they meant to the trust in the directory."""
    asked = {each.message.receiver: each.looked_up for each in tried if each.looked_up is not None}
    answered = {
        receiver: verdict.value
        for receiver, verdict in asked.items()
        if verdict is not PeerVerdict.CANNOT_TELL
    }
    said_no = [each for each in tried if each.said_no]
    waited = any(each.message.outcome == IN_DOUBT for each in tried)
    if not answered and not waited:
        return DoubtTurn(tried)
    if not said_no and not waited:
        directory_store.note_answers(session, answered, at=now)
        return DoubtTurn(tried)
    row = directory_store.locked(session)
    directory_store.note_answers(session, answered, at=now)
    reason, words = ("", "") if _is_believed(row, now) else _reason(session, said_no, likely, now)
    if reason:
        return _doubted(session, row, tried, reason, words, now)
    weighed = [_counts(each) if each.said_no else each for each in tried]
    # Silence says nothing of the directory, but what waited leaves by it, and a doubt that holds up nothing is none.
    tried_now = [each.message.sequence for each in tried]
    ended = row.doubted_at is not None and (
        bool(answered) or not directory_store.others_wait(session, tried_now)
    )
    if ended:
        directory_store.change(session, doubted_at=None, reason="", words="", alarmed_at=None)
        directory_store.hurry(session)
    return DoubtTurn(weighed, ended=ended)


def _is_believed(row: DoubtRow, now: datetime) -> bool:
    """Whether a person's word holds now; one that was given by a clock that was ahead holds no longer than another."""
    until = row.believed_until
    return until is not None and now < until <= now + BELIEVED + leases.SLACK


def _reason(
    session: Session, said_no: Sequence[AttemptResult], likely: LikelyNo, now: datetime
) -> tuple[str, str]:
    """Why no no counts now, in one word and in the directory's own; nothing where it does."""
    for each in said_no:
        if each.doubt:
            return each.doubt, each.answer
    if not said_no:
        return "", ""
    said = directory_store.answers_since(session, now - WINDOW, now=now)
    no = sum(many for verdict, many in said.items() if verdict != PeerVerdict.TAKES)
    answered = sum(said.values())
    return (DirectoryDoubt.MANY, f"{no}/{answered}") if likely.is_exceeded(no, answered) else ("", "")


def _doubted(
    session: Session, row: DoubtRow, tried: Sequence[AttemptResult], reason: str, words: str, now: datetime
) -> DoubtTurn:
    began = row.doubted_at is None
    since = row.doubted_at or now
    directory_store.change(session, doubted_at=since, reason=reason, words=words)
    rest = _RESTS.rest_after(max(now - since, timedelta()))
    weighed = [
        replace(each, outcome=IN_DOUBT, state=OutState.WAITING, answer=each.answer or words, rest=rest)
        if each.said_no
        else each
        for each in tried
    ]
    return DoubtTurn(weighed, began=reason if began else "")


def _counts(tried: AttemptResult) -> AttemptResult:
    """A no that counts: the message lies in the portal."""
    said = tried.said_no
    assert said is not None  # noqa: S101 - asked for by the caller
    return replace(tried, outcome=said.value, state=OutState.IN_PORTAL, rest=None)


def believe(session: Session, *, by: str, now: datetime) -> DoubtRow | None:
    """A person says that the directory's no is right, for an hour; how it stood, None where nothing is doubted."""
    row = directory_store.locked(session)
    if row.doubted_at is None:
        return None
    directory_store.change(session, believed_until=now + BELIEVED, believed_by=by)
    directory_store.hurry(session)
    return row


def no_of(verdict: PeerVerdict, said: PeerVerdict | None) -> PeerVerdict | None:
    """The no in a verdict, believed or not; None for a yes and for no answer."""
    if verdict in NOT_TAKEN:
        return verdict
    return said if verdict is PeerVerdict.NO_IN_DOUBT else None
