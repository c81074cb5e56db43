"""A long journal is walked behind the page, followed row by row, and what does not fit is named."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text, update

from accounts.identity import Permission
from billing.server.background import background_work
from foundation import tables as foundation_tables
from foundation.journal_chains import verification
from operations.background import asking, journal_work, task_store
from operations.background.tables import background_task
from operations.background.tasks import AlreadyAsked, Task, TaskState
from operations.settings import Settings
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.many_to_pay import five_invoices
from tests.support.stories.paying import NOW
from tests.support.stories.system import System, a_system

ROWS = foundation_tables.journal
PAGE = "/finance/audit/verify"


@pytest.fixture
def system(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setattr(journal_work, "AT_ONCE", 0)
    monkeypatch.setattr(verification, "_TOLD_EACH", 5)
    with a_system(database_url, begun=five_invoices) as opened:
        yield opened


def walked(system: System) -> tuple[Task, list[int]]:
    """What came of a walk, and how many rows it said on its way."""
    told = list[int]()
    with system.database.writing() as session:
        number = asking.to_verify(session, by="user-1", at=NOW)
    background_work.run_one(system.database, Settings(), tell=lambda done, _: told.append(done))
    with system.database.reading() as session:
        return task_store.get(session, number), told


def spoil(system: System, *, from_row: int, patch: pytest.MonkeyPatch) -> None:
    """Rewrite what happened from one row on, as a master of the database could. The story's end does not mind."""
    patch.setattr(System, "broken", lambda _: [])
    database = system.database
    with database.writing() as session:
        if database.is_sqlite:
            triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
            for name in session.scalars(triggers).all():
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("ALTER TABLE journal DISABLE TRIGGER ALL"))
        session.execute(update(ROWS).where(ROWS.c.sequence >= from_row).values(actor="nobody"))


@pytest.mark.both_engines
def test_whole_chains_are_walked_and_told_on_the_way(system: System) -> None:
    task, told = walked(system)
    assert task.state is TaskState.DONE
    assert not task.is_short
    assert task.rows_done == task.rows_total > 5
    assert told == list(range(5, task.rows_total + 1, 5))
    assert task.outcome.en == f"The chains are whole: {task.rows_total} rows carry each other's hashes."
    assert task.outcome.sv.startswith("Kedjorna är hela")


def test_what_does_not_fit_is_named_up_to_twenty_and_counted(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(system, from_row=3, patch=monkeypatch)
    task, _ = walked(system)
    assert task.is_short
    found = task.rows_total - 3  # the first two, and that the walk was asked for
    assert f"{found} faults among {task.rows_total} rows" in task.outcome.en
    assert task.outcome.en.count("does not carry the hash of its content") == journal_work.TOLD_MOST
    assert task.outcome.en.endswith("…")
    assert (
        journal_work.outcome_of(["row 3 is missing"], 1, 5)
        .said.in_language("sv")
        .endswith("row 3 is missing.")
    )


def test_one_walk_at_a_time(system: System) -> None:
    with system.database.writing() as session:
        asking.to_verify(session, by="user-1", at=NOW)
        with pytest.raises(AlreadyAsked):
            asking.to_verify(session, by="user-2", at=NOW)


@pytest.mark.parametrize("who", [Permission.AUDIT, Permission.FINANCE])
def test_the_page_of_a_long_journal_asks_for_the_walk_and_shows_the_latest(
    database_url: str, system: System, who: Permission
) -> None:
    with portal(database_url) as site, visitor(site, ONES[who]) as person:
        before = text_of(person.get(PAGE))
        assert "Att gå igenom dem tar en stund" in before
        assert "Kedjorna är hela" not in before, "nothing is said to be whole that nobody has walked"
        asked = person.post(PAGE)
        assert asked.status_code == 303
        assert "Kontroll av journalens kedjor" in text_of(person.get(asked.headers["location"]))
        going = person.get(PAGE)
        assert "Kedjorna gås igenom" in text_of(going)
        assert "Gå igenom kedjorna" not in text_of(going)
        background_work.run_one(system.database, Settings())
        assert "Kedjorna är hela: " in text_of(person.get(asked.headers["location"]))
        after = text_of(person.get(PAGE))
        assert "Den senaste kontrollen" in after
        assert "Kedjorna är hela: " in after
        assert "Gå igenom kedjorna" in after, "and it may be asked for again"


def test_a_walk_that_is_stuck_is_not_said_to_go_on(database_url: str, system: System) -> None:
    """Whoever may act on it finds the press there, and it may be asked for anew once it is stopped."""
    with system.database.writing() as session:
        number = asking.to_verify(session, by="user-1", at=NOW)
        session.execute(update(background_task).values(state=TaskState.STUCK))
    with portal(database_url) as site, visitor(site, ONES[Permission.FINANCE]) as person:
        stuck = text_of(person.get(PAGE))
        assert "Kontrollen har fastnat" in stuck
        assert "Kedjorna gås igenom" not in stuck
        assert person.post(f"/finance/payments/tasks/{number}/stop").status_code == 303
        stopped = text_of(person.get(PAGE))
        assert "Kedjorna är inte kontrollerade" in stopped
        assert "Gå igenom kedjorna" in stopped


def test_who_has_lost_the_permission_learns_nothing(database_url: str, system: System) -> None:
    with system.database.writing() as session:
        number = asking.to_verify(session, by="user-99", at=NOW, permission=Permission.AUDIT)
    background_work.run_one(system.database, Settings())
    with system.database.reading() as session:
        task = task_store.get(session, number)
    assert task.state is TaskState.REFUSED
    assert "no longer" in task.outcome.en


def test_a_short_journal_is_walked_while_the_page_waits(
    database_url: str, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_work, "AT_ONCE", 50_000)
    with portal(database_url) as site, visitor(site, ONES[Permission.AUDIT]) as person:
        assert "Kedjorna är hela" in text_of(person.get(PAGE))
        spoil(system, from_row=2, patch=monkeypatch)
        broken = text_of(person.get(PAGE))
        assert "Kedjorna är brutna" in broken
        assert "does not carry the hash of its content" in broken
