"""Changes that suppliers ask for, confirmed by two of the buyer's people, one after the other."""

from datetime import datetime
from typing import Annotated

from fastapi import Form, Request, Response

from accounts import mailing
from accounts.identity import Permission, Person
from accounts.pages.admin import company
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from invoicing.supplier_changes import change_request_store, change_requests, confirming
from invoicing.supplier_changes.change_request_store import (
    OF_THE_BUYER,
    ChangeKind,
    ChangeRefused,
    ChangeRequest,
    ChangeState,
)
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/admin/changes")

CONFIRMS = (Permission.BUYER_ADMIN, Permission.FINANCE)
KINDS = {
    ChangeKind.ADD_ACCOUNT: Text("Nytt betalkonto"),
    ChangeKind.REMOVE_ACCOUNT: Text("Betalkonto tas bort"),
    ChangeKind.DETAILS: Text("Företagets uppgifter"),
    ChangeKind.PAY_SELLER: Text("Säljaren får betalt"),
    ChangeKind.NEW_SUPPLIER: Text("Ny leverantör: de konton den kom med"),
}
NAMES = {
    "scheme": Text("Slag"),
    "number": Text("Kontonummer"),
    "name": Text("Namn"),
    "street": Text("Gata"),
    "postal_code": Text("Postnummer"),
    "city": Text("Ort"),
    "payee_name": Text("Betalningsmottagare"),
    "payee_number": Text("Betalningsmottagarens organisationsnummer"),
    "invoice": Text("Faktura"),
}


@router.get("")
def changes_page(request: Request, person: Person = signed_in(*CONFIRMS)) -> Response:
    """What is asked for, and what was decided lately."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        listed = change_request_store.listed(session)
    rows = [(each, company(register, each.supplier)) for each in listed]
    return render(
        request,
        person,
        "account/changes.html",
        waiting=[row for row in rows if row[0].is_open],
        decided=[row for row in rows if not row[0].is_open][:50],
        kinds=KINDS,
    )


@router.get("/{change_id}")
def change_page(request: Request, change_id: int, person: Person = signed_in(*CONFIRMS)) -> Response:
    """One request: what it would change, and the step that is left."""
    return _page(request, person, change_id)


@router.post("/{change_id}/confirm")
def confirm(
    request: Request,
    change_id: int,
    call_back: Annotated[str, Form(max_length=500)] = "",
    person: Person = signed_in(*CONFIRMS),
) -> Response:
    """The first or the second confirmation, whichever is left."""
    now = instant_of(request)
    try:
        with database_of(request).writing() as session:
            change = _change(session, change_id)
            if change.state == ChangeState.ASKED:
                change_requests.confirm_first(session, change_id, by=person.id, call_back=call_back, now=now)
                said = Text("Din bekräftelse är antecknad. En kollega bekräftar också.")
            else:
                confirming.confirm_second(session, change_id, by=person.id, now=now, today=today_of(request))
                tell(session, change, at=now)
                said = Text("Ändringen gäller nu.")
    except ChangeRefused as wrong:
        return _page(request, person, change_id, wrong.text)
    return see_other("/admin/changes", said=said)


@router.post("/{change_id}/refuse")
def refuse(
    request: Request,
    change_id: int,
    reason: Annotated[str, Form(max_length=500)] = "",
    person: Person = signed_in(*CONFIRMS),
) -> Response:
    """No, with a reason that the supplier reads."""
    now = instant_of(request)
    try:
        with database_of(request).writing() as session:
            change = _change(session, change_id)
            change_requests.refuse(session, change_id, by=person.id, reason=reason, now=now)
            tell(session, change, at=now)
    except ChangeRefused as wrong:
        return _page(request, person, change_id, wrong.text)
    return see_other("/admin/changes", said=Text("Begäran är avslagen."))


def _change(session: Session, change_id: int) -> ChangeRequest:
    """The request. Raises NotThere."""
    try:
        return change_request_store.get(session, change_id)
    except ChangeRefused:
        raise NotThere from None


def tell(session: Session, change: ChangeRequest, *, at: datetime) -> None:
    """Mail those who administer at the supplier that there is an answer to what it asked for."""
    if change.kind in OF_THE_BUYER:
        return
    mailing.put_to_supplier(
        session,
        change.supplier,
        "change-decided",
        about=f"change {change.id}",
        at=at,
        permissions=(Permission.ADMINISTER,),
    )


def _page(request: Request, person: Person, change_id: int, wrong: Text | None = None) -> Response:
    with database_of(request).reading() as session:
        register = register_store.load(session)
        change = _change(session, change_id)
    return render(
        request,
        person,
        "account/change.html",
        200 if wrong is None else 409,
        change=change,
        company=company(register, change.supplier),
        kind=KINDS[change.kind],
        content=[(NAMES.get(name, (name, name)), value) for name, value in change.content.items()],
        is_first=change.state == ChangeState.ASKED,
        is_own=person.id in (change.asked_by, change.first_by),
        wrong=wrong,
    )
