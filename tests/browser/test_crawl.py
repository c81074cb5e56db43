"""Every route is asked by everybody, with what is his, what is another's and what is nobody's.

Whoever is not signed in is led to signing in, whoever lacks the permission is told so, and what belongs to another
company does not exist. A route that stands in no table fails here, so that no page comes in unseen.
`make test` lets everybody try the first address of every route, and two of them all that is theirs, so that each
question of the lists is put to PostgreSQL; `make test-slow` lets everybody try every address.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from accounts.identity import BUYER_SIDE, Person
from billing.migrations.row_security import RIGHTS, SHARED
from billing.migrations.schema import METADATAS
from tests.support.pages.all_routes import AREAS, ELSEWHERE, ONES, SUPPLIER, routes_of, table, table_in
from tests.support.pages.browser import Site, portal
from tests.support.pages.routes import Route
from tests.support.pages.visitor import Visitor, visitor
from tests.support.servers.databases import PostgresqlServer
from tests.support.stories.demo_books import books_on_postgresql, noon
from tests.support.stories.system import LARKDRILLEN

FOREIGN = re.compile(r"5599992020|Lärkdrillen|5599993036|Tallkotten|8029996066|Havtornet")
ROW_NUMBER = re.compile(r"(?<!files)(?:/|\b(?:id|credits|number)=)(?!9+\b|0)\d{1,8}(?=[/?&]|$)")
REFERENCE = re.compile(r"\b4000000\d\d\b")


@pytest.fixture(scope="module")
def site(postgresql_server: PostgresqlServer) -> Iterator[Site]:
    """The demo's books on PostgreSQL, where both walls stand; SQLite is walked in test_walk.py."""
    with portal(books_on_postgresql(postgresql_server), clock=noon, second_step=False) as served:
        yield served


@pytest.fixture(scope="module")
def answers() -> list[object]:
    """Every answer that everybody has had."""
    return []


@pytest.fixture(scope="module")
def everybody(site: Site, answers: list[object]) -> Iterator[dict[str, tuple[Person | None, Visitor]]]:
    """A visitor for each permission, one whose unit has nothing, and one who is not signed in."""
    people: dict[str, Person | None] = {"nobody": None, "elsewhere": ELSEWHERE}
    people |= {str(permission): person for permission, person in ONES.items()}
    opened = [(name, person, visitor(site, person)) for name, person in people.items()]
    entered = {name: (person, context.__enter__()) for name, person, context in opened}
    for _, each in entered.values():
        each.client.event_hooks["response"].append(answers.append)
    yield entered
    for _, _, context in opened:
        context.__exit__(None, None, None)


def test_every_route_stands_in_exactly_one_table(site: Site) -> None:
    listed = [key for area in AREAS for key in table(area)]
    assert sorted(listed) == sorted(set(listed))
    known = set(routes_of(site.app))
    assert sorted(known - set(listed)) == [], "in no table tests/support/pages/routes_<area>.py"
    assert sorted(set(listed) - known) == [], "in a table, but not in the application"


@pytest.mark.parametrize("area", AREAS)
def test_no_address_names_a_row_by_its_number(area: str) -> None:
    told = [
        text for route in table(area).values() for text in (*route.own, *route.foreign, *route.form.values())
    ]
    # A row that is nobody's is all nines; orders, references and organisations have nine digits or more.
    numbers = [text for text in told if ROW_NUMBER.search(text)]
    assert numbers == []


@pytest.mark.parametrize("at_most", [1, pytest.param(None, marks=pytest.mark.slow)], ids=["first", "all"])
@pytest.mark.parametrize("area", AREAS)
def test_everybody_gets_what_is_his_and_nothing_else(
    area: str,
    at_most: int | None,
    site: Site,
    everybody: dict[str, tuple[Person | None, Visitor]],
    answers: list[object],
    record_property: Callable[[str, object], None],
) -> None:
    wrong: list[str] = []
    before = len(answers)
    for key, route in table_in(area, site.database).items():
        for name, asked in _shares(route, everybody, at_most).items():
            wrong += [f"{name}: {told}" for told in _tried(key, asked, *everybody[name], at_most)]
    assert wrong == []
    record_property("addresses", len(answers) - before)


