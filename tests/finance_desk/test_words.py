"""The words of finance staff: every journal row of the demo in words, causes by month."""

from pathlib import Path

from sqlalchemy import select

from finance_desk.journal_words import action_name, details
from foundation import tables as foundation_tables
from foundation.periods import Month
from foundation.text import SWEDISH
from invoicing.exceptions.trends import CauseRow, TrendCause, by_cause
from tests.support.stories.demo_books import demo_site


def test_every_row_of_the_demos_journal_is_told_in_words(tmp_path: Path) -> None:
    with demo_site(tmp_path, is_demo=True) as site, site.database.reading() as session:
        actions = set(session.scalars(select(foundation_tables.journal.c.action).distinct()))
    assert len(actions) > 15
    assert sorted(each for each in actions if action_name(each).sv == each) == []


def test_causes_stand_month_by_month_with_the_commonest_first() -> None:
    august, september = Month(2026, 8), Month(2026, 9)
    told = [
        TrendCause(august, "PRICE", 1),
        TrendCause(september, "PRICE", 2),
        TrendCause(september, "UNIT QUANTITY", 4),
    ]
    assert by_cause(told, [august, september]) == [
        CauseRow(("UNIT", "QUANTITY"), (0, 4)),
        CauseRow(("PRICE",), (1, 2)),
    ]
    assert by_cause([], [august]) == []


def test_what_a_row_says_besides_is_told_without_what_is_empty() -> None:
    told = '{"came_on": "2026-03-04", "codes": "", "limit": "7", "amount": "2612.50 SEK"}'
    assert [(name.sv, value) for name, value in details(told, SWEDISH)] == [
        ("came on", "2026-03-04"),
        ("gräns", "7"),
        ("belopp", "2\N{NO-BREAK SPACE}612,50\N{NO-BREAK SPACE}kr"),
    ]
