"""Collecting that fails is seen, and what cannot be fetched stops nothing else: noted, alarmed about, dealt with."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from typer.testing import CliRunner

from billing.cli.cli import app as billing
from billing.server import exchange_events
from foundation import journal
from operations import alarms, exchange_queries
from operations.exchange_queries import AccessPointStanding
from peppol.access_points import files
from peppol.access_points.files import LocalFiles
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.layouts import LAYOUTS
from peppol.access_points.protocol import AccessPointError, Arrival, ArrivalLeft, Unreachable
from peppol.exchange import outgoing, unfetched_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collected, Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, UnfetchedState
from peppol.exchange.unfetched import RESTS
from tests.support.servers.access_points import order
from tests.support.servers.faulty_point import FaultyPoint, Moment, away, lay_out
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

DENIED = Unreachable("HTTP 401", code="DENIED", host="ap.example")


@dataclass
class Mailbox(FaultyPoint):
    """A way in that is refused, or whose single letters are: `bad` by name."""

    refuses: AccessPointError | None = None
    bad: dict[str, ArrivalLeft] = field(default_factory=dict)
    not_put_away: dict[str, ArrivalLeft] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        if self.refuses is not None:
            raise self.refuses
        yield from [Arrival(name, version=str(len(body))) for name, body in self.inbox.items()]

    def fetch(self, reference: str) -> bytes:
        self.fetched.append(reference)
        if reference in self.bad:
            raise self.bad[reference]
        return super().fetch(reference)

    def acknowledge(self, reference: str) -> None:
        if reference in self.not_put_away:
            raise self.not_put_away[reference]
        super().acknowledge(reference)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def moment(system: System, monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(system.database, "clock", moment)
    return moment


def collector(system: System, point: object) -> Collector:
    database = system.database
    return Collector(
        database.writing,
        point,  # type: ignore[arg-type]
        database.clock,
        lambda: CLOCK.date(),
        tell=exchange_events.tell,
    )


def collect(system: System, point: object) -> Collected | None:
    """One look of a worker; None where it failed."""
    with suppress(AccessPointError):
        return collector(system, point).collect()
    return None


def ways(system: System) -> dict[str, AccessPointStanding]:
    with system.database.reading() as session:
        return {each.name: each for each in exchange_queries.standing(session).access_points}


def left(system: System) -> list[tuple[str, str, UnfetchedState]]:
    with system.database.reading() as session:
        return [(each.reference, each.code, each.state) for each in unfetched_store.listed(session)]


def raised(system: System, moment: Moment) -> list[str]:
    with system.database.writing() as session:
        return alarms.raise_due(session, now=moment(), mail_to="drift@example.se")


def states(system: System) -> dict[str, list[str]]:
    with system.database.reading() as session:
        found = session.execute(select(exchange_tables.inbox).order_by(exchange_tables.inbox.c.id))
        told: dict[str, list[str]] = {}
        for row in found:
            told.setdefault(row.transport_id, []).append(row.state)
        return told


# Collecting that fails ----------------------------------------------------------------------


@pytest.mark.both_engines
def test_three_failures_in_a_row_open_the_circuit_of_the_way_in_and_say_what_for(
    system: System, moment: Moment, database_url: str
) -> None:
    point = Mailbox(refuses=DENIED)
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            collect(system, point)
            moment.pass_(seconds=10)
    opened = [line for line in lines if line["event"] == "circuit opened"]
    assert [(each["reason"], each["host"], each["verb"]) for each in opened] == [
        ("DENIED", "ap.example", "inbound")
    ]
    way_in = ways(system)["faulty/in"]
    assert (way_in.failures, way_in.opened_at is not None, way_in.reached_at) == (3, True, None)
    assert "HTTP 401" in way_in.sentence.sv
    told = CliRunner().invoke(billing, ["--database", database_url, "post", "status", "--lang", "en"]).output
    assert "nothing can be collected since" in told
    assert "ap.example does not let us in (HTTP 401)" in told
    (status,) = [
        each
        for each in json.loads(
            CliRunner().invoke(billing, ["--database", database_url, "post", "status", "--json"]).output
        )["access_points"]
        if each["way"] == "in"
    ]
    assert (status["answers"], status["failures"], status["code"]) == (False, 3, "DENIED")
    assert (status["host"], status["verb"]) == ("ap.example", "inbound")
    assert raised(system, moment) == [alarms.ACCESS_POINT_DOWN]
    with system.database.reading() as session:
        (row,) = [each for each in journal.rows(session) if each.action == "access_point.unreachable"]
    assert (row.subject, "DENIED" in str(row)) == ("access point faulty/in", True)


def test_one_failure_is_shown_before_the_circuit_opens(
    system: System, moment: Moment, database_url: str
) -> None:
    point = Mailbox()
    collect(system, point)
    moment.pass_(seconds=10)
    point.refuses = DENIED
    collect(system, point)
    told = CliRunner().invoke(billing, ["--database", database_url, "post", "status"]).output
    assert "1 misslyckade hämtningar i rad" in told
    assert ways(system)["faulty/in"].reached_at == CLOCK


def test_a_circuit_that_is_open_is_probed_and_closed_by_the_first_collecting_that_goes_well(
    system: System, moment: Moment
) -> None:
    point = Mailbox(refuses=DENIED, inbox={"a.xml": order("1")})
    for _ in range(3):
        collect(system, point)
    point.refuses = None
    assert collect(system, point) == Collected(0, 0, 0), "not now: it rests"
    moment.pass_(minutes=1)
    assert collect(system, point) == Collected(1, 0, 0)
    way_in = ways(system)["faulty/in"]
    assert (way_in.opened_at, way_in.failures, way_in.reached_at) == (None, 0, moment())
    assert way_in.code == way_in.answer == ""


def test_a_way_in_that_fails_holds_nothing_up_that_can_be_sent(system: System, moment: Moment) -> None:
    point = Mailbox(refuses=DENIED)
    for _ in range(4):
        collect(system, point)
    with system.database.writing() as session:
        lay_out(session, [1])
    assert MessageSender(system.database.writing, point, moment).round().sent == 1
    # And the other way round.
    sends_nothing = Mailbox(name="other", fault=away, inbox={"a.xml": order("1")})
    with system.database.writing() as session:
        lay_out(session, [2])
    for _ in range(3):
        MessageSender(system.database.writing, sends_nothing, moment).round()
        moment.pass_(minutes=30)
    assert ways(system)["other"].opened_at is not None
    assert collect(system, sends_nothing) == Collected(1, 0, 0)


def test_a_person_who_asks_waits_out_no_rest(system: System, moment: Moment) -> None:
    point = Mailbox(refuses=DENIED, inbox={"a.xml": order("1")})
    for _ in range(3):
        collect(system, point)
    point.refuses = None
    came = outgoing.collect(system.database.writing, point, today=CLOCK.date(), now=moment())
    assert came == Collected(1, 0, 0)


# What cannot be fetched ----------------------------------------------------------------------


@pytest.mark.both_engines
def test_what_cannot_be_fetched_is_noted_by_itself_and_all_others_are_taken_in(
    system: System, moment: Moment
) -> None:
    inbox = {f"{number}.xml": order(str(number)) for number in range(5)}
    point = Mailbox(inbox=inbox, bad={"2.xml": ArrivalLeft("EIO", code="DISK", host="ap.example")})
    assert collect(system, point) == Collected(4, 0, 0)
    assert left(system) == [("2.xml", "DISK", UnfetchedState.WAITING)]
    assert ways(system)["faulty/in"].failures == 0, "the access point answers"
    # It rests, and is alarmed about when it has lasted; once.
    point.fetched.clear()
    moment.pass_(seconds=10)
    collect(system, point)
    assert point.fetched == []
    assert raised(system, moment) == []
    moment.pass_(minutes=11)
    assert raised(system, moment) == [alarms.ARRIVALS_UNFETCHED]
    moment.pass_(hours=2)
    assert raised(system, moment) == []
    collect(system, point)
    assert point.fetched == ["2.xml"]
    # It can be had at last.
    point.bad.clear()
    moment.pass_(hours=1)
    assert collect(system, point) == Collected(1, 0, 0)
    assert left(system) == []
    assert states(system) == {f"{number}.xml": [InState.ARRIVED] for number in range(5)}
    with system.database.reading() as session:
        (ended,) = session.execute(select(exchange_tables.unfetched_arrival)).all()
    # What a stranger called it is not kept.
    assert (ended.state, ended.reference, ended.code) == (UnfetchedState.FETCHED, "", "DISK")


def test_what_does_not_lie_there_any_more_is_no_trouble(system: System, moment: Moment) -> None:
    point = Mailbox(inbox={"a.xml": b"a"}, bad={"a.xml": ArrivalLeft("EACCES", code="MAY_NOT")})
    collect(system, point)
    del point.inbox["a.xml"]
    collect(system, point)
    assert left(system) == []
    # Nor is it gone only because the listing broke off.
    point.inbox["b.xml"] = b"b"
    point.bad["b.xml"] = ArrivalLeft("EACCES", code="MAY_NOT")
    collect(system, point)
    point.refuses = DENIED
    collect(system, point)
    assert left(system) == [("b.xml", "MAY_NOT", UnfetchedState.WAITING)]


def test_what_a_person_left_there_is_not_tried_until_it_changes(
    system: System, moment: Moment, database_url: str
) -> None:
    point = Mailbox(inbox={"a.xml": b"a"}, bad={"a.xml": ArrivalLeft("EACCES", code="MAY_NOT")})
    collect(system, point)
    left_it = ["--database", database_url, "post", "leave-there", "1", "--by", "user-1"]
    assert CliRunner().invoke(billing, left_it).exit_code == 0
    point.bad.clear()
    moment.pass_(days=1)
    assert collect(system, point) == Collected(0, 0, 0)
    assert left(system) == [("a.xml", "MAY_NOT", UnfetchedState.LEFT_THERE)]
    again = CliRunner().invoke(billing, left_it)
    assert (again.exit_code != 0, "Lämnat där" in again.output) == (True, True)
    # Another file of the same name is another thing.
    point.inbox["a.xml"] = order("1")
    assert collect(system, point) == Collected(1, 0, 0)
    assert left(system) == []


def test_a_person_may_have_it_tried_at_once(system: System, moment: Moment, database_url: str) -> None:
    point = Mailbox(inbox={"a.xml": b"a"}, bad={"a.xml": ArrivalLeft("EACCES", code="MAY_NOT", host="h")})
    collect(system, point)
    shown = CliRunner().invoke(billing, ["--database", database_url, "post", "unfetched"]).output
    assert "Vi saknar rättigheter till filen" in " ".join(shown.split())
    point.bad.clear()
    again = ["--database", database_url, "post", "fetch-again", "1", "--by", "user-1"]
    assert CliRunner().invoke(billing, again).exit_code == 0
    assert collect(system, point) == Collected(1, 0, 0)
    # What was had is not had again.
    refused = CliRunner().invoke(billing, again)
    assert (refused.exit_code != 0, "Hämtat" in refused.output) == (True, True)
    nothing = CliRunner().invoke(billing, [*again[:4], "99", "--by", "user-1"])
    assert "billing post unfetched" in nothing.output
    with system.database.reading() as session:
        actions = [row.action for row in journal.rows(session) if row.subject == "arrival 1"]
    assert actions == ["arrival.fetch_again"]


def test_what_is_stored_and_cannot_be_put_away_is_told_again_and_not_stored_again(
    system: System, moment: Moment
) -> None:
    point = Mailbox(
        inbox={"a.xml": order("1")}, not_put_away={"a.xml": ArrivalLeft("EROFS", code="READ_ONLY")}
    )
    assert collect(system, point) == Collected(1, 0, 0)
    for _ in range(5):
        moment.pass_(hours=2)
        assert collect(system, point) == Collected(0, 0, 0)
    assert point.fetched == ["a.xml"]
    assert states(system) == {"a.xml": [InState.ARRIVED]}
    with system.database.reading() as session:
        (one,) = unfetched_store.listed(session)
    assert (one.stored, one.tries) == (True, 6)
    point.not_put_away.clear()
    moment.pass_(hours=2)
    collect(system, point)
    assert (left(system), point.inbox) == ([], {})


def test_names_that_begin_alike_and_are_longer_than_the_column_are_two(system: System) -> None:
    names = [f"{'x' * 399}{end}" * 1 + "y" * 300 + end for end in "ab"]
    gone = ArrivalLeft("EIO", code="DISK")
    point = Mailbox(inbox={name: b"x" for name in names}, bad=dict.fromkeys(names, gone))
    collect(system, point)
    collect(system, point)
    assert len(left(system)) == 2


# Folders ------------------------------------------------------------------------------------


class Unreadable(LocalFiles):
    """A folder in which some files cannot be read: by their last name, and why."""

    def __init__(self, root: Path, errors: dict[str, OSError]) -> None:
        super().__init__(root)
        self.errors = errors

    def read(self, path: str, at_most: int) -> bytes:
        name = path.rpartition("/")[2].removesuffix(".downloading")
        if name in self.errors:
            raise self.errors[name]
        return super().read(path, at_most)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_unreadable_file_never_stops_an_inbox_in_any_layout(
    system: System, moment: Moment, tmp_path: Path, layout: str
) -> None:
    where = tmp_path / "post" / LAYOUTS[layout].inbox
    where.mkdir(parents=True)
    ending = LAYOUTS[layout].suffix or ".xml"
    errors: dict[str, OSError] = {
        f"1{ending}": PermissionError(13, "no"),
        f"3{ending}": OSError(5, "bad sector"),
        f"5{ending}": OSError("Failure"),
    }
    for number in range(7):
        (where / f"{number}{ending}").write_bytes(order(str(number)))
        if LAYOUTS[layout].receipt:
            (where / f"{number}.receipt.dat").write_bytes(b"receipt")
    point = FolderAccessPoint(Unreadable(tmp_path / "post", errors), layout=LAYOUTS[layout])
    assert collect(system, point) == Collected(4, 0, 0)
    assert [code for _, code, _ in left(system)] == ["MAY_NOT", "DISK", "SERVER_FAILED"]
    # What could not be read has its own name again, and is had as soon as it can be.
    errors.clear()
    moment.pass_(minutes=1)
    assert collect(system, point) == Collected(3, 0, 0)
    assert left(system) == []


def test_a_folder_we_may_not_look_into_stops_no_other(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = files._in

    def shut(place: Path) -> Sequence[os.DirEntry[str]]:
        if place.name == "shut":
            raise PermissionError(13, "no")  # as root may look everywhere
        return look(place)

    monkeypatch.setattr(files, "_in", shut)
    for name in ("open", "shut", "wide"):
        (tmp_path / "inbox" / name).mkdir(parents=True)
        (tmp_path / "inbox" / name / "a.xml").write_bytes(order(name))
    assert collect(system, FolderAccessPoint(tmp_path)) == Collected(2, 0, 0)
    assert left(system) == [("shut", "MAY_NOT", UnfetchedState.WAITING)]


class ReadOnly(LocalFiles):
    """A folder that may be read and not written in; or, with `mine`, one file in it that is another's."""

    mine = ""

    def write(self, path: str, body: bytes) -> None:
        if not self.mine:
            raise PermissionError(13, "no")
        super().write(path, body)

    def move(self, source: str, target: str, *, lasting: bool = True) -> None:
        if self.mine in source:
            raise PermissionError(13, "no")
        super().move(source, target, lasting=lasting)


