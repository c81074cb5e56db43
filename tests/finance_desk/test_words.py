"""The words and pictures of finance staff: every journal row of the demo in words, no label of a chart cut."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from finance_desk import bar_chart
from finance_desk.journal_words import action_name, details
from finance_desk.words import cause_name
from foundation import tables as foundation_tables
from foundation.periods import Month
from foundation.text import Language, languages
from invoicing.exceptions.trends import CauseRow, TrendCause, by_cause
from invoicing.matching.deviations import DeviationCode
from tests.support.stories.demo_books import demo_site


def test_every_row_of_the_demos_journal_is_told_in_words(tmp_path: Path) -> None:
    with demo_site(tmp_path, is_demo=True) as site, site.database.reading() as session:
        actions = set(session.scalars(select(foundation_tables.journal.c.action).distinct()))
    assert len(actions) > 15
    assert sorted(each for each in actions if action_name(each).sv == each) == []


@pytest.mark.parametrize("language", languages())
def test_no_cause_is_cut_in_its_chart(language: Language) -> None:
    labels = [cause_name(code.value).in_language(language) for code in DeviationCode]
    drawn = bar_chart.bars([(label, Decimal(1), "") for label in labels])
    assert [" ".join(bar.lines) for bar in drawn.bars] == labels
    assert max(len(line) for bar in drawn.bars for line in bar.lines) <= 30
    for above, below in zip(drawn.bars, drawn.bars[1:], strict=False):
        assert below.y >= above.y + bar_chart.ROW + bar_chart.LINE * (len(above.lines) - 1)
    assert drawn.height >= drawn.bars[-1].y + bar_chart.ROW


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
    assert details('{"came_on": "2026-03-04", "codes": "", "press": "7"}') == [
        ("came on", "2026-03-04"),
        ("press", "7"),
    ]


def test_what_is_written_at_the_longest_bar_has_room_in_the_picture() -> None:
    for told in ("1 · 5,00 kr", "999 · 2 609 887,50 kr", "123 456 · SEK 1,234,567,890.00"):
        (bar,) = bar_chart.bars([("Fel antal", Decimal(1), told)]).bars
        assert bar_chart.LABEL + bar.length + bar_chart.GAP + bar_chart.SIGN * len(told) <= bar_chart.WIDTH
