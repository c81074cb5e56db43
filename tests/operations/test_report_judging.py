"""Judging filed reports: many at once, the invoices that wait for them, and taking an approval back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from billing.server.jobs import receive_filed
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import ENGLISH
from invoicing.model import InvoiceState
from operations import report_judging
from operations.report_judging import Decided, Hand, ReportKey
from orders import tables as order_tables
from orders.model import Report, ReportState
from orders.placements import filing, receiving
from orders.placements import store as placement_store
from orders.placements.filing import MonthToFile
from orders.placements.waiting import report_check_store
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.report_approval import ReportApproval
from orders.terms import RejectionReason
from tests.support.stories.system import System, a_system, example_register, report

ONE, TWO = "100000101", "100000102"
BY_OFFICER = example_register(report_approval=ReportApproval.BY_OFFICER)
_S = ReportState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Two placements whose January is filed and waits."""
    with a_system(database_url, register=BY_OFFICER) as system:
        for reference in (ONE, TWO):
            system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            system.file_report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


def key(reference: str, version: int = 1) -> ReportKey:
    return ReportKey(reference, Month(2026, 1), version)


def hand(on: date) -> Hand:
    return Hand("user-3", datetime(on.year, on.month, on.day, 9, tzinfo=UTC), on)


def approve(system: System, *keys: ReportKey, on: date = date(2026, 2, 3)) -> Decided:
    with system.database.writing() as session:
        return report_judging.approve(session, register_store.load(session), keys, hand(on))


def undo(system: System, *keys: ReportKey, on: date = date(2026, 2, 4)) -> Decided:
    with system.database.writing() as session:
        return report_judging.undo(session, register_store.load(session), keys, hand(on))


def reports(system: System, reference: str) -> list[Report]:
    with system.database.reading() as session:
        return placement_store.reports(session, reference, Month(2026, 1))


def states(system: System, reference: str) -> list[ReportState]:
    return [each.state for each in reports(system, reference)]


def refusals(decided: Decided) -> list[str]:
    return [refusal.text.in_language(ENGLISH) for _, refusal in decided.refused]


def test_many_are_approved_with_one_press_and_one_that_is_refused_keeps_nobody(system: System) -> None:
    decided = approve(system, key(ONE), key(TWO), key(TWO, 2))
    assert decided.done == [key(ONE), key(TWO)]
    assert [each for each, _ in decided.refused] == [key(TWO, 2)]
    assert [system.days_received(each)[0] for each in (ONE, TWO)] == ["20", "20"]
    assert [(each.decided_by, each.decided_on) for each in reports(system, ONE)] == [
        ("user-3", date(2026, 2, 3))
    ]


def test_an_invoice_that_waits_for_the_month_is_judged_again_in_the_same_step(system: System) -> None:
    approve(system, key(ONE))
    order = system.order(ONE).number
    early = system.flip(order, "001", number="F-1", on=date(2026, 2, 3))
    undo(system, key(ONE))
    waiting = system.send(early, on=date(2026, 2, 4))
    assert waiting.state is InvoiceState.PARKED
    approve(system, key(ONE), on=date(2026, 2, 5))
    assert system.invoice(waiting.id).state is InvoiceState.ACCEPTED


def test_a_rejection_carries_the_reason_that_the_supplier_reads(system: System) -> None:
    with system.database.writing() as session:
        decided = report_judging.reject(
            session,
            register_store.load(session),
            [key(ONE)],
            hand(date(2026, 2, 3)),
            reason=RejectionReason("WRONG_MONTH"),
        )
    assert decided.done == [key(ONE)]
    assert [(each.state, each.reason) for each in reports(system, ONE)] == [
        (_S.REJECTED, RejectionReason("WRONG_MONTH"))
    ]


def test_an_approval_taken_back_reverses_the_receipt_and_may_come_again(system: System) -> None:
    approve(system, key(ONE))
    assert undo(system, key(ONE)).done == [key(ONE)]
    assert (states(system, ONE), system.days_received(ONE)[0]) == ([_S.FILED], "-")
    assert [(each.decided_by, each.decided_on) for each in reports(system, ONE)] == [("", None)]
    assert undo(system, key(ONE)).done == []
    approve(system, key(ONE), on=date(2026, 2, 5))
    assert system.days_received(ONE)[0] == "20"
    table = order_tables.receipt
    with system.database.reading() as session:
        rows = session.execute(select(table.c.quantity, table.c.reverses).order_by(table.c.id)).all()
    assert [(int(row.quantity), row.reverses is None) for row in rows] == [
        (20, True),
        (-20, False),
        (20, True),
    ]


def test_an_approval_with_an_invoice_on_its_month_stands(system: System) -> None:
    approve(system, key(ONE))
    system.send_invoice(system.order(ONE).number, number="F-1", on=date(2026, 2, 3))
    (refusal,) = refusals(undo(system, key(ONE)))
    assert "is invoiced" in refusal
    assert (states(system, ONE), system.days_received(ONE)[0]) == ([_S.APPROVED], "20")


