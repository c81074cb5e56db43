"""The statements that are put to the database meanwhile, of whatever engine and thread."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement, as it is put, but the beginning of a unit of work; filled while the context stands."""
    put: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement != "BEGIN":
            put.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield put
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
