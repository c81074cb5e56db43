"""The page of registers that programs have proposed, and the commands that do what it does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts.api_clients.model import ApiScope
from operations.register_loads import proposing
from orders.register import store as register_store
from tests.support.command_line import Desk
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, account_of, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.servers.api import a_client
from tests.support.stories.system import System, a_system

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PAGE = "/admin/register-loads"


def proposed(system: System, name: str, *, by: str = "user-77") -> int:
    """A program, which `by` answers for, proposes a register with another name for its first area."""
    number, _ = a_client(system, ApiScope.REGISTER_WRITE, supplier="", by=by)
    with system.database.writing() as session:
        held = register_store.load(session)
        areas = (replace(held.areas[0], name=name), *held.areas[1:])
        made = proposing.propose(
            session, replace(held, areas=areas), by=f"client-{number}", now=NOON, today=NOON.date()
        )
    return made.load.id


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: NOON, second_step=False) as served:
        yield served


def test_somebody_else_looks_and_loads(system: System, site: Site) -> None:
    me = account_of(site.database, STAFF)
    number, own = proposed(system, "Ett annat namn"), proposed(system, "Ett tredje namn", by=me.id)
    with visitor(site, STAFF) as administrator:
        assert f"{PAGE}/{number}" in administrator.get(PAGE).text
        shown = text_of(administrator.get(f"{PAGE}/{number}"))
        assert "areas: 1 ändras" in shown
        # Whoever answers for the program is offered no button, and a press without one is refused.
        assert "Läs in registret" not in text_of(administrator.get(f"{PAGE}/{own}"))
        refused = administrator.post(f"{PAGE}/{own}/load")
        assert (refused.status_code, "Du svarar för systemet" in text_of(refused)) == (409, True)
        loaded = administrator.post(f"{PAGE}/{number}/load")
        assert "Registret är inläst." in administrator.follow(loaded)
        assert system.register.areas[0].name == "Ett annat namn"
        assert administrator.post(f"{PAGE}/{number}/load").status_code == 409
        unsaid = administrator.post(f"{PAGE}/{own}/decline", {"reason": " "})
        assert (unsaid.status_code, "Skriv varför" in text_of(unsaid)) == (409, True)
        declined = administrator.post(f"{PAGE}/{own}/decline", {"reason": "Fel namn."})
        assert "Förslaget är avslaget." in administrator.follow(declined)
        assert "Fel namn." in text_of(administrator.get(f"{PAGE}/{own}"))
        assert administrator.get(f"{PAGE}/9999").status_code == 404


def test_the_commands_do_what_the_page_does(
    system: System, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, second = proposed(system, "Ett annat namn"), proposed(system, "Ett tredje namn")
    desk = Desk(tmp_path_factory.mktemp("desk"), database_url)
    assert [each["state"] for each in desk.run("register", "proposed", "--json").json] == ["PROPOSED"] * 2
    assert "Du svarar" in desk.run("register", "confirm", str(first), "--by", "user-77", code=1).err
    assert "Registret är inläst." in desk.run("register", "confirm", str(first), "--by", "anna", "--yes").out
    assert system.register.areas[0].name == "Ett annat namn"
    desk.run("register", "decline", str(second), "--by", "anna", "--reason", "Fel namn.")
    states = {each["number"]: each["state"] for each in desk.run("register", "proposed", "--json").json}
    assert states == {first: "LOADED", second: "DECLINED"}
