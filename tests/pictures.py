"""The pictures of README and help: the demo's pages in four looks. Run: python -m tests.pictures [docs/images]

Convention: the books are those `billing demo` plays, at the day its story ends, so that a picture changes only when
a page does. Each page is looked at and nothing is pressed. A picture is called by its page; one for a phone has -390
behind it, one in dark -dark. What they looked like in version 0.2.1 stands beside them as before-*.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Page

from billing.tools.demo import people
from tests.support.pages.browser import a_page, running_chromium
from tests.support.project import PROJECT
from tests.support.stories.demo_books import demo_site

IMAGES: Final = PROJECT / "docs" / "images"
PAGES: Final = PROJECT / "docs" / "pictures.md"
_FLIPPED: Final = "2100000042/001"


@dataclass(frozen=True, slots=True)
class Look:
    """A screen's size in pixels and its colours, and what the name of such a picture ends with."""

    ending: str
    width: int
    height: int
    colours: Literal["light", "dark"]


LOOKS: Final = (
    Look("", 1280, 860, "light"),
    Look("-390", 390, 844, "light"),
    Look("-dark", 1280, 860, "dark"),
    Look("-390-dark", 390, 844, "dark"),
)
WALK: Final = {
    "": [("sign-in", "/sign-in")],
    "alla@fyrbaken.example": [
        ("overview", "/"),
        ("timeline", "/placements/400000014"),
        ("reports", "/reports"),
        ("to-invoice", "/to-invoice"),
        ("flip", f"/to-invoice/line/{_FLIPPED}"),
        ("invoices", "/invoices"),
        ("invoice", "/invoices/40"),
        ("test-bench", "/test-bench"),
    ],
    "ekonom@kopare.example": [
        ("finance-overview", "/finance/overview"),
        ("finance-queue", "/finance"),
        ("finance-document", "/finance/documents/41"),
        ("finance-reports", "/finance/reports"),
        ("payments", "/finance/payments"),
        ("reconciliation", "/finance/reconciliation"),
    ],
    "admin@kopare.example": [("applications", "/admin")],
}
"""Who looks at which pages, by the names of their pictures."""


_TITLES: Final = {
    "sign-in": "Signing in",
    "overview": "A supplier's overview",
    "timeline": "A placement's timeline",
    "reports": "A supplier's reports",
    "to-invoice": "Lines to invoice",
    "flip": "An invoice before it is sent",
    "invoices": "A supplier's invoices",
    "invoice": "An invoice that was not accepted",
    "test-bench": "The test bench",
    "finance-overview": "What finance is to do now",
    "finance-queue": "The queue of deviations",
    "finance-document": "An invoice in question, at the desk",
    "finance-reports": "Reports to judge",
    "payments": "Attest and payment",
    "reconciliation": "Reconciliation",
    "applications": "Administration: applications",
}
#: Pages that version 0.2.1 did not have, or was not pictured with.
_NEW: Final = frozenset({"reports", "finance-overview", "finance-document", "finance-reports"})
_HEAD: Final = """# The pages, before and after

Written by `make pictures` with the pictures, of the demo's books: each page at 1280 and 390 pixels, in version 0.2.1
(which had no dark), and now in light and dark.
"""


def names() -> Iterator[str]:
    """The file of every picture that is taken."""
    for pages in WALK.values():
        for name, _ in pages:
            for look in LOOKS:
                yield f"{name}{look.ending}.png"


def before() -> Iterator[str]:
    """The file of every picture of version 0.2.1."""
    for name in _TITLES:
        if name not in _NEW:
            yield from (f"before-{name}{ending}.png" for ending in ("", "-390"))


def page_of_pictures() -> str:
    """The document that shows them beside each other."""
    parts = [_HEAD]
    for name, title in _TITLES.items():
        parts.append(f"\n## {title}\n\n| Pixels | 0.2.1 | Now | Now, dark |\n|---|---|---|---|\n")
        for pixels, ending in (("1280", ""), ("390", "-390")):
            older = (
                "–" if name in _NEW else _shown(f"{title}, {pixels} pixels, 0.2.1", f"before-{name}{ending}")
            )
            now = _shown(f"{title}, {pixels} pixels", f"{name}{ending}")
            dark = _shown(f"{title}, {pixels} pixels, dark", f"{name}{ending}-dark")
            parts.append(f"| {pixels} | {older} | {now} | {dark} |\n")
    return "".join(parts)


def _shown(words: str, picture: str) -> str:
    return f"![{words}](images/{picture}.png)"


def _enter(page: Page, name: str) -> None:
    page.context.clear_cookies()
    if not name:
        return
    page.goto("/sign-in")
    page.get_by_label("E-postadress").fill(name)
    page.get_by_label("Lösenord").fill(people.PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def take(page: Page, keep: Callable[[str], None]) -> None:
    """Walk through the demo; `keep` takes a picture of the page as it stands."""
    for who, pages in WALK.items():
        _enter(page, who)
        for name, path in pages:
            answer = page.goto(path)
            if answer is None or answer.status != 200:
                raise SystemExit(f"{path} is not there to take a picture of: {answer and answer.status}.")
            page.evaluate("document.fonts.ready")
            keep(name)


def main(folder: Path) -> None:
    """Take all pictures into the folder, and write their page."""
    PAGES.write_text(page_of_pictures(), encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as books,
        demo_site(Path(books), is_demo=True) as site,
        running_chromium() as browser,
    ):
        for look in LOOKS:
            with a_page(browser, width=look.width, base_url=site.address) as page:
                page.set_viewport_size({"width": look.width, "height": look.height})
                page.emulate_media(color_scheme=look.colours)
                take(page, lambda name, look=look: _keep(page, folder / f"{name}{look.ending}.png"))  # type: ignore[misc]


def _keep(page: Page, path: Path) -> None:
    """In 256 colours, which is a third of the bytes and looks the same."""
    page.screenshot(path=path)
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
