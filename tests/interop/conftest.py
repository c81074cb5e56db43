"""The network of `make interop` for its stories: begun once, the product put on it one side after the other."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.interop import parts
from tests.interop.network import (
    MLS_TO,
    RUN,
    SEATS,
    AccessPointPart,
    Network,
    free_port,
    network,
    supplier_side,
)
from tests.interop.sides import RealSide, Side, SimulatedSide
from tests.support.command_line import Desk, a_desk
from tests.support.servers.access_points import BUYER, TOKEN, simulator

REAL: Final = ("phase4", "phase4-bare", "phoss", "phoss-enveloped")
PUSHED: Final = ("phase4-bare", "phoss-enveloped")
SIMULATED: Final = (
    "simulated-phase4",
    "simulated-phase4-bare",
    "simulated-phoss",
    "simulated-phoss-enveloped",
)


@pytest.fixture(scope="session")
def real_network() -> Iterator[Network]:
    """Register and name server of the published parts."""
    parts.install()
    with network() as running:
        yield running


@pytest.fixture(scope="session")
def supplier_part(real_network: Network) -> Iterator[AccessPointPart]:
    """The supplier's access point."""
    part = AccessPointPart(real_network, "supplier", SEATS["supplier"], free_port())
    part.begin()
    yield part
    part.end()


@pytest.fixture(scope="module", params=[*SIMULATED, *REAL])
def place(request: pytest.FixtureRequest) -> Iterator[str | RealSide]:
    """Where the product is put: a shape of the simulator by its name, or one of the real sides, begun."""
    name: str = request.param
    if name in SIMULATED:
        yield name
        return
    running: Network = request.getfixturevalue("real_network")
    part: AccessPointPart = request.getfixturevalue("supplier_part")
    with ExitStack() as stack:
        yield _behind(name, running, part, stack)


@pytest.fixture
def side(place: str | RealSide, tmp_path: Path) -> Iterator[Side]:
    """The place for one story: nothing from another is remembered there."""
    if isinstance(place, str):
        with _simulated(place, tmp_path / "network") as simulated:
            yield simulated
        return
    if place.name.startswith("phoss"):
        # The stories' orders have the same instance identifier, which it would hold more than once.
        place.ours.end()
        place.ours.go_on()
    yield place


@pytest.fixture
def desk(side: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Books with an order to the supplier, and the command line with the settings of the side."""
    for setting, value in side.settings.items():
        monkeypatch.setenv(setting, value)
    return a_desk(tmp_path)


def _behind(name: str, running: Network, part: AccessPointPart, stack: ExitStack) -> RealSide:
    """The product behind an access point of its own, in one of the shapes."""
    pushed = name in PUSHED
    port = free_port()
    behaviour = {"interop.phoss": "true"} if name.startswith("phoss") else {}
    if pushed:
        behaviour["interop.forward"] = f"http://127.0.0.1:{port}/webhook/letters"
    ours = AccessPointPart(running, name, SEATS["buyer"], free_port(), behaviour)
    ours.begin()
    stack.callback(ours.end)
    running.enrol_buyer(ours.endpoint)
    running.enrol_supplier(part.endpoint)
    settings = {
        "BILLING_ACCESS_POINT_KIND": name.partition("-")[0],
        "BILLING_ACCESS_POINT_ADDRESS": ours.address,
        "BILLING_ACCESS_POINT_TOKEN": TOKEN,
        "BILLING_ACCESS_POINT_MLS_TO": MLS_TO,
        "BILLING_ACCESS_POINT_BARE": str(name.endswith("bare")).lower(),
        "BILLING_ACCESS_POINT_ENVELOPED": str(name.endswith("enveloped")).lower(),
        **({"BILLING_WEBHOOK_TOKEN": TOKEN} if pushed else {}),
    }
    if name == "phase4":
        settings |= {
            "BILLING_ACCESS_POINT_INBOX": "folder",
            "BILLING_ACCESS_POINT_INBOX_ADDRESS": str(ours.inbound),
            "BILLING_ACCESS_POINT_LAYOUT": "oxalis",
        }
    server = partial(_served, port) if pushed else None
    return RealSide(name, running, ours, part, supplier_side(part, stack), settings, server)


@contextmanager
def _simulated(name: str, folder: Path) -> Iterator[SimulatedSide]:
    shape = name.removeprefix("simulated-")
    with simulator(folder) as running:
        settings = {"BILLING_ACCESS_POINT_TOKEN": TOKEN, "BILLING_ACCESS_POINT_MLS_TO": MLS_TO}
        if shape.startswith("phoss"):
            settings |= {
                "BILLING_ACCESS_POINT_KIND": "phoss",
                "BILLING_ACCESS_POINT_ADDRESS": f"{running.address}/phoss/{BUYER}",
                "BILLING_ACCESS_POINT_ENVELOPED": str(shape.endswith("enveloped")).lower(),
            }
        else:
            settings |= {
                "BILLING_ACCESS_POINT_KIND": "phase4",
                "BILLING_ACCESS_POINT_ADDRESS": f"{running.address}/phase4",
                "BILLING_ACCESS_POINT_BARE": str(shape.endswith("bare")).lower(),
                "BILLING_ACCESS_POINT_INBOX": "mailbox",
                "BILLING_ACCESS_POINT_INBOX_ADDRESS": f"{running.address}/mailbox/{BUYER}",
            }
        yield SimulatedSide(name, running, settings)


@contextmanager
def _served(port: int, database_url: str) -> Iterator[None]:
    """`billing serve` over these books at the port the access point posts to."""
    command = [sys.executable, "-m", "billing.cli.cli", "serve", "--port", str(port)]
    environment = {**os.environ, "BILLING_DATABASE_URL": database_url}
    with (
        (RUN / "serve.log").open("a", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=environment) as process,
    ):
        try:
            _until_alive(f"http://127.0.0.1:{port}/livez")
            yield
        finally:
            process.terminate()


def _until_alive(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(address, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise parts.PartMissing(f"nothing answers at {address}; see {RUN}")
