"""Messages to us take turns by sender: nobody's single one waits behind ten thousand of somebody else's."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.database import Database
from peppol.exchange import fair_queue, inbox, inbox_store
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.crashing import quick_folder

DAY = date(2026, 2, 3)
FLOOD, SINGLE, NAMELESS = "5599991014", "5599992012", ""


def message(sender: str, number: int) -> bytes:
    """As suppliers write them: the first address is the sender's own."""
    if not sender:
        return f"<A>{number}</A>".encode()
    return (
        f'<Invoice xmlns:cbc="urn:x"><cbc:ID>F-{number}</cbc:ID>'
        f'<cbc:EndpointID schemeID="0007">{sender}</cbc:EndpointID>'
        f'<cbc:EndpointID schemeID="0007">2021002114</cbc:EndpointID></Invoice>'
    ).encode()


def enveloped(sender: str) -> bytes:
    return (
        '<sh:StandardBusinessDocument xmlns:sh="urn:x"><sh:StandardBusinessDocumentHeader><sh:Sender>'
        f'<sh:Identifier Authority="iso6523-actorid-upis">0007:{sender}</sh:Identifier></sh:Sender>'
        "</sh:StandardBusinessDocumentHeader>"
    ).encode() + message("1234567890", 1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url, clock=lambda: CLOCK)
    yield database
    database.close()


def came(database: Database, sender: str, numbers: Sequence[int]) -> None:
    with database.writing() as session:
        for number in numbers:
            body = message(sender, number)
            name = f"{sender or 'nameless'}-{number}"
            inbox.store(session, body, transport_id=name, received_on=DAY, received_at=CLOCK)


def read(database: Database, *, limit: int) -> list[str]:
    """Take the next ones and be done with them; how they were named."""
    with database.writing() as session:
        taken = inbox_store.claim(session, limit=limit, now=CLOCK, lease=timedelta(minutes=1))
        for each in taken:
            assert inbox_store.take(session, each.id, kind="INVOICE")
    return [each.transport_id for each in taken]


@pytest.mark.both_engines
def test_a_single_message_comes_next_however_many_of_anothers_came_before(database: Database) -> None:
    came(database, FLOOD, range(60))
    assert read(database, limit=10) == [f"{FLOOD}-{number}" for number in range(10)]
    came(database, SINGLE, [1])
    came(database, NAMELESS, [1])
    assert read(database, limit=4) == [f"{FLOOD}-10", f"{SINGLE}-1", "nameless-1", f"{FLOOD}-11"]


@pytest.mark.both_engines
def test_what_waits_in_turn_is_found_without_looking_at_all_that_waits(database: Database) -> None:
    came(database, FLOOD, range(5))
    came(database, SINGLE, range(5))
    names = [f"{sender}-{number}" for number in range(5) for sender in (FLOOD, SINGLE)]
    assert read(database, limit=3) + read(database, limit=3) + read(database, limit=9) == names


def test_the_envelope_says_who_sends_it_and_without_one_the_first_party() -> None:
    assert fair_queue.flow_of(enveloped(FLOOD)) == fair_queue.flow_of(message(FLOOD, 1)) != 0
    assert fair_queue.flow_of(message(SINGLE, 1)) != fair_queue.flow_of(message(FLOOD, 1))
    assert (
        fair_queue.flow_of(b"<A/>")
        == fair_queue.flow_of(b"")
        == fair_queue.flow_of("<A/>".encode("utf-16"))
        == 0
    )


_COMES = st.tuples(st.sampled_from([FLOOD, SINGLE, NAMELESS]), st.integers(1, 8))


@given(st.lists(st.one_of(_COMES, st.integers(1, 4)), max_size=20))
def test_each_senders_messages_keep_their_order_and_wait_for_at_most_one_of_each_other_per_turn(
    steps: Sequence[tuple[str, int] | int],
) -> None:
    """A step is so many messages of a sender that come, or so many that are read."""
    with quick_folder() as folder, closing(migrated(f"sqlite:///{folder}/books.sqlite")) as database:
        number = 0
        waiting: dict[str, list[str]] = defaultdict(list)
        passed: dict[str, dict[str, int]] = {}
        for step in [*steps, 200]:
            if isinstance(step, tuple):
                sender, many = step
                numbers = range(number, number + many)
                number += many
                came(database, sender, numbers)
                names = [f"{sender or 'nameless'}-{each}" for each in numbers]
                waiting[sender] += names
                passed |= {name: defaultdict(int) for name in names}
                continue
            for name in read(database, limit=step):
                sender = next(each for each, names in waiting.items() if name in names)
                place = waiting[sender].index(name)
                assert place == 0, "a sender's messages are read as they came"
                waiting[sender].pop(0)
                for other, names in waiting.items():
                    if other != sender and names:
                        passed[names[0]][sender] += 1
                        # Two: one that had its turn before this one came, and one of the same turn.
                        assert passed[names[0]][sender] <= 2
        assert not any(waiting.values())
