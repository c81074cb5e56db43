"""`billing bench api` in small: systems and people are answered by the real server, and each figure is told."""

import json

import pytest
from typer.testing import CliRunner

from billing.cli.cli import app


@pytest.mark.slow
def test_systems_and_people_are_answered_and_the_peer_is_told() -> None:
    asked = ["bench", "api", "--systems", "2", "--people", "1", "--seconds", "3", "--workers", "1", "--json"]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0, told.output
    found = {each["what"].partition(":")[0]: each for each in json.loads(told.stdout)}
    assert set(found) == {"poll", "read", "write", "people", "peer"}
    for each in found.values():
        assert each["answers"] >= 1
        assert each["failed"] == {}
        assert 0 < each["p50_ms"] <= each["p99_ms"]
