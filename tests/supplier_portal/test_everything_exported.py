"""All that the books hold of a supplier as one file: on the page, and by the command for who asks on paper."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from billing.server.background import background_work
from operations.settings import Settings
from tests.support.command_line import Desk
from tests.support.pages.all_routes import SUPPLIER
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import FYRBAKEN, System, a_system

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide()
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: NOON, second_step=False) as served:
        yield served


def names_in(answer: httpx.Response, folder: Path) -> set[str]:
    file = folder / "export.zip"
    file.write_bytes(answer.content)
    return set(zipfile.ZipFile(file).namelist())


@pytest.mark.both_engines
def test_it_is_asked_for_on_the_page_and_fetched_there(system: System, site: Site, tmp_path: Path) -> None:
    with visitor(site, SUPPLIER) as supplier:
        assert "Gör en export av allt" in supplier.get("/exports").text
        asked = supplier.post("/exports/everything")
        assert "Exporten görs." in supplier.follow(asked)
        assert "görs redan" in supplier.follow(supplier.post("/exports/everything"))
        assert "Gör en export av allt" not in supplier.get("/exports").text
        assert supplier.get("/exports/everything/1").status_code == 404
        while background_work.run_one(system.database, Settings()) is not None:
            pass
        assert "Klar att hämta" in text_of(supplier.get("/exports"))
        answer = supplier.get("/exports/everything/1")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
        assert SUPPLIER.organisation not in answer.headers["Content-Disposition"]
        order = system.order("100000101").number
        assert {f"orders/{order}.xml", "receipts.jsonl", "manifest.json"} <= names_in(answer, tmp_path)
        assert supplier.get("/exports/everything/99").status_code == 404


def test_the_command_makes_the_same_file(
    system: System, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder, database_url)
    told = desk.run("supplier", "export", FYRBAKEN, "--folder", str(folder), "--json").json
    assert "manifest.json" in zipfile.ZipFile(told["file"]).namelist()
    assert "aldrig haft" in desk.run("supplier", "export", "2021006123", code=4).err
