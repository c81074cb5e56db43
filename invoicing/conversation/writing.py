"""Writing in the conversation about a document: the buyer's question, the supplier's answer, the buyer's word on it.

Convention: what is written is kept whole or refused with a sentence, and says who nobody is. A question leaves as an
Invoice Response as well (UQ), and stands here once it has left; until then it can be undone. A supplier that is asked
over Peppol answers with its next document or here; both are shown.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.conversation import files as conversation_files
from invoicing.conversation import message_store
from invoicing.conversation.files import FileGiven
from invoicing.conversation.message_store import Side
from invoicing.documents import journal, notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice

LONGEST: Final = 2_000
_ENDED: Final = (InvoiceState.PAID, InvoiceState.CREDITED, InvoiceState.SETTLED)


class MessageRefused(Refused):
    """The words are too few, too many, or about a document that is done with."""


def is_open(invoice: SupplierInvoice) -> bool:
    """Whether anything can still be said that matters to the document."""
    return invoice.state not in _ENDED


def note_question(session: Session, invoice: SupplierInvoice, words: str, *, by: str, at: datetime) -> None:
    """A question has left as an answer to the document: it stands in the conversation, and its supplier is mailed."""
    message_store.add(session, invoice.id, Side.BUYER, words, by=by, at=at)
    notice_store.lay(session, invoice.id, NoticeKind.QUESTION)


def answer(
    session: Session,
    invoice: SupplierInvoice,
    text: str,
    given: Sequence[FileGiven],
    *,
    by: str,
    at: datetime,
) -> int:
    """The supplier writes, and shows files. Raises MessageRefused, FileRefused and PersonalNumber."""
    number = _write(session, invoice, Side.SUPPLIER, text, given, by=by, at=at)
    journal.record(
        session, invoice, DocumentAction.SUPPLIER_WROTE, actor=by, message=str(number), files=str(len(given))
    )
    return number


def reply(
    session: Session,
    invoice: SupplierInvoice,
    text: str,
    given: Sequence[FileGiven],
    *,
    by: str,
    at: datetime,
    up_to: int | None = None,
) -> int:
    """The buyer writes; what the supplier has written, as far as it was shown, is read by that. Raises as `answer`."""
    message_store.note_read(session, invoice.id, by=by, at=at, up_to=up_to)
    number = _write(session, invoice, Side.BUYER, text, given, by=by, at=at)
    journal.record(
        session, invoice, DocumentAction.BUYER_WROTE, actor=by, message=str(number), files=str(len(given))
    )
    notice_store.lay(session, invoice.id, NoticeKind.QUESTION)
    return number


def read(
    session: Session, invoice: SupplierInvoice, *, by: str, at: datetime, up_to: int | None = None
) -> None:
    """Somebody at the buyer has read what the supplier wrote, as far as it was shown, and says nothing to it."""
    if message_store.note_read(session, invoice.id, by=by, at=at, up_to=up_to):
        journal.record(session, invoice, DocumentAction.CONVERSATION_READ, actor=by)


def _write(
    session: Session,
    invoice: SupplierInvoice,
    side: Side,
    text: str,
    given: Sequence[FileGiven],
    *,
    by: str,
    at: datetime,
) -> int:
    if not is_open(invoice):
        raise MessageRefused(
            Text("%(number)s är klar, och inget mer kan skrivas om den här.", number=invoice.number)
        )
    words = kept_words.kept(
        text,
        MessageRefused,
        asked=Text("Skriv ditt meddelande först."),
        longest=LONGEST,
        in_lines=True,
    )
    return message_store.add(
        session, invoice.id, side, words, by=by, at=at, files=conversation_files.examined(given)
    )
