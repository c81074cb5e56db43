"""A month of the demo's books, counted by hand: what the figures of the service say of it."""

from datetime import date
from pathlib import Path

import pytest

from foundation.database import Database
from foundation.periods import Month
from orders.figures.counts import ENDED, FLOWS, ONGOING, Dimension
from orders.figures.service_figures import Asked, ServiceFigures, service_figures
from orders.register import store as register_store
from tests.support.stories.demo_books import books

OCTOBER = Month(2026, 10)
SERVICE = "rusta-och-matcha"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder: Path = tmp_path_factory.mktemp("demo")
    return Database(books(folder))


def figures_of(database: Database, dimension: Dimension, *, least: int) -> ServiceFigures:
    with database.reading() as session:
        register = register_store.load(session)
        asked = Asked(SERVICE, OCTOBER, OCTOBER, dimension)
        return service_figures(session, register, asked, today=date(2026, 12, 15), least=least)


def test_october_of_the_demo(database: Database) -> None:
    """Two begin: 400000069 on the 19th, and 400000067 is back on the 26th, ill since the 9th.

    Four end, each by an interruption: 400000067 on the 9th, 400000071 on the 16th, 400000066 and 400000069 on the
    30th. The period of 400000073 ends on the 31st, and goes on in its second the day after.
    """
    (whole,) = figures_of(database, Dimension.WHOLE, least=1).told.whole
    assert [whole.counts[name] for name in (ONGOING, *FLOWS)] == [42, 2, 4, 4, 0]
    causes = figures_of(database, Dimension.CAUSE, least=1).told.rows
    assert {row.key: row.counts["interrupted"] for row in causes} == {"ILLNESS": 2, "WORK": 2}
    # By area: 15 of Mitt, 10 of Nord and 17 of Syd are 42.
    areas = figures_of(database, Dimension.AREA, least=1).told.rows
    assert {row.key: row.counts[ONGOING] for row in areas} == {"LO-MITT": 15, "LO-NORD": 10, "LO-SYD": 17}


def test_october_as_it_is_told_keeps_the_few_back(database: Database) -> None:
    told = figures_of(database, Dimension.WHOLE, least=5).told
    assert [told.whole[0].counts[name] for name in (ONGOING, ENDED)] == [42, None]
    suppliers = figures_of(database, Dimension.WHOLE, least=5).suppliers
    assert (suppliers.approved, suppliers.active, suppliers.addresses) == (8, 8, 9)
