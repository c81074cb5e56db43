"""What every test may ask for: an empty database of each kind, and how long hypothesis looks.

`database_url` runs a test once on SQLite and once on PostgreSQL, the latter in `make test` only where the engines can
differ and the test says so, `@pytest.mark.both_engines`: locks and conflicts, leases, row security, migrations, sums
and types of numbers, text that one of them refuses, and statements no other test asks PostgreSQL. All others follow
there in `make test-slow`, which runs what is marked `slow`, and each law at length. A test that is about one
engine says so: `@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)`. Why: docs/decisions/0006.
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test, settings

from foundation import gc_tuning
from tests.support.servers.databases import PostgresqlServer, running_server
from tests.support.servers.postgresql_keeper import roomy_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.pages.browser import Opening

# How wide somebody's terminal is must not decide how our output is cut.
os.environ.pop("COLUMNS", None)

# Collecting loads the product and makes thousands of tests, all of which stay.
gc_tuning.look_seldom()

# A commit waits for no disk where the files of a test lie in memory; some tests run programs they have put there.
if not os.statvfs(folder_in_memory := roomy_folder()).f_flag & os.ST_NOEXEC:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder_in_memory))

# A deadline per example measures the machine's other work, not ours. In CI the same commit gets the
# same examples, so that its answer is about the commit; desks look elsewhere each time, and the other profiles further.
settings.register_profile("system", deadline=None, max_examples=25, derandomize="CI" in os.environ)
settings.register_profile("long", deadline=None, max_examples=500)
settings.register_profile("fuzz", deadline=None, max_examples=5_000)
settings.load_profile("system")


# They take longest, and those that stand together share the demo's books: begun first, they end before the last.
BEGUN_FIRST = (
    "test_entitlement",
    "test_touchless",
    "test_walk",
    "test_crawl",
    "test_row_security",
    "test_demo",
    "test_en16931_published",
    "test_killed_workers",
    "test_crash_points",
    "test_concurrency",
    "test_simulation",
    "test_gate_fuzz",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end; mark what is a law."""
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("law")
    places = {name: place for place, name in enumerate(BEGUN_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish() -> None:
    """Let every test and the whole product, which are kept to the end, not be gone through again and again."""
    gc_tuning.settle()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """The worker's own server, started when the first test asks for it."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: PostgresqlServer) -> str:
    """The URL of the worker's PostgreSQL database, with whatever the last test left in it."""
    return postgresql_server.url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test with a database run on both engines, now or in `make test-slow`."""
    told = metafunc.definition.iter_markers("parametrize")
    if "database_url" not in metafunc.fixturenames or any("database_url" in mark.args[0] for mark in told):
        return
    both = metafunc.definition.get_closest_marker("both_engines") is not None
    other = pytest.param("postgresql", marks=() if both else pytest.mark.slow)
    metafunc.parametrize("database_url", ["sqlite", other], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, for this test alone."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'billing.sqlite'}"
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.empty()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One browser for all tests of a worker, started when the first asks for it."""
    from tests.support.pages.browser import running_chromium

    with running_chromium() as browser:
        yield browser


@pytest.fixture
def browser_page(chromium: "Browser") -> Iterator["Page"]:
    """A page of a browser without history; fails its test for anything the console complains of."""
    from tests.support.pages.browser import a_page

    with a_page(chromium) as page:
        yield page


@pytest.fixture(params=["paper", pytest.param("browser", marks=pytest.mark.slow)])
def opening(request: pytest.FixtureRequest) -> "Opening":
    """How a fresh page is opened: on paper, and in `make test-slow` in the browser as well.

    For journeys that go by links, forms and words alone, as every page can be used.
    """
    from tests.support.pages.browser import a_page
    from tests.support.pages.paper_page import a_paper_page

    if request.param == "paper":
        return a_paper_page
    return partial(a_page, request.getfixturevalue("chromium"))


@pytest.fixture
def any_page(opening: "Opening") -> Iterator["Page"]:
    """A page without history, on paper or in the browser."""
    with opening() as page:
        yield page
