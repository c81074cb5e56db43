"""The programs that copy books are those of the server that the tests run on, whatever else is on the path."""

import os

import pytest

from tests.support.servers import postgresql_keeper as keeper


@pytest.fixture(autouse=True)
def programs_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = keeper.find_programs(keeper.program_folders())
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
