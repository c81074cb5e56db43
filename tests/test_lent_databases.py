"""The database a story is lent is as it was opened, whatever the story before said of its installation."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.servers import system_databases
from tests.support.stories.system import a_system

# Where it is and how it is reached, which no story changes.
FIXED = {"url", "options", "is_sqlite"}
SAID = {
    "clock": lambda: datetime(2031, 1, 1, tzinfo=UTC),
    "has_true_clock": True,
    "marks": (Path("books.mark.json"),),
    "facts": {"acknowledger": "somebody else"},
    "refuse_other": lambda version: None,
}


@pytest.mark.both_engines
def test_all_that_may_be_said_of_a_database_ends_with_the_story(database_url: str) -> None:
    with a_system(database_url) as system:
        names = {each for each in vars(system.database) if not each.startswith("_")}
        before = {each: getattr(system.database, each) for each in SAID}
    assert names - FIXED == set(SAID) == set(system_databases._as_opened)
    with a_system(database_url) as system:
        vars(system.database).update(SAID)
        # The invariants are asked as ever when the story ends.
        vars(system.database).update(refuse_other=None)
    with a_system(database_url) as system:
        assert {each: getattr(system.database, each) for each in SAID} == before
