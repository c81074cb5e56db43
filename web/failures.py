"""How a request leaves that cannot be answered: a page for people, a problem document for programs.

Convention: what a person should do stands in the sentence; where a fault arose stands in one line of the log, and what
stands below the sentence is the id of the request in that line. A page of the portal always fails as a page; an address
that does not exist fails as what the asker prefers.
"""

from http import HTTPStatus
from typing import Final, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from accounts.guessing.rate_limit import SignInsBusy
from foundation.books_mark import BooksRestored
from foundation.database import explain
from foundation.engines.database_faults import RETRY_AFTER_SECONDS, DatabaseAway, fault_of
from foundation.errors import NotThere, Refused
from foundation.observability import request_ids
from foundation.text import JoinedText, Text, languages
from web import problems
from web.access import SignInFirst
from web.forms import form_again
from web.guards.own_paths import page_at
from web.pages import render
from web.problems import ProblemResponse
from web.refusals import refusal_statuses
from web.refusals.problem_codes import ProblemCode

_TITLES: Final = {
    400: Text("Begäran går inte att läsa"),
    403: Text("Det får du inte göra"),
    404: Text("Det finns inte här"),
    409: Text("Det går inte just nu"),
    410: Text("Stängt"),
    413: Text("Filen är för stor"),
    429: Text("Vänta en stund"),
    500: Text("Ett fel hos oss"),
    503: Text("Portalen är inte klar att använda"),
}
_RESTORED: Final = Text("Böckerna är återställda och gås igenom")
_NOTHING_CHANGES: Final = Text(
    "Systemet är återställt från en säkerhetskopia, och de som driver det går igenom vad som har hänt sedan den togs. "
    "Under tiden går allt att läsa för den som redan är inloggad, men ingen kan ändra, skicka eller betala, och bara "
    "köparens administratörer kan logga in. "
    "Det du gjorde nu är inte sparat: gör om det när genomgången är klar."
)
_WHAT_TO_RUN: Final = Text(
    "Du som administrerar hos köparen: logga in, och gå igenom det under Administration, Återställning. Du som driver "
    "systemet: kör billing restore look, sedan billing restore go och billing restore end."
)
_RESTORED_RETRY_SECONDS: Final = 600


def add_failures(app: FastAPI) -> None:
    """Let the application fail as this module says."""
    app.add_exception_handler(ProblemResponse, _told)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(RequestValidationError, _wrong_parameter)
    app.add_exception_handler(SignInFirst, _sign_in_first)
    app.add_exception_handler(DatabaseAway, _later)
    app.add_exception_handler(BooksRestored, _held)
    app.add_exception_handler(Refused, _refused_or_again)
    app.add_exception_handler(SQLAlchemyError, _database_does_not_answer)


def fault(request: Request) -> Response:
    """The answer to what nobody foresaw."""
    sentence = Text("Ett fel hos oss gjorde att frågan inte kunde besvaras. Försök igen om en stund.")
    if _is_page(request):
        return page(request, 500, sentence)
    return problems.answer(request, ProblemResponse(ProblemCode.FAULT, sentence))


def page(request: Request, status: int, sentence: Text, *, title: Text | None = None) -> Response:
    """A page with what is wrong and what to do."""
    person = getattr(request.state, "person", None)
    title = title or _TITLES.get(status, _TITLES[400])
    return render(
        request,
        person,
        "failure.html",
        status,
        title=title,
        sentence=sentence,
        reference=request_ids.current(),
    )


def _sign_in_first(request: Request, error: Exception) -> Response:
    return RedirectResponse(cast(SignInFirst, error).path, status_code=303)


async def _refused_or_again(request: Request, error: Exception) -> Response:
    """A refusal of a form that can be put right is told on the form's own page; any other on a page of its own."""
    refused = cast(Refused, error)
    status = refusal_statuses.status_of(type(refused))
    again = await form_again.shown_again(request, refused, status) if _is_page(request) else None
    if again is not None:
        return again
    return await run_in_threadpool(_refused, request, error)


def _refused(request: Request, error: Exception) -> Response:
    refused = cast(Refused, error)
    status, headers = refusal_statuses.status_of(type(refused)), refusal_statuses.headers_of(refused)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        _note(request, refused)
    if not _is_page(request):
        return problems.answer(request, refusal_statuses.problem_of(refused))
    title = _TITLES[HTTPStatus.TOO_MANY_REQUESTS] if isinstance(refused, SignInsBusy) else None
    response = page(request, status, refused.text, title=title)
    response.headers.update(headers)
    return response


