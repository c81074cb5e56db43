"""The service's figures on a page and in files: told to those who may, small counts to nobody, and the same in each."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from accounts.identity import Permission
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.system import LARKDRILLEN, STIGFINNAREN, System, a_system

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
PAGE = "/finance/reports/figures"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Six of Fyrbåken, seven of Lärkdrillen and two of Stigfinnaren in January; one of the six left for work."""
    with a_system(database_url) as system:
        for number in range(6):
            system.decide(f"10000010{number}")
        for number in range(7):
            system.decide(f"10000020{number}", supplier=LARKDRILLEN, level="A")
        for number in range(2):
            system.decide(f"10000030{number}", supplier=STIGFINNAREN, level="A")
        system.interrupt("100000100", on=date(2026, 1, 20), reason="WORK")
        yield system


@pytest.fixture
def officer(system: System, database_url: str) -> Iterator[Visitor]:
    with (
        portal(database_url, clock=lambda: NOON, second_step=False) as site,
        visitor(site, ONES[Permission.OFFICER]) as opened,
    ):
        yield opened


def rows_of(officer: Visitor, query: str) -> list[list[str]]:
    body = officer.get(f"{PAGE}.csv?{query}").content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_two_of_a_supplier_are_told_nowhere_nor_what_they_could_be_reckoned_from(officer: Visitor) -> None:
    asked = "by=supplier&from=2026-01&to=2026-01"
    heading, *rows = rows_of(officer, asked)
    assert heading[:5] == ["month", "key", "name", "ongoing", "started"]
    # 14 are ongoing, and the whole is told: with Lärkdrillen's 7 told, 14 less 12 were Stigfinnaren's.
    assert [row[2:5] for row in rows] == [
        ["Fyrbåken Exempel AB", "..", ".."],
        ["Lärkdrillen Exempel AB", "7", "7"],
        ["Stigfinnaren Exempel AB", "..", ".."],
    ]
    book = load_workbook(io.BytesIO(officer.get(f"{PAGE}.xlsx?{asked}").content))
    assert [[cell.value for cell in row][3] for row in book.worksheets[0].rows] == ["Pågående", "..", 7, ".."]
    page = text_of(officer.get(f"{PAGE}?{asked}"))
    assert "Antal under 5 visas aldrig" in page
    # One group is told as it is among the others: Fyrbåken alone has no small count.
    assert [row[3] for row in rows_of(officer, f"supplier={STIGFINNAREN}&from=2026-01&to=2026-01")] == [
        "ongoing",
        "..",
    ]


def test_the_whole_is_told_and_no_reference_stands_anywhere(officer: Visitor) -> None:
    _, january, february = rows_of(officer, "from=2026-01&to=2026-02")
    # One of fifteen ended, which is too few to tell, and with it the others of the month.
    assert january[3:6] == ["14", "..", ".."]
    assert february[3:6] == ["14", "0", "0"]
    page = text_of(officer.get(f"{PAGE}?by=level"))
    assert "10000010" not in page
    assert "Godkända leverantörer" in page


def test_what_cannot_be_told_is_answered_with_why(officer: Visitor) -> None:
    for query, sentence in (
        ("supplier=5599991014&area=LO-NORD", "en sak i taget"),
        ("from=2026-03", "kommer efter den sista"),
        ("to=2026-03", "har inte börjat"),
        ("from=2019-01", "Högst 60 månader"),
        ("from=i+fjol", "ÅÅÅÅ-MM"),
        ("by=person", "delas inte upp så"),
        ("service=okand", "finns inte i registret"),
    ):
        answer = officer.get(f"{PAGE}?{query}")
        assert answer.status_code == 200, query
        assert sentence in text_of(answer), query
