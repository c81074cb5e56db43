"""Informative reports: what a supplier tells in a code, read and withdrawn, with no effect on billing."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation import journal
from foundation.errors import NotThere
from foundation.text import ENGLISH
from foundation.transitions import StepRefused
from invoicing.model import InvoiceState
from operations.timeline import timeline
from operations.timeline.model import Audience, TimelineKind
from orders.journal_actions import PlacementAction
from orders.placements.informative import informative_reports, informative_store
from orders.placements.informative.informative_store import InformativeReport, InformativeState
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
TOLD = date(2026, 2, 4)
_S = InformativeState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January is reported and its invoice accepted."""
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        yield system


def informative(kind: str = "INTERNSHIP", *, on: date = TOLD) -> dict[str, object]:
    return {"execution_reference": REFERENCE, "kind": kind, "at": f"{on}T08:00:00+01:00", "by": "user-9"}


def told(system: System) -> list[InformativeReport]:
    with system.database.reading() as session:
        return informative_store.of_placement(session, REFERENCE)


def read(system: System, number: int = 1, *, on: date = date(2026, 2, 5)) -> InformativeReport:
    with system.database.writing() as session:
        return informative_reports.read(session, number, by="officer-1", today=on)


def test_it_changes_no_order_receipt_or_invoice(system: System) -> None:
    number, before = system.order(REFERENCE).number, system.days_received(REFERENCE)
    account = system.line(number)
    system.must("report.informative", informative(), on=TOLD)
    read(system)
    assert (system.line(number), system.days_received(REFERENCE)) == (account, before)
    assert system.invoice(1).state is InvoiceState.ACCEPTED


def test_it_is_read_by_somebody_and_can_wait_again(system: System) -> None:
    system.must("report.informative", informative(), on=TOLD)
    (report,) = told(system)
    assert (report.state, report.filed_on, report.filed_by) == (_S.UNREAD, TOLD, "user-9")
    done = read(system)
    assert (done.state, done.settled_by, done.settled_on) == (_S.READ, "officer-1", date(2026, 2, 5))
    with pytest.raises(StepRefused):
        read(system)
    with system.database.writing() as session:
        again = informative_reports.undo_read(session, 1, by="officer-1")
    assert (again.state, again.settled_by, again.settled_on) == (_S.UNREAD, "", None)
    with system.database.reading() as session:
        actions = [row.action for row in journal.rows(session, execution_reference=REFERENCE)]
    assert [each for each in actions if each.startswith("informative_report.")] == [
        PlacementAction.INFORMATIVE_FILED,
        PlacementAction.INFORMATIVE_READ,
        PlacementAction.INFORMATIVE_UNREAD,
    ]


def test_the_same_told_twice_before_it_is_read_is_told_once(system: System) -> None:
    for _ in range(2):
        system.must("report.informative", informative(), on=TOLD)
    system.must("report.informative", informative("CONTACT"), on=TOLD)
    assert [each.kind for each in told(system)] == ["CONTACT", "INTERNSHIP"]
    # What is told again after it was read is new, and then the first cannot wait again beside it.
    read(system)
    system.must("report.informative", informative(), on=date(2026, 2, 6))
    assert [each.state for each in told(system)] == [_S.UNREAD, _S.UNREAD, _S.READ]
    with system.database.writing() as session, pytest.raises(StepRefused) as refused:
        informative_reports.undo_read(session, 1, by="officer-1")
    assert "already waits to be read" in refused.value.text.in_language(ENGLISH)


def test_the_supplier_withdraws_it_until_it_is_read(system: System) -> None:
    system.must("report.informative", informative(), on=TOLD)
    system.must("report.informative", informative("CONTACT"), on=TOLD)
    read(system, 2)
    with system.database.writing() as session:
        informative_reports.withdraw(session, 1, by="user-9", today=date(2026, 2, 5))
    with system.database.writing() as session, pytest.raises(StepRefused):
        informative_reports.withdraw(session, 2, by="user-9", today=date(2026, 2, 5))
    assert [each.state for each in told(system)] == [_S.READ, _S.WITHDRAWN]


def test_nothing_is_told_of_a_placement_that_is_over_called_off_or_unknown(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 2, 10))
    assert "ended 2026-02-10" in system.refuses(
        "report.informative", informative(on=date(2026, 2, 11)), on=date(2026, 2, 11)
    )
    system.decide("100000102", start=date(2026, 3, 2), decided_on=date(2026, 2, 20))
    system.must(
        "placement.cancelled",
        {"execution_reference": "100000102", "reason": "OTHER"},
        on=date(2026, 2, 25),
    )
    of_other = {**informative(), "execution_reference": "100000102"}
    assert (
        "No informative reports are taken here for 100000102: the placement is cancelled."
        in system.refuses("report.informative", of_other, on=date(2026, 2, 26))
    )
    with system.database.writing() as session, pytest.raises(NotThere):
        informative_reports.read(session, 99, by="officer-1", today=TOLD)


def test_both_sides_see_it_in_the_story_of_the_placement(system: System) -> None:
    system.must("report.informative", informative(), on=TOLD)
    placement = system.placement(REFERENCE)
    with system.database.reading() as session:
        for audience in Audience:
            entries = timeline.of_placement(session, system.register, placement, audience)
            (entry,) = [each for each in entries if each.kind is TimelineKind.INFORMATIVE]
            assert (entry.on, entry.state) == (TOLD, "UNREAD")
