"""The tutors of the supplier's units: the list, one of them with its placements; added, closed and taken up again.

Convention: a tutor is a code. Who administers permissions keeps the list; who assigns or reads sees those of
their units. The name of a person with an account is shown to colleagues and stands in no address.
"""

from collections.abc import Callable

from fastapi import Request, Response

from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.rules import AccountRefused, at_unit, person_at_unit
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.register.agreements import DeliveryUnit
from orders.tutors import unit_tutor_store, unit_tutors
from orders.tutors.tutors import TutorRefused
from orders.tutors.unit_tutor_store import UnitTutor
from supplier_portal.pages import query_params
from supplier_portal.queries import placements as placement_queries
from web.access import signed_in
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/tutors")

SEES = (Permission.ADMINISTER, Permission.ASSIGN, Permission.VIEW)
KEEPS = Permission.ADMINISTER


@router.get("")
def tutors_page(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """The tutors, unit by unit."""
    return _list(request, person)


@router.post("")
def add(request: Request, person: Person = signed_in(KEEPS)) -> Response:
    """Add a tutor to a unit."""
    try:
        with database_of(request).writing() as session:
            register = query_params.register_of(session)
            unit = _unit(session, person, text_of(request, "unit"))
            unit_tutors.add(
                session,
                register,
                person.organisation,
                unit.id,
                text_of(request, "code"),
                person=_person(session, request, person, unit),
                by=person.id,
                today=today_of(request),
            )
    except (TutorRefused, AccountRefused) as refused:
        return _list(request, person, refused)
    return see_other("/tutors", Text("Handledaren är tillagd och kan väljas för enhetens placeringar."))


@router.get("/{tutor_id:int}")
def tutor_page(request: Request, tutor_id: int, person: Person = signed_in(*SEES)) -> Response:
    """One tutor, and the placements that go on with it."""
    with database_of(request).reading() as session:
        tutor, unit = _found(session, person, tutor_id)
        scope = query_params.scope_of(person)
        references = placement_queries.of_tutor(
            session, scope, tutor.unit_id, tutor.code, today=today_of(request)
        )
        named = account_store.of_organisation(session, person.organisation)
    return render(
        request,
        person,
        "supplier/tutor.html",
        tutor=tutor,
        unit=unit,
        references=references,
        people=[(each.person.id, each.display_name) for each in at_unit(named, unit)],
        names={each.person.id: each.display_name for each in named},
        may_keep=person.may(KEEPS),
        may_assign=person.may(Permission.ASSIGN),
    )


@router.post("/{tutor_id:int}/close")
def close(request: Request, tutor_id: int, person: Person = signed_in(KEEPS)) -> Response:
    """The tutor leaves; its placements wait for another."""

    def closing(session: Session, tutor: UnitTutor, _: DeliveryUnit) -> None:
        unit_tutors.close(session, tutor, by=person.id, today=today_of(request))

    return _changed(
        request,
        person,
        tutor_id,
        closing,
        Text("Handledaren är avslutad. Placeringarna väntar på en ny handledare."),
    )


@router.post("/{tutor_id:int}/reopen")
def reopen(request: Request, tutor_id: int, person: Person = signed_in(KEEPS)) -> Response:
    """The tutor is back."""

    def opening(session: Session, tutor: UnitTutor, _: DeliveryUnit) -> None:
        unit_tutors.reopen(session, tutor, by=person.id)

    return _changed(request, person, tutor_id, opening, Text("Handledaren kan väljas igen."))


@router.post("/{tutor_id:int}/person")
def tie(request: Request, tutor_id: int, person: Person = signed_in(KEEPS)) -> Response:
    """Say which person with an account it is, or none."""

    def tying(session: Session, tutor: UnitTutor, unit: DeliveryUnit) -> None:
        unit_tutors.tie(session, tutor, _person(session, request, person, unit), by=person.id)

    return _changed(request, person, tutor_id, tying, Text("Uppgiften om konto är sparad."))


def _changed(
    request: Request,
    person: Person,
    tutor_id: int,
    change: Callable[[Session, UnitTutor, DeliveryUnit], None],
    said: Text,
) -> Response:
    try:
        with database_of(request).writing() as session:
            change(session, *_found(session, person, tutor_id))
    except (StepRefused, AccountRefused) as refused:
        return see_other(f"/tutors/{tutor_id}", refused.text)
    return see_other(f"/tutors/{tutor_id}", said)


def _list(request: Request, person: Person, refused: Refused | None = None) -> Response:
    with database_of(request).reading() as session:
        units = query_params.units_of(query_params.register_of(session), person)
        listed = unit_tutor_store.of_supplier(session, person.organisation, units)
        named = account_store.of_organisation(session, person.organisation)
    active = [each for each in named if each.state is account_store.AccountState.ACTIVE]
    page = Page.of(request, len(listed))
    return render(
        request,
        person,
        "supplier/tutors.html",
        200 if refused is None else 422,
        tutors=page.rows(listed),
        page=page,
        units=units,
        people=[(each.person.id, each.display_name) for each in active],
        names={each.person.id: each.display_name for each in named},
        may_keep=person.may(KEEPS),
        errors=[] if refused is None else [("code", refused.text)],
        given={name: text_of(request, name) for name in ("unit", "code", "person")} if refused else {},
    )


def _found(session: Session, person: Person, tutor_id: int) -> tuple[UnitTutor, DeliveryUnit]:
    """A tutor at a unit that the person sees, and the unit. Raises NotThere."""
    tutor = unit_tutor_store.by_id(session, person.organisation, tutor_id)
    if tutor is None:
        raise NotThere
    return tutor, _unit(session, person, tutor.unit_id)


def _person(session: Session, request: Request, keeper: Person, unit: DeliveryUnit) -> str:
    """The colleague the form ties a tutor to. Raises AccountRefused for somebody who is not at the unit."""
    people = account_store.of_organisation(session, keeper.organisation)
    return person_at_unit(text_of(request, "person"), people, unit)


def _unit(session: Session, person: Person, unit_id: str) -> DeliveryUnit:
    register = query_params.register_of(session)
    if unit_id not in query_params.units_of(register, person):
        raise NotThere
    return register.unit(unit_id)
