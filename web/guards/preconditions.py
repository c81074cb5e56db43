"""If-Match: whoever changes what others change too says which state of it was read (RFC 9110, 13.1.1)."""

from typing import Final

from fastapi import Request

from foundation.errors import Refused
from foundation.text import Text

HEADER: Final = "If-Match"


class IfMatchMissing(Refused):
    """A change that others may have come before says nothing of the state it is made on."""

    def __init__(self) -> None:
        super().__init__(
            Text("Huvudet If-Match saknas. Läs det som ska ändras, och skicka dess ETag i If-Match.")
        )


class ChangedMeanwhile(Refused):
    """The thing is no longer in the state that was read."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Det har ändrats sedan du läste det. Inget är gjort: läs det igen, och skicka dess nya ETag i If-Match."
            )
        )


def required(request: Request) -> str:
    """What the request says of the state it is made on. Raises IfMatchMissing."""
    given = request.headers.get(HEADER, "").strip()
    if not given:
        raise IfMatchMissing
    return given


def check(given: str, tag: str) -> None:
    """Raise ChangedMeanwhile where the state is another than was read; `*` stands for any there is."""
    tags = {each.strip() for each in given.split(",")}
    # A weak tag says that something is much the same, which is not enough to change it by.
    if not tags & {tag, "*"}:
        raise ChangedMeanwhile
