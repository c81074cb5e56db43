"""Working the queue: taking something, handing it over, and commenting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.journal_entries import SubjectKind
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.documents import decider_store
from invoicing.exceptions import worklist_store
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.journal_actions import DeskAction, InvoicingSubject
from orders.journal_actions import OrdersSubject
from peppol.journal_actions import ExchangeSubject

#: What the journal calls each; of a credit note, too, it says invoice.
SUBJECT_KINDS: Mapping[WorkKind, SubjectKind] = {
    WorkKind.DOCUMENT: InvoicingSubject.INVOICE,
    WorkKind.MESSAGE_IN: ExchangeSubject.MESSAGE_IN,
    WorkKind.MESSAGE_OUT: ExchangeSubject.MESSAGE_OUT,
    WorkKind.EVENT: OrdersSubject.EVENT,
}

_COMMENT_LONGEST: Final = 2000


def hand_over(session: Session, kind: WorkKind, item_id: int, *, to: str, by: str, at: datetime) -> None:
    """Let a person have something (`to` empty: let it go). Taking is handing over to oneself."""
    before = worklist_store.set_owner(session, kind, item_id, to=to, at=at)
    if before != to:
        journal.record(
            session, by, DeskAction.HANDED_OVER, SUBJECT_KINDS[kind].of(item_id), was=before, to=to
        )
        _note_decision(session, kind, item_id, by, DeskAction.HANDED_OVER)


def comment(session: Session, kind: WorkKind, item_id: int, text: str, *, by: str, at: datetime) -> None:
    """Write a comment. Raises Refused for an empty one, or one with a personal number in it."""
    asked = Text("Skriv kommentaren först.")
    words = kept_words.kept(text, Refused, asked=asked, longest=_COMMENT_LONGEST, in_lines=True)
    worklist_store.add_comment(session, kind, item_id, words, by=by, at=at)
    journal.record(session, by, DeskAction.COMMENTED, SUBJECT_KINDS[kind].of(item_id))
    _note_decision(session, kind, item_id, by, DeskAction.COMMENTED)


def _note_decision(session: Session, kind: WorkKind, item_id: int, person: str, decision: DeskAction) -> None:
    if kind is WorkKind.DOCUMENT:
        decider_store.note(session, item_id, person, decision)
