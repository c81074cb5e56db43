"""Upload of an invoice or credit note made elsewhere: the file is kept, looked at, and sent when confirmed.

Convention: the report is the one shape of `validation_report`; what is wrong with a file is told, never thrown.
"""

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from accounts.identity import Person
from foundation.errors import NotThere, Refused
from foundation.text import Text
from invoicing.documents import view as document_view
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing import uploads
from invoicing.portal_invoicing.uploads import SIZE_MAX, UploadRefused
from orders.register import store as register_store
from peppol.validation import apart
from supplier_portal.pages.forms import SENDS, actor_of, new_key, press_of
from web.access import signed_in
from web.costly import COSTLY
from web.csrf import form_of
from web.pages import database_of, language_of, pages_router, render, see_other, today_of
from web.validation_report import reported
from web.verdict_view import verdict_view

router = pages_router("/invoices")


@router.get("/upload")
def ask(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Where the file is chosen."""
    actor_of(person)
    return render(request, person, "flip/upload.html", errors=[])


@router.post("/upload", dependencies=COSTLY)
def take_in(request: Request, person: Person = signed_in(SENDS)) -> Response:
    """Keep the file and go on to look at it."""
    actor = actor_of(person)
    try:
        with database_of(request).writing() as session:
            upload_id = uploads.take_in(session, actor, file_of(request), now=database_of(request).clock())
    except UploadRefused as refused:
        return render(request, person, "flip/upload.html", 422, errors=[("file", refused.text)])
    return see_other(f"/invoices/upload/{upload_id}")


@router.get("/upload/{upload_id:int}", dependencies=COSTLY)
def look(request: Request, upload_id: int, person: Person = signed_in(SENDS)) -> Response:
    """The file as it reads, the rules it breaks, and how it would match."""
    language, today = language_of(request, person), today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = uploads.look(session, register, actor_of(person), upload_id, today=today)
    if found is None:
        raise NotThere
    report = apart.validate_message(found.body, on=today)
    invoice = found.reading.invoice
    own = invoice is not None and invoice.supplier == person.organisation
    return render(
        request,
        person,
        "flip/upload_look.html",
        file=found,
        report=reported(report, file="", language=language),
        reason=found.reading.reason_text,
        personal_number=bool(found.reading.personal_numbers.written),
        # Another organisation's document is not shown to this one.
        paper_shown=document_view.paper_of(found.body) if own else None,
        verdict_shown=verdict_view(found.match) if found.match else None,
        key=new_key(),
    )


@router.post("/upload/{upload_id:int}/send", dependencies=COSTLY)
def send(request: Request, upload_id: int, person: Person = signed_in(SENDS)) -> Response:
    """Send the file as it came."""
    press = press_of(request, person)
    with database_of(request).writing() as session:
        register = register_store.load(session)
        found = uploads.look(session, register, press.actor, upload_id, today=today_of(request))
        if found is None:
            raise NotThere
        if not portal_sending.was_pressed(session, press):
            if found.sendable is None:
                raise _not_sendable(found.refusal)
            portal_sending.send_file(session, press, found.sendable, found.body, digest=found.sha256)
    return see_other(f"/to-invoice/sent/{press.key}")


def file_of(request: Request) -> bytes:
    """The file of the form, at most one byte more than may be; empty where none was chosen. Raises UploadRefused."""
    given = form_of(request).get("file")
    if not isinstance(given, UploadFile):
        return b""
    with given.file as file:
        body = file.read(SIZE_MAX + 1)
    if given.filename and not body:
        raise UploadRefused(Text("Filen är tom. Välj en fil med innehåll."))
    return body


def _not_sendable(refusal: Text | None) -> Refused:
    return UploadRefused(refusal or Text("Filen kan inte skickas."))
