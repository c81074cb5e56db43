"""How SQLite carries out the statements that are put meanwhile: which of them go through many rows of a table.

It keeps no statistics, so that a plan is the same in books of any size.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine, event

from foundation.sql import Session

Put = dict[str, tuple[object, ...]]
"""Statements, each with the values of its first time."""

FEW: Final[Mapping[str, str]] = {
    "SCAN CONSTANT ROW": "nothing is asked for",
    "SCAN (subquery": "the rows of a question of its own, whose steps stand here too",
    "SCAN anon_1 VIRTUAL TABLE": "the values that are asked for",
    "SCAN wanted VIRTUAL TABLE": "the values that are asked for",
    "SCAN books_mark": "it has one row",
    "SEARCH journal": "its highest number is the last of its key",
    "SCAN register_version": "from the newest on, and the first is enough",
    "SEARCH policy_version USING INDEX uq_policy_version_in_force": "one is in force",
}
"""Steps that look as if they went through many rows, and why these are few."""
# By these alone a row is one of ever more.
_COARSE: Final = frozenset(
    {"supplier", "state", "document_type", "kind", "issued_on", "received_on", "currency", "month"}
)


@contextmanager
def questions() -> Iterator[Put]:
    """What is asked, changed and removed, of whatever engine and thread; filled while the context stands."""
    put: Put = {}

    def hear(
        _: object, __: object, statement: str, given: tuple[object, ...], ___: object, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and not many:
            put.setdefault(statement, given)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield put
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def carried_out(session: Session, ask: Callable[[Session], object]) -> list[list[str]]:
    """The steps of each question that is put when this is asked, in turn."""
    with questions() as put:
        ask(session)
    return [
        [row[3] for row in session.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
        for statement, given in put.items()
    ]


def gone_through(engine: Engine, put: Put, *, few: Mapping[str, str]) -> list[tuple[str, str]]:
    """The steps that go through many rows, with their statements; `few` are those besides `FEW` that do not."""
    known = (*FEW, *few)
    with engine.connect() as connection:
        steps = {
            (row[3], statement)
            for statement, given in put.items()
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        }
    return [each for each in sorted(steps) if _goes_through(each[0]) and not each[0].startswith(known)]


def _goes_through(step: str) -> bool:
    by = set(re.findall(r"(\w+)[=<>]+\?", step))
    return step.startswith("SCAN") or (step.startswith("SEARCH") and by <= _COARSE)
