"""What a person may do about the post: send a message of ours again, have one to us read or fetched again, or leave it.

Used by the command line and by the buyer's pages; each is one transaction with its line in the journal.
"""

from foundation import journal
from foundation.database import Database
from foundation.errors import NotFound, Refused
from foundation.sql import Session
from foundation.text import Text
from operations import message_queries
from peppol.exchange import inbox, outbox, unfetched_store
from peppol.exchange.laid_aside import LaidAsideReason
from peppol.exchange.tables import OUT_WORDS, UNFETCHED_FOLLOWS, OutState, UnfetchedState
from peppol.exchange.unfetched_store import UnfetchedArrival
from peppol.journal_actions import ExchangeSubject, MessageAction


def send_again(database: Database, number: int, *, by: str) -> str:
    """Let a message of ours be sent once more, on a person's word; its instance identifier. Raises Refused."""
    with database.writing() as session:
        message = message_queries.message_out(session, number)
        if message is None:
            raise no_message(number)
        instance_id = outbox.send_again(session, number)
        if instance_id is None:
            raise _not_again(number, message.state)
        journal.record(
            session,
            by,
            MessageAction.RESENT,
            ExchangeSubject.MESSAGE.of(number),
            kind=message.kind,
            document=message.document_id,
            was=message.state.value,
            instance_id=instance_id,
        )
    return instance_id


def read_again(database: Database, letter_id: int, *, by: str) -> None:
    """Let a message that failed or lies in quarantine be read again, on a person's word. Raises Refused."""
    with database.writing() as session:
        was = inbox.replay(session, letter_id)
        if was is None:
            raise Refused(
                Text(
                    "Meddelande %(letter_id)s kan inte läsas om: det finns inte, är redan hanterat eller "
                    "ligger åt sidan. Se det med: billing inbox show %(letter_id)s",
                    letter_id=letter_id,
                ),
            )
        journal.record(
            session, by, MessageAction.REPLAYED, ExchangeSubject.MESSAGE_REPLAYED.of(letter_id), was=was.value
        )


def lay_aside(database: Database, letter_id: int, reason: LaidAsideReason, *, by: str) -> None:
    """Note that a person has dealt with a message that lies aside. Raises Refused."""
    with database.writing() as session:
        was = inbox.lay_aside(session, letter_id, reason, by=by, at=database.clock())
        if was is None:
            raise Refused(
                Text(
                    "Meddelande %(letter_id)s kan inte läggas till handlingarna: det finns inte, är redan hanterat "
                    "eller är redan lagt dit. Se det med: billing inbox show %(letter_id)s",
                    letter_id=letter_id,
                )
            )
        subject = ExchangeSubject.MESSAGE_REPLAYED.of(letter_id)
        told = {"was": was.value, "reason": reason.value}
        journal.record(session, by, MessageAction.LAID_ASIDE, subject, **told)


def fetch_again(database: Database, number: int, *, by: str) -> None:
    """Let what could not be fetched be tried at the next collecting. Raises Refused."""
    with database.writing() as session:
        one = _unfetched(session, number)
        if one.state is UnfetchedState.LEFT_THERE:
            unfetched_store.move(session, one, UnfetchedState.WAITING, due_at=None, ended_by="")
        else:
            UNFETCHED_FOLLOWS.check(
                Text("Hämtning %(number)s", number=number), one.state, UnfetchedState.LEFT_THERE
            )
            unfetched_store.change(session, number, due_at=None)
        about = ExchangeSubject.ARRIVAL.of(number)
        journal.record(session, by, MessageAction.FETCH_AGAIN, about, was=one.state.value, code=one.code)


def leave_there(database: Database, number: int, *, by: str) -> None:
    """Note that a person has dealt with what could not be fetched: it is not tried again, until it changes.

    Raises Refused. It lies whole where it lies; nothing is taken away.
    """
    with database.writing() as session:
        one = _unfetched(session, number)
        unfetched_store.move(session, one, UnfetchedState.LEFT_THERE, ended_by=by)
        about = ExchangeSubject.ARRIVAL.of(number)
        journal.record(session, by, MessageAction.LEFT_THERE, about, code=one.code)


def _unfetched(session: Session, number: int) -> UnfetchedArrival:
    found = unfetched_store.numbered(session, number)
    if found is None:
        raise NotFound(
            Text(
                "Det finns inget ohämtat %(number)s. Se vilka som finns med: billing post unfetched",
                number=number,
            )
        )
    return found


def no_message(number: int) -> NotFound:
    """There is no such message of ours."""
    return NotFound(
        Text(
            "Det finns inget meddelande %(number)s från oss. Se vilka som finns med: billing post list",
            number=number,
        ),
    )


def _not_again(number: int, state: OutState) -> Refused:
    return Refused(
        Text(
            "Meddelande %(number)s har läget ”%(state)s” och skickas inte igen: bara det som fastnat, "
            "avvisats eller ligger i portalen kan skickas om, och ett avvisat meddelande en gång.",
            number=number,
            state=OUT_WORDS[state],
        ),
    )
