"""How long a session has left, for the warning that stands on every page some minutes before it ends.

Convention: asking how long is left is no use of the session, otherwise an open page would keep it for ever; pressing
the warning's button is. The times are in whole seconds. A page itself says whole minutes.
"""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from accounts import sessions
from accounts.identity import Person
from accounts.session_store import PortalSession, SessionStage
from web import cookies
from web.access import instant_of, session_of, signed_in
from web.pages import pages_router, whole_database_of

router = pages_router()


@router.get("/session")
def left(request: Request) -> Response:
    """How long the session has left, without using it; nothing for whoever is signed out."""
    with whole_database_of(request).reading() as session:
        found = sessions.find(session, cookies.read(request, cookies.SESSION), now=instant_of(request))
    return _told(request, found if found and found.stage == SessionStage.FULL else None)


@router.post("/session")
def keep(request: Request, person: Person = signed_in()) -> Response:
    """Use the session, which keeps it alive as any page does."""
    return _told(request, session_of(request))


def _told(request: Request, held: PortalSession | None) -> Response:
    """`seconds_left`, and `is_last`: whether no use can keep it any longer."""
    if held is None:
        return JSONResponse({"seconds_left": 0, "is_last": True})
    ends_at = sessions.ends_at(held)
    seconds = int((ends_at - instant_of(request)).total_seconds())
    return JSONResponse({"seconds_left": max(0, seconds), "is_last": ends_at == held.ends_at})
