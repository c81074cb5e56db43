"""Addresses of this site to lead somebody to: what came from outside is one of ours, or the front page."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.routing import Match


def own_path(path: str) -> str:
    """`path` where it is one of this site, otherwise the front page: no redirect leads elsewhere.

    >>> own_path("/orders?month=2026-11"), own_path("https://elsewhere.example/"), own_path("//elsewhere.example")
    ('/orders?month=2026-11', '/', '/')
    """
    harmless = path.isascii() and path.isprintable() and "\\" not in path
    return path if harmless and path.startswith("/") and not path.startswith("//") else "/"


def page_at(request: Request, path: str) -> str:
    """`path` where there is a page to be loaded, otherwise the nearest address above it at which there is one."""
    path = path.rstrip("/")
    while path:
        asked = {**request.scope, "path": path, "raw_path": path.encode(), "method": "GET"}
        if any(each.matches(asked)[0] is Match.FULL for each in request.app.routes):
            return path
        path = path.rpartition("/")[0]
    return "/"


def page_before(request: Request) -> str:
    """The page of ours that a request came from, with its question; empty where the browser does not say."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if not parts.path or parts.netloc != request.headers.get("Host", ""):
        return ""
    return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
