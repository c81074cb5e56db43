"""A message kept aside, shown safely: why it lies there, what its sender was told, what the rules say of it, its bytes.

Nothing in a message is ever rendered as what it claims to be: the text is escaped, the file is a download of
plain bytes.
"""

from datetime import date

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.queue import READERS
from finance_desk.words import Names, may_act, supplier_name, told_words
from foundation.apart.confined import NoneFree, WorkEnded, WorkFailed
from foundation.database import Database
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import NO_TEXT, Language, Text
from invoicing.decisions import protected, protected_store
from invoicing.decisions.protected_store import ProtectedState
from invoicing.documents import reading as document_reading
from invoicing.exceptions import aside_queries, worklist_store
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.intake import owed
from invoicing.intake.queue import read_arrived
from invoicing.responses import received as responses_received
from invoicing.responses import store as response_store
from operations import exchange_actions, message_queries
from operations.event_loading import replay_unappliable
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import inbox_store, owed_answer_store, unfetched_store
from peppol.exchange.laid_aside import LAID_ASIDE_TEXTS, LaidAsideReason
from peppol.validation import apart
from web.access import signed_in
from web.csrf import form_of
from web.pages import database_of, language_of, pages_router, render, see_other, today_of
from web.validation_report import ValidationReport, reported

router = pages_router()
_P = Permission
_SHOWN = 40_000


