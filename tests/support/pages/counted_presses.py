"""One hand at a browser whose presses are counted, and counted again by the browser itself.

Convention: a press is a button, a link or a tick; a search written and sent with Enter is one; with the keyboard alone
each key is one. What is written into a field is none. A story moves by its hand alone.
"""

from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from accounts.identity import Person
from tests.support.pages.browser import Site, sign_in

_SEES = """for (const kind of ["pointerdown", "keydown"])
  addEventListener(kind, (event) => { if (event.isTrusted) window.handPressed(kind); }, { capture: true });"""


@dataclass
class Hand:
    """A person's hand at a page; `presses` is how often it has pressed since it landed."""

    page: Page
    presses: int = 0
    _seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.expose_function("handPressed", lambda kind: self._seen.append(kind))
        self.page.add_init_script(_SEES)

    def lands(self, site: Site, person: Person) -> str:
        """The person has signed in; the path of the page that the site leads to, where the counting begins."""
        sign_in(self.page, site, person)
        self.page.goto(site.address)
        self.presses = 0
        self._seen.clear()
        return self.page.url.removeprefix(site.address)

    def press(self, role: str, name: str) -> None:
        """Press the one button or link with this name, or tick the one box."""
        self.presses += 1
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def search(self, text: str) -> None:
        """Write in the field that searches everything, and send it."""
        self.presses += 1
        everywhere = self.page.get_by_role("searchbox", name="Sök överallt")
        everywhere.fill(text)
        everywhere.press("Enter")

    def key(self, name: str) -> None:
        """Press a key."""
        self.presses += 1
        self.page.keyboard.press(name)

    def tab_to(self, name: str) -> None:
        """Press the tabulator until what has the focus begins with this name."""
        for _ in range(60):
            self.key("Tab")
            if self.page.evaluate("document.activeElement.innerText || ''").strip().startswith(name):
                return
        raise AssertionError(f"The keyboard never reaches {name}.")

    def skip(self) -> None:
        """Go past the head of the page by the link that stands first on it."""
        self.tab_to("Hoppa till innehållet")
        self.key("Enter")

    def told(self) -> int:
        """How many presses the task took. Fails where the browser saw another number of them."""
        assert len(self._seen) == self.presses, "a story presses by its hand alone"
        return self.presses

    def reads(self, *sentences: str) -> None:
        """The page that the last press led to says these."""
        for each in sentences:
            expect(self.page.locator("body")).to_contain_text(each)
        self.page.wait_for_load_state()
