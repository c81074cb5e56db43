"""The same stories on every side: the product's books and the bytes at the supplier are the same on all of them."""

import hashlib
import time
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from billing.tools.access_point_simulator.app import SUPPLIER_KINDS
from billing.tools.simulation import documents
from finance_desk import post_queries
from foundation.database import Database
from peppol.access_points.protocol import DeliveryState
from peppol.documents import billing, ordering, technical_responses
from peppol.envelope import opening
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml import codec
from tests.interop.network import MLS_FROM, MLS_TO
from tests.interop.sides import Side, taken
from tests.support.command_line import Desk
from tests.support.servers.access_points import BUYER, SUPPLIER
from tests.support.stories.largest import filled

pytestmark = pytest.mark.interop
DAY = date(2026, 3, 12)


@dataclass(frozen=True)
class FromSupplier:
    """A document of the supplier's, as its system hands it to its access point."""

    kind: str
    document_id: str
    body: bytes
    instance_id: str
    sender: str = SUPPLIER
    receiver: str = BUYER
    recipient: str = ""
    issued_on: date = DAY


def from_supplier(kind: DocumentKind, document_id: str, body: bytes) -> FromSupplier:
    return FromSupplier(kind, document_id, body, str(uuid.uuid4()))


def invoice(desk: Desk, number: str) -> FromSupplier:
    """The invoice of the order's first month."""
    return from_supplier(DocumentKind.INVOICE, number, desk.invoice(number).read_bytes())


def payloads(messages: list[bytes]) -> list[bytes]:
    """The documents in their envelopes, as `canonical` has them."""
    return [canonical(opening.unwrap(each).payload) for each in messages]


def canonical(document: bytes) -> bytes:
    """A document written canonically: an access point may write the same one anew."""
    return etree.tostring(etree.fromstring(document), method="c14n")


def sent_bytes(desk: Desk, number: int) -> bytes:
    """Our message as the books have it."""
    with Database(desk.url).reading() as session:
        return post_queries.body_of(session, number)


def ours(desk: Desk) -> list[tuple[str, str]]:
    """Our messages: kind and state."""
    return [(each["kind"], each["state"]) for each in desk.run("post", "list", "--json").json]


def theirs(desk: Desk) -> list[tuple[str, str, str]]:
    """The messages to us: kind, state, and why, or the state of the document each became."""
    told = desk.run("inbox", "list", "--json").json
    return [(each["kind"], each["state"], each["reason"] or each["document_state"]) for each in told]


def tend(desk: Desk) -> None:
    """The worker's round: messages out, messages in, and what they become."""
    desk.run("work", "--once", "--on", DAY.isoformat())


def come_in(side: Side, desk: Desk, *messages: FromSupplier) -> None:
    """The supplier's system sends; the product takes in what came, and answers."""
    with side.serving(desk.url):
        for message in messages:
            assert side.supplier.submit(message).state is DeliveryState.DELIVERED
    tend(desk)
    tend(desk)


def order_at(side: Side, desk: Desk) -> ordering.Order:
    """The order delivered, as the supplier's system reads it."""
    desk.run("post", "deliver")
    (message,) = taken(side)
    return codec.parse(ordering.Order, opening.unwrap(message).payload)


def failing(side: Side) -> str:
    """How a message stands whose receiver cannot be had just now: an access point with a memory goes on by itself."""
    return "SENT" if "phoss" in side.name else "WAITING"


def until(desk: Desk, state: str) -> None:
    """Tend the post until the order stands so, for as long as the first question about it may take."""
    for _ in range(25):
        tend(desk)
        if ours(desk) == [("order", state)]:
            return
        time.sleep(3)
    assert ours(desk) == [("order", state)]


@pytest.fixture(autouse=True)
def nothing_left(side: Side) -> None:
    """A story begins with the supplier on the register, its access point up, and nothing waiting there."""
    side.enrol_supplier()
    taken(side)


def test_an_order_lies_at_its_supplier_once(side: Side, desk: Desk) -> None:
    desk.run("post", "deliver")
    assert ours(desk) == [("order", "DELIVERED")]
    (document,) = payloads(taken(side))
    (told,) = desk.run("post", "list", "--json").json
    assert hashlib.sha256(sent_bytes(desk, told["sequence"])).hexdigest() == told["sha256"]
    assert document == canonical(sent_bytes(desk, told["sequence"]))


