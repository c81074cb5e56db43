"""Pages of a list of the API: where the next one is, and how it is told in the body and in `Link`."""

from collections.abc import Sequence
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from billing.server.api.base import problem

LIMIT_MOST: Final = 200
Row = TypeVar("Row")

AskedLimit = Annotated[int, Query(ge=1, le=LIMIT_MOST)]
AskedChange = Annotated[
    int | None,
    Query(ge=0, le=2**31 - 1, description="`updated_cursor` of an answer: only what changed after it."),
]

CHANGES: Final[dict[int | str, dict[str, object]]] = {
    409: problem("`updated_after` lies beyond what there is: another installation's, or restored books."),
    410: problem("What was changed after `updated_after` is no longer kept: list all anew."),
}
"""What a list that can be asked for changes may answer besides."""

WRONG: Final = problem("A parameter has a value that is not allowed.")


NextPage = Annotated[
    str | None, Field(description="Where the next page is; null on the last. Also in `Link`.")
]
UpdatedCursor = Annotated[
    int, Field(description="Ask with `updated_after` from here for what is changed later.")
]


def first_of(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """The page's own of rows that were asked for with one more, and whether another page follows.

    >>> first_of([1, 2, 3], 2), first_of([1, 2], 2)
    (([1, 2], True), ([1, 2], False))
    """
    return rows[:limit], len(rows) > limit


def address(request: Request, **changed: str) -> str:
    """This address with some parameters changed."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    return f"{request.url.path}?{urlencode([*kept, *changed.items()])}"


def answer(page: BaseModel, following: str | None) -> Response:
    """The page, with `Link` to the next one."""
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return JSONResponse(page.model_dump(mode="json"), headers=headers)
