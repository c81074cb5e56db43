"""Registers that programs have proposed: what each would change, and the person who loads it or says no."""

from typing import Annotated, Final

from fastapi import Form, Request, Response

from accounts import register_need_queries as account_needs
from accounts import store as account_store
from accounts.api_clients import client_store
from accounts.identity import Permission, Person
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.register_loads import proposing
from operations.register_loads import store as load_store
from orders.register import store as register_store
from orders.register.needs import Need
from web.access import instant_of, signed_in
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/admin/register-loads")

_ADMINISTERS: Final = Permission.BUYER_ADMIN


@router.get("")
def loads_page(request: Request, person: Person = signed_in(_ADMINISTERS)) -> Response:
    """Every register that was proposed, the newest first."""
    with database_of(request).reading() as session:
        page = Page.of(request, load_store.count(session))
        loads = load_store.newest_first(session, limit=page.size, offset=page.offset)
        names = names_of(session, person)
    return render(request, person, "account/register_loads.html", loads=loads, page=page, names=names)


@router.get("/{number}")
def load_page(request: Request, number: int, person: Person = signed_in(_ADMINISTERS)) -> Response:
    """One proposal, and what loading it would change now."""
    return _page(request, person, number)


@router.post("/{number}/load")
def load(request: Request, number: int, person: Person = signed_in(_ADMINISTERS)) -> Response:
    """Loads what is proposed, as the second of two."""
    try:
        with database_of(request).writing() as session:
            loaded = proposing.load(
                session,
                number,
                responsible=client_store.responsible_for(
                    session, load_store.get(session, number).proposed_by
                ),
                also=needs_of(session),
                by=person.id,
                now=instant_of(request),
                today=today_of(request),
            )
    except Refused as wrong:
        return _page(request, person, number, wrong.text)
    said = (
        Text("Registret är inläst. Det som två personer ska bekräfta väntar under Ändringar.")
        if loaded.asked
        else Text("Registret är inläst.")
    )
    return see_other("/admin/register-loads", said=said)


@router.post("/{number}/decline")
def decline(
    request: Request,
    number: int,
    reason: Annotated[str, Form(max_length=500)] = "",
    person: Person = signed_in(_ADMINISTERS),
) -> Response:
    """Says no, with a reason that the system is told."""
    try:
        with database_of(request).writing() as session:
            proposing.decline(session, number, by=person.id, reason=reason, now=instant_of(request))
    except Refused as wrong:
        return _page(request, person, number, wrong.text)
    return see_other("/admin/register-loads", said=Text("Förslaget är avslaget."))


def needs_of(session: Session) -> list[Need]:
    """What people's accounts need of the register."""
    held = register_store.newest(session)
    return account_needs.needs(session, buyer=held.buyer.organisation_number if held else "")


def names_of(session: Session, person: Person) -> dict[str, str]:
    """What people and programs of the buyer's are called."""
    people = account_store.of_organisation(session, person.organisation)
    programs = client_store.of_organisation(session, "")
    return {
        **{each.person.id: each.display_name for each in people},
        **{each.actor: each.name for each in programs},
    }


def _page(request: Request, person: Person, number: int, wrong: Text | None = None) -> Response:
    with database_of(request).reading() as session:
        load, checked = proposing.looked_at(session, number, also=needs_of(session), today=today_of(request))
        may_load = person.id not in (
            load.proposed_by,
            client_store.responsible_for(session, load.proposed_by),
        )
        names = names_of(session, person)
    return render(
        request,
        person,
        "account/register_load.html",
        200 if wrong is None else 409,
        load=load,
        sentences=checked.sentences if load.is_open else (),
        refused=checked.refused if load.is_open else (),
        may_load=may_load,
        names=names,
        wrong=wrong,
    )