@router.get("/finance/letters/{number}")
def message(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The message, whatever it is."""
    return _shown(request, person, number)


@router.post("/finance/letters/{number}/reveal")
def reveal(request: Request, number: int, person: Person = signed_in(_P.PROTECTED)) -> Response:
    """Open a protected message once, with a reason that the journal keeps."""
    database = database_of(request)
    _must_be_there(database, number)
    with database.writing() as session:
        protected.reveal_message(session, number, by=person.id, reason=_words(request))
    return _shown(request, person, number, revealed=True)


@router.post("/finance/letters/{number}/clear")
def clear(request: Request, number: int, person: Person = signed_in(_P.PROTECTED)) -> Response:
    """Note that nobody is named in a protected message, nor in the document it became, with a reason."""
    database = database_of(request)
    _must_be_there(database, number)
    with database.writing() as session:
        protected.clear(session, number, by=person.id, on=today_of(request), reason=_words(request))
    return see_other("/finance", Text("Uppgifterna hanteras nu som alla andra."))


@router.post("/finance/letters/{number}/protect")
def protect(request: Request, number: int, person: Person = signed_in(_P.PROTECTED)) -> Response:
    """Let a message, and what it became, be handled apart: somebody is named in it after all."""
    database = database_of(request)
    _must_be_there(database, number)
    with database.writing() as session:
        protected.mark_message_again(
            session, number, by=person.id, on=today_of(request), reason=_words(request)
        )
    return see_other(f"/finance/letters/{number}", Text("Meddelandet hanteras nu som skyddat."))


def _shown(request: Request, person: Person, number: int, *, revealed: bool = False) -> Response:
    with database_of(request).reading() as session:
        found = message_queries.message_in(session, number)
        body = inbox_store.body_of(session, number)
        if found is None or body is None:
            raise NotThere
        register = register_store.load(session)
        cleared = protected_store.state_of_message(session, number) is ProtectedState.CLEARED
        kept_apart = _is_apart(session, register, number, body, on=found.received_on)
        names = Names(session, register.buyer)
        comments = worklist_store.comments(session, WorkKind.MESSAGE_IN, number)
        aside = aside_queries.message(session, number)
        notes = inbox_store.notes_of(session, number)
    report, unchecked = _report(body, number, found.received_on, language_of(request, person))
    return render(
        request,
        person,
        "desk/letter.html",
        message=found,
        aside=aside,
        told=told_words(aside) if aside is not None else None,
        supplier_name=supplier_name(register, aside.supplier) if aside is not None else "",
        notes=notes,
        reasons=[(each.value, LAID_ASIDE_TEXTS[each]) for each in LaidAsideReason],
        report=report,
        unchecked=unchecked,
        text="" if kept_apart and not revealed else body[:_SHOWN].decode("utf-8", errors="replace"),
        cut=len(body) > _SHOWN,
        apart=kept_apart,
        revealed=revealed,
        cleared=cleared and person.may(_P.PROTECTED),
        looked_through=not kept_apart,
        protected=kept_apart and not revealed,
        may_open=person.may(_P.PROTECTED),
        names=names,
        comments=comments,
        may_act=may_act(person),
    )


@router.get("/finance/letters/{number}/raw")
def raw(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The bytes as they came, never opened by the browser."""
    with database_of(request).reading() as session:
        found = message_queries.message_in(session, number)
        body = inbox_store.body_of(session, number)
        if found is None or body is None:
            raise NotThere
        if _is_apart(session, register_store.load(session), number, body, on=found.received_on):
            raise NotThere
    named = {"Content-Disposition": f'attachment; filename="message-{number}.bin"'}
    return Response(body, media_type="application/octet-stream", headers=named)


@router.post("/finance/letters/{number}/replay")
def replay(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Have a message read again, when what it needed is there now."""
    database = database_of(request)
    _must_be_there(database, number)
    exchange_actions.read_again(database, number, by=person.id)
    for _ in read_arrived(database, today=today_of(request), reader=False):
        pass
    return see_other(f"/finance/letters/{number}", Text("Meddelandet är läst igen."))


@router.post("/finance/letters/{number}/lay-aside")
def lay_aside(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Note that the message is dealt with, and how."""
    database = database_of(request)
    _must_be_there(database, number)
    exchange_actions.lay_aside(database, number, _reason(request), by=person.id)
    return see_other("/finance?part=letters", Text("Meddelandet är lagt till handlingarna."))


@router.post("/finance/owed/{number}/answer")
def answer(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Have an answer that could not be written written once more."""
    with database_of(request).writing() as session:
        _must_be_owed(session, number)
        left = owed.write_again(session, number, today=today_of(request), by=person.id)
    if left is not None:
        said = Text("Svaret kunde fortfarande inte skrivas: %(error)s", error=left.error)
        return see_other("/finance?part=letters", said)
    return see_other("/finance?part=letters", Text("Avsändaren är besvarad."))


@router.post("/finance/owed/{number}/lay-aside")
def no_answer(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Decide that an answer is not needed."""
    with database_of(request).writing() as session:
        _must_be_owed(session, number)
        owed.lay_aside(session, number, _reason(request), by=person.id)
    return see_other("/finance?part=letters", Text("Svaret är lagt till handlingarna."))


@router.post("/finance/unfetched/{number}/again")
def fetch_again(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Have what could not be fetched tried at the next collecting."""
    database = database_of(request)
    _must_be_unfetched(database, number)
    exchange_actions.fetch_again(database, number, by=person.id)
    return see_other("/finance?part=letters", Text("Det försöks vid nästa hämtning."))


@router.post("/finance/unfetched/{number}/leave")
def leave_there(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Note that what could not be fetched is dealt with; it lies where it lies."""
    database = database_of(request)
    _must_be_unfetched(database, number)
    exchange_actions.leave_there(database, number, by=person.id)
    return see_other("/finance?part=letters", Text("Det lämnas där det ligger."))


@router.post("/finance/answers/{number}/seen")
def seen(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Note that somebody has dealt with what a supplier's system answered."""
    with database_of(request).writing() as session:
        if response_store.by_id(session, number) is None:
            raise NotThere
        responses_received.look_at(session, number, by=person.id, today=today_of(request))
    return see_other("/finance?part=letters", Text("Svaret är taget om hand."))


def _words(request: Request) -> str:
    return str(form_of(request).get("reason", ""))


def _reason(request: Request) -> LaidAsideReason:
    given = str(form_of(request).get("reason", ""))
    if given not in set(LaidAsideReason):
        raise Refused(Text("Välj varför."))
    return LaidAsideReason(given)


def _must_be_owed(session: Session, number: int) -> None:
    if owed_answer_store.numbered(session, number) is None:
        raise NotThere


def _must_be_unfetched(database: Database, number: int) -> None:
    with database.reading() as session:
        if all(each.id != number for each in unfetched_store.listed(session)):
            raise NotThere


def _must_be_there(database: Database, number: int) -> None:
    with database.reading() as session:
        if message_queries.message_in(session, number) is None:
            raise NotThere


@router.post("/finance/events/replay")
def replay_events(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Try once more to apply the events that could not be."""
    loaded = replay_unappliable(database_of(request))
    applied = loaded.applied
    return see_other("/finance?part=events", Text("%(applied)s tillämpades nu.", applied=applied))


def _is_apart(session: Session, register: Register, number: int, body: bytes, *, on: date) -> bool:
    """Whether a message is handled apart, or what it became is; one that nobody has read yet is looked through."""
    stands = protected_store.state_of_message(session, number)
    if stands is ProtectedState.APART:
        return True
    document = message_queries.document_of_message(session, number)
    if document is not None:
        return protected_store.is_protected(session, document.id)
    return stands is None and bool(document_reading.personal_numbers_of(body, register, on=on).all)


def _report(body: bytes, number: int, on: date, language: Language) -> tuple[ValidationReport | None, Text]:
    """What the rules say of the bytes; of bytes that cost more to check than a document may, why there is none."""
    try:
        return reported(apart.validate(body, on=on), file=f"{number}", language=language), NO_TEXT
    except (WorkEnded, NoneFree) as unchecked:
        return None, unchecked.text
    except WorkFailed:
        return None, Text("Reglerna kunde inte prövas: felet är hos oss.")
