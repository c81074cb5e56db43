"""Rows that are kept back are written by kind, and nobody who asks can tell that they were."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from foundation import journal, written_together
from foundation.database import Database
from foundation.sql import Session
from peppol.exchange import tables as exchange_tables
from tests.support.servers.system_databases import CLOCK, whole
from tests.support.statements import statements

NOTE = exchange_tables.message_note
INBOX = exchange_tables.inbox


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = whole(database_url)
    with database.writing() as session:
        session.execute(insert(INBOX), [a_message(1)])
        yield session
    database.close()


def a_message(number: int) -> dict[str, object]:
    return {
        **{"id": number, "transport_id": str(number), "sha256": f"{number:064}", "size": 0, "body": b"x"},
        **{"received_on": CLOCK.date(), "received_at": CLOCK, "state": "ARRIVED"},
    }


def a_note(code: str, *, message: int = 1) -> dict[str, object]:
    return {"letter": message, "code": code, "sentence_sv": "", "sentence_en": "", "made_at": CLOCK}


def add_notes(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    session.execute(insert(NOTE), rows)


def add_messages(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    session.execute(insert(INBOX), rows)


def note(session: Session, code: str, *, message: int = 1) -> None:
    written_together.write(session, add_notes, a_note(code, message=message), into=NOTE)


def codes(session: Session) -> list[str]:
    return list(session.scalars(select(NOTE.c.code).order_by(NOTE.c.id)))


def of_notes(put: Sequence[str]) -> int:
    return sum(each.startswith("INSERT INTO letter_note") for each in put)


def test_a_row_is_written_at_once_where_nobody_gathers(session: Session) -> None:
    with statements() as put:
        note(session, "A")
        note(session, "B")
    assert (of_notes(put), codes(session)) == (2, ["A", "B"])


@pytest.mark.both_engines
def test_those_of_one_kind_are_written_by_one_statement_as_the_block_ends(session: Session) -> None:
    with statements() as put:
        with written_together.gathered(session):
            for code in "ABC":
                note(session, code)
            assert of_notes(put) == 0
        assert of_notes(put) == 1
    assert codes(session) == ["A", "B", "C"]


@pytest.mark.both_engines
def test_whoever_asks_finds_what_was_kept_back(session: Session) -> None:
    with written_together.gathered(session):
        note(session, "A")
        assert session.scalar(select(func.count()).select_from(INBOX)) == 1
        assert codes(session) == ["A"]
        note(session, "B")
        assert codes(session) == ["A", "B"]


@pytest.mark.both_engines
def test_what_others_refer_to_is_written_before_them_and_before_any_other_row(session: Session) -> None:
    with written_together.gathered(session):
        note(session, "A", message=2)
        written_together.write(session, add_messages, a_message(2), into=INBOX)
    with written_together.gathered(session):
        written_together.write(session, add_messages, a_message(3), into=INBOX)
        session.execute(insert(NOTE), a_note("B", message=3))
    assert codes(session) == ["A", "B"]


class Undone(Exception):
    pass


def noted_and_undone(session: Session, code: str) -> None:
    note(session, code)
    raise Undone


@pytest.mark.both_engines
def test_a_savepoint_that_is_undone_takes_with_it_what_was_kept_within_and_nothing_else(
    session: Session,
) -> None:
    with written_together.gathered(session):
        note(session, "before")
        with suppress(Undone), journal.attempt(session):
            noted_and_undone(session, "within")
        with journal.attempt(session):
            note(session, "kept")
    assert codes(session) == ["before", "kept"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_savepoint_that_the_database_broke_off_is_undone_with_what_was_kept_within(
    session: Session,
) -> None:
    with written_together.gathered(session):
        with suppress(DBAPIError), journal.attempt(session):
            note(session, "within")
            session.execute(text("SELECT 1 / 0"))
        note(session, "after")
    assert codes(session) == ["after"]


def test_what_is_kept_when_something_fails_is_never_written(session: Session) -> None:
    with suppress(Undone), written_together.gathered(session):
        noted_and_undone(session, "A")
    note(session, "B")
    assert codes(session) == ["B"]


@pytest.mark.both_engines
def test_numbers_given_ahead_are_those_that_rows_would_have_had(database_url: str) -> None:
    database = whole(database_url)
    try:
        with database.writing() as session, written_together.gathered(session):
            written_together.reserve_numbers(session, INBOX.c.id, 2)
            given = [written_together.next_number(session, INBOX.c.id) for _ in range(3)]
            rows = [a_message(number or 0) for number in given]
            for row in rows:
                written_together.write(session, add_messages, row, into=INBOX)
        assert given == [1, 2, 3]
        assert added_by_itself(database) == 4
    finally:
        database.close()


def added_by_itself(database: Database) -> int:
    with database.writing() as session:
        row = {name: value for name, value in a_message(9).items() if name != "id"}
        number: int = session.execute(insert(INBOX).returning(INBOX.c.id), row).scalar_one()
        assert written_together.next_number(session, INBOX.c.id) is None
        return number
