"""How the page of work that goes on is followed: asked for again every other second, unless it is to stand still."""

from typing import Final, TypedDict

from fastapi import Request

LOOK_AGAIN_SECONDS: Final = 2


class Followed(TypedDict):
    """What the page is told: whether the person wants it still, and after how long it is asked for again; 0: never."""

    is_still: bool
    seconds_until_renewed: int


def followed(request: Request, *, goes_on: bool) -> Followed:
    """How the page at this address is followed; `still=yes` in it turns it off."""
    is_still = request.query_params.get("still") == "yes"
    return Followed(
        is_still=is_still, seconds_until_renewed=LOOK_AGAIN_SECONDS if goes_on and not is_still else 0
    )
