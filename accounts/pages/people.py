"""A supplier's people: added, changed and ended by those who administer permissions there."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Request, Response

from accounts import accounts
from accounts import store as account_store
from accounts.api_clients import client_store
from accounts.identity import SUPPLIER_SIDE, Permission, Person
from accounts.labels import PERMISSIONS
from accounts.openid import binding, bound_number_store
from accounts.openid.personal_numbers import NoKeyForNumbers, NoSuchNumber, NumberBoundElsewhere
from accounts.pages.provider_choices import to_tie
from accounts.passkeys import passkey_store
from accounts.rules import AccountRefused, address_choice, granted, mail_address
from accounts.store import Account
from foundation.text import Text
from orders.register import store as register_store
from orders.register.agreements import DeliveryUnit
from orders.register.register import Register
from orders.register.unit_scope import UnitScope
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/people")

ORDER = (Permission.ADMINISTER, Permission.ASSIGN, Permission.REPORT, Permission.VIEW)
Errors = list[tuple[str, Text]]


@router.get("")
def people_page(request: Request, person: Person = signed_in(Permission.ADMINISTER)) -> Response:
    """Everybody of the organisation."""
    with database_of(request).reading() as session:
        everybody = account_store.of_organisation(session, person.organisation)
        units = units_of_organisation(register_store.load(session), person)
    page = Page.of(request, len(everybody))
    people = page.rows(everybody)
    return render(
        request,
        person,
        "account/people.html",
        people=people,
        page=page,
        places={
            each.id: places_within(each.person.within) if each.person.within else None for each in people
        },
        place_names=dict(place_options(units)),
        permissions=PERMISSIONS,
    )


@router.get("/new")
def new_page(request: Request, person: Person = signed_in(Permission.ADMINISTER)) -> Response:
    """The form for somebody new."""
    return _form(request, person, None, {})


@router.post("/new")
def add(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    person: Person = signed_in(Permission.ADMINISTER),
) -> Response:
    """Makes the account and mails the invitation."""
    try:
        permissions, within = _granted(request, person)
        with database_of(request).writing() as session:
            accounts.invite(
                session,
                organisation=person.organisation,
                name=name,
                address=mail_address(email, utf8=settings_of(request).smtp_utf8),
                permissions=permissions,
                within=within,
                language=person.language,
                by=person.id,
                at=instant_of(request),
            )
    except AccountRefused as wrong:
        return _form(request, person, None, {"name": name, "email": email}, wrong.text)
    return see_other(
        "/people",
        said=Text("Personen är tillagd. En inbjudan går till e-postadressen och gäller i sju dagar."),
    )


@router.get("/{account_id}")
def person_page(
    request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """One person: permissions, units and addresses to change."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    return _form(request, person, account, {})


@router.post("/{account_id}")
def change(request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)) -> Response:
    """Changes permissions, units and addresses; they count from the next page on."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    try:
        permissions, within = _granted(request, person)
        with database_of(request).writing() as session:
            accounts.change(
                session,
                person.organisation,
                account_id,
                permissions=permissions,
                within=within,
                by=person.id,
                instead_of=str(form_of(request).get("was", "")),
            )
    except AccountRefused as wrong:
        return _form(request, person, account, {}, wrong.text)
    return see_other("/people", said=Text("Behörigheterna är ändrade."))


@router.post("/{account_id}/invite")
def invite_again(
    request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """Mails a fresh invitation."""
    with database_of(request).writing() as session:
        accounts.invite_again(session, person.organisation, account_id, by=person.id, at=instant_of(request))
    return see_other("/people", said=Text("En ny inbjudan är på väg."))


@router.post("/{account_id}/invite-identity")
def invite_to_tie(
    request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """Mails a link to tie an e-ID to the account."""
    with database_of(request).writing() as session:
        accounts.invite_to_tie(session, person.organisation, account_id, by=person.id, at=instant_of(request))
    return see_other("/people", said=Text("En inbjudan att koppla e-legitimation är på väg."))


@router.post("/{account_id}/personal-number")
def bind_number(
    request: Request,
    account_id: int,
    personal_number: Annotated[str, Form(max_length=40)] = "",
    person: Person = signed_in(Permission.ADMINISTER),
) -> Response:
    """Keeps a keyed hash of the number, so that the person's e-ID opens the account."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    try:
        with database_of(request).writing() as session:
            binding.bind(
                session,
                settings_of(request),
                person.organisation,
                account_id,
                personal_number,
                by=person.id,
                at=instant_of(request),
            )
    except (AccountRefused, NoSuchNumber, NumberBoundElsewhere, NoKeyForNumbers) as wrong:
        return _form(request, person, account, {}, number_wrong=wrong.text)
    return see_other(
        f"/people/{account_id}", said=Text("Personnumret är bundet. Numret självt är inte sparat.")
    )


