"""Books of seven years, made in bulk, are books: all of `check` holds on them, and every question has its answer."""

from contextlib import closing

import pytest
from sqlalchemy import text

from billing.migrations.migrate import open_migrated
from billing.tools.benchmarks import years
from foundation.sql import Session
from invoicing.documents import store as document_store
from operations.checks import invariants

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def said(session: Session) -> list[str]:
    return [f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)]


def test_all_of_check_holds_on_books_of_seven_years_and_every_question_is_answered(database_url: str) -> None:
    with closing(open_migrated(database_url)) as database:
        years.make(database, documents=600)
        with database.reading() as session:
            assert said(session) == []
            first = session.scalars(text("SELECT min(starts_on) FROM order_line")).one()
            assert str(first) == "2019-12-01"
            bought = document_store.content(session, 1)
            assert (bought.lines[0].name, bought.amount_net) == ("Grundersättning", bought.lines[0].amount)
        sizes = years.sizes(database)
        assert sizes["documents"] == 601
        asked = list(years.measure(database, times=1))
        assert len({each.what for each in asked}) == len(asked) == 28
        # Whoever changes one row of the bulk is found out, as in books that came one by one.
        with database.engine.begin() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("UPDATE journal SET actor = 'user-3' WHERE sequence = 900"))
        with database.reading() as session:
            (broken,) = said(session)
            assert "does not carry the hash of its content" in broken
