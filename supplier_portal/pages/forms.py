"""What the pages that make and show invoices share: who acts, with which form, and how documents are handed out.

Convention: seeing needs REPORT, ADMINISTER or VIEW, sending needs REPORT; both within the person's units.
"""

import uuid
from typing import Final

from fastapi import Request, Response

from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.sql import Session
from invoicing.model import SupplierInvoice
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.sending import Press
from web.guards.form_fields import text_of
from web.pages import database_of

SEES: Final = (Permission.REPORT, Permission.ADMINISTER, Permission.VIEW)
SENDS: Final = Permission.REPORT
WAITING_SHOWN: Final = 50
"""So many of what waits to leave are named; how many there are is said, and all are undone at once."""
KEY_FIELD: Final = "form_key"


def actor_of(person: Person) -> SupplierActor:
    """The person as somebody who acts for a supplier; the buyer's people have no such pages."""
    if person.is_buyer:
        raise NotThere
    return SupplierActor(
        person.organisation,
        person.within,
        predecessors=person.predecessors,
        taken_over_on=person.taken_over_on,
        by=person.id,
    )


def held_of(session: Session, actor: SupplierActor, invoice_id: int) -> SupplierInvoice:
    """A document in our books that the person may see. Raises NotThere."""
    found = portal_queries.find(session, actor, invoice_id)
    if found is None:
        raise NotThere
    return found


def new_key() -> str:
    """A key for a form that is about to be shown; what is sent under it happens once."""
    return uuid.uuid4().hex


def press_of(request: Request, person: Person) -> Press:
    """The press of a form that carried a key."""
    return Press(actor_of(person), text_of(request, KEY_FIELD), database_of(request).clock())


def as_xml(body: bytes, name: str) -> Response:
    """The very bytes of a document, to be saved."""
    return as_file(body, "application/xml", f"{name}.xml")


def as_pdf(body: bytes, name: str) -> Response:
    """A PDF, to be saved."""
    return as_file(body, "application/pdf", f"{name}.pdf")


def as_file(body: bytes, media_type: str, name: str) -> Response:
    """Anything to be saved. The name is the document's own: only its harmless signs stand in the header."""
    harmless = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in name)
    disposition = {"Content-Disposition": f'attachment; filename="{harmless}"'}
    return Response(body, media_type=media_type, headers=disposition)
