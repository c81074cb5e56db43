"""Every named malformed document through the whole of intake, as it would come from the access point.

Each ends in quarantine under its own rule, told in Swedish, kept byte for byte; reading it opens no file and calls
nobody. `make test` leaves out the dozen that weigh megabytes.
"""

import mimetypes
import resource
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from fixtures.build_bad import BadDocument, documents
from peppol.exchange import inbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from peppol.validation import validation
from tests.bar.world import check_world
from tests.support.project import PROJECT
from tests.support.stories.system import System, a_system

DAY = date(2026, 11, 2)
LIGHT: Final = 1_000_000
BAD: Final = tuple(each for each in documents() if not each.valid)
# What the program itself lies in may be read; nothing a document names does.
OWN: Final = tuple(
    str(Path(place).resolve())
    for place in (str(PROJECT), sys.prefix, "/dev/shm", *map(str, sysconfig.get_paths().values()))  # noqa: S108
)

_TESTING = threading.get_ident()
_WATCHING = threading.Event()
_OPENED: list[str] = []


def _hear(event: str, given: tuple[object, ...]) -> None:
    if not _WATCHING.is_set() or threading.get_ident() != _TESTING:
        return
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        _OPENED.append(f"{event} {given}")
    # Our own schemas are opened by their addresses, for the words of a schema error.
    elif event in ("open", "urllib.Request") and not str(given[0]).removeprefix("file://").startswith(OWN):
        _OPENED.append(f"{event} {given[0]}")


# A hook cannot be taken away again; it listens only while it is told to.
sys.addaudithook(_hear)


@contextmanager
def watched() -> Iterator[None]:
    """Note what is opened and called meanwhile."""
    _WATCHING.set()
    try:
        yield
    finally:
        _WATCHING.clear()


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


@pytest.mark.parametrize("heaviest", [LIGHT, pytest.param(None, marks=pytest.mark.nightly)])
def test_every_malformed_document_is_set_aside_under_its_own_rule(
    system: System, heaviest: int | None, record_property: Callable[[str, object], None]
) -> None:
    bodies = [(each, each.read()) for each in BAD]
    chosen = [(each, body) for each, body in bodies if heaviest is None or len(body) < heaviest]
    _OPENED.clear()
    system.post(b"<A/>", on=DAY)
    system.read_messages(on=DAY)  # what is loaded once is loaded now
    mimetypes.init()
    before, slowest, wrong = _resident_mb(), 0.0, list[str]()
    for each, body in chosen:
        stored = system.post(body, on=DAY)
        began = time.process_time()
        with watched():
            system.read_messages(on=DAY)
        slowest = max(slowest, time.process_time() - began)
        wrong += [f"{each.name}: {told}" for told in _wrong(system, stored.id, each, body)]
    assert not wrong, "\n".join(wrong)
    assert _OPENED == []
    assert check_world(system.database, acknowledged=[body for _, body in chosen]) == []
    record_property("documents", len(chosen))
    record_property("slowest_seconds", round(slowest, 2))
    record_property("growth_mb", round(_resident_mb() - before))
    record_property("opened_outside", len(_OPENED))


def _wrong(system: System, letter_id: int, bad: BadDocument, body: bytes) -> Iterator[str]:
    inbox = exchange_tables.inbox
    with system.database.reading() as session:
        row = session.execute(select(inbox).where(inbox.c.id == letter_id)).one()
        kept = inbox_store.body_of(session, letter_id)
    if row.state != InState.QUARANTINED:
        yield f"it is {row.state}"
    if kept != body:
        yield "it is not kept as it came"
    if row.reason != bad.code:
        # Where it breaks several rules, the first of them is kept with it.
        broken = [each.rule for each in validation.validate(body, on=DAY).findings]
        if bad.code not in broken or row.reason not in broken:
            yield f"its reason is {row.reason}, it breaks {broken}, and {bad.code} is expected"
    if not row.reason_sv or row.reason_sv == row.reason_en:
        yield f"it is not told in Swedish: {row.reason_sv}"


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_document_that_made_us_open_a_file_would_be_noticed(tmp_path: Path) -> None:
    _OPENED.clear()
    with watched(), pytest.raises(FileNotFoundError):
        Path("/etc/of-no-document").read_bytes()
    assert _OPENED == ["open /etc/of-no-document"]
    _OPENED.clear()
