"""Who is the tutor of a placement: assigned within ten days, changed later, never a name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import journal
from foundation.transitions import StepRefused
from invoicing.portal_invoicing.scope import Scope
from orders.journal_actions import PlacementAction
from orders.placements import tutor_store, tutors
from orders.placements.tutors import TutorRefused, tutor_code
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries.placements import PlacementFilter, PlacementRow, PlacementsAre, Stands
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

OURS = Scope(FYRBAKEN)


def assign(system: System, tutor: str, *, on: date = date(2026, 1, 5)) -> bool:
    with system.database.writing() as session:
        return tutors.assign(session, "100000101", tutor, by="user-3", today=on)


def waiting(system: System, on: date) -> list[PlacementRow]:
    wanted = PlacementFilter(PlacementsAre.TO_ASSIGN)
    with system.database.reading() as session:
        found = placement_queries.listed(session, OURS, wanted, today=on, limit=10)
        assert placement_queries.count(session, OURS, wanted, today=on) == len(found)
    return found


def test_a_new_placement_waits_for_its_tutor_for_ten_days(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(decided_on=date(2025, 12, 20))
        (row,) = waiting(system, date(2025, 12, 21))
        assert (row.assign_by, row.tutor, row.stands) == (date(2025, 12, 30), "", Stands.COMING)
        assert not placement_queries.late(row, today=date(2025, 12, 30))
        assert placement_queries.late(row, today=date(2025, 12, 31))
        with system.database.reading() as session:
            first = placement_queries.first_to_assign(session, OURS, today=date(2025, 12, 21))
        assert first == date(2025, 12, 30)
        assert assign(system, "handledare-7")
        assert waiting(system, date(2026, 1, 5)) == []


def test_a_tutor_is_changed_and_the_history_kept(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        assert assign(system, "handledare-7")
        assert not assign(system, "handledare-7", on=date(2026, 1, 6))
        assert assign(system, " H2 ", on=date(2026, 3, 1))
        with system.database.reading() as session:
            invoice = tutor_store.history(session, "100000101")
            rows = [
                row.detail for row in journal.rows(session) if row.action == PlacementAction.TUTOR_ASSIGNED
            ]
            suggestions = placement_queries.tutors_used(session, OURS)
            others = placement_queries.tutors_used(session, Scope(LARKDRILLEN))
        assert [(each.tutor, each.assigned_on, each.standing) for each in invoice] == [
            ("handledare-7", date(2026, 1, 5), False),
            ("H2", date(2026, 3, 1), True),
        ]
        assert rows == ['{"tutor": "handledare-7"}', '{"tutor": "H2", "was": "handledare-7"}']
        assert (list(suggestions), list(others)) == (["H2"], [])


def test_nobody_is_assigned_to_what_is_over(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.interrupt("100000101", on=date(2026, 2, 10))
        with pytest.raises(StepRefused, match="ended on 2026-02-10"):
            assign(system, "handledare-7", on=date(2026, 2, 11))
        assert waiting(system, date(2026, 2, 11)) == []


@pytest.mark.parametrize(
    "written",
    ["Anna Svensson", "Svensson", "", "19800101-1234", "8001011234", "user-198001011234", "7", "a b-1"],
)
def test_a_name_or_a_personal_number_is_no_code(written: str) -> None:
    with pytest.raises(TutorRefused, match="no name or personal number"):
        tutor_code(written)


@given(st.text(alphabet=st.characters(categories=["L", "Zs"]), max_size=40))
def test_whatever_is_only_messages_and_spaces_is_refused(written: str) -> None:
    with pytest.raises(TutorRefused):
        tutor_code(written)
