"""The site of the documents: built without a warning, every link leading somewhere, nothing fetched from elsewhere."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import html

from tests.site import building
from web.help import rendering
from web.help.library import Library

ELSEWHERE = re.compile(r"(?:https?:)?//")
OF_STYLES = re.compile(r"""url\(["']?([^"')]+)|@import\s+["']([^"']+)""")


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """A page of the site: where its links lead, what it fetches, and the places on it."""

    links: tuple[str, ...]
    fetched: tuple[str, ...]
    places: frozenset[str]


@pytest.fixture(scope="module")
def library() -> Library:
    return building.program_library()


@pytest.fixture(scope="module")
def site(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    building.build(library, folder)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[Path, BuiltPage]:
    return {path: built(path) for path in site.rglob("*.html") if path.name != "404.html"}


def built(path: Path) -> BuiltPage:
    page = html.fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
    fetched = [*page.xpath("//@src"), *page.xpath("//link[@rel='stylesheet' or @rel='icon']/@href")]
    return BuiltPage(
        tuple(map(str, page.xpath("//a/@href"))),
        tuple(map(str, fetched)),
        frozenset(map(str, (*page.xpath("//@id"), *page.xpath("//a/@name")))),
    )


def page_named(site: Path, name: str) -> Path:
    """Where the site has a document."""
    return site / (f"{name}.html" if name.rpartition("/")[2] == "index" else f"{name}/index.html")


def test_every_document_is_a_page_with_the_places_that_help_has(
    library: Library, site: Path, pages: Mapping[Path, BuiltPage]
) -> None:
    assert [name for name in library.names if page_named(site, name) not in pages] == []
    wrong = {
        name: lacking
        for name in library.names
        if (lacking := rendering.page_of(library, name).places - pages[page_named(site, name)].places)
    }
    assert wrong == {}


def test_every_link_leads_to_a_page_and_to_a_place_on_it(pages: Mapping[Path, BuiltPage]) -> None:
    assert sum(len(page.links) for page in pages.values()) > 1_000
    wrong = [
        f"{path.parent.name}: {link}"
        for path, page in pages.items()
        for link in page.links
        if not ELSEWHERE.match(link) and not link.startswith("mailto:") and not leads(pages, path, link)
    ]
    assert wrong == []


def leads(pages: Mapping[Path, BuiltPage], path: Path, link: str) -> bool:
    target, _, place = link.partition("#")
    there = (path.parent / target).resolve() if target else path
    if there.suffix not in (".html", ".png", ".svg"):
        there /= "index.html"
    if there not in pages:
        return there.is_file() and not place
    # What a page calls its own top has no place of its own.
    return not place or place == "__top" or place in pages[there].places


def test_nothing_is_fetched_from_elsewhere(site: Path, pages: Mapping[Path, BuiltPage]) -> None:
    asked = [link for page in pages.values() for link in page.fetched] + list(of_styles(site))
    assert len(asked) > 500
    assert [link for link in asked if ELSEWHERE.match(link)] == []


def of_styles(site: Path) -> Iterator[str]:
    """What the style sheets fetch; pictures that stand in them as data are no address."""
    for path in site.rglob("*.css"):
        for found in OF_STYLES.finditer(path.read_text(encoding="utf-8")):
            yield found[1] or found[2]


def test_words_can_be_looked_for_in_all_of_it(library: Library, site: Path) -> None:
    index = (site / "search.json").read_text(encoding="utf-8")
    assert "Att fakturera: ett tryck" in index
    assert "BR-CO-16" in index


def test_a_link_that_leads_nowhere_is_not_built(tmp_path: Path) -> None:
    (tmp_path / "docs" / "images").mkdir(parents=True)
    small = Library(tmp_path / "docs", {"a": lambda: "# A\n\n[gone](a.md#not-there)\n"})
    configuration = building.CONFIGURATION.read_text(encoding="utf-8").partition("nav:")[0]
    with pytest.raises(building.NotBuilt, match="not-there"):
        building.build(small, tmp_path / "site", configuration)
    assert not (tmp_path / "site").exists()
