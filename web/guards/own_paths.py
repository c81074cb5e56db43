"""Addresses of this site to lead somebody to: what came from outside is one of ours, or the front page."""

from urllib.parse import urlsplit

from fastapi import Request


def own_path(path: str) -> str:
    """`path` where it is one of this site, otherwise the front page: no redirect leads elsewhere.

    >>> own_path("/orders?month=2026-11"), own_path("https://elsewhere.example/"), own_path("//elsewhere.example")
    ('/orders?month=2026-11', '/', '/')
    """
    harmless = path.isascii() and path.isprintable() and "\\" not in path
    return path if harmless and path.startswith("/") and not path.startswith("//") else "/"


def page_before(request: Request) -> str:
    """The page of ours that a request came from, with its question; empty where the browser does not say."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if not parts.path or parts.netloc != request.headers.get("Host", ""):
        return ""
    return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
