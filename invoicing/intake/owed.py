"""The answers we owe: written by the worker in a step of their own, or once more on a person's word.

Convention: what a worker cannot write is stuck and alarmed about; what a person has written again is written from how
things stand then. Nobody to answer is an answer given: the message lies aside, is shown, and an alarm tells of it.
"""

from datetime import date

from foundation import journal
from foundation.database import Database
from foundation.errors import NotFound, Refused
from foundation.journal_entries import JournalSubject
from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import expected_credit_store, facts_loading
from invoicing.documents import store as document_store
from invoicing.intake import message_answers
from invoicing.journal_actions import document_subject
from invoicing.responses import kept_words, responding
from invoicing.responses.response_documents import UNDER_QUERY, Announcement, Question
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import inbox_store, owed_answer_store
from peppol.exchange.laid_aside import LaidAsideReason
from peppol.exchange.owed_answer_store import OwedAnswer
from peppol.exchange.owed_answers import place_of
from peppol.exchange.tables import OwedState
from peppol.journal_actions import ExchangeSubject, MessageAction

_AT_ONCE = 200


def answer_due(database: Database, *, today: date) -> int:
    """Write every answer that is due, each in a transaction of its own; how many were looked at.

    Nothing here is tried for ever: what fails is stuck, with its error, until a person looks.
    """
    with database.reading() as session:
        due = owed_answer_store.in_state(session, OwedState.DUE, limit=_AT_ONCE)
    for owed in due:
        try:
            with database.writing() as session:
                register = register_store.load(session)
                _write(session, register, owed, today=today)
        except Exception as error:
            with database.writing() as session:
                owed_answer_store.note(session, owed.about, OwedState.STUCK, error=place_of(error))
                subject = _subject(session, owed)
                told = place_of(error)
                journal.record(session, journal.SYSTEM, MessageAction.UNANSWERABLE, subject, error=told)
    return len(due)


def write_again(session: Session, number: int, *, today: date, by: str) -> OwedAnswer | None:
    """Have an answer that could not be written written once more; None where it is given now, else why it is not.

    Raises NotFound, and Refused where none is owed.
    """
    owed = _stuck(session, number)
    subject = _subject(session, owed)
    _write(session, register_store.load(session), owed, today=today)
    journal.record(session, by, MessageAction.ANSWER_TRIED, subject, kind=owed.kind)
    return owed_answer_store.open_about(session, owed.about)


def lay_aside(session: Session, number: int, reason: LaidAsideReason, *, by: str) -> None:
    """Note that a person has decided that the answer is not needed. Raises NotFound and Refused."""
    owed = _stuck(session, number)
    owed_answer_store.lay_aside(session, owed, by=by, reason=reason)
    journal.record(session, by, MessageAction.ANSWER_LAID_ASIDE, _subject(session, owed), reason=reason.value)


def _stuck(session: Session, number: int) -> OwedAnswer:
    owed = owed_answer_store.numbered(session, number)
    if owed is None:
        raise NotFound(
            Text(
                "Det finns inget obesvarat %(number)s. Se vilka som finns med: billing post owed",
                number=number,
            )
        )
    if owed.state is not OwedState.STUCK:
        raise Refused(Text("Svar %(number)s är redan skrivet eller lagt till handlingarna.", number=number))
    return owed


def _write(session: Session, register: Register, owed: OwedAnswer, *, today: date) -> None:
    """Write one; whoever turns out to have nobody to be told, or nothing new to say, is done with."""
    if owed.letter_id is not None:
        message = inbox_store.get(session, owed.letter_id)
        if message is not None:
            message_answers.about_message(session, register, message, today=today)
    elif owed.document_id is not None:
        _document(session, register, owed.document_id, kept_words.said_in(owed.said), today=today)
    left = owed_answer_store.open_about(session, owed.about)
    if left == owed:
        owed_answer_store.given(session, owed.about)


def _document(
    session: Session,
    register: Register,
    invoice_id: int,
    said: Question | Announcement | None,
    *,
    today: date,
) -> None:
    """Answer a document in our books as it stands now, in the words that a person meant it to have."""
    invoice = document_store.lock(session, invoice_id)
    supplier = facts_loading.registered(register, invoice.supplier)
    judged = document_store.matches(session, invoice.id)
    deviations = judged[-1][1].deviations if judged else ()
    if isinstance(said, Announcement):
        answered = responding.withdraw_rejection(session, register, invoice, today=today, supplier=supplier)
    else:
        code = responding.code_for(invoice.state, deviations, register.policy)
        answered = responding.answer(
            session,
            register,
            invoice,
            UNDER_QUERY if said is not None else code,
            deviations,
            today=today,
            supplier=supplier,
            question=said,
            expected=expected_credit_store.open_for(session, invoice.id),
        )
    if answered != invoice.answered:
        document_store.set_answered(session, invoice.id, answered)


def _subject(session: Session, owed: OwedAnswer) -> JournalSubject:
    if owed.document_id is None:
        return ExchangeSubject.MESSAGE.of(owed.letter_id or 0)
    return document_subject(document_store.by_id(session, owed.document_id).document_type, owed.document_id)
