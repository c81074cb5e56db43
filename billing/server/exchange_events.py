"""What the system does when a message or an access point meets something people should hear of.

Called in the transaction that notes it: a line in the journal, and for an order that cannot be
sent a mail to the supplier, so that all of it happens or nothing.
"""

from collections.abc import Sequence

from accounts import mailing
from foundation import journal
from foundation.sql import Session, moment_of
from foundation.written.fitted import shown
from peppol.exchange.directory_doubt import DIRECTORY
from peppol.exchange.directory_store import ASK_AGAIN
from peppol.exchange.sending import DeliveryEvent
from peppol.identifiers import DocumentKind
from peppol.journal_actions import DirectoryAction, ExchangeSubject, MessageAction


def tell(session: Session, events: Sequence[DeliveryEvent]) -> None:
    """Write each event in the journal; tell the supplier of an order that lies in the portal."""
    for event in events:
        message = event.message
        if message is None and isinstance(event.action, DirectoryAction):
            about = ExchangeSubject.DIRECTORY.of(DIRECTORY)
            journal.record(session, journal.SYSTEM, event.action, about, reason=event.words)
            continue
        if message is None:
            about = ExchangeSubject.ACCESS_POINT.of(event.words)
            miss = event.miss
            told = {} if miss is None else {"code": miss.code, "host": miss.host, "verb": miss.verb}
            journal.record(session, journal.SYSTEM, event.action, about, **told)
            continue
        journal.record(
            session,
            journal.SYSTEM,
            event.action,
            ExchangeSubject.MESSAGE.of(message.sequence),
            kind=message.kind,
            document=message.document_id,
            about=message.about,
            instance_id=message.instance_id,
            answer=shown(event.words, 200),
        )
        moment = moment_of(session)
        if (
            event.action is MessageAction.IN_PORTAL
            and message.kind == DocumentKind.ORDER
            # Sent again and answered as before: the supplier was told the first time.
            and message.outcome != ASK_AGAIN
            and moment is not None
        ):
            mailing.put_about_order(
                session, message.recipient, "order-in-portal", message.document_id, at=moment
            )
