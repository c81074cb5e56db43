"""Sending again, many at once, what the directory's no has laid in the portal: the list first, then the chosen or all.

The directory is asked anew about each before it is sent, and the access point whether it has it already, as before
every repeat. An order that the supplier has invoiced in the portal meanwhile is left there, and is said.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from foundation import journal
from foundation.database import Database
from foundation.sql import Session
from operations.directory import diverted_queries
from operations.directory.diverted_queries import DivertedMessage
from peppol.exchange import outbox
from peppol.exchange.tables import OutState
from peppol.journal_actions import ExchangeSubject, MessageAction

SHOWN_MOST = 500
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What came of it: messages sent again, those left since their order is invoiced, numbers that lie elsewhere."""

    sent: Sequence[DivertedMessage]
    invoiced: Sequence[DivertedMessage]
    elsewhere: Sequence[int] = ()


def listed(session: Session, *, at_most: int = SHOWN_MOST) -> Sequence[DivertedMessage]:
    """What lies in the portal on the directory's word, the oldest first."""
    return diverted_queries.diverted(session, at_most=at_most)


def send_again(database: Database, numbers: Collection[int] | None, *, by: str) -> SentAgain:
    """Send the messages of these numbers again, or all where it is None; a few hundred in each transaction.

    Broken off, it is done as far as it came, and pressing again goes on.
    """
    with database.reading() as session:
        most = diverted_queries.count(session) if numbers is None else len(numbers)
        found = diverted_queries.diverted(session, at_most=most, numbers=numbers)
    sent: list[DivertedMessage] = []
    invoiced: list[DivertedMessage] = []
    for start in range(0, len(found), _AT_ONCE):
        some = [each.sequence for each in found[start : start + _AT_ONCE]]
        with database.writing() as session:
            # Looked at again where it is decided: the supplier may have pressed in between.
            for each in diverted_queries.diverted(session, at_most=_AT_ONCE, numbers=some):
                if each.is_invoiced:
                    invoiced.append(each)
                elif _again(session, each, by=by):
                    sent.append(each)
    seen = {each.sequence for each in (*sent, *invoiced)}
    return SentAgain(sent, invoiced, sorted(set(numbers or ()) - seen))


def _again(session: Session, message: DivertedMessage, *, by: str) -> bool:
    instance_id = outbox.send_again(session, message.sequence, ask_directory=True)
    if instance_id is None:
        return False
    journal.record(
        session,
        by,
        MessageAction.RESENT,
        ExchangeSubject.MESSAGE.of(message.sequence),
        kind=message.kind,
        document=message.document_id,
        was=OutState.IN_PORTAL.value,
        instance_id=instance_id,
    )
    return True
