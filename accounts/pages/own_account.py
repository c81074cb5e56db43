"""One's own account: what one may do, the password, the second step, the sessions, and how one gets mails."""

from typing import Annotated

from fastapi import Form, Request, Response

from accounts import accounts, passwords, second_step_store, session_store, sessions, tokens
from accounts import store as account_store
from accounts.guessing import known_devices, rate_limit
from accounts.identity import Person
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.labels import PERMISSIONS
from accounts.mails import mail_links
from accounts.openid import openid_store
from accounts.pages import known_browser, sign_in_queue
from accounts.pages.mails.mail_choices import CHOICES_SHOWN, kinds_shown
from accounts.pages.provider_choices import to_tie
from accounts.passkeys import passkey_store
from accounts.password_rules import PasswordRefused, chosen_password
from foundation import journal
from foundation.errors import Refused
from foundation.text import Text
from operations.mail import choice_store
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.unit_scope import UnitScope
from web import cookies
from web.access import instant_of, signed_in
from web.pages import database_of, pages_router, render, see_other

router = pages_router(prefix="/account")


@router.get("")
def account_page(request: Request, person: Person = signed_in()) -> Response:
    """All of it on one page."""
    return _page(request, person)


@router.post("/password")
async def change_password(
    request: Request,
    current: Annotated[str, Form(max_length=1000)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
    person: Person = signed_in(),
) -> Response:
    """Changes it, and signs out everywhere else, when the turn has come."""
    return await sign_in_queue.in_turn(
        request, lambda: _change_password(request, person, current, password, again)
    )


def _change_password(request: Request, person: Person, current: str, password: str, again: str) -> Response:
    now = instant_of(request)
    with database_of(request).writing() as session:
        rate_limit.count(session, f"password {person.id}", rate_limit.ONE_NAME, now=now)
        account = account_store.by_id(session, person.account_id)
        about = accounts.words_about(session, account) if account is not None else ()
    if account is None or not passwords.fits(account.password_hash, current):
        return _page(
            request,
            person,
            errors=[("current", Text("Det nuvarande lösenordet stämmer inte."))],
        )
    try:
        chosen = chosen_password(password, again, about=about)
    except PasswordRefused as wrong:
        return _page(request, person, errors=[("password", wrong.text)])
    with database_of(request).writing() as session:
        rate_limit.forget(session, f"password {person.id}")
        accounts.change_password(session, person, chosen, but=_own_key(request), now=now)
        known_devices.forget(session, person.account_id, but=known_browser.secret_of(request))
    return see_other("/account", said=Text("Lösenordet är ändrat, och du är utloggad på alla andra ställen."))


@router.post("/sign-out-everywhere")
def sign_out_everywhere(request: Request, person: Person = signed_in()) -> Response:
    """Ends every session of the account, this one too."""
    with database_of(request).writing() as session:
        sessions.end_all(session, person.account_id)
        mail_links.end_all(session, person.account_id)
        known_devices.forget(session, person.account_id)
        journal.record(
            session, person.id, AccountAction.SIGNED_OUT_EVERYWHERE, AccountsSubject.PERSON.of(person.id)
        )
    response = see_other("/sign-in", said=Text("Du är utloggad överallt."))
    cookies.drop(request, response, cookies.SESSION)
    return response


@router.post("/sessions/end")
def end_session(
    request: Request,
    session_key: Annotated[str, Form(alias="session", max_length=64)] = "",
    person: Person = signed_in(),
) -> Response:
    """Ends one session of the account; ending the one that asks is signing out."""
    with database_of(request).writing() as session:
        if not session_store.remove_own(session, person.account_id, session_key):
            raise Refused(Text("Den inloggningen är redan slut. Läs in sidan på nytt."))
        journal.record(session, person.id, AccountAction.SESSION_ENDED, AccountsSubject.PERSON.of(person.id))
    if session_key != _own_key(request):
        return see_other("/account", said=Text("Du är utloggad där."))
    response = see_other("/sign-in", said=Text("Du är utloggad."))
    cookies.drop(request, response, cookies.SESSION)
    return response


def _page(request: Request, person: Person, errors: list[tuple[str, Text]] | None = None) -> Response:
    with database_of(request).reading() as session:
        account = account_store.by_id(session, person.account_id)
        chosen = choice_store.of(session, person.account_id)
        left = second_step_store.codes_left(session, person.account_id)
        held = session_store.of_account(session, person.account_id)
        passkeys = passkey_store.count(session, person.account_id)
        tied = openid_store.identities_of(session, person.account_id)
        register = register_store.load(session)
        known = register_store.last_known_supplier(session, register, person.organisation)
    company = register.buyer.name if person.is_buyer else known.name if known else person.organisation
    units = _places(register, person)
    return render(
        request,
        person,
        "account/own.html",
        422 if errors else 200,
        account=account,
        company=company,
        units=units,
        permissions=[PERMISSIONS[each] for each in sorted(person.permissions)],
        sessions=[(each, each.key == _own_key(request)) for each in held],
        codes_left=left,
        passkeys=passkeys,
        tied=len(tied),
        to_tie=account is not None and bool(to_tie(request, account)),
        mail_kinds_shown=kinds_shown(chosen),
        mail_choices=CHOICES_SHOWN,
        shortest=passwords.SHORTEST,
        errors=errors or [],
    )


def _own_key(request: Request) -> str:
    return tokens.fingerprint(cookies.read(request, cookies.SESSION))


def _places(register: Register, person: Person) -> list[str]:
    """The units and addresses the person is limited to, by name; none for the whole organisation."""
    within = person.within or UnitScope()
    names = {each.id: each.name for each in register.units}
    addresses = {
        each.id: f"{unit.name}, {each.address.street}"
        for unit in register.units
        for each in unit.every_address
    }
    whole = [names.get(each, each) for each in sorted(within.units)]
    return [*whole, *(addresses.get(each, each) for each in sorted(within.addresses))]
