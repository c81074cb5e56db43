"""The keys that do something on the pages, told on a page of their own, where those of one sign can be turned off.

Convention: a key is written as the browser names it, with `Control+` before it where that is held down. The table
SHORTCUTS in `static/site.js` listens for these keys and no others; a test compares the two. That a key of a single sign
can be turned off is WCAG 2.2, 2.1.4: a voice that dictates presses them by accident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Form, Request, Response

from foundation.text import Text
from web import cookies
from web.access import person_of
from web.pages import pages_router, render, see_other

router = pages_router()


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys that do the same, what they do, and where they are heard."""

    keys: Sequence[str]
    does: Text
    where: Text


_ANYWHERE: Final = Text("På alla sidor, utom medan du skriver i ett fält")

SHORTCUTS: Final = (
    Shortcut(("?",), Text("Visar kortkommandona"), _ANYWHERE),
    Shortcut(("/",), Text("Går till sökfältet överst"), _ANYWHERE),
    Shortcut(
        ("Control+k",), Text("Går till sökfältet överst"), Text("På alla sidor, också medan du skriver")
    ),
    Shortcut(("j",), Text("Går till nästa rad"), Text("I en lista, när en rads namn är markerat")),
    Shortcut(("k",), Text("Går till raden före"), Text("I en lista, när en rads namn är markerat")),
)


@router.get("/shortcuts")
def shortcuts(request: Request) -> Response:
    """Every shortcut there is."""
    written = [([_written(key) for key in each.keys], each.does, each.where) for each in SHORTCUTS]
    return render(request, person_of(request), "shortcuts.html", shortcuts=written)


@router.post("/shortcuts")
def choose(request: Request, single: Annotated[str, Form()] = "") -> Response:
    """Keep in this browser whether keys of one sign do anything."""
    are_off = single == cookies.OFF
    said = (
        Text("Tangenter av ett enda tecken gör inget längre.") if are_off else Text("Kortkommandona är på.")
    )
    response = see_other("/shortcuts", said=said)
    cookies.put(request, response, cookies.SINGLE_KEYS, cookies.OFF if are_off else "")
    return response


def _written(key: str) -> str:
    """The key as people write it.

    >>> _written("Control+k"), _written("/")
    ('Ctrl+K', '/')
    """
    held, plus, sign = key.rpartition("+")
    return f"{held.replace('Control', 'Ctrl')}{plus}{sign.upper()}" if held else key
