"""Which section of help a page leads to, by the route that the page has; the fronts say it of their own pages.

Convention: a section is a guide and a place in it, `supplier#to-invoice`. The place is an `<a id>` above a heading of
the guide, the same in every language. A page whose route no front names leads to the index; a test finds it.
"""

from fastapi import Request

from web import fronts
from web.help.library import GUIDES


def address_for(request: Request) -> str:
    """Where the help link of this request's page leads."""
    route = str(getattr(request.scope.get("route"), "path", ""))
    section = fronts.help_sections().get(route, "")
    return f"/help/{GUIDES}/{section}" if section else "/help"
