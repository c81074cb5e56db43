"""A page on paper: a browser's page without the browser, for journeys through forms and links.

Convention: it answers what the journeys ask of Playwright's `Page`, by the same names, from the HTML as the server sent
it. Nothing is drawn and no script runs, which the product's pages allow ("comfort only", web/static/site.js): what is
about looks, widths, the focus or the keyboard needs `browser_page`. A journey that asks for `any_page` runs on paper in
`make test`, and in the browser in `make test-slow`. An answer with a fault of ours (5xx) fails the test at once.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx
from lxml import html
from lxml.html import HtmlElement

from tests.support.pages.paper_elements import (
    Named,
    barriers,
    by_css,
    control_of,
    name_of,
    role_of,
    says,
    smallest_saying,
    text_of,
    visible,
)
from tests.support.servers.serving import NO_TLS

Files = Mapping[str, Any] | str | Path


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was taken instead of shown."""

    suggested_filename: str
    content: bytes
    folder: str

    def path(self) -> Path:
        """Where it was put."""
        put = Path(self.folder, "download")
        put.write_bytes(self.content)
        return put


@dataclass(slots=True)
class Downloading:
    """What `expect_download` gives: `value` is there when its block has ended."""

    value: Any = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What `goto` gives."""

    status: int


class PaperPage:
    """One tab of somebody's, with cookies of its own."""

    def __init__(self, folder: str, *, base_url: str | None = None) -> None:
        self.url = base_url or "about:blank"
        self.context = self
        self.chosen: dict[HtmlElement, tuple[str, bytes, str]] = {}
        self._folder = folder
        self._document: HtmlElement = html.document_fromstring("<html><body></body></html>")
        self._source = ""
        self._download: Downloading | None = None
        headers = {"Accept": "text/html", "Accept-Language": "sv-SE", "Sec-Fetch-Site": "same-origin"}
        self._client = httpx.Client(trust_env=False, verify=NO_TLS, timeout=60, headers=headers)

    # Going somewhere ----------------------------------------------------------------------------

    def goto(self, address: str) -> Answered:
        """Ask for an address and show what comes."""
        return Answered(self._ask("GET", urljoin(self.url, address)).status_code)

    def wait_for_url(self, expected: str | Callable[[str], bool]) -> None:
        """The page is already there; fails where it is not this one."""
        if callable(expected):
            assert expected(self.url), self.url
        else:
            pattern = ".*".join(re.escape(part) for part in expected.split("**"))
            assert re.fullmatch(pattern, self.url), (expected, self.url)

    @contextmanager
    def expect_download(self) -> Iterator[Downloading]:
        """What is pressed in the block gives a file."""
        self._download = awaited = Downloading()
        yield awaited
        self._download = None
        assert awaited.value is not None, "no file came"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def clear_cookies(self) -> None:
        """Forget every cookie, as the context of a browser does."""
        self._client.cookies.clear()

    def add_cookies(self, given: Iterable[Mapping[str, str]]) -> None:
        """Take these cookies."""
        for each in given:
            self._client.cookies.set(each["name"], each["value"])

    def set_viewport_size(self, size: Mapping[str, int]) -> None:
        """Paper has no width."""

    # Looking ------------------------------------------------------------------------------------

    def content(self) -> str:
        """The page as it was sent."""
        return self._source

    def title(self) -> str:
        """What the tab is called."""
        return str(self._document.findtext(".//title") or "").strip()

    def barriers(self) -> list[str]:
        """What keeps people out that can be told without drawing: see `paper_elements.barriers`."""
        return barriers(self._document)

    def locator(self, selector: str, *, has_text: str | None = None) -> "Found":
        """What the CSS selector finds."""
        return Found(self, self._everything).locator(selector, has_text=has_text)

    def get_by_role(
        self, role: str, *, name: Named | None = None, exact: bool = False, level: int | None = None
    ) -> "Found":
        """What people would call it by."""
        return Found(self, self._everything).get_by_role(role, name=name, exact=exact, level=level)

    def get_by_label(self, name: str, *, exact: bool = False) -> "Found":
        """The field with this label."""
        return Found(
            self,
            lambda: (
                [
                    control
                    for label in self._document.iter("label")
                    if says(text_of(label), name, exact=exact) and visible(label)
                    for control in [control_of(label)]
                    if control is not None
                ]
                or [
                    each
                    for each in self._document.iter()
                    if says(str(each.get("aria-label") or ""), name, exact=exact)
                ]
            ),
        )

    def get_by_text(self, text: Named, *, exact: bool = False) -> "Found":
        """The smallest thing that says so."""
        return Found(self, lambda: smallest_saying(self._document, text, exact=exact))

    def query_selector(self, selector: str) -> "Found | None":
        """What is found, or nothing."""
        found = self.locator(selector)
        return found.first if found.count() else None

    def inner_text(self, selector: str) -> str:
        """What the first of them says."""
        return self.locator(selector).first.inner_text()

    def click(self, selector: str) -> None:
        """Press the first of them."""
        self.locator(selector).first.click()

    def fill(self, selector: str, value: str) -> None:
        """Write into the first of them."""
        self.locator(selector).first.fill(value)

    def select_option(self, selector: str, *, label: str) -> None:
        """Choose by what the list shows."""
        options = list(self.locator(selector).first.only().iter("option"))
        (wanted,) = [each for each in options if text_of(each) == label]
        for each in options:
            each.attrib.pop("selected", None)
        wanted.set("selected", "")

    def set_input_files(self, selector: str, files: Files) -> None:
        """Choose a file."""
        where = self.locator(selector).first.only()
        if isinstance(files, Mapping):
            self.chosen[where] = (files["name"], files["buffer"], files["mimeType"])
        else:
            self.chosen[where] = (Path(files).name, Path(files).read_bytes(), "application/octet-stream")

    # Pressing -----------------------------------------------------------------------------------

    def follow(self, link: HtmlElement) -> None:
        """Press a link."""
        address = urljoin(self.url, link.get("href"))
        if urldefrag(address)[0] == urldefrag(self.url)[0] and "#" in address:
            self.url = address
        else:
            self._ask("GET", address)

    def send(self, form: HtmlElement, button: HtmlElement) -> None:
        """Press a button that sends its form."""
        fields: dict[str, list[str]] = {}
        files: list[tuple[str, tuple[str, bytes, str]]] = []
        for each in _controls(self._document, form):
            name = str(each.get("name") or "")
            if not name or each.get("disabled") is not None:
                continue
            if each is button:
                fields.setdefault(name, []).append(each.get("value") or "")
            elif each.get("type") == "file":
                files.append((name, self.chosen.get(each, ("", b"", "application/octet-stream"))))
            else:
                fields.setdefault(name, []).extend(_values(each))
        method = (button.get("formmethod") or form.get("method") or "get").upper()
        address = urljoin(self.url, button.get("formaction") or form.get("action") or self.url)
        if method == "GET":
            self._ask("GET", str(httpx.URL(address).copy_with(params=fields)))
        else:
            self._ask("POST", address, data=fields, files=files or None)

    def _everything(self) -> list[HtmlElement]:
        return [self._document]

    def _ask(self, method: str, address: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 - a form's fields
        origin = str(httpx.URL(address).copy_with(raw_path=b"")).rstrip("/")
        answer = self._client.request(
            method, urldefrag(address)[0], headers={"Origin": origin}, follow_redirects=True, **sent
        )
        assert answer.status_code < 500, (address, answer.text)
        if answer.headers.get("content-disposition", "").startswith("attachment"):
            assert self._download is not None, f"{address} is a file"
            named = re.search(r'filename="([^"]*)"', answer.headers["content-disposition"])
            self._download.value = Download(named[1] if named else "", answer.content, self._folder)
            return answer
        fragment = urldefrag(address)[1] if not answer.history else ""
        self.url = str(answer.url) + (f"#{fragment}" if fragment else "")
        self._source = answer.text
        self._document = html.document_fromstring(answer.text or "<html><body></body></html>")
        self.chosen = {}
        return answer


@dataclass(frozen=True, slots=True)
class Found:
    """What a question finds on the page as it stands whenever it is used, as Playwright's locators do."""

    page: PaperPage
    ask: Callable[[], list[HtmlElement]]
    place: int | None = field(default=None)

    def all(self) -> "list[Found]":
        """Each of them by itself."""
        return [Found(self.page, self.ask, place) for place in range(len(self.ask()))]

    def now(self) -> list[HtmlElement]:
        """The elements it finds now."""
        found = self.ask()
        return found if self.place is None else found[self.place : self.place + 1]

    def only(self) -> HtmlElement:
        """The one; fails where there are more or none."""
        found = self.now()
        assert len(found) == 1, (
            f"{len(found)} found at {self.page.url}: {text_of(self.page._document)[:2000]}"
        )
        return found[0]

    @property
    def first(self) -> "Found":
        """The first of them."""
        return Found(self.page, self.ask, 0)

    def count(self) -> int:
        """How many there are."""
        return len(self.now())

    def locator(self, selector: str, *, has_text: str | None = None) -> "Found":
        """What the CSS selector finds in them."""
        if selector.startswith("text="):
            text, _, place = selector.removeprefix("text=").partition(" >> nth=")
            asked = Found(
                self.page, lambda: [hit for each in self.now() for hit in smallest_saying(each, text)]
            )
            return Found(self.page, asked.ask, int(place)) if place else asked
        return Found(
            self.page, lambda: [hit for each in self.now() for hit in by_css(each, selector)]
        ).filter(has_text=has_text)

    def filter(self, *, has_text: str | None = None) -> "Found":
        """Those that say so."""
        return Found(
            self.page,
            lambda: [each for each in self.now() if has_text is None or says(text_of(each), has_text)],
        )

    def get_by_role(
        self, role: str, *, name: Named | None = None, exact: bool = False, level: int | None = None
    ) -> "Found":
        """What people would call it by, in them."""
        return Found(
            self.page,
            lambda: [
                each
                for top in self.now()
                for each in top.iter()
                if role_of(each) == role
                and visible(each)
                and (name is None or says(name_of(each), name, exact=exact))
                and (level is None or each.tag == f"h{level}")
            ],
        )

    def inner_text(self) -> str:
        """What it says."""
        return text_of(self.only())

    def all_inner_texts(self) -> list[str]:
        """What each says."""
        return [text_of(each) for each in self.now()]

    def get_attribute(self, name: str) -> str | None:
        """An attribute as it was sent."""
        value: str | None = self.only().get(name)
        return value

    def is_visible(self) -> bool:
        """Whether it is there and not hidden."""
        return any(visible(each) for each in self.now())

    def is_checked(self) -> bool:
        """Whether it is ticked."""
        return self.only().get("checked") is not None

    def input_value(self) -> str:
        """What stands in the field."""
        return next(iter(_values(self.only())), "")

    def fill(self, value: str) -> None:
        """Write into the field."""
        where = self.only()
        if where.tag == "textarea":
            where.text = value
        else:
            where.set("value", value)

    def check(self) -> None:
        """Tick it."""
        where = self.only()
        if where.get("type") == "radio":
            for each in self.page._document.iter("input"):
                if each.get("name") == where.get("name"):
                    each.attrib.pop("checked", None)
        where.set("checked", "")

    def uncheck(self) -> None:
        """Take the tick away."""
        self.only().attrib.pop("checked", None)

    def wait_for(self) -> None:
        """It is there; fails where it is not."""
        self.only()

    def click(self) -> None:
        """Press it: a link is followed, a button sends its form, details open."""
        pressed = self.only()
        for each in (pressed, *pressed.iterancestors()):
            if each.tag == "a" and each.get("href"):
                return self.page.follow(each)
            if role_of(each) == "button":
                assert visible(each)
                return self.page.send(_form_of(self.page._document, each), each)
            if each.tag == "summary":
                details = next(each.iterancestors("details"))
                if details.attrib.pop("open", None) is None:
                    details.set("open", "")
                return None
        raise AssertionError(f"nothing happens where {text_of(pressed)!r} is pressed")


@dataclass(frozen=True, slots=True)
class Expected:
    """What Playwright's `expect` says of a locator, said of what was found on paper."""

    found: Found

    def to_be_visible(self) -> None:
        """It is there, once."""
        assert visible(self.found.only())

    def to_contain_text(self, text: str) -> None:
        """It says so, among else."""
        assert text in text_of(self.found.only())

    def not_to_have_text(self, text: str) -> None:
        """It says something else."""
        assert text_of(self.found.only()) != text

    def to_have_count(self, number: int) -> None:
        """There are so many."""
        assert self.found.count() == number


def expect(found: Any) -> Any:  # noqa: ANN401 - Playwright's locator and its assertions, or ours
    """Playwright's `expect`, for what was found on paper too."""
    if isinstance(found, Found):
        return Expected(found)
    from playwright.sync_api import expect as expect_in_browser

    return expect_in_browser(found)


@contextmanager
def a_paper_page(*, base_url: str | None = None, **_: object) -> Iterator[Any]:
    """A fresh page; what a browser would be told besides (script, width) means nothing to it."""
    with tempfile.TemporaryDirectory() as folder:
        page = PaperPage(folder, base_url=base_url)
        try:
            yield page
        finally:
            page.close()


def _form_of(document: HtmlElement, button: HtmlElement) -> HtmlElement:
    named = button.get("form")
    if named:
        return document.get_element_by_id(named)
    return next(each for each in button.iterancestors("form"))


def _controls(document: HtmlElement, form: HtmlElement) -> list[HtmlElement]:
    """The fields of a form in their order, also those that only name it."""
    return [
        each
        for each in document.iter("input", "select", "textarea", "button")
        if each.get("form") == form.get("id", "-")
        or (not each.get("form") and form in each.iterancestors("form"))
    ]


def _values(control: HtmlElement) -> list[str]:
    """What a field gives when its form is sent."""
    if control.tag == "textarea":
        return [control.text or ""]
    if control.tag == "select":
        options = list(control.iter("option"))
        marked = [each for each in options if each.get("selected") is not None] or options[:1]
        return [str(each.get("value", text_of(each))) for each in marked]
    kind = "button" if control.tag == "button" else control.get("type", "text")
    if kind in ("submit", "button", "image", "reset"):
        return []
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]
