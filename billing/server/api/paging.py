"""Lists page by page, and what has changed since: cursor, `Link` and `updated_after`, alike for a supplier's lists.

Convention: `updated_after` follows the feed of what happens to the cases, whose numbers are given to what is committed
(decision 122): whoever goes on from the number it was given misses nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import Select
from sqlalchemy.exc import OperationalError

from billing.server.api.base import later, problem
from foundation.sql import Session
from operations.event_feed import change_queries, numbering
from supplier_portal.queries import order_changes
from web.pages import database_of, whole_database_of

Row = TypeVar("Row")

LIMIT_MOST: Final = 200
DAY: Final = "[1-9][0-9]{0,5}"
"""A day in a cursor, by its number: whatever is written so is a day that there is (`date.fromordinal`)."""

UpdatedAfter = Annotated[
    int | None,
    Query(ge=0, le=2**31 - 1, description="`updated_cursor` of an answer: only what changed after it."),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MOST, description="How many a page has at most.")]
Cursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9A-Za-z._:/~-]{1,140}$", description="From `next`; not to be made up."),
]
Next = Annotated[str | None, Field(description="Where the next page is; null on the last. Also in `Link`.")]
UpdatedCursor = Annotated[
    int, Field(description="Ask with `updated_after` from here for what is changed later.")
]
UpdatedReferences = Annotated[
    list[str] | None,
    Field(
        description="With `updated_after` the cases that have changed: what you kept of each is out of date, and all "
        "of it that the filter lets through now is in this answer. Null where the list was read whole."
    ),
]

WRONG: Final = problem("A parameter has a value that is not allowed.")
REFUSALS: Final[dict[int | str, dict[str, object]]] = {
    409: problem("`updated_after` lies beyond what there is: another installation's, or restored books."),
    410: problem("What was changed after `updated_after` is no longer kept: list all anew."),
    422: WRONG,
}
"""What a list that can be kept up with answers besides."""
PAGE: Final = "`Link` with `rel=next` is where to go on."


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """How a list is asked for: whose cases, the rows of a page, where a row stands, and the rows of some cases.

    `whole` gives one row more than the page holds where there are more, `changed` every row of those cases.
    """

    cases: Select[Any]
    whole: Callable[[Session], Sequence[Row]]
    cursor_of: Callable[[Row], str]
    changed: Callable[[Session, Sequence[str]], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """A page of rows, where the next is, and the number from which to ask for what is changed later.

    `updated_references` are the cases that have changed; None where all were asked for.
    """

    rows: Sequence[Row]
    next: str | None
    updated_cursor: int
    updated_references: list[str] | None


def found(request: Request, listing: Listing[Row], *, limit: int, updated_after: int | None) -> Found[Row]:
    """A page of the list, or of what has changed since. Raises CursorTooOld, CursorAhead, ProblemResponse (503)."""
    try:
        if updated_after is None:
            return _whole(request, listing, limit)
        return _changed(request, listing, updated_after, limit)
    except OperationalError:
        raise later() from None


def answered(told: BaseModel, following: str | None) -> Response:
    """The page as it is sent, with its `Link`."""
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return JSONResponse(told.model_dump(mode="json"), headers=headers)


def page_of(
    request: Request, rows: Sequence[Row], limit: int, cursor_of: Callable[[Row], object]
) -> tuple[Sequence[Row], str | None]:
    """The page's own of rows that were asked for with one more, and the address of the next page if there is one."""
    shown = rows[:limit]
    return shown, address(request, cursor=str(cursor_of(shown[-1]))) if len(rows) > limit else None


def address(request: Request, **changed: str) -> str:
    """This address with some parameters changed."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    return f"{request.url.path}?{urlencode([*kept, *changed.items()])}"


def _whole(request: Request, listing: Listing[Row], limit: int) -> Found[Row]:
    # What is told of is committed before it is numbered: read the number first, and the rows after it.
    with numbering.reading_numbered(whole_database_of(request)) as session:
        upto = change_queries.last_number(session)
    with database_of(request).reading() as session:
        rows = listing.whole(session)
    shown, following = page_of(request, rows, limit, listing.cursor_of)
    return Found(shown, following, upto, None)


def _changed(request: Request, listing: Listing[Row], after: int, limit: int) -> Found[Row]:
    """The rows, as they are now, of the cases with something told since."""
    with numbering.reading_numbered(whole_database_of(request)) as session:
        changed = order_changes.changed_after(session, listing.cases, after, limit=limit)
    rows: Sequence[Row] = ()
    if changed.references:  # most of those who ask are told that nothing has changed
        with database_of(request).reading() as session:
            rows = listing.changed(session, changed.references)
    more = address(request, updated_after=str(changed.upto)) if changed.is_more else None
    return Found(rows, more, changed.upto, list(changed.references))
