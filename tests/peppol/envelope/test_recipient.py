"""Whom a message is to, before anybody judges it: the envelope decides, then the document, and rubbish is nobody's."""

import pytest

from peppol.envelope.envelope import for_payload, wrap
from peppol.envelope.recipient import recipient_in
from peppol.identifiers import ParticipantId
from tests.support.project import FIXTURES
from tests.support.servers.access_points import BUYER, SUPPLIER, order
from tests.support.servers.system_databases import CLOCK

NAMED = "0007:5569990012"
"""The seller that stands in the document itself."""


def enveloped(body: bytes, receiver: str) -> bytes:
    to = ParticipantId.parse(receiver)
    envelope = for_payload(
        body,
        sender=ParticipantId.parse(SUPPLIER),
        receiver=to,
        instance_id="7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11",
        created_at=CLOCK,
    )
    return wrap(body, envelope)


def test_a_bare_document_is_to_whom_it_names() -> None:
    body = order("2100000001")
    assert recipient_in(body) == NAMED
    # A profile that nobody here knows is kept by whom it was meant for, too.
    unknown = body.replace(b"poacc:trns:order:3", b"poacc:trns:other:9")
    assert unknown != body
    assert recipient_in(unknown) == NAMED


def test_the_envelope_decides_also_where_the_document_names_another() -> None:
    assert recipient_in(enveloped(order("2100000001"), BUYER)) == BUYER


def test_two_receivers_on_one_envelope_are_none() -> None:
    body = enveloped(order("2100000001"), BUYER)
    start = body.index(b"<sh:Receiver>")
    end = body.index(b"</sh:Receiver>") + len(b"</sh:Receiver>")
    assert recipient_in(body[:end] + body[start:end] + body[end:]) == ""


@pytest.mark.parametrize("body", [b"", b"<x/>", b"not xml", b"\xff\xfe", b"<!DOCTYPE x []><x/>"])
def test_what_cannot_be_read_is_to_nobody(body: bytes) -> None:
    assert recipient_in(body) == ""


def test_no_bad_document_makes_the_question_fail() -> None:
    for path in (FIXTURES / "bad").rglob("*.xml"):
        assert isinstance(recipient_in(path.read_bytes()), str)
