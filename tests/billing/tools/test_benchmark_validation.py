"""What the measurement of our rules beside the published ones says; never how fast they are."""

from datetime import date

import pytest

from billing.tools.benchmarks.validation import Measured, an_invoice, in_disorder, to_json, to_text
from peppol.validation.validation import validate

_OURS = Measured("own", 10, (0.001, 0.001, 0.002))
_THEIRS = Measured("Saxon", 10, (0.010, 0.010, 0.020))


def test_the_ratio_stands_with_ours_and_counts_documents_a_second() -> None:
    ours, theirs = to_json([_OURS, _THEIRS])

    assert (ours["ratio"], ours["ratio_median"]) == (10.0, 10.0)
    assert "ratio" not in theirs


def test_one_slow_run_of_theirs_moves_the_ratio_but_not_the_ratio_of_the_medians() -> None:
    slow = Measured("Saxon", 10, (0.010, 0.010, 0.380))

    ours, _ = to_json([_OURS, slow])

    assert (ours["ratio"], ours["ratio_median"]) == (100.0, 10.0)


def test_without_saxon_there_is_no_ratio_and_the_table_says_why() -> None:
    (ours,) = to_json([_OURS])

    assert "ratio" not in ours
    assert to_text([_OURS]).endswith("Saxon is not installed; the extra 'official' brings it.")


def test_what_breaks_the_schema_is_held_against_what_broke_it_too() -> None:
    broken = [Measured("own", 10, (0.004,), False), Measured("Saxon", 10, (0.012,), False)]

    figures = to_json([_OURS, _THEIRS, *broken])

    assert [each.get("ratio_median") for each in figures] == [10.0, None, 3.0, None]
    assert [each["follows_schema"] for each in figures] == [True, True, False, False]
    assert [line.split()[-1] for line in to_text([_OURS, _THEIRS, *broken]).splitlines()[1:-1:2]] == [
        "10.0",
        "3.0",
    ]


def test_the_invoice_in_disorder_breaks_the_schema_and_no_rule() -> None:
    judged = validate(in_disorder(an_invoice(10)), on=date(2026, 11, 21))

    assert [(each.rule, each.detail) for each in judged.findings] == [("XSD", "misplaced")]


@pytest.mark.parametrize("lines", [1, 10])
def test_the_measured_invoice_is_valid_and_has_its_lines(lines: int) -> None:
    data = an_invoice(lines)

    assert validate(data, on=date(2026, 11, 21)).valid
    assert data.count(b"<cac:InvoiceLine>") == lines
