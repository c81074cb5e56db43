"""What the directory's no comes to over all receivers: believed, or doubted for all, and nothing lost between."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from billing.server import exchange_events
from peppol.access_points.protocol import Capability, PeerVerdict
from peppol.exchange import directory_doubt, directory_store
from peppol.exchange.directory_doubt import BELIEVED, LikelyNo
from peppol.exchange.directory_tables import directory_answer
from peppol.exchange.directory_tables import directory_doubt as doubt_table
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState, attempt, outbox, receiver_queue
from peppol.lookup.doubts import DirectoryDoubt
from tests.support.message_bodies import without_bytes_out
from tests.support.servers.faulty_point import FaultyPoint, Moment, lay_out
from tests.support.stories.system import System, a_system

YES, NO, OTHERS, DOUBTED, SILENT = (
    PeerVerdict.TAKES,
    PeerVerdict.NOT_REGISTERED,
    PeerVerdict.OTHER_KINDS_ONLY,
    PeerVerdict.NO_IN_DOUBT,
    PeerVerdict.CANNOT_TELL,
)


@dataclass
class Answers(FaultyPoint):
    """An access point whose directory answers about each receiver as it is told."""

    said: dict[str, PeerVerdict] = field(default_factory=dict)

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        self.verdict = self.said.get(participant, YES)
        return super().lookup(participant, document_type, process)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def moment(system: System, monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(system.database, "clock", moment)
    return moment


@pytest.fixture
def point() -> Answers:
    return Answers()


def receiver(number: int) -> str:
    return f"0088:{number:013}"


def lay(system: System, *receivers: int) -> None:
    with system.database.writing() as session:
        for number, each in enumerate(receivers):
            lay_out(session, [100 * each + number], receiver=receiver(each), kind="order")


def deliver(system: System, point: Answers, moment: Moment, likely: LikelyNo = directory_doubt.USUAL) -> None:
    sender = MessageSender(system.database.writing, point, moment, exchange_events.tell, likely=likely)
    for _ in range(200):
        if not sender.round().more:
            return
    raise AssertionError("a round never came to an end")


def states(system: System) -> dict[str, list[str]]:
    with system.database.reading() as session:
        found: dict[str, list[str]] = {}
        for row in session.execute(select(outbox.c.receiver, outbox.c.state).order_by(outbox.c.sequence)):
            found.setdefault(row.state, []).append(row.receiver)
        return found


def doubt(system: System) -> str:
    with system.database.reading() as session:
        return directory_store.standing(session).reason


@pytest.mark.both_engines
def test_a_yes_leaves_while_a_no_waits(system: System, point: Answers, moment: Moment) -> None:
    point.said = {receiver(1): DOUBTED}
    lay(system, 1, 2, 3)
    deliver(system, point, moment)
    assert states(system) == {"WAITING": [receiver(1)], "SENT": [receiver(2), receiver(3)]}
    assert doubt(system) == DirectoryDoubt.CANARY_MISSING


def test_what_waits_is_tried_after_1_then_5_then_15_minutes_and_loses_no_attempt(
    system: System, point: Answers, moment: Moment
) -> None:
    point.said = {receiver(1): DOUBTED}
    lay(system, 1)
    begun = moment.now
    for _ in range(100):
        deliver(system, point, moment)
        moment.pass_(minutes=1)
    with system.database.reading() as session:
        tried = list(session.scalars(select(attempt.c.started_at).order_by(attempt.c.number)))
        failures = session.scalar(select(outbox.c.failures))
    minutes = [int((each - begun) / timedelta(minutes=1)) for each in tried]
    assert minutes[:6] == [0, 1, 2, 4, 8, 16]
    assert max(later - earlier for earlier, later in pairwise(minutes)) == 15
    assert failures == 0
    assert states(system) == {"WAITING": [receiver(1)]}


def test_a_receiver_that_is_silent_is_neither_yes_nor_no(
    system: System, point: Answers, moment: Moment
) -> None:
    point.said = {receiver(each): SILENT for each in range(20)}
    lay(system, *range(20))
    deliver(system, point, moment)
    assert list(states(system)) == ["SENT"]
    assert doubt(system) == ""


@pytest.mark.parametrize(
    ("no", "yes", "doubted"),
    [(5, 0, False), (6, 0, True), (6, 24, False), (6, 23, True), (10, 39, True), (10, 40, False)],
)
def test_how_many_no_are_likely(
    system: System, point: Answers, moment: Moment, no: int, yes: int, doubted: bool
) -> None:
    lay(system, *range(yes))
    deliver(system, point, moment)
    point.said = {receiver(yes + each): NO for each in range(no)}
    lay(system, *range(yes, yes + no))
    deliver(system, point, moment)
    assert doubt(system) == (DirectoryDoubt.MANY if doubted else "")


def test_an_hour_later_others_are_counted(system: System, point: Answers, moment: Moment) -> None:
    for hour in range(3):
        point.said = {receiver(each): OTHERS for each in range(5 * hour, 5 * hour + 5)}
        lay(system, *range(5 * hour, 5 * hour + 5))
        deliver(system, point, moment)
        moment.pass_(hours=1)
    assert list(states(system)) == ["IN_PORTAL"]


def test_one_receiver_with_many_messages_is_one(system: System, point: Answers, moment: Moment) -> None:
    point.said = {receiver(1): NO}
    lay(system, *[1] * 40)
    deliver(system, point, moment)
    assert list(states(system)) == ["IN_PORTAL"]


def test_a_persons_word_given_by_a_clock_that_was_ahead_holds_no_longer(
    system: System, point: Answers, moment: Moment
) -> None:
    point.said = {receiver(1): DOUBTED}
    lay(system, 1)
    deliver(system, point, moment)
    with system.database.writing() as session:
        directory_doubt.believe(session, by="user-17", now=moment.now + timedelta(days=365))
    deliver(system, point, moment)
    assert list(states(system)) == ["WAITING"]
    with system.database.writing() as session:
        assert directory_doubt.believe(session, by="user-17", now=moment.now) is not None
    deliver(system, point, moment)
    assert list(states(system)) == ["IN_PORTAL"]


def test_a_persons_word_ends(system: System, point: Answers, moment: Moment) -> None:
    point.said = {receiver(1): DOUBTED, receiver(2): DOUBTED}
    lay(system, 1)
    deliver(system, point, moment)
    with system.database.writing() as session:
        directory_doubt.believe(session, by="user-17", now=moment.now)
    moment.now += BELIEVED
    lay(system, 2)
    deliver(system, point, moment)
    assert states(system) == {"WAITING": [receiver(1), receiver(2)]}


def test_a_doubt_ends_when_the_last_that_waited_in_it_leaves_though_nobody_could_tell(
    system: System, point: Answers, moment: Moment
) -> None:
    point.said = {receiver(1): DOUBTED, receiver(2): DOUBTED}
    lay(system, 1, 2)
    deliver(system, point, moment)
    for number, left in ((1, DirectoryDoubt.CANARY_MISSING), (2, "")):
        moment.pass_(minutes=16)
        point.said[receiver(number)] = SILENT
        deliver(system, point, moment)
        assert doubt(system) == left
    assert states(system) == {"SENT": [receiver(1), receiver(2)]}


STEPS = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, 9), st.sampled_from([YES, NO, OTHERS, DOUBTED, SILENT]), max_size=10),
        st.lists(st.integers(0, 9), max_size=8),
        st.integers(0, 90),
    ),
    min_size=1,
    max_size=6,
)


@given(STEPS, st.integers(0, 3), st.integers(0, 50))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_message_is_lost_doubled_or_diverted_without_a_no_that_counts(
    system: System,
    moment: Moment,
    steps: list[tuple[dict[int, PeerVerdict], list[int], int]],
    least: int,
    share: int,
) -> None:
    """Whatever it says and when: what lies in the portal had a confirmed no, and all others leave in the end."""
    with system.database.writing() as session:
        without_bytes_out(session)
        for table in (attempt, outbox, receiver_queue, directory_answer, doubt_table):
            session.execute(delete(table))
    point, likely, laid = Answers(), LikelyNo(least, share), 0
    said_no: set[str] = set()
    for said, to, minutes in steps:
        point.said = {receiver(each): verdict for each, verdict in said.items()}
        with system.database.writing() as session:
            for each in to:
                laid += 1
                lay_out(session, [laid], receiver=receiver(each), kind="order")
        said_no |= {each for each, verdict in point.said.items() if verdict in (NO, OTHERS)}
        deliver(system, point, moment, likely)
        moment.pass_(minutes=minutes)
    assert set(states(system).get(OutState.IN_PORTAL, [])) <= said_no
    point.said = {}
    for _ in range(3):
        moment.pass_(minutes=16)
        deliver(system, point, moment, likely)
    found = states(system)
    assert sum(map(len, found.values())) == laid
    assert OutState.WAITING not in found
    assert len(point.taken) == len(found.get(OutState.SENT, []))
    assert doubt(system) == ""
