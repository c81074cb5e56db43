"""The buyer's side of the conversations about documents: what waits to be read, one conversation, and writing in it.

Convention: what is handled apart is shown to those alone who may open it. Asking a question is an action on the
document (`exception`), which leaves as an Invoice Response too; here the conversation goes on.
"""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.queue import READERS
from finance_desk.words import Names, may_act, supplier_name
from foundation.errors import NotThere
from foundation.identifiers import key_in
from foundation.personal_numbers import PersonalNumber
from foundation.sql import Session
from foundation.text import Text
from invoicing.conversation import files as conversation_files
from invoicing.conversation import message_store, peer_queries, writing
from invoicing.conversation.files import FileRefused
from invoicing.conversation.writing import MessageRefused
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store
from invoicing.model import SupplierInvoice
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.guards.files_given import Errors, errors_of, files_given
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other

router = pages_router()
_P = Permission


@router.get("/finance/conversations")
def waiting(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The documents about which suppliers have written what nobody has read, who has waited longest first."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        page = Page.of(request, message_store.waiting_count(session))
        rows = message_store.waiting(session, limit=page.size, offset=page.offset)
    return render(
        request,
        person,
        "desk/conversations.html",
        rows=rows,
        page=page,
        supplier_of=lambda number: supplier_name(register, number),
    )


@router.get("/finance/documents/{number}/conversation")
def conversation(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """What has been said about a document, and what its supplier has sent since it was asked."""
    return _shown(request, person, number)


@router.post("/finance/documents/{number}/conversation")
def write(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Keep what the buyer writes; its supplier is mailed, and what that one wrote is read."""
    text, given = text_of(request, "text"), files_given(request)
    try:
        with database_of(request).writing() as session:
            invoice = _open(session, number, person)
            writing.reply(
                session, invoice, text, given, by=person.id, at=instant_of(request), up_to=_seen(request)
            )
    except (MessageRefused, FileRefused, PersonalNumber) as refused:
        return _shown(
            request, person, number, status=400, written=text, errors=errors_of(refused, refused.text)
        )
    return see_other(f"/finance/documents/{number}/conversation", Text("Sänt. Leverantören får ett mejl."))


@router.post("/finance/documents/{number}/conversation/read")
def read(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Note that what the supplier wrote has been read."""
    with database_of(request).writing() as session:
        invoice = _open(session, number, person)
        writing.read(session, invoice, by=person.id, at=instant_of(request), up_to=_seen(request))
    return see_other("/finance/conversations", Text("Läst: %(number)s.", number=invoice.number))


@router.get("/finance/documents/{number}/conversation/files/{file_id}")
def file(request: Request, number: int, file_id: int, person: Person = signed_in(*READERS)) -> Response:
    """One of the files of the conversation, always as a download."""
    with database_of(request).reading() as session:
        _open(session, number, person)
        found = message_store.file_of(session, number, file_id)
    if found is None or not found.body:
        raise NotThere
    harmless = "".join(
        each if each.isascii() and (each.isalnum() or each in "-._") else "_" for each in found.name
    )
    return Response(
        found.body,
        media_type=found.media_type,
        headers={"Content-Disposition": f'attachment; filename="{harmless}"'},
    )


def _seen(request: Request) -> int | None:
    """The last message that the page showed whose form this is."""
    return key_in(text_of(request, "seen"))


def _shown(
    request: Request,
    person: Person,
    number: int,
    *,
    status: int = 200,
    written: str = "",
    errors: Errors = (),
) -> Response:
    with database_of(request).reading() as session:
        register = register_store.load(session)
        invoice = _open(session, number, person)
        messages = message_store.of(session, number)
        names = Names(session, register.buyer)
        since = peer_queries.sent_since_asked(session, invoice)
    return render(
        request,
        person,
        "desk/conversation.html",
        status,
        invoice=invoice,
        messages=messages,
        since=since,
        names=names,
        supplier=supplier_name(register, invoice.supplier),
        waits=any(each.waits for each in messages),
        is_open=writing.is_open(invoice),
        may=may_act(person),
        written=written,
        errors=errors,
        accept=conversation_files.ACCEPT,
    )


def _open(session: Session, number: int, person: Person) -> SupplierInvoice:
    """The document, where the person may open it. Raises NotThere."""
    if protected_store.is_protected(session, number) and not person.may(_P.PROTECTED):
        raise NotThere
    found = document_store.find(session, number)
    if found is None:
        raise NotThere
    return found
