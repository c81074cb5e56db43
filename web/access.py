"""Who is asking: the dependency that pages name the signed-in person with.

Convention: a page says who may have it in its signature, `person: Person = signed_in(Permission.REPORT)`. Without a
session the answer leads to the sign-in page and back; without the permission it is a page that says so (403).
What a person may see within the permission follows from `organisation` and `units`, which every query takes.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Depends, Request

from accounts import sessions
from accounts.identity import Permission, Person
from accounts.session_store import PortalSession, SessionStage
from foundation.database import Database
from foundation.errors import Refused
from foundation.periods import stockholm_date
from foundation.text import Text
from operations.settings import Settings
from orders.register import store as register_store
from web import cookies
from web.guards.own_paths import page_before


class SignInFirst(Exception):
    """Nobody is signed in; `back_to` is the path to return to. `has_sent`: with a form, which is not taken."""

    def __init__(self, back_to: str, *, step: str = "", has_sent: bool = False) -> None:
        super().__init__(back_to)
        self.back_to = back_to
        self.step = step
        self.has_sent = has_sent

    @property
    def path(self) -> str:
        """Where signing in goes on."""
        asked = {"next": self.back_to} if self.back_to not in ("", "/") else {}
        if self.has_sent and not self.step:
            asked["ended"] = "yes"
        page = f"/sign-in{self.step}"
        return f"{page}?{urlencode(asked)}" if asked else page


class NotPermitted(Refused):
    """The person is known but lacks the permission."""

    def __init__(self) -> None:
        super().__init__(
            Text("Sidan kräver en behörighet som du inte har. Be er behörighetsadministratör om den.")
        )


class ReadingOnly(NotPermitted):
    """The person may see and changes nothing (VIEW), and pressed something that changes."""

    def __init__(self) -> None:
        Refused.__init__(
            self,
            Text(
                "Du har läsbehörighet: du ser allt som hör till dina enheter men ändrar inget. Be er "
                "behörighetsadministratör om den behörighet som behövs."
            ),
        )


def signed_in(*any_of: Permission) -> Any:  # noqa: ANN401 - the default value of a parameter of type Person
    """A FastAPI dependency that gives the Person; one of the permissions named is enough, none named: any."""

    def person(request: Request) -> Person:
        found = person_of(request)
        if found is None:
            step = str(getattr(request.state, "step_left", ""))
            raise SignInFirst(_back_to(request), step=step, has_sent=request.method != "GET")
        if not found.may(*any_of):
            reads = Permission.VIEW in found.permissions and request.method != "GET"
            raise ReadingOnly if reads else NotPermitted
        return found

    return Depends(person)


def person_of(request: Request) -> Person | None:
    """Who is signed in, asked of the database once a request."""
    if not hasattr(request.state, "person"):
        request.state.person = None
        database: Database = request.app.state.database
        found = of_request(request, database, now=instant_of(request))
        if found is not None and found.stage == SessionStage.FULL:
            request.state.person = taking_over(database, found.person)
            request.state.session = found
        elif found is not None:
            request.state.step_left = sessions.PATHS[found.stage]
    person: Person | None = request.state.person
    return person


def session_of(request: Request) -> PortalSession | None:
    """The session in which a page is shown to whoever is signed in; None before anybody has asked who it is."""
    held: PortalSession | None = getattr(request.state, "session", None)
    return held


def taking_over(database: Database, person: Person) -> Person:
    """The person with those the organisation stands in the place of, as the register has it on the business day."""
    if person.is_buyer:
        return person
    day = stockholm_date(database.clock())
    with database.reading() as session:
        others, until = register_store.succession_of(session, person.organisation, day)
    return replace(person, predecessors=others, taken_over_on=until) if others or until else person


def settings_of(request: Request) -> Settings:
    """The settings of the application that answers."""
    settings: Settings = request.app.state.settings
    return settings


def instant_of(request: Request) -> datetime:
    """The true instant, for sessions and codes; the business day is `pages.today_of`."""
    now: datetime = request.app.state.clock()
    return now


def _back_to(request: Request) -> str:
    """Where to return after signing in: the page that was asked for, or the one whose form was sent."""
    if request.method != "GET":
        return page_before(request) or "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def of_request(request: Request, database: Database, *, now: datetime) -> PortalSession | None:
    """The session this request comes with; its use is noted once a minute."""
    secret = cookies.read(request, cookies.SESSION)
    return sessions.used(database, secret, now=now) if secret else None
