"""How an answer leads on: the address of the next page, in the answer and in `Link`."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import Request


def address(request: Request, **changed: str) -> str:
    """This address with some parameters changed."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    return f"{request.url.path}?{urlencode([*kept, *changed.items()])}"


def leading_to(following: str | None) -> Mapping[str, str]:
    """The headers of an answer that goes on there; none for the last page."""
    return {"Link": f'<{following}>; rel="next"'} if following else {}
