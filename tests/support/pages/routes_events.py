"""Who may send and read events: nobody by signing in; a system by its key (see test_events_api)."""

from collections.abc import Mapping
from typing import Final

from tests.support.pages.routes import Route

ROUTES: Final[Mapping[str, Route]] = {
    "GET /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/events": Route(everybody=True, page=False),
}