def test_a_correction_taken_back_lets_the_approved_version_before_it_stand_again(system: System) -> None:
    approve(system, key(ONE))
    system.interrupt(ONE, on=date(2026, 2, 3))
    system.file_report(ONE, "2026-01", version=2, on=date(2026, 2, 4))
    (refusal,) = refusals(undo(system, key(ONE)))
    assert "A newer version" in refusal
    approve(system, key(ONE, 2), on=date(2026, 2, 5))
    assert states(system, ONE) == [_S.REPLACED, _S.APPROVED]
    undo(system, key(ONE, 2), on=date(2026, 2, 6))
    assert states(system, ONE) == [_S.APPROVED, _S.FILED]
    assert system.days_received(ONE)[0] == "20"


# Without a person, or in another system ------------------------------------------------------


def by_itself(system: System, **settings: object) -> None:
    """From now on a month that nothing is odd about is received without a person."""
    settings = {"report_approval": ReportApproval.WHEN_NOTHING_IS_ODD, **settings}
    system.change_register(example_register(**settings))


def test_a_month_reported_in_time_with_nothing_odd_is_received_when_its_event_comes(system: System) -> None:
    by_itself(system)
    system.file_report(ONE, "2026-02", on=date(2026, 3, 2))
    assert system.days_received(ONE)[1] == "20"
    with system.database.reading() as session:
        (report,) = placement_store.reports(session, ONE, Month(2026, 2))
    assert (report.state, report.decided_by) == (_S.APPROVED, "system")


@pytest.mark.parametrize("filed_on", [date(2026, 2, 28), date(2026, 3, 11)], ids=["early", "late"])
def test_an_odd_month_waits_for_an_officer_who_receives_it(system: System, filed_on: date) -> None:
    by_itself(system)
    system.file_report(ONE, "2026-02", on=filed_on)
    assert system.days_received(ONE)[1] == "-"
    waiting = ReportKey(ONE, Month(2026, 2), 1)
    assert approve(system, waiting, on=date(2026, 3, 12)).done == [waiting]
    assert system.days_received(ONE)[1] == "20"


def test_a_report_whose_sender_dates_it_back_is_late_by_the_day_it_came(system: System) -> None:
    by_itself(system)
    told = report(ONE, "2026-02", 1, date(2026, 3, 2))
    system.tell("report.filed", told, on=date(2026, 3, 2), received_on=date(2026, 3, 20))
    assert system.days_received(ONE)[1] == "-"
    with system.database.reading() as session:
        (kept,) = placement_store.reports(session, ONE, Month(2026, 2))
    assert (kept.state, kept.filed_on) == (_S.FILED, date(2026, 3, 20))


def test_an_invoice_that_came_before_its_report_is_accepted_when_the_report_is_filed(system: System) -> None:
    by_itself(system)
    filed = file_by_hand(system, ONE, on=date(2026, 3, 2))
    assert receive(system, filed, on=date(2026, 3, 2)) == [filed]
    invoice = system.flip(system.order(ONE).number, "002", number="F-2", on=date(2026, 3, 2))
    undo(system, filed, on=date(2026, 3, 2))
    waiting = system.send(invoice, on=date(2026, 3, 3))
    assert waiting.state is InvoiceState.PARKED
    with system.database.writing() as session:
        (report,) = placement_store.reports(session, ONE, Month(2026, 2))
        report_check_store.await_check(session, report)
    assert receive(system, filed, on=date(2026, 3, 3)) == [filed]
    assert system.invoice(waiting.id).state is InvoiceState.ACCEPTED
    assert receive(system, filed, on=date(2026, 3, 4)) == []


def file_by_hand(system: System, reference: str, *, on: date) -> ReportKey:
    """A person at the supplier files February in the portal, and what comes after it is left out."""
    february = MonthToFile(reference, Month(2026, 2), 1)
    with system.database.writing() as session:
        report, _ = filing.file_month(session, february, at=hand(on).at, by="user-9")
    return ReportKey.of(report)


def test_a_filing_that_nothing_followed_is_looked_at_by_the_timetable_and_once(system: System) -> None:
    by_itself(system)
    fine = file_by_hand(system, ONE, on=date(2026, 3, 2))
    late = file_by_hand(system, TWO, on=date(2026, 3, 30))
    now = hand(date(2026, 3, 31)).at
    assert receive_filed(system.database, date(2026, 3, 31), now) == "1 of 2 reports"
    assert [system.days_received(each)[1] for each in (ONE, TWO)] == ["20", "-"]
    # What an officer undoes is not received again behind its back, nor is what waits for one looked at for ever.
    assert undo(system, fine, on=date(2026, 4, 1)).done == [fine]
    assert receive_filed(system.database, date(2026, 4, 1), now) == "0 of 0 reports"
    assert receive(system, fine, late, on=date(2026, 4, 1)) == []
    assert system.days_received(ONE)[1] == "-"