@router.post("/{account_id}/personal-number/remove")
def unbind_number(
    request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """Keeps it no longer; an e-ID that is tied already stays tied."""
    with database_of(request).writing() as session:
        binding.unbind(session, person.organisation, account_id, by=person.id)
    return see_other(f"/people/{account_id}", said=Text("Bindningen är borttagen."))


@router.post("/{account_id}/forget-codes")
def forget_codes(
    request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """Lets somebody whose telephone is lost set up the second step anew."""
    with database_of(request).writing() as session:
        accounts.forget_codes(session, person.organisation, account_id, by=person.id, at=instant_of(request))
    return see_other(
        "/people", said=Text("Koderna är borttagna. Personen ställer in nya vid nästa inloggning.")
    )


@router.get("/{account_id}/end")
def end_page(
    request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)
) -> Response:
    """Asks once more."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
        own = client_store.active_of(session, person.organisation, responsible=account.person.id)
    return render(request, person, "account/person_end.html", account=account, clients=own)


@router.post("/{account_id}/end")
def end(request: Request, account_id: int, person: Person = signed_in(Permission.ADMINISTER)) -> Response:
    """Ends the account and all its sessions at once."""
    with database_of(request).writing() as session:
        accounts.end(session, person.organisation, account_id, by=person.id, today=today_of(request))
    return see_other("/people", said=Text("Kontot är avslutat och personen är utloggad."))


def _granted(request: Request, person: Person) -> tuple[frozenset[Permission], UnitScope | None]:
    with database_of(request).reading() as session:
        units = units_of_organisation(register_store.load(session), person)
    form = form_of(request)
    return granted(
        [str(each) for each in form.getlist("permission")],
        [str(each) for each in form.getlist("place")],
        everywhere=form.get("scope") == "all",
        units=units,
    )


def _form(
    request: Request,
    person: Person,
    account: Account | None,
    given: dict[str, str],
    wrong: Text | None = None,
    number_wrong: Text | None = None,
) -> Response:
    with database_of(request).reading() as session:
        units = units_of_organisation(register_store.load(session), person)
        is_bound = account is not None and bound_number_store.is_bound(session, account.id)
        passkeys = passkey_store.count(session, account.id) if account is not None else 0
    providers = to_tie(request, account) if account is not None else ()
    if wrong is not None:
        form = form_of(request)
        chosen = [str(each) for each in form.getlist("permission")]
        scoped = [str(each) for each in form.getlist("place")]
        scope = str(form.get("scope", ""))
        was = str(form.get("was", ""))
    else:
        chosen = [str(each) for each in account.permissions] if account else []
        within = account.within if account else None
        scoped = places_within(within) if within is not None else []
        scope = "" if account is None else "places" if within is not None else "all"
        was = accounts.mark_of(account) if account else ""
    return render(
        request,
        person,
        "account/person.html",
        422 if wrong or number_wrong else 200,
        account=account,
        given=given,
        wrong=wrong,
        number_errors=[("personal_number", number_wrong)] if number_wrong is not None else [],
        is_bound=is_bound,
        passkeys=passkeys,
        can_tie=any("invitation" in each.first_link for each in providers),
        can_bind=any("personal_number" in each.first_link for each in providers),
        options=[(str(each), *PERMISSIONS[each]) for each in ORDER if each in SUPPLIER_SIDE],
        places=place_options(units),
        chosen=chosen,
        scoped=scoped,
        scope=scope,
        was=was,
    )


def units_of_organisation(register: Register, person: Person) -> list[DeliveryUnit]:
    """The units of the person's organisation and of those it has taken over, in the order of their names."""
    own = [each for each in register.units if each.supplier in (person.organisation, *person.predecessors)]
    return sorted(own, key=lambda each: (each.name, each.id))


def place_options(units: Sequence[DeliveryUnit]) -> list[tuple[str, str]]:
    """What a person may be limited to: each whole unit, and each address of a unit that has several."""
    options = []
    for unit in units:
        options.append((unit.id, unit.name))
        if unit.addresses:
            options += [
                (address_choice(each.id), f"{unit.name}, {each.address.street}, {each.address.city}")
                for each in unit.every_address
            ]
    return options


def places_within(within: UnitScope) -> list[str]:
    """The same of what a person is limited to now."""
    return [*sorted(within.units), *map(address_choice, sorted(within.addresses))]
