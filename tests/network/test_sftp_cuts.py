"""A line to a real SFTP server that is cut at any byte, of every verb: nothing is lost, doubled or left half.

Each verb is carried once uncut, to count its bytes; then it is cut after a random number of them, on a connection that
was open or on a new one, and done as a worker does it: again, where the access point was not reached.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import OPERATOR, PLAIN, Layout
from peppol.access_points.protocol import DeliveryState, Unreachable
from tests.support.servers.access_points import AMessage, order
from tests.support.servers.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.servers.ssh_servers import SshServer

SEED = 20261201
LARGE = order("2100000009") + b"<!-- " + b"x" * 150_000 + b" -->"
NAMES = ("a.xml", "b.xml", "c.xml")


@dataclass(frozen=True)
class Verb:
    """What is done, in which layout, from what lies there (by path), and what must hold of the answer and after it."""

    layout: Layout
    before: dict[str, bytes]
    act: Callable[[FolderAccessPoint], object]
    answer: Callable[[object], object]
    after: dict[str, bytes]


def _anything(answer: object) -> bool:
    return True


MESSAGE = AMessage(changed_body=LARGE)
SENT = PLAIN.outgoing(MESSAGE)
INBOX = {f"inbox/{name}": order(name) for name in NAMES}
VERBS: dict[str, Verb] = {
    "submit": Verb(PLAIN, {}, lambda point: point.submit(MESSAGE), _anything, {SENT: LARGE}),
    "submit again": Verb(PLAIN, {SENT: LARGE}, lambda point: point.submit(MESSAGE), _anything, {SENT: LARGE}),
    "status": Verb(
        PLAIN,
        {SENT: LARGE, f"receipts/{MESSAGE.instance_id}.receipt": b"yes"},
        lambda point: point.status(MESSAGE.instance_id, SENT).state,
        lambda state: state is DeliveryState.DELIVERED,
        {SENT: LARGE, f"receipts/{MESSAGE.instance_id}.receipt": b"yes"},
    ),
    "inbound": Verb(
        PLAIN,
        INBOX,
        lambda point: tuple(each.reference for each in point.inbound()),
        lambda found: found == NAMES,
        INBOX,
    ),
    "fetch": Verb(
        PLAIN,
        {"inbox/large.xml": LARGE},
        lambda point: point.fetch("large.xml"),
        lambda body: body == LARGE,
        {"inbox/large.xml": LARGE},
    ),
    "fetch, claimed": Verb(
        OPERATOR,
        {"large.xml": LARGE},
        lambda point: point.fetch("large.xml"),
        lambda body: body == LARGE,
        {"large.xml.downloading": LARGE},
    ),
    "acknowledge": Verb(
        PLAIN,
        INBOX,
        lambda point: point.acknowledge("b.xml"),
        _anything,
        {"inbox/a.xml": order("a.xml"), "inbox/c.xml": order("c.xml"), "collected/b.xml": order("b.xml")},
    ),
    "acknowledge, removed": Verb(
        OPERATOR,
        {"a.xml.downloading": b"a", "b.xml": b"b"},
        lambda point: point.acknowledge("a.xml"),
        _anything,
        {"b.xml": b"b"},
    ),
}


@pytest.fixture
def proxy(openssh_server: SshServer) -> Iterator[CuttingProxy]:
    with cutting_proxy(openssh_server.port) as proxy:
        yield proxy


def lay(root: Path, files: dict[str, bytes]) -> None:
    """Exactly these files, and nothing else."""
    for each in root.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    for name, body in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def what_lies(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def as_a_worker(verb: Verb, point: FolderAccessPoint) -> object:
    """Again where the access point was not reached."""
    for _ in range(3):
        try:
            return verb.act(point)
        except Unreachable as miss:
            last = miss
    raise last


def cut_often(server: SshServer, proxy: CuttingProxy, verb: Verb, *, times: int, kept: int) -> int:
    """How many cuts there were of so many; `kept` of three on a connection that is open already."""
    chance = random.Random(SEED)  # noqa: S311 - so that it can be done again
    root = server.folder
    files = server.files(port=proxy.port)
    point = FolderAccessPoint(files, layout=verb.layout)
    lay(root, verb.before)
    proxy.arm(10**9)
    assert verb.answer(verb.act(point)), "uncut"
    fresh = proxy.carried
    lay(root, verb.before)
    proxy.arm(10**9)
    verb.act(point)
    on_kept = proxy.carried
    cuts = 0
    for number in range(times):
        lay(root, verb.before)
        on_open = number % 3 < kept
        if not on_open:
            files.close()
        proxy.arm(chance.randrange(on_kept if on_open else fresh), resets=number % 2 == 0)
        # Its own point, so that none remembers what it claimed.
        point = FolderAccessPoint(files, layout=verb.layout)
        assert verb.answer(as_a_worker(verb, point)), (number, proxy)
        cuts += proxy.cut_after is None
        proxy.disarm()
        assert what_lies(root) == verb.after, (number, on_open)
    files.close()
    return cuts


@pytest.mark.parametrize("verb", VERBS)
def test_a_line_cut_anywhere_loses_and_doubles_nothing(
    openssh_server: SshServer, proxy: CuttingProxy, verb: str
) -> None:
    assert cut_often(openssh_server, proxy, VERBS[verb], times=7, kept=2) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_two_hundred_lines_cut_anywhere_lose_and_double_nothing(
    openssh_server: SshServer, proxy: CuttingProxy, verb: str
) -> None:
    assert cut_often(openssh_server, proxy, VERBS[verb], times=200, kept=2) >= 180


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_another_makers_server_is_cut_as_often(proftpd_server: SshServer, verb: str) -> None:
    with cutting_proxy(proftpd_server.port) as proxy:
        assert cut_often(proftpd_server, proxy, VERBS[verb], times=200, kept=2) >= 180


@pytest.mark.parametrize("verb", ["submit", "acknowledge"])
def test_another_makers_server_is_cut_too(proftpd_server: SshServer, verb: str) -> None:
    with cutting_proxy(proftpd_server.port) as proxy:
        assert cut_often(proftpd_server, proxy, VERBS[verb], times=2, kept=3) == 2