def test_one_report_that_cannot_be_looked_at_keeps_no_other_waiting(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_itself(system)
    file_by_hand(system, ONE, on=date(2026, 3, 2))
    file_by_hand(system, TWO, on=date(2026, 3, 2))
    whole = receiving.receive_where_nothing_is_odd

    def broken(session: Session, register: Register, report: Report, *, at: datetime, today: date) -> object:
        if report.execution_reference == ONE:
            raise RuntimeError("broken off")
        return whole(session, register, report, at=at, today=today)

    now = hand(date(2026, 3, 3)).at
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "receive_where_nothing_is_odd", broken)
        with pytest.raises(RuntimeError, match="broken off"):
            receive_filed(system.database, date(2026, 3, 3), now)
    assert [system.days_received(each)[1] for each in (ONE, TWO)] == ["-", "20"]
    assert receive_filed(system.database, date(2026, 3, 3), now) == "1 of 1 reports"
    assert system.days_received(ONE)[1] == "20"


# The decision system says it too ----------------------------------------------------------------


def test_an_approval_of_a_month_received_by_itself_is_one_effect(system: System) -> None:
    by_itself(system)
    system.file_report(ONE, "2026-02", on=date(2026, 3, 2))
    received = system.line(system.order(ONE).number, "002")
    system.approve(ONE, "2026-02", on=date(2026, 3, 4))
    assert system.line(system.order(ONE).number, "002") == received
    with system.database.reading() as session:
        (report,) = placement_store.reports(session, ONE, Month(2026, 2))
    assert (report.decided_by, report.decided_on) == ("system", date(2026, 3, 2))


def test_an_approval_that_comes_after_its_correction_is_one_effect_too(system: System) -> None:
    by_itself(system)
    system.file_report(ONE, "2026-02", on=date(2026, 3, 2))
    system.file_report(ONE, "2026-02", version=2, on=date(2026, 3, 5))
    system.approve(ONE, "2026-02", version=2, on=date(2026, 3, 6))
    system.approve(ONE, "2026-02", on=date(2026, 3, 7))
    with system.database.reading() as session:
        found = [each.state for each in placement_store.reports(session, ONE, Month(2026, 2))]
    assert found == [_S.REPLACED, _S.APPROVED]


def test_a_rejection_of_a_month_received_by_itself_says_that_the_approval_is_to_be_taken_back(
    system: System,
) -> None:
    by_itself(system)
    system.file_report(ONE, "2026-02", on=date(2026, 3, 2))
    rejected = {
        "execution_reference": ONE,
        "month": "2026-02",
        "version": 1,
        "at": "2026-03-04T08:00:00+01:00",
        "by": "user-17",
        "reason": "NOT_DELIVERED",
    }
    assert "Take the approval back" in system.refuses("report.rejected", rejected, on=date(2026, 3, 4))
    assert system.days_received(ONE)[1] == "20"
    undo(system, ReportKey(ONE, Month(2026, 2), 1), on=date(2026, 3, 5))
    for day in (date(2026, 3, 6), date(2026, 3, 7)):
        system.must("report.rejected", rejected, on=day)
    assert system.days_received(ONE)[1] == "-"


def receive(system: System, *keys: ReportKey, on: date) -> list[ReportKey]:
    at = hand(on).at
    with system.database.writing() as session:
        register = register_store.load(session)
        return report_judging.receive_what_is_filed(session, register, keys, at=at, today=on)


def test_under_by_officer_nothing_is_received_without_one(system: System) -> None:
    assert receive(system, key(ONE), on=date(2026, 2, 3)) == []
    assert states(system, ONE) == [_S.FILED]


def test_what_another_system_judges_is_not_judged_here(system: System) -> None:
    system.change_register(example_register(report_approval=ReportApproval.OUTSIDE))
    for press in (approve, undo):
        with pytest.raises(Refused, match="another system"):
            press(system, key(ONE))
    system.approve(ONE, "2026-01", on=date(2026, 2, 4))
    assert system.days_received(ONE)[0] == "20"


def test_an_approval_is_revoked_though_its_month_is_invoiced(system: System) -> None:
    approve(system, key(ONE))
    number = system.order(ONE).number
    invoice = system.send_invoice(number, number="F-1", on=date(2026, 2, 4))
    with system.database.writing() as session:
        register = register_store.load(session)
        undone = report_judging.undo(session, register, [key(ONE)], hand(date(2026, 2, 5)))
        revoked = report_judging.revoke(
            session, register, [key(ONE)], hand(date(2026, 2, 5)), reason=RejectionReason("NOT_DELIVERED")
        )
    assert [len(undone.refused), revoked.done] == [1, [key(ONE)]]
    assert system.invoice(invoice.id).state == InvoiceState.IN_QUESTION
    assert system.line(number).receipt_id is None
    with system.database.reading() as session:
        held = placement_store.report(session, ONE, Month(2026, 1), 1)
    assert (held.state, held.reason, held.decided_by) == (
        _S.REVOKED,
        RejectionReason("NOT_DELIVERED"),
        "user-3",
    )
