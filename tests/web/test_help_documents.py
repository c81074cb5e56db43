"""The documents of help: links lead somewhere, each page has its section, and words are found in both languages."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fastapi import FastAPI

from billing.server.app import create_app
from billing.server.help.help_pages import GUIDE_NAMES, REFERENCE_NAMES, library_of
from foundation.errors import NotThere
from foundation.text import languages
from operations.settings import Settings
from tests.support.pages.all_routes import AREAS, routes_of, table
from tests.support.pages.routes import Route
from tests.support.project import PROJECT
from web import fronts
from web.help import rendering, searching
from web.help.library import GUIDES, Library, address_of, installed_documents

HREF = re.compile(r'(?:href|src)="([^"]+)"')
OF_HELP = "/help"


@pytest.fixture(scope="module")
def app() -> Iterator[FastAPI]:
    made = create_app(Settings(database_url="sqlite://"))
    yield made
    made.state.database.close()


@pytest.fixture(scope="module")
def library(app: FastAPI) -> Library:
    return library_of(app)


@pytest.fixture(scope="module")
def places(library: Library) -> dict[str, frozenset[str]]:
    """Every address of help with what may be led to on it; of a guide what it has in every language."""
    found: dict[str, frozenset[str]] = {}
    for name in library.names:
        here = rendering.page_of(library, name).places
        found[address_of(name)] = found.get(address_of(name), here) & here
    return found


def led(library: Library, name: str) -> Iterator[str]:
    """Where the links and pictures of a document lead."""
    yield from HREF.findall(str(rendering.page_of(library, name).body))


def nowhere(library: Library, name: str, places: dict[str, frozenset[str]]) -> list[str]:
    """The links of a document that lead to no page, no place on it, or no picture."""
    own = rendering.page_of(library, name).places
    wrong = []
    for link in led(library, name):
        address, _, place = link.partition("#")
        if not address:
            right = place in own
        elif address.startswith("/help/images/"):
            right = (library.folder / "images" / Path(address).name).is_file()
        elif address in places:
            right = not place or place in places[address]
        else:
            right = link.startswith(("http://", "https://"))
        wrong += [] if right else [f"{name}: {link}"]
    return wrong


def test_every_link_of_help_leads_to_a_page_and_to_a_place_on_it(
    library: Library, places: dict[str, frozenset[str]]
) -> None:
    assert sum(len(list(led(library, name))) for name in library.names) > 500
    assert [each for name in library.names for each in nowhere(library, name, places)] == []


def test_a_link_to_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\n[b](b.md#there), [c](b.md#gone), [d](#here)\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("# B\n\n## There\n\n![no](images/no.png)\n", encoding="utf-8")
    small = Library(tmp_path)
    places = {address_of(name): rendering.page_of(small, name).places for name in small.names}
    assert nowhere(small, "a", places) == ["a: /help/b#gone", "a: #here"]
    assert nowhere(small, "b", places) == ["b: /help/images/no.png"]


def test_a_link_to_code_becomes_its_path_and_code_stays_as_it_is(tmp_path: Path) -> None:
    said = (
        "# A\n\n[money.py](../foundation/money.py), [the log](../CHANGELOG.md), `[x](../y.py)`\n\n"
        "```\n[z](../z.py)\n```\n\n[`a`](../a.py) and [b](b.md)\n"
    )
    (tmp_path / "a.md").write_text(said, encoding="utf-8")
    (tmp_path / "b.md").write_text("# B\n", encoding="utf-8")
    told = Library(tmp_path).text("a")
    assert "`foundation/money.py`, the log (`CHANGELOG.md`), `[x](../y.py)`" in told
    assert "```\n[z](../z.py)\n```" in told
    assert "`a` (`a.py`) and [b](b.md)" in told


def test_every_page_names_its_section_and_the_section_is_there(
    app: FastAPI, places: dict[str, frozenset[str]]
) -> None:
    known = {key: route for area in AREAS for key, route in table(area).items()}
    pages = {
        key.removeprefix("GET ")
        for key in routes_of(app)
        if key.startswith("GET ")
        and not key.startswith((f"GET {OF_HELP}", "GET /api/"))
        and is_page(key, known)
    }
    sections = fronts.help_sections()
    assert len(pages) > 100
    assert sorted(pages - set(sections)) == [], "in the help_sections.py of no front"
    assert sorted(set(sections) - set(routes_of_pages(app))) == [], "no page any more"
    wrong = {}
    for route, section in sections.items():
        guide, _, place = section.partition("#")
        if place not in places[f"/help/{GUIDES}/{guide}"]:
            wrong[route] = section
    assert wrong == {}


def is_page(key: str, known: Mapping[str, Route]) -> bool:
    """Whether the route gives a page, and no file."""
    return known[key].page and not re.search(r"(/|\.)(xml|pdf|csv|raw|\{form\}|\{ending\}|\{file\})$", key)


def routes_of_pages(app: FastAPI) -> list[str]:
    return [key.removeprefix("GET ") for key in routes_of(app) if key.startswith("GET ")]


@pytest.mark.parametrize("guide", ["index", "supplier", "finance", "account"])
def test_a_guide_has_the_same_places_and_pictures_that_are_there_in_each_language(
    library: Library, guide: str
) -> None:
    named = {
        language: re.findall(r'<a id="([a-z-]+)">', library.text(f"{GUIDES}/{language}/{guide}"))
        for language in languages()
    }
    assert len({tuple(each) for each in named.values()}) == 1, named


def test_what_the_side_names_is_there(library: Library) -> None:
    assert [name for name, _ in REFERENCE_NAMES if name not in library.names] == []
    for language in languages():
        assert [library.named(f"{GUIDES}/{name}", language) for name, _ in GUIDE_NAMES]


def test_a_guide_is_read_in_the_readers_language_and_in_another_where_there_is_none(library: Library) -> None:
    assert library.named("guides/supplier", "en") == "guides/en/supplier"
    assert library.named("guides/supplier", "fi") == "guides/sv/supplier"
    assert library.named("guides/vendor", "sv") == "guides/en/vendor"
    assert library.named("", "sv") == "guides/sv/index"
    assert library.named("decisions", "sv") == "decisions/index"
    for asked in ("guides/nobody", "../pyproject", "images/flip.png"):
        with pytest.raises(NotThere):
            library.named(asked, "sv")
    with pytest.raises(NotThere):
        library.picture("../index.md")


def test_what_search_leads_to_is_on_the_page(library: Library) -> None:
    for name in library.names:
        page = rendering.page_of(library, name)
        assert [each.id for each in searching.sections_of(library, name) if each.id not in page.places] == []


@pytest.mark.parametrize(
    ("language", "asked", "first"),
    [
        ("sv", "ångra faktura", f"{GUIDES}/sv/"),
        ("sv", "fakturorna", f"{GUIDES}/sv/"),
        ("sv", "Avbrottet", f"{GUIDES}/sv/"),
        ("en", "credited and corrected", f"{GUIDES}/en/"),
        ("sv", "BR-CO-16", "rules/"),
        ("en", "LIMIT_REACHED", "problem-codes"),
    ],
)
def test_words_are_found_in_any_form_and_in_the_readers_guides(
    library: Library, language: str, asked: str, first: str
) -> None:
    found = searching.search(library, asked, language)
    assert found
    assert found[0].section.name.startswith(first)


def test_guides_are_found_in_the_readers_language_alone(library: Library) -> None:
    for language in languages():
        found = searching.search(library, "Excel CSV", language)
        folders = {each.section.name.rpartition("/")[0] for each in found}
        assert {each for each in folders if each.startswith(GUIDES)} == {f"{GUIDES}/{language}"}


def test_looking_for_nothing_or_for_what_nobody_wrote_finds_nothing(library: Library) -> None:
    assert list(searching.search(library, "", "sv")) == []
    assert list(searching.search(library, "?!", "sv")) == []
    assert list(searching.search(library, "faktura xyzzyplugh", "sv")) == []


def test_every_decision_stands_once_under_a_topic_with_its_own_title() -> None:
    folder = PROJECT / "docs" / "decisions"
    index = (folder / "index.md").read_text(encoding="utf-8")
    told = re.findall(r"^- \[(\d+)\]\(([\w-]+\.md)\): (.+)$", index, re.MULTILINE)
    titles = {
        path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in folder.glob("[0-9]*.md")
    }
    assert {name: f"# {number}. {title}" for number, name, title in told} == titles
    assert len(told) == len(titles)


def test_the_documents_of_a_checkout_are_those_of_the_repository() -> None:
    assert installed_documents() == PROJECT / "docs"
