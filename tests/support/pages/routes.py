"""The shape of the tables that say who may have each page: `ROUTES` in tests/support/pages/routes_<area>.py.

Convention: a key is method and path as the router has them, "GET /orders/{number}". The tables are about the books
of the demo, where Fyrbåken (5599991014) is the supplier that asks and Lärkdrillen (5599992020) owns what is
foreign. Every route of the application stands in exactly one table; the crawl (test_crawl.py) asks each with
everybody, and the walk (test_walk.py) looks at every page with axe in both languages.

    ROUTES = {
        "GET /orders": Route(may=SUPPLIER_SIDE, own=("/orders", "/orders?state=OPEN")),
        "GET /orders/{number}": Route(
            may=SUPPLIER_SIDE, own=("/orders/2100000019",), foreign=("/orders/2100000001", "/orders/9999999999")
        ),
        "GET /orders/{number}/pdf": Route(may=SUPPLIER_SIDE, own=(...), foreign=(...), page=False),
        "POST /reports": Route(may=frozenset({P.REPORT}), form={"month": "2026-09"}),
    }
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from accounts.identity import Permission


@dataclass(frozen=True, slots=True)
class Route:
    """Who may ask, and with what to try it.

    `may`: one of these permissions is enough; empty: anybody signed in; `everybody`: without signing in too.
    `own`: addresses that answer 200 to the one who may (or a redirect within the site, where `leads_on`).
    `foreign`: addresses that name another's thing, or none: 404 for whoever has the permission.
    `form`: what a POST would carry; it is tried on `foreign` with a right token, and on `own` never.
    `buyer_too`: the buyer's staff may have foreign things, so only suppliers are tried with them.
    `led`: a page that links to the address instead, the pattern of the link, and what follows it: for things whose
    number differs between the databases.
    `page`: False for files (PDF, XML, CSV), which axe cannot read.
    """

    may: frozenset[Permission] = frozenset()
    own: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    everybody: bool = False
    leads_on: bool = False
    buyer_too: bool = True
    page: bool = True
    led: tuple[str, str, str] | None = None

    def own_addresses(self, read: Callable[[str], str]) -> tuple[str, ...]:
        """The own addresses, also the one a page leads to; `read` gives a page's text."""
        if self.led is None:
            return self.own
        page, pattern, after = self.led
        found = re.search(pattern, read(page))
        return (*self.own, f"{found[0]}{after}") if found else self.own
