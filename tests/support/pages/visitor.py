"""Somebody who visits the portal over HTTP with a browser's manners but without a browser: fast, and exact.

Convention: redirects are not followed, cookies are kept, forms are sent from our own origin with the token that the
visitor's own cookie gives. What a test wants to send otherwise, it sends with `client` itself.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from accounts.identity import Person
from tests.support.pages.browser import Site, session_cookie
from tests.support.servers.serving import NO_TLS
from web.csrf import TOKEN_FIELD

Form = Mapping[str, str | Sequence[str]]


@dataclass(slots=True)
class Visitor:
    """One browser's worth of cookies at one site."""

    site: Site
    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return self.client.get(path)

    def post(
        self, path: str, form: Form | None = None, *, files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> httpx.Response:
        """Send a form of ours, with files by the field they stand in: a name and what is in it."""
        given = {
            name: list(value) if not isinstance(value, str) else value for name, value in (form or {}).items()
        }
        return self.client.post(
            path,
            data={TOKEN_FIELD: self.token, **given},
            files=files,
            headers={"Origin": self.site.address},
        )

    @property
    def token(self) -> str:
        """What a form shown to this visitor carries; opens a page first where there is no cookie yet."""
        if not (self.cookie("session") or self.cookie("visit")):
            self.get("/sign-in")
        key = self.cookie("session") or self.cookie("visit")
        return hmac.new(key.encode(), b"form", hashlib.sha256).hexdigest()

    def cookie(self, name: str) -> str:
        """The value of one of the portal's cookies."""
        return self.client.cookies.get(f"billing-{name}") or ""

    def plant(self, name: str, value: str) -> None:
        """Put another value in the place of one of the portal's cookies."""
        if self.cookie(name):
            self.client.cookies.delete(f"billing-{name}")
        self.client.cookies.set(f"billing-{name}", value, domain="127.0.0.1", path="/")

    def follow(self, answer: httpx.Response) -> str:
        """The text of the page a redirect leads to."""
        assert answer.status_code == 303, text_of(answer)
        return text_of(self.get(answer.headers["location"]))

    def enter(self, name: str, password: str, back: str = "/") -> httpx.Response:
        """Sign in by the form."""
        return self.post("/sign-in", {"name": name, "password": password, "next": back})


@contextmanager
def visitor(site: Site, person: Person | None = None) -> Iterator[Visitor]:
    """A visitor, signed in as the person where one is given."""
    with httpx.Client(
        base_url=site.address, trust_env=False, verify=NO_TLS, timeout=30, headers={"Accept": "text/html"}
    ) as client:
        if person is not None:
            Visitor(site, client).plant("session", session_cookie(site, person))
        yield Visitor(site, client)


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
