"""The PostgreSQL database that speed is measured in: emptied first, and therefore never anybody's books.

Convention: a database that was emptied for measuring carries a mark. One that has tables of ours and no mark was
made by somebody else, and is left alone.
"""

from sqlalchemy import inspect

from billing.tools.benchmarks import bench_store
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from orders import tables as order_tables


def empty(url: str) -> None:
    """Remove every table of ours. Raises Refused for anything but PostgreSQL and for books that no bench has made."""
    database = Database(url)
    try:
        if database.is_sqlite:
            raise Refused(
                Text(
                    "Mätningen behöver en PostgreSQL-databas som får tömmas, till exempel "
                    "postgresql://localhost/bench."
                )
            )
        with database.engine.begin() as connection:
            seen = inspect(connection)
            if seen.has_table(order_tables.purchase_order.name) and not seen.has_table(bench_store.MARK):
                raise Refused(
                    Text(
                        "Databasen har böcker som ingen mätning har gjort, och de töms inte. Ange en tom databas."
                    )
                )
            bench_store.mark(connection)
            bench_store.drop_tables(connection)
    finally:
        database.close()
