"""A worker that was only late, after three seemed to be gone: what it notes is nobody's, and the message goes on."""

from datetime import timedelta

from sqlalchemy import select

from peppol.exchange import outbox, receiver_queue_store, receiver_queues
from peppol.exchange.sending import LEASE
from peppol.exchange.tables import OutState, attempt
from peppol.exchange.tables import outbox as outbox_table
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import a_system


def test_what_a_late_worker_did_is_not_noted_of_a_message_that_was_given_up(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        database = system.database
        now = CLOCK
        for _ in range(3):
            with database.writing() as session:
                claim = receiver_queues.claim(session, now=now, lease=LEASE, queues_most=5, messages_most=5)
            (message,) = claim.messages
            now += 2 * LEASE + timedelta(minutes=1)
        with database.writing() as session:
            (given_up,) = receiver_queues.give_up_lost(session, now=now)
        assert given_up.sequence == message.sequence
        # The third was late, and not gone.
        with database.writing() as session:
            assert receiver_queue_store.still_held(session, claim.token, claim.receivers) == set()
            assert session.execute(select(attempt)).all() == []
            assert outbox.send_again(session, message.sequence) == message.instance_id
        with database.reading() as session:
            state = session.scalar(select(outbox_table.c.state))
        assert state == OutState.WAITING