def test_an_account_that_may_not_write_in_its_root_is_told_as_that_and_one_file_as_one(
    system: System, tmp_path: Path
) -> None:
    root = tmp_path / "account"
    root.mkdir()
    for name in ("a.xml", "b.xml", "c.xml"):
        (root / name).write_bytes(order(name))
    files = ReadOnly(root)
    point = FolderAccessPoint(files, layout=LAYOUTS["operator"])
    with pytest.raises(Unreachable) as told:
        collector(system, point).collect()
    assert told.value.code == "ROOT_READ_ONLY"
    assert "layouten operator" in told.value.sentence.sv
    assert left(system) == []
    files.mine = "b.xml"
    assert collect(system, point) == Collected(2, 0, 0)
    assert left(system) == [("b.xml", "MAY_NOT", UnfetchedState.WAITING)]
    assert sorted(path.name for path in root.iterdir()) == ["b.xml"], "and no probe is left"


def test_messages_that_wait_for_something_of_ours_lose_no_attempt_and_are_alarmed_about(
    system: System, moment: Moment
) -> None:
    def no_certificate(_: object) -> None:
        raise Unreachable("TLS certificate_expired", code="OWN_CERTIFICATE_EXPIRED", host="ap.example")

    with system.database.writing() as session:
        for number in range(3):
            lay_out(session, [number], receiver=f"0088:{number}")
    point = FaultyPoint(fault=no_certificate)
    for _ in range(40):
        MessageSender(system.database.writing, point, moment, exchange_events.tell).round()
        moment.pass_(minutes=30)
    with system.database.reading() as session:
        rows = session.execute(select(exchange_tables.outbox)).all()
    assert {(row.state, row.failures) for row in rows} == {("WAITING", 0)}
    assert raised(system, moment) == [alarms.ACCESS_POINT_DOWN]
    assert ways(system)["faulty"].code == "OWN_CERTIFICATE_EXPIRED"


