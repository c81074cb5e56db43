"""How one document stands, by the link in a mail and without signing in: its state, what stops it, and who acts.

Convention: no amount, no account, no reference and no name stands here, and nothing can be pressed. What the link's
account may not see now is not shown.
"""

from datetime import date
from typing import Final

from fastapi import Request, Response

from accounts.identity import Person
from accounts.mails import status_links
from foundation.text import Text
from invoicing.conversation import message_store, writing
from invoicing.conversation.message_store import Side
from invoicing.documents import store as document_store
from invoicing.matching import causes
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import queries as portal_queries
from supplier_portal.pages.forms import SEES, actor_of
from web import cookies
from web.access import taking_over
from web.costly import COSTLY
from web.pages import (
    database_within,
    pages_router,
    render,
    see_other,
    today_of,
    whole_database_of,
)

router = pages_router()
_S = InvoiceState

_NEXT: Final = {
    _S.PARKED: Text(
        "Ingen. Dokumentet väntar på något som ännu inte har kommit, och prövas igen när det kommer."
    ),
    _S.IN_QUESTION: Text(
        "En person hos köparen avgör vad som ska ske. Ni får ett mejl när ni behöver göra något."
    ),
    _S.ON_HOLD: Text(
        "Köparen kontrollerar en uppgift innan något betalas. Ni får besked om ni behöver göra något."
    ),
    _S.ACCEPTED: Text("Ingen behöver göra något."),
    _S.PARTLY_ACCEPTED: Text("Ni krediterar raderna som inte stämmer. Logga in och se vilka."),
    _S.CREDIT_REQUESTED: Text(
        "Ni skickar en kreditfaktura och en ny faktura. Logga in och gör det i ett steg."
    ),
    _S.CREDITED: Text("Ingen behöver göra något."),
    _S.PAID: Text("Ingen behöver göra något."),
    _S.SETTLED: Text("Ingen behöver göra något."),
}
_ASKED: Final = Text("Köparen har ställt en fråga och väntar på ert svar. Logga in och svara.")


@router.get("/status/{token}", dependencies=COSTLY)
def status(request: Request, token: str) -> Response:
    """How the link's document stands today; in the language of the account, unless another was chosen here."""
    today = today_of(request)
    with whole_database_of(request).reading() as session:
        link = status_links.read(session, token, today=today)
    person = taking_over(whole_database_of(request), link.account.person)
    if not cookies.read(request, cookies.LANGUAGE):
        response = see_other(request.url.path)
        cookies.put(request, response, cookies.LANGUAGE, link.account.language)
        return response
    answer = _shown(request, person, link.invoice_id, until=link.until)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _shown(request: Request, person: Person, invoice_id: int, *, until: date) -> Response:
    if person.is_buyer or not person.may(*SEES):
        raise status_links.StatusLinkVoid
    with database_within(request, person).reading() as session:
        invoice = portal_queries.find(session, actor_of(person), invoice_id)
        if invoice is None:
            raise status_links.StatusLinkVoid
        judged = document_store.matches(session, invoice.id)
        messages = message_store.of(session, invoice.id)
    asked = bool(messages) and messages[-1].side is Side.BUYER and writing.is_open(invoice)
    stops = judged[-1][1] if judged and causes.stops(judged[-1][1]) and _is_stopped(invoice) else None
    return render(
        request,
        None,
        "supplier/status.html",
        invoice=invoice,
        is_credit=invoice.document_type is DocumentType.CREDIT_NOTE,
        blocks=() if stops is None else causes.causes(invoice.codes, stops),
        acts=_ASKED if asked else _NEXT[invoice.state],
        until=until,
    )


def _is_stopped(invoice: SupplierInvoice) -> bool:
    return invoice.state not in (_S.ACCEPTED, _S.PAID, _S.CREDITED, _S.SETTLED)
