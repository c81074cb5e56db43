"""The buyer's administrator: applications for portal accounts, and the buyer's own people."""

from typing import Annotated

from fastapi import Form, Request, Response

from accounts import accounts, application_store, applications
from accounts import store as account_store
from accounts.application_store import ApplicationState
from accounts.identity import BUYER_SIDE, Permission, Person
from accounts.labels import PERMISSIONS
from accounts.rules import AccountRefused, age, granted_staff
from accounts.store import Account
from foundation.text import Text
from orders.register import store as register_store
from orders.register.register import NotInRegister, Register
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/admin")

ADMINISTERS = Permission.BUYER_ADMIN
ORDER = tuple(each for each in Permission if each in BUYER_SIDE)


@router.get("")
def applications_page(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """The applications that wait, with their age, and those decided."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        waiting = application_store.waiting(session)
        decided = application_store.decided(session)
    return render(
        request,
        person,
        "account/applications.html",
        waiting=[(each, company(register, each.organisation), age(each.made_on, today)) for each in waiting],
        decided=[(each, company(register, each.organisation)) for each in decided],
    )


@router.get("/applications/{application_id}")
def application_page(
    request: Request, application_id: int, person: Person = signed_in(ADMINISTERS)
) -> Response:
    """One application, to decide."""
    return _application(request, person, application_id)


@router.post("/applications/{application_id}/approve")
def approve(request: Request, application_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Makes the responsible administrator and mails the invitation."""
    try:
        with database_of(request).writing() as session:
            applications.approve(
                session, application_id, by=person.id, today=today_of(request), at=instant_of(request)
            )
    except AccountRefused as wrong:
        return _application(request, person, application_id, wrong.text)
    return see_other("/admin", said=Text("Ansökan är godkänd, och en inbjudan är på väg till företaget."))


@router.post("/applications/{application_id}/refuse")
def refuse(
    request: Request,
    application_id: int,
    reason: Annotated[str, Form(max_length=1000)] = "",
    person: Person = signed_in(ADMINISTERS),
) -> Response:
    """Refuses with a reason, which the applicant is mailed."""
    try:
        with database_of(request).writing() as session:
            applications.refuse(
                session,
                application_id,
                reason=reason,
                by=person.id,
                today=today_of(request),
                at=instant_of(request),
            )
    except AccountRefused as wrong:
        return _application(request, person, application_id, wrong.text)
    return see_other("/admin", said=Text("Ansökan är avslagen."))


@router.get("/people")
def staff_page(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """The buyer's own people."""
    with database_of(request).reading() as session:
        people = account_store.of_organisation(session, person.organisation)
    return render(request, person, "account/staff.html", people=people, permissions=PERMISSIONS)


@router.get("/people/new")
def new_page(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """The form for somebody new."""
    return _form(request, person, None, {})


@router.post("/people/new")
def add(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    person: Person = signed_in(ADMINISTERS),
) -> Response:
    """Makes the account and mails the invitation."""
    try:
        with database_of(request).writing() as session:
            accounts.invite(
                session,
                organisation=person.organisation,
                name=name,
                address=email,
                permissions=_chosen(request),
                within=None,
                language=person.language,
                by=person.id,
                at=instant_of(request),
            )
    except AccountRefused as wrong:
        return _form(request, person, None, {"name": name, "email": email}, wrong.text)
    return see_other("/admin/people", said=Text("Personen är inbjuden."))


@router.get("/people/{account_id}")
def person_page(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """One of the buyer's people."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    return _form(request, person, account, {})


@router.post("/people/{account_id}")
def change(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Changes the permissions."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    try:
        with database_of(request).writing() as session:
            accounts.change(
                session,
                person.organisation,
                account_id,
                permissions=_chosen(request),
                within=None,
                by=person.id,
                administers=ADMINISTERS,
            )
    except AccountRefused as wrong:
        return _form(request, person, account, {}, wrong.text)
    return see_other("/admin/people", said=Text("Behörigheterna är ändrade."))


@router.post("/people/{account_id}/invite")
def invite_again(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Mails a fresh invitation."""
    with database_of(request).writing() as session:
        accounts.invite_again(session, person.organisation, account_id, by=person.id, at=instant_of(request))
    return see_other("/admin/people", said=Text("En ny inbjudan är på väg."))


@router.post("/people/{account_id}/forget-codes")
def forget_codes(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Lets somebody whose telephone is lost set up the second step anew."""
    with database_of(request).writing() as session:
        accounts.forget_codes(session, person.organisation, account_id, by=person.id, at=instant_of(request))
    return see_other(
        "/admin/people", said=Text("Koderna är borttagna. Personen ställer in nya vid nästa inloggning.")
    )


@router.post("/people/{account_id}/end")
def end(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Ends the account and all its sessions at once."""
    with database_of(request).writing() as session:
        accounts.end(
            session,
            person.organisation,
            account_id,
            by=person.id,
            today=today_of(request),
            administers=ADMINISTERS,
        )
    return see_other("/admin/people", said=Text("Kontot är avslutat."))


def company(register: Register, organisation: str) -> str:
    """The name of a company, or its number where the register no longer has it."""
    try:
        return register.supplier(organisation).name
    except NotInRegister:
        return organisation


def _application(
    request: Request, person: Person, application_id: int, wrong: Text | None = None
) -> Response:
    with database_of(request).reading() as session:
        application = application_store.by_id(session, application_id)
        register = register_store.load(session)
    return render(
        request,
        person,
        "account/application.html",
        422 if wrong else 200,
        application=application,
        company=company(register, application.organisation),
        age=age(application.made_on, today_of(request)),
        is_waiting=application.state is ApplicationState.WAITING,
        wrong=wrong,
    )


def _chosen(request: Request) -> frozenset[Permission]:
    return granted_staff([str(each) for each in form_of(request).getlist("permission")])


def _form(
    request: Request,
    person: Person,
    account: Account | None,
    given: dict[str, str],
    wrong: Text | None = None,
) -> Response:
    if wrong is not None:
        chosen = [str(each) for each in form_of(request).getlist("permission")]
    else:
        chosen = [str(each) for each in account.permissions] if account else []
    return render(
        request,
        person,
        "account/staff_person.html",
        422 if wrong else 200,
        account=account,
        given=given,
        wrong=wrong,
        options=[(str(each), *PERMISSIONS[each]) for each in ORDER],
        chosen=chosen,
    )
