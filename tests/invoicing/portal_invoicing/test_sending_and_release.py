"""One press turns a received line into an invoice; ten minutes it can be undone; then its exact bytes leave."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from invoicing.documents import store as document_store
from invoicing.matching.deviations import Verdict
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import drafts, numbering, portal_document_store
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.release import TooLate
from invoicing.portal_invoicing.release_due import release_due
from invoicing.portal_invoicing.sending import PressRefused
from invoicing.portal_invoicing.tables import portal_document
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from peppol.exchange import inbox_store
from peppol.exchange import tables as exchange_tables
from tests.support.message_bodies import bodies_in
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.portal import Desk, key
from tests.support.stories.system import LARKDRILLEN, System, a_system

REFERENCE = "100000101"
_P = PortalState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 6, 1))
        for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", date(2026, 8, 3))):
            system.report(REFERENCE, month, on=on)
        yield system


@pytest.fixture
def desk(system: System) -> Desk:
    return Desk(system)


@pytest.fixture
def june(system: System) -> tuple[str, str]:
    return system.order(REFERENCE).number, "001"


@pytest.fixture
def july(june: tuple[str, str]) -> tuple[str, str]:
    return june[0], "002"


def test_one_press_makes_the_invoice_and_ten_minutes_later_its_bytes_leave(
    desk: Desk, june: tuple[str, str]
) -> None:
    made = desk.made(june)
    assert (made.number, made.state) == ("F26-0001", _P.WAITING)
    assert desk.wait(9) == 0
    assert desk.wait(1) == 1
    with desk.system.database.reading() as session:
        message = session.execute(exchange_tables.inbox.select()).one()
        assert bodies_in(session) == [portal_document_store.body_of(session, made.id)]
        assert message.transport_id == f"portal/{made.id}"
    (outcome,) = desk.system.read_messages(on=desk.today)
    assert outcome.invoice is not None
    assert (outcome.invoice.number, outcome.invoice.state) == ("F26-0001", InvoiceState.ACCEPTED)
    assert desk.wait() == 0
    assert desk.stands(made).state is _P.READ


def test_the_verdict_before_sending_is_the_verdict_after(desk: Desk, june: tuple[str, str]) -> None:
    with desk.system.database.reading() as session:
        proposal = drafts.invoice_of_line(
            session, register_store.load(session), desk.actor, *june, given=Numbered("F26-0001", desk.today)
        )
    assert proposal.match.verdict is Verdict.ACCEPT
    made = desk.made(june)
    with desk.system.database.reading() as session:
        assert portal_document_store.body_of(session, made.id) == proposal.body
    desk.wait()
    (outcome,) = desk.system.read_messages(on=desk.today)
    assert outcome.invoice is not None
    assert desk.system.match(outcome.invoice) == proposal.match


def test_an_undone_invoice_never_existed_and_its_number_goes_to_the_next(
    desk: Desk, june: tuple[str, str], july: tuple[str, str]
) -> None:
    first, second = desk.made(june), desk.made(july)
    desk.undo(first.bundle)
    assert desk.stands(first).state is _P.UNDONE
    assert desk.wait() == 1
    again = desk.made(june)
    assert (first.number, second.number, again.number) == ("F26-0001", "F26-0002", "F26-0001")
    assert list(desk.undo(first.bundle)) == []


def test_what_has_left_cannot_be_undone(desk: Desk, june: tuple[str, str]) -> None:
    made = desk.made(june)
    desk.wait()
    with pytest.raises(TooLate):
        desk.undo(made.bundle)


def test_a_second_press_on_a_line_is_refused_until_the_first_is_undone(
    desk: Desk, june: tuple[str, str]
) -> None:
    made = desk.made(june)
    (row,) = desk.send(june)
    assert row.made == ()
    assert "F26-0001 on its way" in row.reason.en
    desk.wait()
    (row,) = desk.send(june)
    assert "on its way" in row.reason.en
    desk.system.read_messages(on=desk.today)
    (row,) = desk.send(june)
    assert "already invoiced with F26-0001" in row.reason.en
    assert desk.stands(made).state is _P.READ


def test_the_same_form_sent_twice_does_nothing_the_second_time(desk: Desk, june: tuple[str, str]) -> None:
    form = key()
    first, second = desk.send(june, form=form), desk.send(june, form=form)
    assert first == second
    with pytest.raises(PressRefused):
        Desk(desk.system, LARKDRILLEN).send(june, form=form)


@pytest.mark.both_engines
def test_rows_that_are_refused_do_not_stop_the_others(desk: Desk, june: tuple[str, str]) -> None:
    order = june[0]
    rows = desk.send((order, "001"), (order, "002"), (order, "003"), ("2100000999", "001"))
    assert [(row.line_id, [each.number for each in row.made]) for row in rows] == [
        ("001", ["F26-0001"]),
        ("002", ["F26-0002"]),
        ("003", []),
        ("", []),
    ]
    assert "is not received" in rows[2].reason.en
    assert rows[3].reason.en == "There is no such line."


def test_another_suppliers_line_and_a_unit_out_of_scope_do_not_exist(
    desk: Desk, june: tuple[str, str]
) -> None:
    for stranger in (
        Desk(desk.system, LARKDRILLEN),
        Desk(desk.system, within=UnitScope(frozenset({"UV-102"}))),
    ):
        (row,) = stranger.send(june)
        assert (row.made, row.order_number, row.reason.en) == ((), "", "There is no such line.")
    assert Desk(desk.system, within=UnitScope(frozenset({"UV-101"}))).made(june).number == "F26-0001"


@pytest.mark.both_engines
def test_of_32_presses_at_once_on_one_line_one_makes_an_invoice(desk: Desk, june: tuple[str, str]) -> None:
    start = Barrier(32)

    def press(_: int) -> int:
        start.wait()
        (row,) = desk.send(june)
        return len(row.made)

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(press, range(32))) == 1


@pytest.mark.both_engines
def test_undo_and_leaving_at_once_give_one_of_the_two(desk: Desk, june: tuple[str, str]) -> None:
    for _ in range(4):
        made = desk.made(june)
        desk.now += timedelta(minutes=11)
        start = Barrier(2)

        def undo(bundle: int = made.bundle, start: Barrier = start) -> str:
            start.wait()
            try:
                desk.undo(bundle)
            except TooLate:
                return "late"
            return "undone"

        def leave(start: Barrier = start) -> str:
            start.wait()
            return "left" if release_due(desk.system.database, desk.now) else "nothing"

        works: list[Callable[[], str]] = [undo, leave]
        with ThreadPoolExecutor(2) as pool:
            came = [each.result() for each in [pool.submit(work) for work in works]]
        assert came in (["undone", "nothing"], ["late", "left"])
        if came == ["late", "left"]:
            break


@pytest.mark.both_engines
def test_an_invoice_that_would_not_match_any_more_is_stopped_at_the_door(
    desk: Desk, june: tuple[str, str]
) -> None:
    made = desk.made(june)
    desk.system.send_invoice(*june, number="EGEN-1", on=desk.today)
    assert desk.wait() == 0
    stopped = desk.stands(made)
    assert stopped.state is _P.STOPPED
    assert "EGEN-1" in stopped.reason.sv
    with desk.system.database.reading() as session:
        (number,) = numbering.ahead(session, desk.supplier, desk.today)
        assert str(number) == made.number
        assert len(list(document_store.listed(session))) == 1


def test_numbers_already_used_elsewhere_are_passed_over(
    desk: Desk, june: tuple[str, str], july: tuple[str, str]
) -> None:
    desk.system.send_invoice(*june, number="F26-0001", on=desk.today)
    assert desk.made(july).number == "F26-0002"


def test_the_messages_of_the_series_are_the_suppliers_choice_and_the_year_the_documents(
    desk: Desk, june: tuple[str, str]
) -> None:
    with desk.system.database.writing() as session:
        numbering.choose_letters(session, desk.supplier, "rm", by="user-17")
        with pytest.raises(numbering.LettersRefused):
            numbering.choose_letters(session, desk.supplier, "1/2", by="user-17")
    assert desk.made(june).number == "RM26-0001"
    with desk.system.database.reading() as session:
        (next_year,) = numbering.ahead(session, desk.supplier, date(2027, 1, 2))
        assert str(next_year) == "RM27-0001"


# Credit and correct ------------------------------------------------------------------------------------


def test_a_wrong_invoice_is_credited_and_made_anew_in_one_press(desk: Desk, june: tuple[str, str]) -> None:
    wrong = desk.system.send(billed(desk.system.flip(*june, number="EGEN-1", on=desk.today), days="10"))
    assert wrong.state is InvoiceState.IN_QUESTION
    desk.system.ask_credit(wrong, on=desk.today)
    row = desk.credit(wrong.id)
    assert [(each.kind.value, each.number, each.credits) for each in row.made] == [
        ("CREDIT", "F26-0001", "EGEN-1"),
        ("CORRECTION", "F26-0002", ""),
    ]
    assert desk.wait() == 2
    desk.system.read_messages(on=desk.today)
    with desk.system.database.reading() as session:
        states = {invoice.number: invoice.state.value for invoice in document_store.listed(session)}
    assert states == {"EGEN-1": "CREDITED", "F26-0001": "SETTLED", "F26-0002": "ACCEPTED"}


def test_credit_and_new_invoice_are_undone_together(desk: Desk, june: tuple[str, str]) -> None:
    wrong = desk.system.send(billed(desk.system.flip(*june, number="EGEN-1", on=desk.today), days="10"))
    row = desk.credit(wrong.id)
    assert len(desk.undo(row.made[1].bundle)) == 2
    assert desk.wait() == 0
    again = desk.credit(wrong.id)
    assert [each.number for each in again.made] == ["F26-0001", "F26-0002"]


def test_an_invoice_is_credited_once(desk: Desk, june: tuple[str, str]) -> None:
    wrong = desk.system.send(billed(desk.system.flip(*june, number="EGEN-1", on=desk.today), days="10"))
    desk.credit(wrong.id)
    assert "on its way already" in desk.credit(wrong.id).reason.en
    desk.wait()
    desk.system.read_messages(on=desk.today)
    assert "credited already" in desk.credit(wrong.id).reason.en
    assert desk.credit(wrong.id + 500).reason.en == "There is no such line."


def test_a_series_has_no_gaps_whatever_is_sent_and_undone(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        for month in range(1, 7):
            system.report(REFERENCE, f"2026-{month:02}", on=date(2026, month + 1, 10))
        desk, order = Desk(system), system.order(REFERENCE).number
        bundles: list[int] = []
        for place, line in enumerate([1, 2, 3, 2, 4, 1, 5, 6, 3], 1):
            (row,) = desk.send((order, f"{line:03}"))
            bundles += [each.bundle for each in row.made]
            if place % 3 == 0:
                desk.undo(bundles.pop(0))
        desk.wait()
        with system.database.reading() as session:
            (series,) = numbering.series_of(session, desk.supplier)
            kept = portal_document_store.in_state(session, desk.actor, _P.RELEASED, _P.READ)
            used = {each.own.position for each in kept if each.own}
            free = {each.position for each in series.returned}
        assert used | free == set(range(1, series.last + 1))
        assert used & free == set()
        assert desk.now > CLOCK


# Laws and invariants -----------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_taken_and_given_back_no_number_is_missing_or_used_twice(system: System) -> None:
    suppliers = (f"example-{number}" for number in count())

    @given(st.lists(st.integers(min_value=-5, max_value=5), max_size=25))
    def law(steps: list[int]) -> None:
        supplier, used = next(suppliers), list[numbering.OwnNumber]()
        # What is written here is rolled back, so that no example waits for the disk.
        with system.database.reading() as session:
            for step in steps:
                if step < 0 and used:
                    numbering.give_back(session, supplier, used.pop(step % len(used)))
                elif step >= 0:
                    expected = numbering.ahead(session, supplier, CLOCK.date(), 3)
                    used.append(numbering.take(session, supplier, CLOCK.date()))
                    assert used[-1] == expected[0]
                    assert expected[1:] == numbering.ahead(session, supplier, CLOCK.date(), 2)
            taken = {each.position for each in used}
            (series,) = numbering.series_of(session, supplier) or (None,)
            free = {each.position for each in series.returned} if series else set()
            assert len(taken) == len(used)
            assert taken | free == set(range(1, (series.last if series else 0) + 1))
            assert not taken & free

    law()


@pytest.mark.both_engines
def test_the_check_of_the_system_sees_a_missing_number_and_other_bytes(
    desk: Desk, june: tuple[str, str], july: tuple[str, str]
) -> None:
    made, _ = desk.made(june), desk.made(july)
    desk.wait()
    desk.system.read_messages(on=desk.today)
    assert desk.system.broken() == []
    with desk.system.database.writing() as session:
        number = update(portal_document).where(portal_document.c.id == made.id)
        session.execute(number.values(position=7, number="F26-0007", body=b"other"))
    told = " ".join(desk.system.broken())
    assert "it stands at 2, and 7 is used" in told
    assert f"portal document {made.id}: the message it became has other bytes" in told
    with desk.system.database.writing() as session:
        kept = inbox_store.body_of(session, 1)
        session.execute(number.values(position=1, number="F26-0001", body=kept))
