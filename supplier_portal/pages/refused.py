"""What a supplier sent that did not come in, and what it took in here and never sent: what, when, why, and what to do.

Convention: the reasons are those its sender was told, in the one shape of `validation_report`; the bytes are handed
out as a file and never opened by the browser.
"""

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.documents.reading import UNREADABLE
from invoicing.intake.message_answers import OURS_TO_MEND
from invoicing.portal_invoicing import refused_message_queries, uploads
from invoicing.portal_invoicing.refused_message_queries import PAGE, RefusedMessage, UnsentFile
from invoicing.portal_invoicing.uploads import Looked
from orders.register import store as register_store
from peppol.exchange import inbox, inbox_store
from peppol.exchange.tables import InState
from peppol.validation import apart
from supplier_portal.pages.forms import SEES, SENDS, actor_of, as_file, as_xml
from web.access import signed_in
from web.costly import COSTLY
from web.pages import Page, database_of, language_of, pages_router, render, today_of
from web.validation_report import reported

router = pages_router("/invoices/refused")


@router.get("", dependencies=COSTLY)
def listed(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """Refused messages, page by page, and the newest files that were never sent."""
    actor, today = actor_of(person), today_of(request)
    with database_of(request).reading() as session:
        page = Page.of(request, refused_message_queries.count(session, actor), size=PAGE)
        messages = refused_message_queries.listed(session, actor, offset=page.offset)
        unsent_count, files = refused_message_queries.unsent_files(session, actor)
        looked: list[tuple[UnsentFile, Text | None]] = []
        if person.may(SENDS):
            register = register_store.load(session)
            for each in files:
                found = uploads.look(session, register, actor, each.id, today=today)
                looked.append((each, _reason(found)))
    return render(
        request,
        person,
        "flip/refused.html",
        messages=messages,
        page=page,
        files=looked,
        unsent_count=unsent_count,
        may_send=person.may(SENDS),
        sees_all=actor.within is None,
        ours_to_mend=OURS_TO_MEND,
    )


@router.get("/{letter_id:int}", dependencies=COSTLY)
def one(request: Request, letter_id: int, person: Person = signed_in(*SEES)) -> Response:
    """One refused message: why, what to do, and how its sender was told."""
    actor = actor_of(person)
    message, body = _message(request, person, letter_id)
    with database_of(request).reading() as session:
        told = refused_message_queries.told(session, actor, letter_id)
    # Where nothing was wrong with the document, it is not judged before its sender's eyes.
    by_us = message.reason in (inbox.OUR_FAULT, UNREADABLE)
    report = None if by_us else apart.validate_message(body, on=message.received_on)
    return render(
        request,
        person,
        "flip/refused_one.html",
        message=message,
        twice=message.state is InState.CONFLICT,
        by_us=by_us,
        ours_to_mend=OURS_TO_MEND,
        has_findings=report is not None and bool(report.fatal),
        size=len(body),
        told=told,
        report=reported(report, file="", language=language_of(request, person)) if report else None,
        may_send=person.may(SENDS),
    )


@router.get("/{letter_id:int}/file")
def as_it_came(request: Request, letter_id: int, person: Person = signed_in(*SEES)) -> Response:
    """The very bytes that came, whatever they are."""
    message, body = _message(request, person, letter_id)
    return as_file(body, "application/octet-stream", f"{message.seen.number or message.id}.xml")


@router.get("/{letter_id:int}/answer")
def answer_as_sent(request: Request, letter_id: int, person: Person = signed_in(*SEES)) -> Response:
    """The answer its sender had, its very bytes."""
    message, _ = _message(request, person, letter_id)
    with database_of(request).reading() as session:
        body = refused_message_queries.answer_body(session, actor_of(person), message.id)
    if body is None:
        raise NotThere
    return as_xml(body, f"{message.id}-answer")


def _reason(found: Looked | None) -> Text | None:
    """Why a file cannot be sent, in particular where its reading says so."""
    if found is None or found.refusal is None:
        return None
    read = found.reading
    return read.reason_text if read.invoice is None and read.reason_text else found.refusal


def _message(request: Request, person: Person, letter_id: int) -> tuple[RefusedMessage, bytes]:
    with database_of(request).reading() as session:
        message = refused_message_queries.find(session, actor_of(person), letter_id)
        body = inbox_store.body_of(session, letter_id) if message is not None else None
    if message is None or body is None:
        raise NotThere
    return message, body
