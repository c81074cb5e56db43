"""Which tables a story reads so that nobody else changes the rows meanwhile, whichever engine it is told on.

SQLite has one writer and passes the words over; what was asked for is seen all the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, Select, event
from sqlalchemy.dialects import postgresql


@contextmanager
def held_rows() -> Iterator[set[str]]:
    """The tables that are read held (FOR UPDATE) the first time they are read: who reads first and holds then is late.

    The heads of the journal's chains, which every transaction holds as its last, are asked for by name and not seen.
    """
    held: set[str] = set()
    written_for = postgresql.dialect()  # type: ignore[no-untyped-call]
    read = set[str]()

    def note(_: object, asked: object, *__: object) -> None:
        if isinstance(asked, Select):
            tables = {str(each) for each in asked.get_final_froms()}
            if "FOR UPDATE" in str(asked.compile(dialect=written_for)):
                held.update(tables - read)
            read.update(tables)

    event.listen(Engine, "before_execute", note)
    try:
        yield held
    finally:
        event.remove(Engine, "before_execute", note)
