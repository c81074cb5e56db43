"""Passkeys on one's own account and at signing in: added, used, removed. The browser's part stands in passkey.js."""

from typing import Annotated

from fastapi import Form, Request, Response

from accounts import sealed_secrets, two_factor
from accounts.guessing.rate_limit import TooOften
from accounts.pages import known_browser, sign_in_queue
from accounts.pages.second_step import code_form, held_at, party_of
from accounts.passkeys import ceremonies, passkey_store
from accounts.passkeys.proving import PasskeyRefused
from accounts.session_store import PortalSession, SessionStage
from accounts.two_factor import WrongProof
from foundation.errors import NotThere
from foundation.text import Text
from web import cookies
from web.access import instant_of, settings_of
from web.pages import pages_router, render, see_other, whole_database_of

router = pages_router(prefix="/sign-in")

_MOST = 60_000


@router.get("/passkeys")
def passkeys_page(request: Request) -> Response:
    """The passkeys there are, and the form for another."""
    return _page(request, held_at(request, SessionStage.ENROL, SessionStage.FULL))


@router.post("/passkeys")
async def ask_to_register(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Shows the page on which the browser makes the passkey, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _ask_to_register(request, name, current))


def _ask_to_register(request: Request, name: str, current: str) -> Response:
    held = held_at(request, SessionStage.ENROL, SessionStage.FULL)
    try:
        options = ceremonies.ask_to_register(
            whole_database_of(request),
            sealed_secrets.of(settings_of(request)),
            held,
            party_of(request),
            name=name,
            proof=current,
            now=instant_of(request),
        )
    except (PasskeyRefused, WrongProof, TooOften) as wrong:
        return _page(request, held, wrong, name=name)
    person = held.person if held.stage == SessionStage.FULL else None
    return render(request, person, "account/passkey_make.html", options=options, name=" ".join(name.split()))


@router.post("/passkeys/register")
def register(request: Request, credential: Annotated[str, Form(max_length=_MOST)] = "") -> Response:
    """Keeps what the browser made; shows the recovery codes where it is the account's first second step."""
    held = held_at(request, SessionStage.ENROL, SessionStage.FULL)
    try:
        secret, codes = ceremonies.register(
            whole_database_of(request), held, party_of(request), credential, now=instant_of(request)
        )
    except PasskeyRefused as wrong:
        return _page(request, held, wrong)
    if codes:
        response = render(request, held.person, "account/recovery_codes.html", codes=codes, for_passkey=True)
    else:
        response = see_other("/sign-in/passkeys", said=Text("Passnyckeln är tillagd."))
    if secret:
        cookies.put(request, response, cookies.SESSION, secret)
        known_browser.remember(request, response, held.account.id)
    return response


@router.post("/passkey")
def use(
    request: Request,
    credential: Annotated[str, Form(max_length=_MOST)] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Goes on with a session of a new name when the browser signed with one of the account's passkeys."""
    held = held_at(request, SessionStage.CODE)
    try:
        secret = ceremonies.pass_with(
            whole_database_of(request), held, party_of(request), credential, now=instant_of(request)
        )
    except (PasskeyRefused, TooOften) as wrong:
        return code_form(request, held, back, wrong)
    response = see_other(back)
    cookies.put(request, response, cookies.SESSION, secret)
    known_browser.remember(request, response, held.account.id)
    return response


@router.get("/passkeys/{passkey_id}")
def remove_page(request: Request, passkey_id: int) -> Response:
    """Asks for the password or a code before it is removed."""
    return _remove_page(request, held_at(request, SessionStage.FULL), passkey_id)


@router.post("/passkeys/{passkey_id}/remove")
async def remove(
    request: Request, passkey_id: int, current: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Removes it, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _remove(request, passkey_id, current))


def _remove(request: Request, passkey_id: int, current: str) -> Response:
    held, settings = held_at(request, SessionStage.FULL), settings_of(request)
    try:
        ceremonies.remove(
            whole_database_of(request),
            sealed_secrets.of(settings),
            held,
            passkey_id,
            proof=current,
            must_have_one=settings.second_step and not settings.is_demo,
            now=instant_of(request),
        )
    except (PasskeyRefused, WrongProof, TooOften) as wrong:
        return _remove_page(request, held, passkey_id, wrong)
    return see_other("/sign-in/passkeys", said=Text("Passnyckeln är borttagen."))


def _page(
    request: Request,
    held: PortalSession,
    wrong: PasskeyRefused | WrongProof | TooOften | None = None,
    *,
    name: str = "",
) -> Response:
    with whole_database_of(request).reading() as session:
        known = passkey_store.of_account(session, held.account.id)
    return render(
        request,
        held.person if held.stage == SessionStage.FULL else None,
        "account/passkeys.html",
        _status(wrong),
        passkeys=known,
        name=name,
        needs_proof=two_factor.needs_proof(held),
        has_codes=bool(held.account.totp_secret),
        is_full=held.stage == SessionStage.FULL,
        errors=_errors(wrong, "name"),
    )


def _remove_page(
    request: Request,
    held: PortalSession,
    passkey_id: int,
    wrong: PasskeyRefused | WrongProof | TooOften | None = None,
) -> Response:
    with whole_database_of(request).reading() as session:
        known = passkey_store.of_account(session, held.account.id)
    found = next((each for each in known if each.id == passkey_id), None)
    if found is None:
        raise NotThere
    return render(
        request,
        held.person,
        "account/passkey_remove.html",
        _status(wrong),
        passkey=found,
        has_codes=bool(held.account.totp_secret),
        errors=_errors(wrong, "current"),
    )


def _status(wrong: Exception | None) -> int:
    return 200 if wrong is None else 429 if isinstance(wrong, TooOften) else 422


def _errors(wrong: PasskeyRefused | WrongProof | TooOften | None, field: str) -> list[tuple[str, Text]]:
    if wrong is None:
        return []
    return [("current" if isinstance(wrong, WrongProof | TooOften) else field, wrong.text)]
