"""The page of the ledger's answers: a file read in, what was refused, and the ways out of that."""

from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from accounts.identity import Permission, Person
from bookkeeping import ledger_answer_store, ledger_answers
from finance_desk.pages.paying_parts import READERS, FormRefused, people
from foundation.text import Text
from invoicing.payment import export_store
from invoicing.payment.export_store import FileKind
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

_P = Permission
_PATH = "/finance/reconciliation/ledger-answers"
_BYTES_MAX = 8_000_000
router = pages_router()


@router.get(_PATH)
def answers(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What the ledger refused, with what it said, what it has not answered, and the files that were sent again."""
    with database_of(request).reading() as session:
        refused = ledger_answer_store.refused(session)
        page = Page.of(request, len(refused))
        without_answer = ledger_answer_store.without_answer(session)
        waiting = Page.of(request, without_answer, name="unanswered")
        context: dict[str, Any] = {
            "refused": page.rows(refused),
            "page": page,
            "without_answer": without_answer,
            "unanswered": ledger_answer_store.unanswered(session, limit=waiting.size, offset=waiting.offset),
            "unanswered_page": waiting,
            "files": export_store.newest(session, FileKind.LEDGER_AGAIN),
            "people": people(session, register_store.load(session)),
        }
    return render(request, person, "pay/ledger_answers.html", may=person.may(_P.FINANCE), **context)


@router.post(_PATH)
def read(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A file of the ledger's is read, whole or not at all."""
    given = form_of(request).get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise FormRefused(Text("Välj en fil med ekonomisystemets svar."))
    with given.file as opened:
        body = opened.read(_BYTES_MAX + 1)
    with database_of(request).writing() as session:
        told = ledger_answers.take_in(session, body, by=person.id, now=instant_of(request))
    if told.repeated:
        return see_other(_PATH, Text("Filen är redan inläst; inget har ändrats."))
    said = Text(
        "%(booked)s verifikationer är bokförda och %(refused)s avvisade av ekonomisystemet.",
        booked=told.booked,
        refused=told.refused,
    )
    return see_other(_PATH, said)


@router.post(f"{_PATH}/again")
def send_again(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The refused vouchers are written in a new file."""
    with database_of(request).writing() as session:
        ledger_answers.send_again(
            session,
            register_store.load(session),
            ledger_of(settings_of(request)),
            today=today_of(request),
            by=person.id,
            now=instant_of(request),
        )
    return see_other(_PATH, Text("De avvisade verifikationerna är skrivna i en ny fil. Ladda ner den nedan."))


@router.post(f"{_PATH}/{{number}}/booked")
def note_booked(request: Request, number: str, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A person notes that a voucher was booked in the ledger by hand, or without an answer."""
    with database_of(request).writing() as session:
        ledger_answers.note_booked(
            session,
            number,
            ledger_number=text_of(request, "ledger_number"),
            reason=text_of(request, "reason"),
            today=today_of(request),
            by=person.id,
            now=instant_of(request),
        )
    return see_other(_PATH, Text("Noterat."))
