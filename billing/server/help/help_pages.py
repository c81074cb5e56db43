"""The pages of help: the index, a document, looking for words, and the pictures; for everybody, signed in or not.

Convention: a document is shown in the portal's own frame, so that it keeps the headers, the languages and the reach of
every other page. What the documents say is the product's own, the same in every installation.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from accounts.identity import Person
from billing.server.help import api_reference, code_reference, rule_groups, rule_reference
from foundation.errors import NotThere
from foundation.text import Language, Text
from web.access import person_of
from web.help import rendering, searching
from web.help.library import GUIDES, INDEX, Library, address_of, installed_documents, language_of
from web.pages import language_of as language_asked
from web.pages import pages_router, render

router = pages_router(prefix="/help")

GUIDE_NAMES: Final = (
    ("supplier", Text("Leverantörens ekonom")),
    ("finance", Text("Köparens ekonomi")),
    ("account", Text("Konto och inloggning")),
    ("vendor", Text("Den som gör en leverantörs system")),
    ("operator", Text("Drift")),
    ("developer", Text("Den som ändrar systemet")),
)
REFERENCE_NAMES: Final = (
    ("api-reference/index", Text("API:et, anrop för anrop")),
    ("problem-codes", Text("Felkoder")),
    ("rules/index", Text("Regler för dokument")),
    ("settings", Text("Inställningar för driften")),
    ("glossary", Text("Ordlista")),
    ("decisions/index", Text("Beslut om hur systemet är gjort")),
)
# They are told in both languages, each marked as what it is.
IN_BOTH: Final = (f"{rule_groups.FOLDER}/", code_reference.PROBLEM_CODES)
_KEPT_SECONDS: Final = 3600
_HEADINGS_MOST: Final = 60


def library(described: Callable[[], Mapping[str, Any]]) -> Library:
    """The documents of help, with those written from the program; `described` gives its OpenAPI description."""
    written = {
        **api_reference.documents(described),
        **code_reference.documents(),
        **rule_reference.documents(),
    }
    return Library(installed_documents(), written)


def library_of(app: FastAPI) -> Library:
    """The documents that an application shows; read once in a process."""
    if not hasattr(app.state, "help_library"):
        app.state.help_library = library(app.openapi)
    kept: Library = app.state.help_library
    return kept


@router.get("")
def index(request: Request) -> Response:
    """Where to begin."""
    return _shown(request, "")


@router.get("/search")
def search(request: Request, q: str = "") -> Response:
    """The sections that speak of something."""
    person, language = _reader(request)
    found = searching.search(library_of(request.app), q, language)
    return _render(request, person, "help/search.html", asked=q, found=found)


@router.get("/images/{name}")
def picture(request: Request, name: str) -> Response:
    """A picture of a document."""
    path = library_of(request.app).picture(name)
    return FileResponse(path, headers={"Cache-Control": f"public, max-age={_KEPT_SECONDS}"})


@router.get("/{name:path}")
def document(request: Request, name: str) -> Response:
    """One document; a guide in the language of the reader, and a rule or a code on the page that tells it."""
    place = rule_reference.place_of(name) or code_reference.place_of(name)
    return RedirectResponse(place, status_code=303) if place else _shown(request, name)


def _shown(request: Request, asked: str) -> Response:
    person, language = _reader(request)
    documents = library_of(request.app)
    try:
        name = documents.named(asked, language)
        page = rendering.page_of(documents, name)
    except NotThere:
        if asked:
            raise
        # The documents are away; the operator is told by `billing doctor`, and the reader here.
        return _render(request, person, "help/away.html")
    return _render(
        request,
        person,
        "help/document.html",
        page=page,
        document_language=language if name.startswith(IN_BOTH) else language_of(name),
        headings=page.headings if len(page.headings) <= _HEADINGS_MOST else [],
        is_index=name.endswith(f"/{INDEX}") and name.startswith(GUIDES),
    )


def _reader(request: Request) -> tuple[Person | None, Language]:
    """Who reads, where anybody can be known: before a buyer is chosen nobody is."""
    person = person_of(request) if hasattr(request.app.state, "database") else None
    return person, language_asked(request, person)


def _render(request: Request, person: Person | None, template: str, **context: Any) -> Response:  # noqa: ANN401
    here = request.url.path
    return render(
        request,
        person,
        template,
        help_path=here,
        guides=[(address_of(f"{GUIDES}/sv/{name}"), words) for name, words in GUIDE_NAMES],
        reference=[(address_of(name), words) for name, words in REFERENCE_NAMES],
        **context,
    )
