"""Who is the tutor of a placement: assigned within ten days, changed later, never a name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import accounts
from accounts.identity import Permission, Person
from foundation import journal
from foundation.transitions import StepRefused
from invoicing.portal_invoicing.scope import Scope
from orders.journal_actions import PlacementAction
from orders.register import store as register_store
from orders.tutors import tutor_store, tutors, unit_tutor_store, unit_tutors
from orders.tutors.tutors import TutorRefused, tutor_code
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries.placements import PlacementFilter, PlacementRow, PlacementsAre, Stands
from tests.support.pages.browser import account_of
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

OURS = Scope(FYRBAKEN)


def add(system: System, *codes: str, unit: str = "UV-101", on: date = date(2025, 12, 1)) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        for code in codes:
            supplier = register.unit(unit).supplier
            unit_tutors.add(session, register, supplier, unit, code, by="user-1", today=on)


def leave(system: System, code: str, *, on: date, unit: str = "UV-101") -> None:
    with system.database.writing() as session:
        tutor = unit_tutor_store.by_code(session, unit, code)
        assert tutor is not None
        unit_tutors.close(session, tutor, by="user-1", today=on)


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
        add(system, "handledare-7")
        assert assign(system, "handledare-7")
        assert waiting(system, date(2026, 1, 5)) == []


def test_the_days_are_those_agreed_for_the_start_and_counted_anew_where_a_tutor_left() -> None:
    decided_on, start_by = date(2026, 3, 2), date(2026, 3, 7)
    assert tutors.last_day_to_assign(decided_on, start_by) == start_by
    assert tutors.last_day_to_assign(decided_on, start_by, left_on=date(2026, 4, 1)) == date(2026, 4, 6)
    # Decided before that day was kept with the period.
    assert tutors.last_day_to_assign(decided_on, None) == date(2026, 3, 12)


def test_a_tutor_is_changed_and_the_history_kept(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        add(system, "handledare-7", "H2")
        assert assign(system, "handledare-7")
        assert not assign(system, "handledare-7", on=date(2026, 1, 6))
        assert assign(system, " H2 ", on=date(2026, 3, 1))
        with system.database.reading() as session:
            invoice = tutor_store.history(session, "100000101")
            rows = [
                row.detail for row in journal.rows(session) if row.action == PlacementAction.TUTOR_ASSIGNED
            ]
            on_h2 = placement_queries.of_tutor(session, OURS, "UV-101", "H2", today=date(2026, 3, 2))
            on_7 = placement_queries.of_tutor(session, OURS, "UV-101", "handledare-7", today=date(2026, 3, 2))
            others = placement_queries.of_tutor(
                session, Scope(LARKDRILLEN), "UV-101", "H2", today=date(2026, 3, 2)
            )
        assert [(each.tutor, each.assigned_on, each.standing) for each in invoice] == [
            ("handledare-7", date(2026, 1, 5), False),
            ("H2", date(2026, 3, 1), True),
        ]
        assert rows == ['{"tutor": "handledare-7"}', '{"tutor": "H2", "was": "handledare-7"}']
        assert (on_h2, on_7, others) == (["100000101"], [], [])


def test_nobody_is_assigned_to_what_is_over(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        system.interrupt("100000101", on=date(2026, 2, 10))
        with pytest.raises(StepRefused, match="ended on 2026-02-10"):
            assign(system, "handledare-7", on=date(2026, 2, 11))
        assert waiting(system, date(2026, 2, 11)) == []


def test_only_those_of_the_unit_can_be_chosen(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        with pytest.raises(TutorRefused, match="UV-101 has no tutors yet"):
            assign(system, "handledare-7")
        add(system, "handledare-7", "H2")
        add(system, "handledare-9", unit="UV-102")
        add(system, "handledare-8", unit="UV-201")
        for unknown in ("handledare-9", "handledare-8", "handledare-1"):
            with pytest.raises(TutorRefused, match="Choose one of H2, handledare-7"):
                assign(system, unknown)
        with pytest.raises(TutorRefused, match="The unit has the code already"):
            add(system, "H2")
        with pytest.raises(TutorRefused, match="no name or personal number"):
            add(system, "Anna Svensson")


def test_a_tutor_that_leaves_leaves_placements_that_wait_for_another(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        add(system, "handledare-7", "H2")
        assign(system, "handledare-7")
        assert waiting(system, date(2026, 2, 1)) == []
        leave(system, "handledare-7", on=date(2026, 2, 2))
        (row,) = waiting(system, date(2026, 2, 3))
        assert (row.tutor, row.tutor_left, row.assign_by) == ("handledare-7", True, date(2026, 2, 12))
        with system.database.reading() as session:
            assert placement_queries.first_to_assign(session, OURS, today=date(2026, 2, 3)) == date(
                2026, 2, 12
            )
        with pytest.raises(TutorRefused, match="Choose one of H2"):
            assign(system, "handledare-7", on=date(2026, 2, 3))
        assert assign(system, "H2", on=date(2026, 2, 3))
        assert waiting(system, date(2026, 2, 3)) == []
        with pytest.raises(StepRefused):
            leave(system, "handledare-7", on=date(2026, 2, 4))


def test_who_leaves_the_company_leaves_as_tutor_too(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        add(system, "handledare-7")
        assign(system, "handledare-7")
        person = account_of(
            system.database, Person("user-t", "Tuva Ö", FYRBAKEN, frozenset({Permission.ASSIGN}))
        )
        with system.database.writing() as session:
            tutor = unit_tutor_store.by_code(session, "UV-101", "handledare-7")
            assert tutor is not None
            unit_tutors.tie(session, tutor, person.id, by="user-1")
        with system.database.writing() as session:
            accounts.end(session, FYRBAKEN, person.account_id, by="user-1", today=date(2026, 2, 2))
        assert [row.tutor_left for row in waiting(system, date(2026, 2, 3))] == [True]
        with system.database.reading() as session:
            assert "Tuva" not in " ".join(f"{row.subject} {row.detail}" for row in journal.rows(session))


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
