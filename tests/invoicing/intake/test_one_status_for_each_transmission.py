"""A transmission has one message level status in all: ours, or the access point's where that sends it by itself."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from foundation.backoff import Ladder
from foundation.errors import Refused
from invoicing.intake import handlers, technical_refusals
from invoicing.intake.queue import read_arrived
from operations import exchange_actions
from operations.exchange_settings import facts_of
from operations.settings import Settings
from orders.register.response_agreements import TechnicalAnswer
from peppol.documents import billing, shapes
from peppol.envelope import envelope
from peppol.envelope.sender import Sender
from peppol.exchange import inbox, outbox_store
from peppol.exchange.acknowledging import BY_KIND, Acknowledger, acknowledger
from peppol.exchange.tables import outbox as outbox_table
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

DAY = date(2026, 2, 3)
OURS, THEIRS = "0242:000123-AFM", "0242:000321-FYR"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        supplier = FYRBAKEN
        register = example_register()
        suppliers = tuple(
            replace(each, technical_answers=TechnicalAnswer.MLR)
            if each.organisation_number == supplier
            else each
            for each in register.suppliers
        )
        buyer = replace(register.buyer, service_provider=OURS)
        system.change_register(replace(register, suppliers=suppliers, buyer=buyer))
        system.decide("100000101")
        system.report("100000101", "2026-01", on=DAY)
        yield system


def set_up(system: System, kind: str, sends_mls: bool | None = None) -> None:
    """The installation has this kind of access point."""
    chosen = Settings.model_validate(
        {"access_point_kind": kind, "access_point_address": "x", "access_point_sends_mls": sends_mls}
    )
    system.database.facts = facts_of(chosen)


@pytest.fixture
def right(system: System) -> billing.Invoice:
    """An invoice that is right, for what was received."""
    return system.flip(system.order("100000101").number, number="F-1", on=DAY)


def wrong(document: billing.Invoice) -> billing.Invoice:
    total = replace(document.legal_monetary_total, tax_inclusive_amount=shapes.Amount(Decimal(1), "SEK"))
    return replace(document, legal_monetary_total=total)


def sent(document: billing.Invoice, instance: int = 1, mls_type: str = "") -> bytes:
    """A document in an envelope that names whom to acknowledge to."""
    body = codec.serialise(document)
    written = envelope.for_payload(
        body,
        sender=ParticipantId("0007", FYRBAKEN),
        receiver=ParticipantId("0007", "2021002114"),
        instance_id=f"7a0c1f52-5d0b-4a5e-9d0c-{instance:012d}",
        created_at=datetime(2026, 2, 3, 7, 30, tzinfo=UTC),
    )
    return envelope.wrap(body, replace(written, mls_to=ParticipantId.parse(THEIRS), mls_type=mls_type))


def comes(system: System, body: bytes) -> int:
    with system.database.writing() as session:
        letter = inbox.store(
            session, body, transport_id=f"post/{len(body)}", received_on=DAY, received_at=CLOCK
        ).id
    list(read_arrived(system.database, today=DAY))
    return letter


def statuses(system: System) -> list[str]:
    with system.database.reading() as session:
        kinds = (DocumentKind.MLS, DocumentKind.MLR)
        return [each.kind for kind in kinds for each in outbox_store.messages_out(session, kind=kind)]


def test_every_kind_of_access_point_says_who_acknowledges(system: System) -> None:
    kinds = Settings.model_fields["access_point_kind"].annotation.__args__  # type: ignore[union-attr]
    assert set(BY_KIND) == set(kinds)
    for kind in kinds:
        for says, who in (
            (None, BY_KIND[kind]),
            (True, Acknowledger.ACCESS_POINT),
            (False, Acknowledger.OURSELVES),
        ):
            set_up(system, kind, says)
            with system.database.writing() as session:
                assert acknowledger(session) is who
    assert [kind for kind in kinds if BY_KIND[kind] is Acknowledger.ACCESS_POINT] == ["phoss"]


@pytest.mark.parametrize(
    ("kind", "sends_mls", "answered"),
    [
        ("phase4", None, ["mls"]),
        ("folder", None, ["mls"]),
        ("sftp", True, ["mlr"]),
        ("phoss", None, ["mlr"]),
        ("phoss", False, ["mls"]),
    ],
)
def test_who_sends_the_status_is_a_property_of_the_access_point(
    system: System, right: billing.Invoice, kind: str, sends_mls: bool | None, answered: list[str]
) -> None:
    set_up(system, kind, sends_mls)
    comes(system, sent(wrong(right)))
    assert statuses(system) == answered


def test_a_sender_that_wants_every_status_has_it_from_the_access_point_alone(
    system: System, right: billing.Invoice
) -> None:
    set_up(system, "phoss")
    comes(system, sent(right, mls_type="ALWAYS_SEND"))
    assert statuses(system) == []
    set_up(system, "folder")
    comes(system, sent(replace(right, id="F-2"), 2, mls_type="ALWAYS_SEND"))
    assert statuses(system) == ["mls"]


@pytest.mark.both_engines
def test_the_database_takes_no_second_status_of_a_transmission(
    system: System, right: billing.Invoice
) -> None:
    comes(system, sent(wrong(right)))
    with system.database.reading() as session:
        row = (
            session.execute(select(outbox_table).where(outbox_table.c.kind == DocumentKind.MLS))
            .one()
            ._asdict()
        )
    assert row["acknowledges"] == outbox_store.transmission_key("7A0C1F52-5D0B-4A5E-9D0C-000000000001")
    again = {**row, "sequence": None, "instance_id": "another", "document_id": "another"}
    del again["sequence"]
    with pytest.raises(IntegrityError), system.database.writing() as session:
        session.execute(insert(outbox_table).values(**again))


def test_what_was_acknowledged_as_taken_over_is_told_of_its_refusal_as_a_message(
    system: System, right: billing.Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AB is the transmission's one status: what follows goes to the supplier by the other way, or is not told."""

    def fails(*given: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patch:
        patch.setitem(handlers.HANDLERS, DocumentKind.INVOICE, fails)
        patch.setattr(inbox, "TRIES", Ladder(()))
        letter = comes(system, sent(right, mls_type="ALWAYS_SEND"))
    assert statuses(system) == ["mls"]
    origin = Sender(
        sender=f"0007:{FYRBAKEN}",
        instance_id="7a0c1f52-5d0b-4a5e-9d0c-000000000001",
        mls_to=THEIRS,
        mls_type="ALWAYS_SEND",
    )
    with system.database.writing() as session:
        may = {code: technical_refusals.may_acknowledge(session, origin, code) for code in ("AB", "RE", "AP")}
        way = technical_refusals.way_of(system.register, origin, DocumentKind.INVOICE, (), by_mls=may["RE"])
    # Given again with its own code it is the same answer, which is not given twice.
    assert may == {"AB": True, "RE": False, "AP": False}
    assert way is not None
    assert (way.kind, way.receiver) == (DocumentKind.MLR, f"0007:{FYRBAKEN}")
    exchange_actions.read_again(system.database, letter, by="user-17")
    list(read_arrived(system.database, today=DAY))
    assert statuses(system) == ["mls"]


STEPS = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.sampled_from(["right", "wrong", "fails"]),
        st.sampled_from(["", "ALWAYS_SEND"]),
        st.sampled_from(["phoss", "folder"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@given(STEPS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_transmission_has_two_statuses_whatever_comes_and_is_read_again(
    system: System,
    right: billing.Invoice,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[int, str, str, str, bool]],
) -> None:
    def fails(*given: object) -> None:
        raise RuntimeError("planted")

    for place, (instance, what, mls_type, kind, again) in enumerate(steps):
        set_up(system, kind)
        written = replace(right, id=f"F-{place}-{instance}-{what}")
        body = sent(wrong(written) if what == "wrong" else written, instance, mls_type)
        with monkeypatch.context() as patch:
            patch.setattr(inbox, "TRIES", Ladder(()))
            if what == "fails":
                patch.setitem(handlers.HANDLERS, DocumentKind.INVOICE, fails)
            letter = comes(system, body)
        if again:
            with suppress(Refused):  # what was handled is not read again
                exchange_actions.read_again(system.database, letter, by="user-17")
            list(read_arrived(system.database, today=DAY))
    with system.database.reading() as session:
        many = session.execute(
            select(outbox_table.c.acknowledges, func.count())
            .where(outbox_table.c.kind == DocumentKind.MLS)
            .group_by(outbox_table.c.acknowledges)
        ).all()
    assert all(key and count == 1 for key, count in many)
