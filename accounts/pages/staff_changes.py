"""Changes of the buyer's staff that wait for another administrator: what one would do, and the step that is left."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Form, Request, Response

from accounts import store as account_store
from accounts.api_clients.model import ApiScope
from accounts.identity import Permission, Person
from accounts.labels import PERMISSIONS, SCOPES
from accounts.rules import AccountRefused
from accounts.staff import change_store, changes
from accounts.staff.change_store import StaffChange, StaffChangeKind
from foundation.errors import Refused
from foundation.text import JoinedText, Text, WrittenText
from web.access import instant_of, signed_in
from web.pages import database_of, pages_router, render, see_other

router = pages_router(prefix="/admin/people/changes")

ADMINISTERS = Permission.BUYER_ADMIN

KINDS: Final[Mapping[StaffChangeKind, Text]] = {
    StaffChangeKind.INVITE: Text("Ny person"),
    StaffChangeKind.ROLES: Text("Andra behörigheter"),
    StaffChangeKind.ADDRESS: Text("Annan e-postadress"),
    StaffChangeKind.CODES: Text("Ta bort koder för inloggning"),
    StaffChangeKind.IDENTITY: Text("Inbjudan att koppla e-legitimation"),
    StaffChangeKind.ATTEST_RIGHT: Text("Attesträtt"),
    StaffChangeKind.SUBSTITUTE: Text("Ersättare för en attestant"),
    StaffChangeKind.ACCEPT_LIMIT: Text("Högre gräns för skillnader"),
    StaffChangeKind.CLIENT: Text("Nytt system med API-klient"),
}
"""What each kind of change is called."""

WAITS: Final = Text("Förslaget väntar på en annan administratör. De andra administratörerna har fått mejl.")
"""What is said when something has been proposed."""

_NAMES: Final[Mapping[str, Text]] = {
    "name": Text("Namn"),
    "address": Text("E-postadress"),
    "roles": Text("Behörigheter"),
    "scopes": Text("Får"),
    "added": Text("Läggs till"),
    "removed": Text("Tas bort"),
    "stand_in": Text("Den som ersätter"),
    "limit": Text("Högst"),
    "supplier": Text("Bara för leverantören"),
    "article": Text("Bara för artikeln"),
    "delivery_area": Text("Bara för leveransområdet"),
    "valid_from": Text("Från och med"),
    "valid_to": Text("Till och med"),
    "seen_from": Text("Granskaren ser från och med"),
    "seen_to": Text("Granskaren ser till och med"),
}
_OF_ROLES: Final = frozenset({"roles", "added", "removed"})


@router.get("/{change_id}")
def change_page(request: Request, change_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """One change: what it would do, who proposed it, and the step that is left."""
    return _page(request, person, change_id)


@router.post("/{change_id}/confirm")
def confirm(request: Request, change_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Does what is proposed, as the second of two."""
    try:
        with database_of(request).writing() as session:
            changes.confirm(session, change_id, by=person.id, at=instant_of(request))
    except Refused as wrong:
        return _page(request, person, change_id, wrong.text)
    return see_other(
        "/admin/people", said=Text("Ändringen gäller nu. De andra administratörerna har fått mejl.")
    )


@router.post("/{change_id}/refuse")
def refuse(
    request: Request,
    change_id: int,
    reason: Annotated[str, Form(max_length=500)] = "",
    person: Person = signed_in(ADMINISTERS),
) -> Response:
    """Says no, with a reason."""
    try:
        with database_of(request).writing() as session:
            changes.refuse(session, change_id, by=person.id, reason=reason, at=instant_of(request))
    except AccountRefused as wrong:
        return _page(request, person, change_id, wrong.text)
    return see_other("/admin/people", said=Text("Förslaget är avslaget."))


@router.post("/{change_id}/withdraw")
def withdraw(request: Request, change_id: int, person: Person = signed_in(ADMINISTERS)) -> Response:
    """Takes one's own proposal back."""
    try:
        with database_of(request).writing() as session:
            changes.withdraw(session, change_id, by=person.id, at=instant_of(request))
    except AccountRefused as wrong:
        return _page(request, person, change_id, wrong.text)
    return see_other("/admin/people", said=Text("Förslaget är återtaget."))


def rows_of(change: StaffChange, names: Mapping[str, str]) -> list[tuple[Text, Text]]:
    """What a change would do, as pairs of a name and a value."""
    return [
        (_NAMES[name], _value(name, value, names))
        for name, value in change.content.items()
        if value and name in _NAMES
    ]


def _value(name: str, value: str, names: Mapping[str, str]) -> Text:
    if name in _OF_ROLES:
        return JoinedText(", ", (PERMISSIONS[Permission(each)][0] for each in value.split()))
    if name == "scopes":
        return JoinedText(", ", (SCOPES[ApiScope(each)][0] for each in value.split()))
    return WrittenText(names.get(value, value))


def _page(request: Request, person: Person, change_id: int, wrong: Text | None = None) -> Response:
    with database_of(request).reading() as session:
        change = change_store.get(session, change_id)
        people = account_store.of_organisation(session, person.organisation)
    names = {each.person.id: each.display_name for each in people}
    return render(
        request,
        person,
        "account/staff_change.html",
        200 if wrong is None else 409,
        change=change,
        kind=KINDS[change.kind],
        rows=rows_of(change, names),
        names=names,
        is_own=change.proposed_by == person.id,
        is_about=person.id in (change.person, change.content.get("stand_in")),
        wrong=wrong,
    )
