"""A message that two workers have both read has its effect once, whatever it is: the second finds it taken."""

from datetime import date

import pytest

from foundation import journal
from invoicing.documents import reading
from invoicing.intake import handlers
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.exchange import inbox_store, outbox_store
from peppol.xml import codec
from tests.support.stories import peers
from tests.support.stories.january import REFERENCE, january, received_january
from tests.support.stories.system import System

MARCH = date(2026, 3, 5)


def message_of(system: System, kind: str) -> bytes:
    order = system.order(REFERENCE).number
    match kind:
        case "invoice":
            return codec.serialise(january(system))
        case "credit note":
            sent = january(system)
            system.send(sent)
            return codec.serialise(flipping.credit_note_of(sent, given=Numbered("K-1", MARCH)))
        case "credit note before its invoice":
            return codec.serialise(flipping.credit_note_of(january(system), given=Numbered("K-1", MARCH)))
        case "answer to an order":
            return codec.serialise(peers.order_response(order, "RE", on=MARCH, lines=()))
        case "technical answer":
            return codec.serialise(peers.accepting_mlr(order, on=MARCH))
        case _:
            return b"no XML at all"


@pytest.mark.parametrize(
    "kind",
    [
        "invoice",
        "credit note",
        "credit note before its invoice",
        "answer to an order",
        "technical answer",
        "bytes of no kind",
    ],
)
def test_a_message_read_by_two_workers_has_its_effect_once(database_url: str, kind: str) -> None:
    with received_january(database_url) as system:
        stored = system.post(message_of(system, kind), on=MARCH)
        with system.database.writing() as session:
            message = inbox_store.get(session, stored.id)
            register = register_store.load(session)
        assert message is not None
        read = reading.read(message.body, on=MARCH)

        def handled() -> tuple[bool, int, int]:
            """Whether the message became something, and how many rows and messages there are then."""
            with system.database.writing() as session:
                became = handlers.handle(session, register, message, read, today=MARCH)
            with system.database.reading() as session:
                rows, out = journal.rows(session), outbox_store.messages_out(session)
                return became is not None, len(list(rows)), len(list(out))

        first, second = handled(), handled()
        assert (first[0], second[0]) == (True, False)
        assert second[1:] == first[1:]