def _shares(
    route: Route, everybody: dict[str, tuple[Person | None, Visitor]], at_most: int | None
) -> dict[str, Route]:
    """What each tries: so many addresses; all that are his own, whose unit has nothing and one who may have them."""
    may = [name for name, (person, _) in everybody.items() if person and person.may(*(route.may or ONES))]
    thorough = {"elsewhere", *[name for name in may if name != "elsewhere"][:1]}
    return {
        name: replace(
            route,
            own=route.own if name in thorough & {*may} else route.own[:at_most],
            foreign=route.foreign[:at_most],
        )
        for name in everybody
    }


def test_presses_that_name_anothers_things_change_nothing_of_theirs(site: Site) -> None:
    """Every form of a supplier's pages with foreign ids, sent by somebody who may do all that a supplier may."""
    before = _books_of(site, LARKDRILLEN)
    sent = 0
    with visitor(site, SUPPLIER) as each:
        for area in AREAS:
            for key, route in table_in(area, site.database).items():
                if key.startswith("POST ") and not route.everybody and SUPPLIER.may(*route.may):
                    for address in route.foreign:
                        sent += 1
                        assert each.post(address, route.form).status_code == 404, address
    assert sent > 20
    assert _books_of(site, LARKDRILLEN) == before


def _books_of(site: Site, supplier: str) -> dict[str, int]:
    """All that the supplier itself can see, table by table."""
    tables = [each for metadata in METADATAS for each in metadata.sorted_tables]
    with site.database.for_supplier(supplier).reading() as session:
        return {
            each.name: hash(tuple(session.execute(select(each).order_by(*each.primary_key)).all()))
            for each in tables
            if "SELECT" in RIGHTS.get(each.name, ()) and each.name not in SHARED
        }


def _tried(
    key: str, route: Route, person: Person | None, each: Visitor, at_most: int | None
) -> Iterator[str]:
    """What is wrong with the answers one visitor gets of one route."""
    method, _, path = key.partition(" ")
    if path.startswith(("/api/", "/webhook/")):
        return  # programs, known by other means than a session
    if route.everybody:
        yield from _open(route, each)
    elif person is None or not person.may(*(route.may or frozenset(ONES))):
        yield from _shut(method, path, route, person, each, at_most)
    elif method == "GET":
        yield from _own(route, person, each)
        yield from _foreign(method, route, person, each)
    else:
        yield from _foreign(method, route, person, each)


def _open(route: Route, each: Visitor) -> Iterator[str]:
    for address in route.own:
        status = each.get(address).status_code
        if status != 200 and not (route.leads_on and status == 303):
            yield f"{address} {status}"
    for address in route.foreign:
        if (status := each.get(address).status_code) != 404:
            yield f"{address} {status}, not 404"


def _shut(
    method: str, path: str, route: Route, person: Person | None, each: Visitor, at_most: int | None
) -> Iterator[str]:
    """Without the permission: 403, or the way to signing in; never a word of what is there."""
    for address in (*route.own, *route.foreign, *(() if "{" in path else (path,)))[:at_most]:
        answer = each.get(address) if method == "GET" else each.post(address, route.form)
        if person is None:
            led = answer.headers.get("location", "").startswith("/sign-in")
            if answer.status_code != 303 or not led:
                yield f"{method} {address} {answer.status_code}, not led to signing in"
        elif answer.status_code != 403:
            yield f"{method} {address} {answer.status_code}, not 403"


def _own(route: Route, person: Person, each: Visitor) -> Iterator[str]:
    is_scoped = person.within is not None
    for address in route.own:
        answer = each.get(address)
        status = answer.status_code
        if status != 200 and not (route.leads_on and status == 303) and not (is_scoped and status == 404):
            yield f"{address} {status}"
        if not route.page or person.is_buyer or status != 200:
            continue
        if found := FOREIGN.search(answer.text):
            yield f"{address} shows {found[0]}"
        if is_scoped and (seen := [each for each in REFERENCE.findall(answer.text) if each not in address]):
            yield f"{address} shows {seen[0]} to somebody of another unit"


def _foreign(method: str, route: Route, person: Person, each: Visitor) -> Iterator[str]:
    if person.is_buyer and route.may and not route.may <= BUYER_SIDE:
        return  # the buyer may see every supplier's
    for address in route.foreign:
        answer = each.get(address) if method == "GET" else each.post(address, route.form)
        if answer.status_code != 404:
            yield f"{method} {address} {answer.status_code}, not 404"
