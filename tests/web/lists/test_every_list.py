"""Every list of rows has what lists have, or says why not: order, conditions, pages, a file, and saved views.

The templates are read as they are written, so that a list which no example has a row of is counted too.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.support.project import PROJECT

FRONTS = ("accounts", "finance_desk", "supplier_portal", "web")
TABLE = '<table class="data'
# Written by the page, not by who asks: the order and the size of a list, which part of the desk's queue it is.
NOT_ASKED = {"sort", "dir", "size", "form_token"}


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list, as the table has it."""

    template: str
    address: str
    number: int = 1
    sorts: str = ""
    plain: str = ""
    in_order: str = ""
    filters: str = ""
    file: str = ""
    no_file: str = ""
    no_views: str = ""
    no_pages: str = ""
    source: str = field(default="", compare=False)

    @property
    def table(self) -> str:
        """The list's own part of its template: from its table to the next one, or the end."""
        return TABLE + self.source.split(TABLE)[self.number].partition("</table>")[0]

    @property
    def after(self) -> str:
        """What stands between the list and the next table."""
        return self.source.split(TABLE)[self.number].partition("</table>")[2]


@cache
def told() -> dict[str, object]:
    return tomllib.loads((Path(__file__).parent / "lists.toml").read_text(encoding="utf-8"))


def source_of(template: str) -> str:
    return (PROJECT / template).read_text(encoding="utf-8")


def lists() -> list[ListRow]:
    found = told()["list"]
    assert isinstance(found, list)
    return [ListRow(**each, source=source_of(each["template"])) for each in found]


def templates() -> Iterator[tuple[str, str]]:
    for front in FRONTS:
        for path in sorted((PROJECT / front / "templates").rglob("*.html")):
            yield path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8")


def named(row: ListRow) -> str:
    return f"{row.template.rpartition('/')[2]}-{row.number}"


EVERY = [pytest.param(row, id=named(row)) for row in lists()]


def test_every_table_is_a_list_of_the_inventory_or_part_of_something() -> None:
    counted = Counter(row.template for row in lists())
    parts = told()["parts"]
    assert isinstance(parts, dict)
    for template, each in parts.items():
        assert each["why"], template
        counted[template] += each["tables"]
    assert {name: source.count(TABLE) for name, source in templates() if TABLE in source} == dict(counted)


@pytest.mark.parametrize("row", EVERY)
def test_each_column_sorts_or_it_is_said_why_not(row: ListRow) -> None:
    if row.sorts:
        declared = re.findall(r'^  \("(\w+)", _\(', row.source, re.MULTILINE)
        assert [each for each in declared if each not in row.plain.split()] == row.sorts.split()
        assert bool(row.plain) == bool(row.in_order)
        assert "heading_row(columns, sorts" in row.table
        assert "columns.hide" in row.source, "what the filter asks loses the columns"
        assert "sort_fields(" in row.source, "what the filter asks loses the order"
        assert "listing" in row.table.partition("{{")[0], "no headings where rows are cards"
        assert "{{ columns.classes(" in row.table, "what is hidden is shown"
        assert 'class="table-frame sticky-frame"' in row.source, "headings do not stay in sight"
        return
    assert "sorted_by(" not in row.table
    columns = [each for each in re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", row.table, re.DOTALL)]
    # A heading for boxes, or for a press on each row, has nothing to sort by.
    others = [each for each in columns if "data-ticks" not in each and '_("Välj")' not in each]
    others = [each for each in others if 'class="hidden"' not in each]
    assert bool(row.in_order) == bool(others), others


@pytest.mark.parametrize("row", EVERY)
def test_each_condition_stands_in_the_address_and_can_be_kept(row: ListRow) -> None:
    if not row.filters:
        return
    forms = re.findall(r'<form[^>]*role="search".*?</form>', row.source, re.DOTALL)
    assert forms, "a form that asks, by GET"
    assert all('method="post"' not in each.partition(">")[0] for each in forms)
    written = "".join(forms)
    asked = set(re.findall(r'(?:field|select)\("(\w+)"', written)) | set(
        re.findall(r' name="(\w+)"', written)
    )
    named_by_loop = {"kind.value": "choice", "name, words": "assumed"}
    asked |= {name for sign, name in named_by_loop.items() if f"({sign}" in written}
    assert asked - NOT_ASKED == set(row.filters.split())
    shows_views = '{% include "saved_views.html" %}' in row.source
    assert shows_views != bool(row.no_views)


@pytest.mark.parametrize("row", EVERY)
def test_each_list_goes_to_its_pages_or_it_is_said_why_not(row: ListRow) -> None:
    has_pager = re.search(r"\{\{ pager\(", row.after) is not None
    assert has_pager != bool(row.no_pages)


@pytest.mark.parametrize("row", EVERY)
def test_each_list_has_its_file_or_it_is_said_why_not(row: ListRow) -> None:
    assert bool(row.file) != bool(row.no_file)
    if not row.file:
        return
    if "downloads(excel, csv)" in row.source:
        return
    links = re.findall(
        rf'(?:href="|downloads\(|, )"?([^"]*/{row.file}\.(?:csv|xlsx).*?)(?: download>| \}}\}})', row.source
    )
    assert links
    if row.filters:
        assert all("query" in each or "month=" in each for each in links), "the file does not know the filter"


TELLS = ("page.total", "found.count", "each.count", "number(count)", ", count)")


@pytest.mark.parametrize("row", EVERY)
def test_a_list_with_conditions_says_how_many_rows_are_found_also_on_one_page(row: ListRow) -> None:
    if row.filters and not row.no_pages:
        assert any(each in row.source for each in TELLS)
