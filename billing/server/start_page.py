"""The page where a visitor chooses the buyer, in an installation that serves several under one address."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request, Response

from billing.server.installation import Books
from foundation.text import Text, language_of
from web import cookies, failures
from web.pages import pages_router, render, see_other

NOT_CHOSEN_HERE = Text(
    "Här finns flera köpare, och adressen säger inte vilken det gäller. Skriv den som /buyers/KORTNAMN/… eller "
    "använd köparens eget värdnamn."
)


def start_router(served: Callable[[], Sequence[Books]]) -> APIRouter:
    """The choice itself, and what a page needs before there is a choice: the language and the statement."""
    router = pages_router()

    @router.get("/accessibility")
    def accessibility(request: Request) -> Response:
        return render(request, None, "account/accessibility.html")

    @router.post("/language")
    async def choose_language(request: Request) -> Response:
        form = request.state.form
        response = see_other(str(form.get("next", "/")))
        cookies.put(request, response, cookies.LANGUAGE, language_of(str(form.get("language", ""))))
        return response

    @router.post("/{path:path}")
    def sent_too_late(request: Request) -> Response:
        """A form of a buyer's, sent after the choice was forgotten: it is made again, and nothing was changed."""
        return see_other("/buyers")

    @router.get("/{path:path}")
    def start(request: Request) -> Response:
        """Every address leads here until a buyer is chosen, and on to where the visitor was going."""
        named = [each.buyer for each in served() if each.buyer is not None]
        going = request.url.path if request.url.path not in ("/", "/buyers") else ""
        if going and request.url.query:
            going += f"?{request.url.query}"
        return render(request, None, "buyers.html", buyers=named, going=going or "/")

    return router


def closed(request: Request, name: str) -> Response:
    """What a visitor reads at the address of a buyer that is closed."""
    return failures.page(
        request,
        410,
        Text(
            "%(name)s tar inte längre emot något här. Det som lämnades finns kvar hos köparen: vänd dig dit med "
            "frågor.",
            name=name,
        ),
    )


def not_ready(request: Request, name: str) -> Response:
    """What a visitor reads while a buyer's books cannot be opened."""
    return failures.page(
        request,
        503,
        Text(
            "Sidorna för %(name)s kan inte visas just nu. Försök igen om en stund. Inget som har skickats hit går "
            "förlorat.",
            name=name,
        ),
    )
