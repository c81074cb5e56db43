"""A supplier's settings: what the register says of it, what it asks to have changed, and its number series.

Convention: a change is a request (`invoicing.supplier_changes`); two people of the buyer's confirm it. Asking needs
ADMINISTER, since it is about the whole organisation.
"""

from typing import Final

from fastapi import Request, Response

from accounts.identity import SUPPLIER_SIDE, Permission, Person
from foundation.errors import NotThere, Refused
from foundation.text import NO_TEXT, Text
from invoicing.portal_invoicing import numbering
from invoicing.supplier_changes import change_request_store, change_requests
from invoicing.supplier_changes.change_request_store import ChangeKind
from orders.register import store as register_store
from supplier_portal.pages.forms import actor_of
from web.access import signed_in
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router("/settings")

_FIELDS: Final = {
    ChangeKind.ADD_ACCOUNT: ("scheme", "number"),
    ChangeKind.REMOVE_ACCOUNT: ("scheme", "number"),
    ChangeKind.DETAILS: ("name", "street", "postal_code", "city"),
}


@router.get("")
def settings(request: Request, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """Everything in one page."""
    return _settings(request, person)


@router.post("/changes")
def ask(request: Request, person: Person = signed_in(Permission.ADMINISTER)) -> Response:
    """Ask the buyer for a change."""
    actor = actor_of(person)
    kind = next((each for each in _FIELDS if each.value == text_of(request, "kind")), None)
    if kind is None:
        raise NotThere
    content = {name: text_of(request, name) for name in _FIELDS[kind]}
    try:
        with database_of(request).writing() as session:
            change_requests.ask(
                session,
                register_store.load(session),
                supplier=actor.supplier,
                kind=kind,
                content=content,
                by=person.id,
                now=database_of(request).clock(),
            )
    except Refused as refused:
        return _settings(request, person, kind=kind, written=content, error=refused.text)
    return see_other(
        "/settings",
        Text("Begäran är skickad. Två personer hos köparen bekräftar den; de ringer er på ett känt nummer."),
    )


@router.post("/changes/{request_id:int}/withdraw")
def withdraw(
    request: Request, request_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """Take a request back."""
    actor = actor_of(person)
    with database_of(request).writing() as session:
        mine = change_request_store.listed(session, supplier=actor.supplier)
        if all(each.id != request_id for each in mine):
            raise NotThere
        change_requests.withdraw(session, actor.supplier, request_id, by=person.id)
    return see_other("/settings", Text("Begäran är återtagen."))


@router.post("/series")
def choose_series(request: Request, person: Person = signed_in(Permission.ADMINISTER)) -> Response:
    """Choose what the coming numbers begin with."""
    actor = actor_of(person)
    letters = text_of(request, "letters")
    try:
        with database_of(request).writing() as session:
            numbering.choose_letters(session, actor.supplier, letters, by=person.id)
    except numbering.LettersRefused as refused:
        return _settings(request, person, letters=letters, letters_error=refused.text)
    return see_other("/settings", Text("Serien är vald."))


def _settings(
    request: Request,
    person: Person,
    *,
    kind: ChangeKind | None = None,
    written: dict[str, str] | None = None,
    error: Text = NO_TEXT,
    letters: str | None = None,
    letters_error: Text = NO_TEXT,
) -> Response:
    actor = actor_of(person)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        changes = change_request_store.listed(session, supplier=actor.supplier)
        chosen = numbering.letters_of(session, actor.supplier)
        series = numbering.series_of(session, actor.supplier)
        (number,) = numbering.ahead(session, actor.supplier, today_of(request))
        supplier = register_store.last_known_supplier(session, register, actor.supplier)
    if supplier is None:
        raise NotThere
    form = kind.value.lower() if kind else ""
    first_field = {"add_account": "number", "remove_account": "remove", "details": "name"}.get(form, "")
    errors = [(first_field, error)] if error else [("letters", letters_error)] if letters_error else []
    return render(
        request,
        person,
        "flip/settings.html",
        422 if errors else 200,
        supplier=supplier,
        held=supplier.on(today_of(request)),
        today=today_of(request),
        units=[each for each in register.units if each.supplier in actor.suppliers],
        changes=changes,
        letters=chosen if letters is None else letters,
        series=series,
        number=number,
        year=f"{today_of(request):%y}",
        written=written or {},
        form=form,
        errors=errors,
        may_ask=person.may(Permission.ADMINISTER),
    )
