"""The days of an endpoint in every form that XML Schema knows, and what is no day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peppol.lookup.endpoints import first_moment, last_moment

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-01-01", "2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"),
        ("2024-01-01Z", "2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"),
        ("2024-01-01+02:00", "2024-01-01T00:00:00+02:00", "2024-01-02T00:00:00+02:00"),
        ("2024-01-01-05:30", "2024-01-01T00:00:00-05:30", "2024-01-02T00:00:00-05:30"),
        ("2024-01-01T10:20:30", "2024-01-01T10:20:30+00:00", "2024-01-01T10:20:30+00:00"),
        ("2024-01-01T10:20:30Z", "2024-01-01T10:20:30+00:00", "2024-01-01T10:20:30+00:00"),
        ("2024-01-01T10:20:30.5+02:00", "2024-01-01T10:20:30.500000+02:00", "2024-01-01T10:20:30.500000+02:00"),
        ("2024-01-01T10:20:30.123456789Z", "2024-01-01T10:20:30.123456+00:00", "2024-01-01T10:20:30.123456+00:00"),
        ("2024-02-28T24:00:00Z", "2024-02-29T00:00:00+00:00", "2024-02-29T00:00:00+00:00"),
        (" 2024-01-01Z\n", "2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00+00:00"),
        ("9999-12-31", "9999-12-31T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
    ],
)  # fmt: skip
def test_a_day_or_a_moment(text: str, first: str, last: str) -> None:
    assert (first_moment(text).isoformat(), last_moment(text).isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024", "2024-13-01", "2024-02-30Z", "20240101", "2024-W01", "2024-01-01T", "2024-01-01T10:20"),
        *("2024-01-01T25:00:00Z", "2024-01-01T24:00:01Z", "2024-01-01 10:20:30", "2024-01-01T10:20:30+15:00"),
        *(
            "2024-01-01+01:60",
            "2024-01-01z",
            "-2024-01-01",
            "12024-01-01",
            "0000-01-01",
            "9999-12-31T24:00:00Z",
        ),
        *("２０２４-01-01", "2024-01-01T10:20:60Z"),
    ],
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        last_moment(text)


@given(st.datetimes(min_value=datetime(1, 1, 2), timezones=ZONES))  # noqa: DTZ001 - bounds have no zone
def test_every_moment_that_can_be_written_is_read(moment: datetime) -> None:
    assert first_moment(moment.isoformat()) == moment


@given(st.dates(date(1, 1, 2), date(9998, 12, 31)), st.sampled_from(["", "Z", "+02:00", "-11:30"]))
def test_the_last_day_is_a_whole_day(day: date, zone: str) -> None:
    text = f"{day.isoformat()}{zone}"
    assert last_moment(text) - first_moment(text) == timedelta(days=1)
    assert first_moment(text).tzinfo is not None
    assert (first_moment(f"{day}Z").astimezone(UTC).date()) == day
