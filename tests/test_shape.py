"""The shape of the product: bounds that hold, and ratchets where the aim is not reached, so that it only gets nearer.

`make figures` prints all that is measured.
"""

import ast
from pathlib import Path
from typing import Final

from tests.support import measures
from tests.support.product import modules

# Modules side by side in one folder: what may be, and what the flattest folder of all has while it is more.
REVISIONS: Final = "billing/migrations/versions"
SIDE_BY_SIDE_AIM: Final = 25
SIDE_BY_SIDE_NOW: Final = 25  # billing/cli/commands

# The part of all lines that one folder at the top may have, and has at most while it is more.
SHARE_AIM: Final = 0.25
SHARE_NOW: Final = 0.25  # invoicing

# Names that say nothing of what is in the module.
EMPTY_NAMES: Final = {"common", "helper", "helpers", "misc", "service", "services", "util", "utils"}
EMPTY_NOW: Final[list[str]] = []


def test_no_folder_is_flatter_than_the_bound() -> None:
    # Revisions are a history in the order of their numbers: they are added to, and never sorted into folders.
    found = measures.side_by_side().items()
    folder, most = next((name, count) for name, count in found if name != REVISIONS)
    assert max(most, SIDE_BY_SIDE_AIM) == SIDE_BY_SIDE_NOW, f"{folder} has {most}; a bound only goes down"


def test_no_folder_at_the_top_outgrows_the_bound() -> None:
    lengths = measures.folder_lengths()
    folder, largest = next(iter(lengths.items()))
    share = largest / sum(lengths.values())
    assert share <= SHARE_NOW, f"{folder} is {share:.1%} of the product; aim {SHARE_AIM:.0%}"


def test_every_module_says_what_it_is() -> None:
    assert [name for name in modules() if not ast.get_docstring(measures.tree(name))] == []


def test_every_module_and_folder_has_a_name_that_says_something() -> None:
    assert [name for name in modules() if EMPTY_NAMES & set(Path(name).with_suffix("").parts)] == EMPTY_NOW


def test_sql_stands_in_stores_queries_and_tables_alone() -> None:
    assert measures.sql_outside() == {}


def test_a_name_says_whether_a_module_holds_sql() -> None:
    told = (
        "orders/store.py",
        "a/order_store.py",
        "a/queries/exports.py",
        "a/entry_queries.py",
        "a/tables.py",
    )
    untold = ("orders/stores/a.py", "a/restore.py", "a/queue.py", "a/tables/a.py")
    assert [name for name in (*told, *untold) if measures.speaks_sql(name)] == list(told)


def test_statements_are_counted_by_whatever_name_they_have() -> None:
    text = """
import sqlalchemy as sa
from sqlalchemy import func, select as choose, text
from sqlalchemy.dialects import postgresql
from elsewhere import insert

choose(1).where(sa.exists(choose(2)))
sa.update(table)
postgresql.insert(table)
text("SELECT 1")
session.exec_driver_sql("SELECT 2")
insert(page)
func.count()
{}.update(a=1)
"""
    assert measures.statements(ast.parse(text)) == 6