def _note(request: Request, refused: Refused) -> None:
    """One line of who was kept out of what (ASVS 16.3.2): the route and an opaque id, never what was written."""
    person = getattr(request.state, "person", None)
    structlog.get_logger("access").warning(
        "kept out",
        method=request.method,
        route=getattr(request.scope.get("route"), "path", ""),
        by=person.id if person is not None else getattr(refused, "actor", ""),
        why=type(refused).__name__,
    )


def _database_does_not_answer(request: Request, error: Exception) -> Response:
    unusable = explain(error)
    if "billing init" in unusable.text.sv:
        return _refused(request, unusable)
    fault = fault_of(cast(SQLAlchemyError, error))
    if fault is None:
        raise error
    return _later(request, DatabaseAway(fault))


def _later(request: Request, error: Exception) -> Response:
    """It can be asked again in a while: 503, and when."""
    away = cast(DatabaseAway, error)
    path = request.url.path
    structlog.get_logger().error("database cannot be used now", fault=away.fault.value, path=path)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if not _is_page(request):
        return problems.answer(request, ProblemResponse(ProblemCode.BOOKS_AWAY, away.text, headers=headers))
    response = page(request, 503, away.text)
    response.headers.update(headers)
    return response


def _held(request: Request, error: Exception) -> Response:
    """Nothing is written in books that were restored: 503, in every language, as nobody can sign in to choose."""
    headers = {"Retry-After": str(_RESTORED_RETRY_SECONDS)}
    if not _is_page(request):
        return problems.answer(
            request,
            ProblemResponse(ProblemCode.BOOKS_HELD, cast(BooksRestored, error).text, headers=headers),
        )
    person = getattr(request.state, "person", None)
    told = [(each, _NOTHING_CHANGES, _WHAT_TO_RUN) for each in languages()]
    response = render(
        request, person, "held.html", 503, title=_RESTORED, told=told, reference=request_ids.current()
    )
    response.headers.update(headers)
    return response


def _told(request: Request, error: Exception) -> Response:
    return problems.answer(request, cast(ProblemResponse, error))


def _refused_by_framework(request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    if _is_page(request) and refused.status_code == HTTPStatus.NOT_FOUND:
        return _refused(request, NotThere())
    if _is_page(request) and refused.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
        # Where a form is sent there is nothing to read: whoever loads it anew is shown the page above it.
        return RedirectResponse(page_at(request, request.url.path), status_code=303)
    problem = problems.of_status(refused.status_code, dict(refused.headers or {}))
    if _is_page(request):
        return page(request, refused.status_code, problem.detail)
    return problems.answer(request, problem)


async def _wrong_parameter(request: Request, error: Exception) -> Response:
    """A value that cannot be taken, in a form or in an address."""
    wrong = cast(RequestValidationError, error)
    if not _is_page(request):
        return _wrong_in_address(request, wrong)
    again = await form_again.shown_again(request, _unreadable(wrong), HTTPStatus.BAD_REQUEST)
    if again is not None:
        return again
    names = ", ".join(str(each["loc"][-1]) for each in wrong.errors())
    sentence = Text(
        "Uppgiften %(names)s saknas eller har ett värde som inte går att läsa. Gå tillbaka och fyll i den.",
        names=names,
    )
    return await run_in_threadpool(page, request, HTTPStatus.BAD_REQUEST, sentence)


def _unreadable(error: RequestValidationError) -> Refused:
    """What is told at the first field of a form that could not be taken."""
    first = error.errors()[0]
    most = first.get("ctx", {}).get("max_length")
    told = (
        Text("Det som står här är för långt. Skriv högst %(most)s tecken.", most=most)
        if most is not None
        else Text("Det som står här går inte att läsa. Fyll i det på nytt.")
    )
    return Refused(told).at(str(first["loc"][-1]))


def _wrong_in_address(request: Request, error: RequestValidationError) -> Response:
    names = ", ".join(str(each["loc"][-1]) for each in error.errors())
    wrong = Text("Uppgiften %(names)s i adressen har ett värde som inte är tillåtet.", names=names)
    if "lang" in names.split(", "):
        wrong = JoinedText(" ", (wrong, Text("Språket är %(choices)s.", choices=_choices())))
    parameter = names.partition(", ")[0]
    return problems.answer(
        request, ProblemResponse(ProblemCode.PARAMETER_NOT_ALLOWED, wrong, parameter=parameter)
    )


def _choices() -> Text:
    """What the language of an answer is asked for with."""
    *others, last = (f"lang={each}" for each in languages())
    return Text("%(others)s eller %(last)s", others=", ".join(others), last=last)


def _is_page(request: Request) -> bool:
    """Whether a person sees the answer: the asker prefers a page, and the address is not the API's."""
    path = request.url.path
    return not path.startswith(("/api/", "/static/")) and problems.wants_page(request)
