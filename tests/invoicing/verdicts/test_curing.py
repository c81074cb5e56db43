"""An invoice that came before its order is judged again by itself: whatever comes first, the books end the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.server.jobs import judge_what_has_come
from foundation import journal
from invoicing.decisions import store as decision_store
from invoicing.documents import store as document_store
from invoicing.exceptions import actions as exception_actions
from invoicing.journal_actions import DocumentAction
from invoicing.matching.cures import CURED_BY, Cure
from invoicing.matching.deviations import DeviationCode
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from operations import order_curing
from orders.register import store as register_store
from peppol.documents import billing, shapes
from peppol.xml import codec
from tests.invoicing.exceptions.test_actions import actor
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import together
from tests.support.stories.system import System, a_system, decision, example_register, interruption, report

A, B, C = "100000101", "100000102", "100000103"
JANUARY, FEBRUARY, LATER = date(2026, 1, 1), date(2026, 2, 2), date(2026, 2, 10)
_S = InvoiceState
Ended = list[tuple[str, str, tuple[str, ...], str]]
_ENDS: Final = (_S.CREDITED, _S.SETTLED)

EVENTS: Final[Sequence[tuple[str, dict[str, object], date]]] = (
    ("placement.decided", decision(A), JANUARY),
    ("placement.decided", decision(B), JANUARY),
    ("placement.decided", decision(C, start=date(2026, 3, 1), decided_on=JANUARY), JANUARY),
    ("interruption.registered", interruption(B, date(2026, 1, 15), date(2026, 1, 15)), date(2026, 1, 15)),
    ("placement.cancelled", {"execution_reference": C, "reason": "NEVER_STARTED"}, date(2026, 1, 20)),
    ("report.filed", report(A, "2026-01", 1, FEBRUARY), FEBRUARY),
    ("report.approved", report(A, "2026-01", 1, FEBRUARY), FEBRUARY),
    ("report.filed", report(B, "2026-01", 1, FEBRUARY), FEBRUARY),
    ("report.approved", report(B, "2026-01", 1, FEBRUARY), FEBRUARY),
)
"""Three cases: one month received, one interrupted in it, one called off before it starts."""

BILLED: Final = ((A, "001"), (A, "002"), (A, "003"), (B, "001"), (B, "003"), (C, "001"))
"""What is invoiced: received, not received, cut short, after the end, and never begun."""


def _documents(system: System) -> list[bytes]:
    """The supplier's invoices, made where all is known; the last credits the first."""
    received = {each: system.flip(system.order(each).number, number="F", on=LATER) for each in (A, B)}
    invoices = [
        _for_line(received.get(reference, received[A]), system.order(reference).number, line, f"F-{place}")
        for place, (reference, line) in enumerate(BILLED)
    ]
    credit = credit_note_of(invoices[1], given=Numbered("K-1", LATER))
    return [codec.serialise(each) for each in (*invoices, credit)]


def _for_line(received: billing.Invoice, order: str, line: str, number: str) -> billing.Invoice:
    """What a supplier sends for a line that it may not be able to flip: a received one's invoice, said to be for it."""
    (charged,) = received.invoice_lines
    meant = replace(charged, order_line_reference=shapes.LineReference(line_id=line), invoice_period=None)
    return replace(
        received,
        id=number,
        order_reference=billing.OrderReference(id=order),
        invoice_lines=(meant,),
        invoice_period=None,
        buyer_reference=None,
    )


def _tell(system: System, place: int) -> None:
    kind, data, on = EVENTS[place]
    system.must(kind, data, on=on)


def _ended(system: System) -> Ended:
    """Where every document and every order line stands.

    What was credited before its order came is at its end, and belongs to no case.
    """
    with system.database.reading() as session:
        documents = [
            (
                each.number,
                each.state.value,
                *(((), "") if each.state in _ENDS else (each.codes, each.execution_reference)),
            )
            for each in document_store.listed(session)
        ]
    lines = [
        (f"{number}/{account.line_id}", account.state.value, (str(account.amount_claimed),), "")
        for number in sorted({system.order(each).number for each in (A, B, C)})
        for account in system._accounts(number)
    ]
    return [*sorted(documents), *lines]


@contextmanager
def _told(url: str) -> Iterator[System]:
    with a_system(url, register=example_register()) as system:
        yield system


@pytest.fixture(scope="module")
def events_first(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], Ended]:
    """The documents, and how the books end where every event came before them."""
    folder = tmp_path_factory.mktemp("events-first")
    with _told(f"sqlite:///{folder / 'billing.sqlite'}") as system:
        for place in range(len(EVENTS)):
            _tell(system, place)
        documents = _documents(system)
        for body in documents:
            system.send_bytes(body, on=LATER)
        return documents, _ended(system)


