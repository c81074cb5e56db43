"""The address of a list as a question: what it asks for, and the same with something changed.

Convention: a list is its address. What narrows it, its order and the size of its pages stand there, so that it can be
kept, sent to a colleague and gone back to. Whatever changes what is asked begins on the first page again.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import Request

from web.guards.own_paths import page_at, page_before

PAGES = ("page",)


def asked(request: Request, *, pages: Sequence[str] = PAGES) -> dict[str, str]:
    """What the address asks for, without what is empty and without the place in the list (`pages`)."""
    given = request.query_params.items()
    return {name: value for name, value in given if value and name not in pages}


def path_of(request: Request) -> str:
    """Where the list stands: at the address asked for, or where a form came from that is answered with the list."""
    if request.method in ("GET", "HEAD"):
        return request.url.path
    return page_at(request, page_before(request).partition("?")[0] or request.url.path)


def changed(request: Request, *, pages: Sequence[str] = PAGES, **values: str) -> str:
    """The same question with other values; an empty one is left out."""
    return _address(path_of(request), asked(request, pages=pages) | values)


def query_of(request: Request, *without: str) -> str:
    """The question but for these names, to stand after the `?` of another address; empty where nothing is asked."""
    kept = asked(request)
    return urlencode({name: value for name, value in kept.items() if name not in without})


def file_address(request: Request, path: str, *without: str) -> str:
    """The address of a file with exactly the rows of this list, on all of its pages, and every column of it."""
    query = query_of(request, "size", "hide", *without)
    return f"{path}?{query}" if query else path


def _address(path: str, values: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path