@pytest.mark.parametrize(
    ("code", "counts"), [("DENIED", False), ("DISK", False), ("NOTHING_LISTENS", False), ("CUT", True)]
)
def test_one_message_alone_loses_attempts_only_by_what_may_be_its_own(
    system: System, moment: Moment, code: str, counts: bool
) -> None:
    def fails_for_one(message: object) -> None:
        if getattr(message, "receiver", "") == "0088:1":
            raise Unreachable("x", code=code, host="ap.example")

    point = FaultyPoint(fault=fails_for_one)
    for number in range(12):
        with system.database.writing() as session:
            lay_out(session, [100 + number], receiver="0088:2")
            if not number:
                lay_out(session, [1], receiver="0088:1")
        MessageSender(system.database.writing, point, moment, exchange_events.tell).round()
        moment.pass_(hours=5)
    with system.database.reading() as session:
        (row,) = [
            each for each in session.execute(select(exchange_tables.outbox)) if each.receiver == "0088:1"
        ]
    assert (row.state, row.failures > 0) == (("STUCK", True) if counts else ("WAITING", False))
    told = raised(system, moment)
    assert (alarms.MESSAGES_HELD_UP in told) == (not counts)
    # As long as it lasts it is said again, every fourth hour.
    moment.pass_(hours=2)
    assert alarms.MESSAGES_HELD_UP not in raised(system, moment)
    moment.pass_(hours=3)
    assert (alarms.MESSAGES_HELD_UP in raised(system, moment)) == (not counts)


def test_the_rests_grow_and_end_at_an_hour() -> None:
    assert [RESTS.rest_without_end(number) for number in (1, 2, 3, 4, 99)] == [
        *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)),
        timedelta(hours=1),
    ]
