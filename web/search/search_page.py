"""The page of what a search found, pages first and then kind by kind; one that finds a single thing leads to it."""

from collections.abc import Iterator

from fastapi import Request, Response

from accounts.identity import Person
from foundation.sql import Session
from web import fronts
from web.access import signed_in
from web.pages import database_of, pages_router, render, see_other, today_of
from web.search import commands, model
from web.search.model import Asked, Found

router = pages_router()


@router.get("/search")
def search(request: Request, person: Person = signed_in()) -> Response:
    """Everything within the person's scope that what was written names."""
    asked = model.read(request.query_params.get("q", ""))
    groups: list[Found] = []
    if not (asked.is_too_short or asked.is_too_long):
        with database_of(request).reading() as session:
            groups = list(_found(request, session, person, asked))
    hits = [each for group in groups for each in group.hits]
    if len(hits) == 1 and str(hits[0].name).casefold() == asked.text.casefold():
        return see_other(hits[0].path)
    return render(
        request, person, "search.html", asked=asked, searched=asked.text, groups=groups, count=len(hits)
    )


def _found(request: Request, session: Session, person: Person, asked: Asked) -> Iterator[Found]:
    named = commands.pages(person, asked)
    if named is not None and named.hits:
        yield named
    for question in fronts.search_questions():
        found = question(session, person, asked, today_of(request))
        if found is not None and found.hits:
            yield found
