"""Whether somebody can receive a message: asked of a real register over HTTP, found through a real name server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from peppol.access_points.protocol import Capability, PeerVerdict
from peppol.identifiers import DocumentKind
from peppol.lookup.directory import FixedRegister, RegisterDirectory
from peppol.lookup.sml import Locator, host_name
from tests.support.servers import registers
from tests.support.servers.access_points import ANOTHER, SUPPLIER, Simulator, simulator
from tests.support.servers.name_server import name_server

ORDER = DocumentKind.ORDER.document_type_id
ORDER_ONLY, ORDERING, ADVANCED = DocumentKind.ORDER.profile_ids
NOBODY = "0007:5599993036"


class Watch:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path) as running:
        yield running


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def directory(running: Simulator, watch: Watch) -> Iterator[RegisterDirectory]:
    directory = RegisterDirectory(
        FixedRegister(f"{running.address}/smp"), trust=running.trust, clock=watch, seconds=20, inside=True
    )
    yield directory
    directory.close()


def verdict(directory: RegisterDirectory, who: str = SUPPLIER, process: str = ORDER_ONLY) -> PeerVerdict:
    return directory.lookup(who, ORDER, process).verdict


# What the register says ---------------------------------------------------------------------


def test_a_supplier_that_takes_orders_in_our_process(directory: RegisterDirectory, watch: Watch) -> None:
    found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
    assert (found.verdict, found.takes, found.asked_at) == (PeerVerdict.TAKES, True, watch.now)
    assert found.processes == (ORDER_ONLY, ORDERING)
    assert found.address.endswith("/as4")


def test_the_same_document_type_in_another_process_is_no_yes(directory: RegisterDirectory) -> None:
    found = directory.lookup(SUPPLIER, ORDER, ADVANCED)
    assert (found.verdict, found.takes) == (PeerVerdict.OTHER_KINDS_ONLY, False)
    assert found.processes == (ORDER_ONLY, ORDERING)


def test_a_supplier_that_takes_no_orders_at_all(directory: RegisterDirectory, running: Simulator) -> None:
    kinds = [[DocumentKind.INVOICE_RESPONSE, DocumentKind.INVOICE_RESPONSE.profile_ids[0]]]
    running.admin.put(f"/admin/participants/{ANOTHER}", json={"kinds": kinds}).raise_for_status()
    assert verdict(directory, ANOTHER) is PeerVerdict.OTHER_KINDS_ONLY


def test_an_address_nobody_has_registered(directory: RegisterDirectory) -> None:
    assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED


# What is remembered -------------------------------------------------------------------------


def test_a_yes_is_remembered_for_an_hour(
    directory: RegisterDirectory, running: Simulator, watch: Watch
) -> None:
    assert verdict(directory) is PeerVerdict.TAKES
    running.admin.delete(f"/admin/participants/{SUPPLIER}").raise_for_status()
    watch.now += timedelta(minutes=59)
    assert verdict(directory) is PeerVerdict.TAKES
    watch.now += timedelta(minutes=2)
    assert verdict(directory) is PeerVerdict.NOT_REGISTERED


def test_a_no_is_remembered_for_ten_minutes_or_until_it_is_forgotten(
    directory: RegisterDirectory, running: Simulator, watch: Watch
) -> None:
    assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED
    running.admin.put(f"/admin/participants/{NOBODY}", json={"role": "supplier"}).raise_for_status()
    watch.now += timedelta(minutes=9)
    assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED
    directory.forget(NOBODY)
    assert verdict(directory, NOBODY) is PeerVerdict.TAKES


def test_doubt_is_asked_again_after_a_minute_and_never_turns_into_a_no(
    directory: RegisterDirectory, running: Simulator, watch: Watch
) -> None:
    for fault in ("down", "answer-500", "not-now", "lose-reply"):
        running.faults({"fault": fault, "on": ["lookup"]})
        found = directory.lookup(SUPPLIER, ORDER, ORDER_ONLY)
        assert (found.verdict, bool(found.words)) == (PeerVerdict.CANNOT_TELL, True)
        running.faults()
        watch.now += timedelta(seconds=59)
        assert verdict(directory) is PeerVerdict.CANNOT_TELL
        watch.now += timedelta(seconds=2)
        assert verdict(directory) is PeerVerdict.TAKES
        watch.now += timedelta(hours=2)


def test_a_register_that_is_not_there_leaves_us_in_doubt(watch: Watch) -> None:
    directory = RegisterDirectory(
        FixedRegister("http://127.0.0.1:9"), trust=registers.trusted, clock=watch, seconds=1
    )
    assert verdict(directory) is PeerVerdict.CANNOT_TELL
    directory.close()


# The locator --------------------------------------------------------------------------------


def test_a_participant_is_found_through_the_locator(running: Simulator, watch: Watch) -> None:
    naptr = f'100 10 "U" "Meta:SMP" "!^.*$!{running.address}/smp!" .'
    other = '10 10 "U" "Meta:OTHER" "!^.*$!https://wrong.example/!" .'
    zone = "sml.test"
    with name_server({host_name(SUPPLIER, zone): [other, naptr]}) as server:
        locator = Locator(zone, server=server, seconds=20, inside=True)
        directory = RegisterDirectory(locator, trust=running.trust, clock=watch, seconds=20, inside=True)
        assert verdict(directory) is PeerVerdict.TAKES
        assert verdict(directory, NOBODY) is PeerVerdict.NOT_REGISTERED
        directory.close()


def test_a_capability_in_doubt_is_no_yes() -> None:
    assert not Capability(SUPPLIER, ORDER, ORDER_ONLY, PeerVerdict.CANNOT_TELL).takes
