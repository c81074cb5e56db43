"""The buyer's administrator: applications for portal accounts, and the buyer's own people."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Form, Request, Response

from accounts import accounts, application_store, applications
from accounts import store as account_store
from accounts.application_store import ApplicationState
from accounts.identity import BUYER_SIDE, Permission, Person
from accounts.labels import PERMISSIONS
from accounts.pages import staff_changes
from accounts.pages.provider_choices import invited_to
from accounts.passkeys import passkey_store
from accounts.rules import AccountRefused, age, granted_staff, mail_address, name_of_person
from accounts.staff import change_store, independence, role_changes, staff_forms
from accounts.staff import changes as staff_proposals
from accounts.staff.change_store import StaffChangeKind
from accounts.store import Account
from foundation.text import Text
from orders.register import store as register_store
from orders.register.register import NotInRegister, Register
from web.access import instant_of, settings_of, signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/admin")

ADMINISTERS = Permission.BUYER_ADMIN
_DECIDED_SHOWN = 50
_TWO = 2
_GONE_AND_WAITS = Text(
    "Det som togs bort gäller inte längre. Det nya väntar på en annan administratör; de andra administratörerna har "
    "fått mejl."
)
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
    """The buyer's own people, and the changes of them that wait for another administrator or are decided."""
    with database_of(request).reading() as session:
        people = account_store.of_organisation(session, person.organisation)
        proposed = change_store.listed(session, limit=_DECIDED_SHOWN)
    return render(
        request,
        person,
        "account/staff.html",
        people=people,
        permissions=PERMISSIONS,
        waiting=[each for each in proposed if each.is_open],
        decided=[each for each in proposed if not each.is_open],
        kinds=staff_changes.KINDS,
        names={each.person.id: each.display_name for each in people},
        too_few=independence.independent(people) < _TWO,
    )


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
    """Proposes the account; the invitation leaves when another administrator has confirmed it."""
    try:
        content = staff_forms.invitation(
            name=name_of_person(name),
            address=mail_address(email, utf8=settings_of(request).smtp_utf8),
            roles=_chosen(request),
            language=person.language,
        )
        _propose(request, person, StaffChangeKind.INVITE, content)
    except AccountRefused as wrong:
        return _form(request, person, None, {"name": name, "email": email}, wrong.text)
    return see_other("/admin/people", said=staff_changes.WAITS)


@router.get("/people/{account_id}")
def person_page(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """One of the buyer's people."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    return _form(request, person, account, {})


@router.post("/people/{account_id}")
def change(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Takes permissions away at once; what gives another one is proposed."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    try:
        chosen = _chosen(request)
        added, removed = chosen - account.permissions, account.permissions - chosen
        with database_of(request).writing() as session:
            role_changes.change_roles(
                session, account, added=added, removed=removed, by=person.id, at=instant_of(request)
            )
    except AccountRefused as wrong:
        return _form(request, person, account, {}, wrong.text)
    if not added:
        return see_other("/admin/people", said=Text("Behörigheterna är ändrade."))
    return see_other("/admin/people", said=_GONE_AND_WAITS if removed else staff_changes.WAITS)


@router.post("/people/{account_id}/address")
def change_address(
    request: Request,
    account_id: int,
    email: Annotated[str, Form(max_length=254)] = "",
    person: Person = signed_in(ADMINISTERS),
) -> Response:
    """Proposes another mail address for somebody: whoever reads it could choose the password."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    try:
        content = {"address": mail_address(email, utf8=settings_of(request).smtp_utf8)}
        _propose(request, person, StaffChangeKind.ADDRESS, content, account.person.id)
    except AccountRefused as wrong:
        return _form(request, person, account, {}, wrong.text)
    return see_other("/admin/people", said=staff_changes.WAITS)


@router.post("/people/{account_id}/invite")
def invite_again(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Mails a fresh invitation."""
    with database_of(request).writing() as session:
        accounts.invite_again(session, person.organisation, account_id, by=person.id, at=instant_of(request))
    return see_other("/admin/people", said=Text("En ny inbjudan är på väg."))


@router.post("/people/{account_id}/forget-codes")
def forget_codes(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Proposes that somebody whose telephone is lost sets up the second step anew."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    _propose(request, person, StaffChangeKind.CODES, {}, account.person.id)
    return see_other("/admin/people", said=staff_changes.WAITS)


@router.post("/people/{account_id}/invite-identity")
def invite_to_tie(request: Request, account_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Proposes that somebody is mailed a link to tie the employer's sign-in or an e-ID."""
    with database_of(request).reading() as session:
        account = accounts.of_organisation(session, person.organisation, account_id)
    _propose(request, person, StaffChangeKind.IDENTITY, {}, account.person.id)
    return see_other("/admin/people", said=staff_changes.WAITS)


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


def _propose(
    request: Request, person: Person, kind: StaffChangeKind, content: Mapping[str, str], about: str = ""
) -> None:
    with database_of(request).writing() as session:
        staff_proposals.propose(
            session, kind, person=about, content=content, by=person.id, at=instant_of(request)
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
    passkeys = 0
    if account is not None:
        with database_of(request).reading() as session:
            passkeys = passkey_store.count(session, account.id)
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
        passkeys=passkeys,
        can_tie=account is not None and bool(invited_to(request, account)),
    )
