"""Who may hand messages over: nobody by signing in; the access point by its secret (see test_webhook)."""

from collections.abc import Mapping
from typing import Final

from tests.support.pages.routes import Route

ROUTES: Final[Mapping[str, Route]] = {"POST /webhook/letters": Route(everybody=True, page=False)}
