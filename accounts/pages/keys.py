"""The buyer's administrator: keys that systems sign in with, made, looked at and revoked."""

from datetime import date
from typing import Annotated, Final

from fastapi import Form, Request, Response

from accounts import sealed_secrets, two_factor
from accounts.guessing.rate_limit import TooOften
from accounts.identity import Permission, Person
from accounts.pages import sign_in_queue
from accounts.systems import machine_key_store, machine_keys
from accounts.systems.machine_key_store import KeyScope, MachineKey
from accounts.two_factor import WrongProof
from foundation.errors import NotThere, Refused
from foundation.text import Text
from web import access
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/admin/keys")

ADMINISTERS = Permission.BUYER_ADMIN
SCOPES: Final = {
    KeyScope.EVENTS_WRITE: (Text("Skicka händelser"), Text("Beslut, avbrott och godkännanden till oss.")),
    KeyScope.EVENTS_READ: (Text("Läsa händelser"), Text("Flödet av vad som händer i ärendena.")),
    KeyScope.LEDGER_ANSWER: (
        Text("Svara om verifikationer"),
        Text("Bokförd eller avvisad, ur ekonomisystemet."),
    ),
    KeyScope.FIGURES_READ: (
        Text("Läsa tjänstens siffror"),
        Text("Antal per månad, utan någon enskild."),
    ),
}


@router.get("")
def keys_page(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Every key, without its secret."""
    with database_of(request).reading() as session:
        keys = machine_key_store.newest_first(session)
    page = Page.of(request, len(keys))
    return render(request, person, "account/keys.html", keys=page.rows(keys), page=page, scopes=SCOPES)


@router.get("/new")
def new_page(request: Request, person: Person = signed_in(ADMINISTERS)) -> Response:
    """The form for a new one."""
    return _form(request, person, {}, [])


@router.post("/new")
async def make(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    expires_on: Annotated[str, Form(max_length=20)] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
    person: Person = signed_in(ADMINISTERS),
) -> Response:
    """Makes the key for whoever proves himself, and shows it, this once, when the turn has come."""
    return await sign_in_queue.in_turn(request, lambda: _make(request, person, name, expires_on, current))


def _make(request: Request, person: Person, name: str, expires_on: str, proof: str) -> Response:
    chosen = [str(each) for each in form_of(request).getlist("scope")]
    if not chosen:
        wrong = Text("Välj vad systemet får göra.")
        return _form(request, person, {"name": name, "expires_on": expires_on}, chosen, wrong, at="scope")
    given = {"name": name, "expires_on": expires_on}
    try:
        _prove(request, proof)
    except (WrongProof, TooOften) as wrong:
        return _form(request, person, given, chosen, wrong.text, at="current")
    try:
        with database_of(request).writing() as session:
            made = machine_keys.make(
                session,
                name,
                scopes=machine_keys.scopes_of(" ".join(chosen)),
                expires_on=_day(expires_on),
                by=person.id,
                at=instant_of(request),
                today=today_of(request),
            )
    except Refused as wrong:
        return _form(request, person, given, chosen, wrong.text)
    return render(request, person, "account/key_made.html", made=made)


@router.get("/{number}")
def key_page(request: Request, number: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """One key, to revoke."""
    return render(request, person, "account/key.html", key=_key(request, number), scopes=SCOPES)


@router.post("/{number}/revoke")
def revoke(request: Request, number: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Ends the key at once."""
    key = _key(request, number)
    with database_of(request).writing() as session:
        machine_keys.revoke(session, key.id, by=person.id, at=instant_of(request))
    return see_other("/admin/keys", said=Text("Nyckeln %(name)s är indragen.", name=key.name))


def _prove(request: Request, proof: str) -> None:
    """A key outlives the session that makes it, so the session alone is not enough. Raises WrongProof, TooOften."""
    database, now = database_of(request), instant_of(request)
    held = access.of_request(request, database, now=now)
    if held is not None and two_factor.needs_proof(held):
        two_factor.prove(database, sealed_secrets.of(access.settings_of(request)), held, proof, now=now)


def _key(request: Request, number: int) -> MachineKey:
    with database_of(request).reading() as session:
        key = machine_key_store.by_id(session, number)
    if key is None:
        raise NotThere
    return key


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise machine_keys.KeyRefused(Text("Skriv sista dagen som ÅÅÅÅ-MM-DD.")) from None


def _form(
    request: Request,
    person: Person,
    given: dict[str, str],
    chosen: list[str],
    wrong: Text | None = None,
    *,
    at: str = "name",
) -> Response:
    return render(
        request,
        person,
        "account/key_new.html",
        422 if wrong else 200,
        given=given,
        wrong=wrong,
        at=at,
        options=[(str(each), *words) for each, words in SCOPES.items()],
        chosen=chosen,
    )
