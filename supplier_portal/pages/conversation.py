"""The supplier's side of the conversation about a document: reading it, answering, and showing files.

Convention: it stands on the document's own page, which is shown again with the words kept where something is wrong.
"""

from fastapi import Request, Response

from accounts.identity import Person
from foundation.errors import NotThere
from foundation.personal_numbers import PersonalNumber
from foundation.text import Text
from invoicing.conversation import message_store, writing
from invoicing.conversation.files import FileRefused
from invoicing.conversation.writing import MessageRefused
from supplier_portal.pages.forms import SEES, SENDS, actor_of, as_file, held_of
from supplier_portal.pages.invoices import shown
from web.access import instant_of, signed_in
from web.costly import COSTLY
from web.guards.files_given import errors_of, files_given
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, see_other

router = pages_router("/invoices")


@router.post("/{invoice_id:int}/messages", dependencies=COSTLY)
def write(request: Request, invoice_id: int, person: Person = signed_in(SENDS)) -> Response:
    """Keep what the supplier writes about its document, and the files it shows."""
    text, given = text_of(request, "text"), files_given(request)
    actor = actor_of(person)
    try:
        with database_of(request).writing() as session:
            invoice = held_of(session, actor, invoice_id)
            writing.answer(session, invoice, text, given, by=person.id, at=instant_of(request))
    except (MessageRefused, FileRefused, PersonalNumber) as refused:
        return shown(
            request, person, invoice_id, status=400, written=text, errors=errors_of(refused, refused.text)
        )
    return see_other(
        f"/invoices/{invoice_id}#conversation", Text("Sänt. Köparens ekonomi ser det i sin lista.")
    )


@router.get("/{invoice_id:int}/messages/files/{file_id:int}")
def file(request: Request, invoice_id: int, file_id: int, person: Person = signed_in(*SEES)) -> Response:
    """One of the files of the conversation, always as a download."""
    with database_of(request).reading() as session:
        invoice = held_of(session, actor_of(person), invoice_id)
        found = message_store.file_of(session, invoice.id, file_id)
    if found is None or not found.body:
        raise NotThere
    return as_file(found.body, found.media_type, found.name)
