"""`check_world` is silent after a good story, and names whatever an experiment must not leave behind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import update

from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OutState
from peppol.xml import codec
from tests.bar.world import check_world
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)


@dataclass
class Story:
    """An order that was sent and an invoice that came, and what the other side knows of both."""

    system: System
    came: bytes
    given: list[tuple[str, bytes]]


@contextmanager
def a_good_story(database_url: str) -> Iterator[Story]:
    """Told inside each test and not as its ground: what goes wrong in it is that test's failure."""
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        came = codec.serialise(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY))
        system.send_bytes(came, on=FEBRUARY)
        outbox = exchange_tables.outbox
        with system.database.writing() as session:
            session.execute(update(outbox).values(state=OutState.SENT))
            given = [(each.instance_id, each.body) for each in outbox_store.messages_out(session)]
        yield Story(system, came, given)


def test_after_a_good_story_there_is_nothing_to_say(database_url: str) -> None:
    with a_good_story(database_url) as story:
        assert len(story.given) > 1
        assert check_world(story.system.database, acknowledged=[story.came] * 2, given=story.given) == []


def _never_stored(story: Story) -> list[str]:
    return check_world(story.system.database, acknowledged=[b"<A/>"])


def _not_read(story: Story) -> list[str]:
    story.system.post(b"<A/>", on=FEBRUARY)
    assert check_world(story.system.database, is_quiet=False) == []
    broken = check_world(story.system.database)
    story.system.read_messages(on=FEBRUARY)
    return broken


def _other_bytes(story: Story) -> list[str]:
    first, *others = story.given
    return check_world(story.system.database, given=[(first[0], b"<A/>"), *others])


def _two_versions(story: Story) -> list[str]:
    return check_world(story.system.database, given=[*story.given, (story.given[0][0], b"<A/>")])


def _unknown(story: Story) -> list[str]:
    return check_world(story.system.database, given=[*story.given, ("made-up", b"<A/>")])


def _never_given(story: Story) -> list[str]:
    return check_world(story.system.database, given=story.given[1:])


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (_never_stored, "stands 0 times"),
        (_not_read, "nobody has read it"),
        (_other_bytes, "other bytes than we keep"),
        (_two_versions, "two versions"),
        (_unknown, "we know of none"),
        (_never_given, "never given it"),
    ],
    ids=["never stored", "not read", "other bytes", "two versions", "unknown", "never given"],
)
def test_each_fault_is_named(database_url: str, fault: Callable[[Story], list[str]], says: str) -> None:
    with a_good_story(database_url) as story:
        assert any(says in each for each in fault(story))
