"""A message kept aside, shown safely: why it lies there, what the rules say of it, and its bytes as text.

Nothing in a message is ever rendered as what it claims to be: the text is escaped, the file is a download of
plain bytes.
"""

from datetime import date

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.queue import READERS
from finance_desk.words import Names, may_act
from foundation import personal_numbers
from foundation.errors import NotThere, Refused
from foundation.text import Language, Text
from invoicing.exceptions import worklist_store
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.intake.queue import read_arrived
from operations import message_queries
from operations.event_loading import replay_unappliable
from orders.register import store as register_store
from peppol.exchange import inbox, inbox_store
from peppol.validation import validation
from web.access import signed_in
from web.pages import database_of, language_of, pages_router, render, see_other, today_of
from web.validation_report import ValidationReport, reported

router = pages_router()
_P = Permission
_SHOWN = 40_000


@router.get("/finance/letters/{number}")
def message(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The message, whatever it is."""
    with database_of(request).reading() as session:
        found = message_queries.message_in(session, number)
        body = inbox_store.body_of(session, number)
        if found is None or body is None:
            raise NotThere
        names = Names(session, register_store.load(session).buyer)
        comments = worklist_store.comments(session, WorkKind.MESSAGE_IN, number)
    hides = personal_numbers.written_in(body) and not person.may(_P.PROTECTED)
    return render(
        request,
        person,
        "desk/letter.html",
        message=found,
        report=_report(body, number, found.received_on, language_of(request, person)),
        text="" if hides else body[:_SHOWN].decode("utf-8", errors="replace"),
        cut=len(body) > _SHOWN,
        protected=hides,
        names=names,
        comments=comments,
        may_act=may_act(person),
    )


@router.get("/finance/letters/{number}/raw")
def raw(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The bytes as they came, never opened by the browser."""
    with database_of(request).reading() as session:
        body = inbox_store.body_of(session, number)
    if body is None or (personal_numbers.written_in(body) and not person.may(_P.PROTECTED)):
        raise NotThere
    named = {"Content-Disposition": f'attachment; filename="message-{number}.bin"'}
    return Response(body, media_type="application/octet-stream", headers=named)


@router.post("/finance/letters/{number}/replay")
def replay(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Have a message read again, when what it needed is there now."""
    database = database_of(request)
    with database.writing() as session:
        if message_queries.message_in(session, number) is None:
            raise NotThere
        if inbox.replay(session, number) is None:
            raise Refused(Text("Meddelandet kan inte läsas igen: det första med samma nummer gäller."))
    for _ in read_arrived(database, today=today_of(request), reader=False):
        pass
    return see_other(f"/finance/letters/{number}", Text("Meddelandet är läst igen."))


@router.post("/finance/events/replay")
def replay_events(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Try once more to apply the events that could not be."""
    loaded = replay_unappliable(database_of(request))
    applied = loaded.applied
    return see_other("/finance?part=events", Text("%(applied)s tillämpades nu.", applied=applied))


def _report(body: bytes, number: int, on: date, language: Language) -> ValidationReport:
    return reported(validation.validate(body, on=on), file=f"{number}", language=language)
