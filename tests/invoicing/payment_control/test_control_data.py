"""Control data is read whole or not at all: as CSV or JSON, with each wrong row told by its number."""

from datetime import UTC, date, datetime

import pytest

from invoicing.payment_control import control_data
from invoicing.payment_control.control_data import ControlDataUnreadable, DataKind, Told

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
HEAD = "organisation_number;kind;value;since;told_at\n"


def test_a_table_and_a_list_say_the_same() -> None:
    table = (
        HEAD
        + "559999-1014;F_TAX;nej;2026-02-01;2026-03-01\n;;;;\n5599992020;BANKRUPTCY;ja;;2026-03-01T06:00+01:00\n"
    )
    listed = (
        '[{"organisation_number": "5599991014", "kind": "F_TAX", "value": false, "since": "2026-02-01",'
        ' "told_at": "2026-03-01"}, {"organisation_number": "5599992020", "kind": "BANKRUPTCY", "value": true,'
        ' "since": null, "told_at": "2026-03-01T05:00+00:00"}]'
    )
    wanted = [
        # A day is its beginning in Sweden.
        Told("5599991014", DataKind.F_TAX, False, date(2026, 2, 1), datetime(2026, 2, 28, 23, tzinfo=UTC)),
        Told("5599992020", DataKind.BANKRUPTCY, True, None, datetime(2026, 3, 1, 5, tzinfo=UTC)),
    ]
    assert control_data.read(table.encode("utf-8-sig"), now=NOW) == wanted
    assert control_data.read(listed.encode(), now=NOW) == wanted


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "5599991015;F_TAX;ja;;2026-03-01",
            "Row 2: organisation_number is not ten digits with a right check digit.",
        ),
        ("5599991014;TAX;ja;;2026-03-01", "Row 2: kind should be F_TAX, VAT, BANKRUPTCY."),
        ("5599991014;F_TAX;kanske;;2026-03-01", "Row 2: value should be yes or no."),
        ("5599991014;F_TAX;ja;i fjol;2026-03-01", "Row 2: since should be a day as YYYY-MM-DD, or empty."),
        ("5599991014;F_TAX;ja;;", "Row 2: told_at should be a day"),
        ("5599991014;F_TAX;ja;;2026-03-01T08:00", "Row 2: told_at should be a day"),
        ("5599991014;F_TAX;ja;;2026-03-06", "Row 2: told_at is a time that has not been yet."),
        ("", "has no rows"),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_read(row: str, sentence: str) -> None:
    with pytest.raises(ControlDataUnreadable) as refused:
        control_data.read(f"{HEAD}{row}\n".encode(), now=NOW)
    assert sentence in refused.value.text.en
    # A sole trader's number is a person's: no refusal repeats it.
    assert "5599991015" not in refused.value.text.sv


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"a;b\n1;2\n", "lacks the columns organisation_number, kind, value, since, told_at"),
        (b"[{", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[1]", "Row 1 is no object"),
    ],
)
def test_what_is_no_control_data_is_refused_in_words(body: bytes, sentence: str) -> None:
    with pytest.raises(ControlDataUnreadable) as refused:
        control_data.read(body, now=NOW)
    assert sentence in refused.value.text.en


def test_of_many_wrong_rows_the_first_are_told_and_the_rest_counted() -> None:
    rows = "5599991014;TAX;ja;;2026-03-01\n" * 25
    with pytest.raises(ControlDataUnreadable) as refused:
        control_data.read(f"{HEAD}{rows}".encode(), now=NOW)
    assert refused.value.text.en.count("kind should be") == 10
    assert "15 more rows are wrong. Nothing is read in." in refused.value.text.en
