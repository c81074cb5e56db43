"""What docs/scaling.md says of keys and suppliers is what the schema says: nothing more, nothing less."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from tests.support import supplier_keys
from tests.support.project import PROJECT
from tests.support.supplier_keys import Key

OWN: Final = "a column of its own"
NOBODYS: Final = "nothing: it is the buyer's"
SILENT: Final = "nothing, though it is about one supplier's things"
NAME: Final = re.compile(r"`(\w+)`")


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table below a heading of the page."""
    page = (PROJECT / "docs" / "scaling.md").read_text(encoding="utf-8")
    told = page.partition(f"### {heading}\n")[2].partition("\n#")[0]
    lines = [line for line in told.splitlines() if line.startswith("|")]
    assert len(lines) > 2, heading
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def owners() -> dict[str, str]:
    """By what a row of each table is a supplier's, as the page has it."""
    return {
        name: whose.strip("`") for whose, names in rows("Whose the rows are") for name in NAME.findall(names)
    }


def test_every_table_stands_with_whose_its_rows_are() -> None:
    told = owners()
    for name in supplier_keys.tables():
        path = supplier_keys.path(name)
        assert name in told, f"docs/scaling.md, Whose the rows are, lacks {name}: {path}"
        if path is None:
            assert told[name] in (NOBODYS, SILENT), name
        else:
            assert told[name] == (OWN if len(path) == 1 else path[1]), (name, path)
    assert set(told) == set(supplier_keys.tables())


def test_every_unique_key_that_crosses_suppliers_stands_with_whether_it_is_needed() -> None:
    told = {
        Key(table, tuple(NAME.findall(columns))): (needed, why)
        for columns, tables, needed, why in rows("Unique keys that are promised across suppliers")
        for table in NAME.findall(tables)
    }
    about_suppliers = [name for name, whose in owners().items() if whose != NOBODYS]
    found = {key for name in about_suppliers for key in supplier_keys.unique_across_suppliers(name)}
    assert sorted(found - set(told)) == []
    assert sorted(set(told) - found) == []
    assert all(needed in ("yes", "no") and len(why) > 10 for needed, why in told.values())


def test_every_foreign_key_that_may_lead_to_another_suppliers_row_stands_with_whether_it_does() -> None:
    told = {}
    for source, referred, others, why in rows("Foreign keys that may lead to another supplier's row"):
        table, *columns = NAME.findall(source)
        told[Key(table, tuple(columns), referred.strip("`"))] = (others, why)
    found = {
        key for name in supplier_keys.tables() for key in supplier_keys.references_across_suppliers(name)
    }
    assert sorted(found - set(told)) == []
    assert sorted(set(told) - found) == []
    assert all(others in ("may", "must not") and len(why) > 10 for others, why in told.values())


def test_no_constraint_is_of_a_kind_that_the_page_says_is_not_used() -> None:
    assert [
        (name, other)
        for name, table in supplier_keys.tables().items()
        for other in supplier_keys.other_constraints(table)
    ] == []
    reserved = Table("reserved", MetaData(), Column("room", Integer), ExcludeConstraint(("room", "=")))
    assert supplier_keys.other_constraints(reserved) == ["ExcludeConstraint"]


@pytest.fixture
def small_books(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invoice of a supplier's, its note, a visit that names an invoice and a supplier, and a rule of the buyer's."""
    metadata = MetaData()
    Table("invoice", metadata, Column("id", Integer, primary_key=True), Column("supplier", String))
    Table(
        "note",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
        Column("position", Integer),
        Column("word", String, unique=True),
        UniqueConstraint("invoice_id", "position"),
    )
    Table(
        "visit",
        metadata,
        Column("supplier", String, primary_key=True),
        Column("seen", ForeignKey("note.id")),
    )
    Table("rule", metadata, Column("id", Integer, primary_key=True))
    supplier_keys.path.cache_clear()
    monkeypatch.setattr(supplier_keys, "METADATAS", (metadata,))
    yield
    supplier_keys.path.cache_clear()


@pytest.mark.usefixtures("small_books")
def test_a_key_crosses_suppliers_where_nothing_in_it_leads_to_one() -> None:
    assert [supplier_keys.path(each) for each in ("invoice", "note", "visit", "rule")] == [
        ("invoice",),
        ("note", "invoice"),
        ("visit",),
        None,
    ]
    assert supplier_keys.unique_across_suppliers("note") == {Key("note", ("id",)), Key("note", ("word",))}
    assert supplier_keys.unique_across_suppliers("visit") == set()
    # A note is its invoice's; a visit names a supplier and a note that may be another's.
    assert supplier_keys.references_across_suppliers("note") == set()
    assert supplier_keys.references_across_suppliers("visit") == {Key("visit", ("seen",), "note")}