# Each example is a world of its own.
@settings(max_examples=settings().max_examples // 3)
@given(st.data())
def test_any_order_of_events_and_documents_ends_in_the_same_books(
    events_first: tuple[list[bytes], Ended],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    documents, expected = events_first
    # The events keep their order; each document comes after any number of them, before or after any other.
    places = data.draw(
        st.lists(st.integers(0, len(EVENTS)), min_size=len(documents), max_size=len(documents))
    )
    order = data.draw(st.permutations(range(len(documents))))
    folder = tmp_path_factory.mktemp("interleaved")
    with _told(f"sqlite:///{folder / 'billing.sqlite'}") as system:
        for told in range(len(EVENTS) + 1):
            for each in (one for one in order if places[one] == told):
                system.send_bytes(documents[each], on=LATER)
            if told < len(EVENTS):
                _tell(system, told)
        assert _ended(system) == expected


@pytest.mark.both_engines
def test_an_invoice_before_its_order_is_accepted_when_order_and_receipt_have_come(
    database_url: str, events_first: tuple[list[bytes], Ended]
) -> None:
    documents, _ = events_first
    with _told(database_url) as system:
        early = system.send_bytes(documents[0], on=LATER)
        assert (early.state, early.codes) == (_S.IN_QUESTION, ("ORDER_UNKNOWN",))
        _tell(system, 0)
        assert system.invoice(early.id).state is _S.PARKED
        for place in (5, 6):
            _tell(system, place)
        accepted = system.invoice(early.id)
        assert (accepted.state, accepted.execution_reference) == (_S.ACCEPTED, A)
        assert system.answers(accepted) == ["AB", "IP", "AP"]
        with system.database.reading() as session:
            told = [row for row in journal.rows(session) if row.action == DocumentAction.INVOICE_JUDGED]
            assert document_store.lines_of(session, early.id) == [(accepted.order_number, "001")]
        # From the moment its order is there it belongs to the case.
        assert [(row.subject, row.execution_reference) for row in told] == [(f"invoice {early.id}", A)] * 2


def test_it_is_judged_once_and_the_job_finds_nothing_more(
    database_url: str, events_first: tuple[list[bytes], Ended]
) -> None:
    documents, _ = events_first
    with _told(database_url) as system:
        system.send_bytes(documents[0], on=LATER)
        _tell(system, 0)
        assert judge_what_has_come(system.database, LATER, CLOCK) == "0 invoices"


def test_what_a_loader_that_died_left_behind_is_found_by_the_job(
    database_url: str,
    events_first: tuple[list[bytes], Ended],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents, _ = events_first
    with _told(database_url) as system:
        early = system.send_bytes(documents[0], on=LATER)
        with monkeypatch.context() as died:
            died.setattr(order_curing, "judge_what_has_come", lambda database, *, today: 0)
            _tell(system, 0)
        assert system.invoice(early.id).state is _S.IN_QUESTION
        assert judge_what_has_come(system.database, LATER, CLOCK) == "1 invoices"
        assert system.invoice(early.id).state is _S.PARKED


def test_what_a_person_has_decided_is_left_as_it_is(
    database_url: str, events_first: tuple[list[bytes], Ended]
) -> None:
    documents, _ = events_first
    with _told(database_url) as system:
        asked, held = (system.send_bytes(documents[each], on=LATER) for each in (0, 1))
        system.ask_credit(asked, on=LATER)
        with system.database.writing() as session:
            register = register_store.load(session)
            exception_actions.ask_credit(session, register, held.id, actor(), reason="")
            assert decision_store.holds_back(session, held.id)
        _tell(system, 0)
        assert [system.invoice(each.id).state for each in (asked, held)] == [_S.CREDIT_REQUESTED] * 2


def test_an_invoice_for_two_orders_waits_for_the_second_of_them(database_url: str) -> None:
    register = example_register(several_orders=True, several_lines=True)
    with a_system(database_url, register=register) as full:
        for place in range(len(EVENTS)):
            _tell(full, place)
        one, two = (full.flip(full.order(each).number, number="F-12", on=LATER) for each in (A, B))
        numbers = [full.order(each).number for each in (A, B)]
    body = codec.serialise(together(one, two, number="F-12"))
    with a_system(database_url, register=register) as system:
        for place in (0, 5, 6):
            _tell(system, place)
        early = system.send_bytes(body, on=LATER)
        assert (early.state, early.codes) == (_S.IN_QUESTION, ("ORDER_UNKNOWN",))
        for place in (1, 3, 7, 8):
            _tell(system, place)
        assert system.invoice(early.id).state is _S.ACCEPTED, system.sentences(early)
        with system.database.reading() as session:
            assert document_store.lines_of(session, early.id) == [(number, "001") for number in numbers]
        assert not any(system.line(each).amount_claimed.is_zero for each in numbers)


def test_every_cause_has_its_cures_and_every_cure_a_cause() -> None:
    assert set(CURED_BY) == set(DeviationCode)
    assert {cure for cures in CURED_BY.values() for cure in cures} == set(Cure)
