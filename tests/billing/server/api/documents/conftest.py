"""A small installation with two suppliers, and its API over a socket."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.servers.api import api
from tests.support.stories.system import System, a_system


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client