def test_an_order_response_and_an_mlr_come_in(side: Side, desk: Desk) -> None:
    order = order_at(side, desk)
    answer = documents.order_response(order, "AP", number="OR-1", on=DAY)
    word = documents.acceptance(order, number="M-1", on=DAY)
    come_in(
        side,
        desk,
        from_supplier(DocumentKind.ORDER_RESPONSE, "OR-1", codec.serialise(answer)),
        from_supplier(DocumentKind.MLR, "M-1", codec.serialise(word)),
    )
    # Nothing says which of two comes first that lie in one folder.
    assert sorted(theirs(desk)) == [("mlr", "HANDLED", ""), ("order-response", "HANDLED", "")]
    assert ours(desk) == [("order", "DELIVERED")]


def test_an_mls_about_our_order_comes_in(side: Side, desk: Desk) -> None:
    desk.run("post", "deliver")
    (sent,) = taken(side)
    envelope = opening.unwrap(sent).envelope
    assert envelope is not None
    status = technical_responses.mls(
        (),
        document_id="S-1",
        instance_id=envelope.instance_id,
        sender=ParticipantId.parse(MLS_FROM),
        receiver=ParticipantId.parse(MLS_TO),
        at=datetime(2026, 3, 12, 9, tzinfo=UTC),
    )
    message = from_supplier(DocumentKind.MLS, "S-1", codec.serialise(status))
    with side.serving(desk.url):
        side.send_status(replace(message, sender=MLS_FROM, receiver=MLS_TO))
    tend(desk)
    # Behind /sendas4 a message has an instance identifier that we have never seen.
    assert theirs(desk) == [("mls", "HANDLED", "UNKNOWN" if side.name.endswith("bare") else "")]


def test_an_invoice_comes_in_and_its_answers_go_out(side: Side, desk: Desk) -> None:
    order_at(side, desk)
    come_in(side, desk, invoice(desk, "F26-1"))
    assert theirs(desk) == [("invoice", "HANDLED", "ACCEPTED")]
    assert ours(desk) == [("order", "DELIVERED"), ("invoice-response", "DELIVERED")]
    (answer,) = payloads(taken(side))
    assert b"F26-1" in answer


def test_a_message_that_comes_twice_is_read_once(side: Side, desk: Desk) -> None:
    order_at(side, desk)
    message = invoice(desk, "F26-1")
    come_in(side, desk, message)
    come_in(side, desk, message)
    assert theirs(desk)[0] == ("invoice", "HANDLED", "ACCEPTED")
    assert [state for _, state, _ in theirs(desk)[1:]] in ([], ["REPEAT"])


def test_a_receiver_that_is_down_has_the_order_when_it_is_up(side: Side, desk: Desk) -> None:
    side.supplier_down()
    desk.run("post", "deliver", code=0 if failing(side) == "SENT" else 1)
    assert ours(desk) == [("order", failing(side))]
    side.supplier_up()
    desk.run("post", "deliver")
    until(desk, "DELIVERED")
    assert len(taken(side)) == 1


def test_a_receiver_whose_certificate_has_expired_has_the_order_when_it_is_renewed(
    side: Side, desk: Desk
) -> None:
    side.supplier_expired()
    desk.run("post", "deliver", code=0 if failing(side) == "SENT" else 1)
    assert ours(desk) == [("order", failing(side))]
    side.supplier_renewed()
    desk.run("post", "deliver")
    until(desk, "DELIVERED")
    assert len(taken(side)) == 1


def test_an_order_to_a_supplier_that_is_not_in_the_locator_waits_for_a_person_or_for_its_turn(
    side: Side, desk: Desk
) -> None:
    side.strike_supplier()
    gives_up = "phoss" in side.name
    desk.run("post", "deliver", code=0 if gives_up else 1)
    if gives_up:
        until(desk, "STUCK")
    assert ours(desk) == [("order", "STUCK" if gives_up else "WAITING")]
    assert taken(side) == []


def test_an_order_to_a_supplier_that_takes_orders_in_no_process_of_ours_is_tried_again(
    side: Side, desk: Desk
) -> None:
    side.enrol_supplier([each for each in SUPPLIER_KINDS if each[0] is not DocumentKind.ORDER])
    desk.run("post", "deliver", code=0 if failing(side) == "SENT" else 1)
    assert ours(desk) == [("order", failing(side))]
    assert taken(side) == []


def test_an_invoice_as_large_as_may_be_comes_in(side: Side, desk: Desk) -> None:
    order_at(side, desk)
    small = invoice(desk, "F26-1")
    body = filled(codec.parse(billing.Invoice, small.body))
    come_in(side, desk, replace(small, body=body))
    assert theirs(desk) == [("invoice", "HANDLED", "ACCEPTED")]
