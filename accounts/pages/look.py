"""How the pages look to the reader (light or dark, close rows or roomy), and a page of every part they are made of."""

from typing import Annotated, Final

from fastapi import Form, Request, Response

from foundation.text import Text
from web.access import person_of
from web.frame import look
from web.frame.look import Density, Look, Theme
from web.guards.own_paths import own_path
from web.pages import pages_router, render, see_other

router = pages_router()

_THEMES: Final = (
    ("", Text("Som datorn eller telefonen har det")),
    (Theme.LIGHT.value, Text("Ljust")),
    (Theme.DARK.value, Text("Mörkt")),
)
_DENSITIES: Final = (
    ("", Text("Luftiga rader")),
    (Density.COMPACT.value, Text("Täta rader: fler på skärmen")),
)
TONES: Final = ("good", "note", "bad", "info", "quiet")
"""What a badge or a notice may say of the state of a thing."""


@router.get("/look")
def choose(request: Request) -> Response:
    """What can be chosen, and what is."""
    return render(
        request,
        person_of(request),
        "account/look.html",
        themes=_THEMES,
        densities=_DENSITIES,
        back=own_path(request.query_params.get("next", "/")),
    )


@router.post("/look")
def keep(
    request: Request,
    theme: Annotated[str, Form()] = "",
    density: Annotated[str, Form()] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Keep the choice in this browser, and go back to where it was made."""
    response = see_other(back, said=Text("Utseendet är ändrat i den här webbläsaren."))
    look.keep(request, response, Look.read(theme, density))
    return response


@router.get("/design")
def design(request: Request) -> Response:
    """Every component of the pages with its states, for whoever builds a page or looks whether one still holds."""
    return render(request, person_of(request), "account/design.html", tones=TONES)
