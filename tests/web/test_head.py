"""HEAD is answered as GET at every address, without a body: what watches a site or previews a link asks so."""

from collections.abc import Iterator

import httpx
import pytest

from accounts.identity import Person
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, routes_of, table_in
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site

OF_ONE_MOMENT = {"date", "set-cookie", "content-disposition", "x-request-id"}
"""Headers that are another's at each asking."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("head")) as served:
        yield served


@pytest.fixture(scope="module")
def people(site: Site) -> Iterator[dict[str, Visitor]]:
    with visitor(site) as nobody, visitor(site, STAFF) as staff, visitor(site, SUPPLIER) as supplier:
        yield {"nobody": nobody, "staff": staff, "supplier": supplier}


def asked_by(may: frozenset[object], person: Person) -> bool:
    return not may or bool(may & person.permissions)


@pytest.mark.parametrize("area", AREAS)
def test_head_says_of_every_page_what_get_says(area: str, site: Site, people: dict[str, Visitor]) -> None:
    different = []
    for key, route in table_in(area, site.database).items():
        if key.startswith("GET ") and (path := next(iter((*route.own, *route.foreign)), "")):
            each = people["supplier" if asked_by(route.may, SUPPLIER) else "staff"]
            got, headed = each.client.get(path), each.client.head(path)
            if told(got) != told(headed) or headed.content:
                different.append(f"{path}: {told(got)} {told(headed)}")
    assert different == []


def told(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    # What a process has used since is told in more digits or fewer.
    others = {"content-length"} if answer.request.url.path == "/metrics" else set()
    headers = {name: value for name, value in answer.headers.items() if name not in OF_ONE_MOMENT | others}
    return answer.status_code, headers


def test_what_watches_asks_so_without_signing_in(people: dict[str, Visitor]) -> None:
    answers = {
        path: people["nobody"].client.head(path) for path in ("/livez", "/readyz", "/sign-in", "/metrics")
    }
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert people["nobody"].client.head("/").status_code == 303
    assert people["nobody"].client.head("/static/site.css").status_code == 200


def test_what_is_only_sent_to_is_not_asked_so(site: Site, people: dict[str, Visitor]) -> None:
    """HEAD does nothing that GET does not: where there is no GET, there is no HEAD."""
    asked = {key.partition(" ")[2] for key in routes_of(site.app) if key.startswith("GET ")}
    sent = {key.partition(" ")[2] for key in routes_of(site.app) if key.startswith("POST ")}
    alone = [path for path in sorted(sent - asked) if "{" not in path]
    assert len(alone) > 20
    client = people["staff"].client
    got = {path: client.get(path).status_code for path in alone}
    assert {path: client.head(path).status_code for path in alone} == got
    # A page leads to the page above it, and the API says that nothing is read there; the rest look like the address
    # of something by its number or key, which there is not.
    assert {303, 405} <= set(got.values())
    assert sum(each in (303, 405) for each in got.values()) > 20
    assert set(got.values()) <= {303, 401, 403, 404, 405}
    assert {path for path, status in got.items() if status == 401} <= {
        path for path in got if path.startswith("/api/")
    }
