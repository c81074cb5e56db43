"""The law of messages received together: the books are as if each had been received by itself, in the same order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from foundation.money import Money
from foundation.sql import Session
from invoicing.documents import candidate_queries, reading
from invoicing.documents import store as document_store
from invoicing.documents.reading import Reading
from invoicing.intake import asked_ahead, handlers, near_duplicate_queries, queue
from invoicing.model import DocumentType, InvoiceState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.purchase_orders.line_store import LineTaken
from orders.register import store as register_store
from orders.register.response_agreements import Acknowledgement
from peppol.documents import billing
from peppol.exchange import inbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.tables import InState
from peppol.xml import codec
from tests.support import books_told, plans
from tests.support.servers.system_databases import CLOCK
from tests.support.statements import statements
from tests.support.stories import peers
from tests.support.stories.bills import billed, together
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

DAY = date(2026, 3, 5)
CASES = ("100000101", "100000102", "100000103")


def arrived(system: System) -> None:
    """Three placements with two months received of each, and what their suppliers may send of them, not read yet."""
    for reference in CASES:
        supplier = LARKDRILLEN if reference == CASES[2] else FYRBAKEN
        system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1), supplier=supplier)
        for month, on in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 3))):
            system.report(reference, month, on=on)
    for body in bodies(system).values():
        system.post(body, on=DAY)


def bodies(system: System) -> Mapping[str, bytes]:
    """Right and wrong, early and twice: whatever may touch what another one touches."""
    first, second, third = (system.order(reference).number for reference in CASES)

    def invoice(order: str, line: str, number: str) -> billing.Invoice:
        return system.flip(order, line, number=number, on=DAY)

    def credit(of: billing.Invoice, number: str) -> billing.CreditNote:
        return flipping.credit_note_of(of, given=Numbered(number, DAY))

    january, wrong = invoice(first, "001", "F-1"), billed(invoice(second, "001", "F-2"), days="3")
    elsewhere = replace(january, id="F-9", order_reference=billing.OrderReference(id="10999999"))
    told: Mapping[str, billing.Invoice | billing.CreditNote] = {
        "January": january,
        "February of the same order": invoice(first, "002", "F-3"),
        "January again under another number": invoice(first, "001", "F-4"),
        "January's number for something else": invoice(first, "002", "F-1"),
        "January's credit note": credit(january, "K-1"),
        "January corrected": billed(invoice(first, "001", "F-5"), days="4"),
        "wrong": wrong,
        "wrong one's credit note": credit(wrong, "K-2"),
        "wrong one corrected": invoice(second, "001", "F-6"),
        "of another supplier, its number as January's": invoice(third, "001", "F-1"),
        "of another supplier": invoice(third, "002", "F-7"),
        "not received yet": billed(invoice(second, "002", "F-8"), days="20"),
        "for no order of ours": elsewhere,
        "for two orders": together(
            invoice(first, "002", "F-10"), invoice(second, "002", "F-10"), number="F-10"
        ),
        "naming its orders by its lines": together(
            invoice(second, "001", "F-11"), invoice(second, "002", "F-11"), number="F-11", names_order=False
        ),
    }
    written = {name: codec.serialise(document) for name, document in told.items()}
    answer = codec.serialise(peers.order_response(first, "RE", on=DAY, lines=()))
    return {**written, "answer to an order": answer, "nothing": b"no XML at all"}


POLICIES: Mapping[str, Mapping[str, object]] = {
    "the example's": {},
    "asks back by itself": {"automatic_answer": True, "acknowledgement": Acknowledgement.ARRIVAL},
    "in parts": {
        **{"several_lines": True, "several_orders": True, "partial_quantities": True},
        **{"partial_acceptance": True, "automatic_answer": True, "inferred_line": True},
    },
}


Message = tuple[InboundMessage, Reading]


_read: dict[int, Reading] = {}
"""What was read of each message, by its number: reading asks nothing of the books."""


def messages(system: System) -> list[Message]:
    with system.database.writing() as session:
        table = exchange_tables.inbox
        numbers = session.scalars(select(table.c.id).order_by(table.c.id)).all()
        there = [each for number in numbers if (each := inbox_store.get(session, number)) is not None]
    for message in there:
        if message.id not in _read:
            _read[message.id] = reading.read(message.body, on=DAY)
    return [(message, _read[message.id]) for message in there]


def told(system: System) -> Iterator[str]:
    """What the books say, and how the messages and the answers to them stand."""
    with system.database.reading() as session:
        yield from books_told.told(session).splitlines()
        for table, left_out in _BESIDE.items():
            columns = [each for each in table.columns if each.name not in left_out]
            rows = session.execute(select(*columns).order_by(*table.primary_key))
            yield from (f"{table.name}: {dict(row._mapping)}" for row in rows)


_BESIDE: Mapping[Table, Sequence[str]] = {
    exchange_tables.inbox: ("body", "claimed_until"),
    exchange_tables.message_note: (),
    exchange_tables.owed_answer: (),
    exchange_tables.outbox: (),
}


def after(database_url: str, policy: str, chosen: Sequence[int], *, alone: bool) -> list[str]:
    """The books once the chosen messages were received, one by one or all together."""
    with a_system(database_url, begun=arrived) as system:
        system.change_register(example_register(**POLICIES[policy]))
        every = messages(system)
        group = [every[place] for place in chosen]
        with system.database.reading() as session:
            register = register_store.load(session)
        if alone:
            for message, what in group:
                assert queue.receive(system.database, register, message, what, today=DAY) is not None
        else:
            with system.database.writing() as session:
                became = handlers.handle_together(session, register, group, today=DAY)
            assert [each.letter_id for each in became] == [message.id for message, _ in group]
        return list(told(system))


ORDERS = st.lists(st.integers(0, 16), unique=True, min_size=2, max_size=12)


@given(chosen=ORDERS, policy=st.sampled_from(sorted(POLICIES)))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_messages_received_together_come_to_what_each_comes_to_alone(
    database_url: str, chosen: list[int], policy: str
) -> None:
    one_by_one = after(database_url, policy, chosen, alone=True)
    assert after(database_url, policy, chosen, alone=False) == one_by_one


@pytest.mark.both_engines
@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_so_do_all_there_are_in_either_order(database_url: str, policy: str) -> None:
    for chosen in (range(17), range(16, -1, -1)):
        one_by_one = after(database_url, policy, chosen, alone=True)
        assert after(database_url, policy, chosen, alone=False) == one_by_one


def put_together(database_url: str, places: Sequence[int]) -> list[str]:
    """The statements in which these messages are received together."""
    with a_system(database_url, begun=arrived) as system:
        group, register = [messages(system)[place] for place in places], system.register
        with system.database.writing() as session, statements() as put:
            became = handlers.handle_together(session, register, group, today=DAY)
            there = list(put)
        assert [each.message_state for each in became] == [InState.HANDLED] * len(places)
        return there


def test_three_invoices_are_received_in_as_many_statements_as_one(database_url: str) -> None:
    assert len(put_together(database_url, (0, 8, 9))) == len(put_together(database_url, (0,)))


def test_what_an_answer_to_an_order_may_have_changed_is_asked_anew(database_url: str) -> None:
    asked = [each for each in put_together(database_url, (15, 8, 9)) if " JOIN line_account " in each]
    assert len(asked) == 2


@pytest.mark.both_engines
def test_a_line_that_was_wrongly_thought_free_undoes_the_group_and_each_is_received_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_system(database_url, begun=arrived) as system:
        twice, register = [messages(system)[place] for place in (0, 2)], system.register
        monkeypatch.setattr(asked_ahead, "_sharing_nothing", list)
        with pytest.raises(LineTaken), system.database.writing() as session:
            handlers.handle_together(session, register, twice, today=DAY)
        became = queue.receive_together(system.database, register, twice, today=DAY)
        states = [system.invoice(each.invoice.id).state for each in became if each.invoice is not None]
        assert states == [InvoiceState.ACCEPTED, InvoiceState.IN_QUESTION]


PLANS: Mapping[str, tuple[Callable[[Session], object], str]] = {
    "documents by their whole keys": (
        lambda session: document_store.by_keys(session, [(FYRBAKEN, DocumentType.INVOICE, "F-1")]),
        "(supplier=? AND document_type=? AND number=?)",
    ),
    "credit notes that wait, of one supplier": (
        lambda session: document_store.parked_credits(session, FYRBAKEN),
        "(supplier=? AND state=? AND document_type=?)",
    ),
    "suppliers of whom credit notes wait": (
        lambda session: document_store.with_parked_credits(session, [FYRBAKEN]),
        "(supplier=? AND state=? AND document_type=?)",
    ),
    "near copies of a document whose order is known, or unknown to all": (
        lambda session: session.execute(
            near_duplicate_queries._ALIKE,
            {
                "supplier": FYRBAKEN,
                "order_number": "",
                "document_type": DocumentType.INVOICE,
                "issued_on": DAY,
                "amount_payable": Decimal(60_000),
                "before": 7,
            },
        ),
        "ix_invoice_order_number (order_number=? AND supplier=? AND issued_on=? AND amount_payable=?",
    ),
    "lines that a document without any order may be for": (
        lambda session: candidate_queries.waiting_lines(
            session, suppliers=[FYRBAKEN], references=[], amount_net=Money(Decimal(48_000))
        ),
        "ix_line_account_unoccupied (amount_received=?)",
    ),
    "lines that a document of a participant may be for": (
        lambda session: candidate_queries.waiting_lines(
            session, suppliers=[FYRBAKEN], references=["100000101"], amount_net=Money(Decimal(48_000))
        ),
        "ix_purchase_order_execution_reference (execution_reference=?)",
    ),
    "invoices that a credit note may credit, by their sum": (
        lambda session: candidate_queries.creditable(
            session, suppliers=[FYRBAKEN], numbers=[], references=[], amount_payable=Money(Decimal(60_000))
        ),
        "ix_invoice_supplier_amount (supplier=? AND amount_payable=?)",
    ),
    "messages whose workers never came back, among those that wait": (
        lambda session: inbox_store.lost(session, now=CLOCK),
        "ix_inbox_turn",
    ),
}
"""What is asked again and again, and how SQLite finds it: it keeps no statistics, so that no size changes that."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("asked", PLANS)
def test_what_is_asked_of_every_group_or_odd_document_is_found_however_large_the_books_are(
    database_url: str, asked: str
) -> None:
    ask, index = PLANS[asked]
    with a_system(database_url, begun=arrived) as system, system.database.reading() as session:
        plan, *_ = plans.carried_out(session, ask)
        assert any(index in step for step in plan), plan
        # The newest of those with the sum are the first of the index; to sort all of them grows with the books.
        assert "unoccupied" not in index or "USE TEMP B-TREE FOR ORDER BY" not in plan, plan


FEW: Mapping[str, str] = {
    "SCAN inbox USING INDEX ix_inbox_aside": "what is laid aside for a person, in the index alone",
    "SEARCH invoice USING INDEX ix_invoice_supplier_state (supplier=? AND state=? AND document_type=?)": "credit notes "
    "of one supplier that wait for their invoice",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_no_message_of_any_kind_has_the_books_gone_through(database_url: str, policy: str) -> None:
    """Every statement that is put when one of them is received."""
    with a_system(database_url, begun=arrived) as system:
        system.change_register(example_register(**POLICIES[policy]))
        every, register = messages(system), system.register
        with plans.questions() as put:
            for message, what in every:
                queue.receive(system.database, register, message, what, today=DAY)
        assert len(put) > 40
        assert plans.gone_through(system.database.engine, put, few=FEW) == []
