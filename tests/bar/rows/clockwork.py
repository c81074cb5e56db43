"""Rows about time: clocks that jump, and days that have no 24 hours."""

from tests.bar.row import BOTH, Row, at_least

ROWS = (
    Row(
        12,
        "the clock jumps by +8 h, -8 h and a year during work",
        "no job lost and none twice, nothing locked for ever, days of payment right",
        (at_least("waits_jumped", 50, fast=50), at_least("jobs_jumped", 20, fast=20)),
        ("tests/operations/test_clock_jumps.py",),
        BOTH,
    ),
    Row(
        13,
        "every quarter of an hour of 2026-10-25 and 2027-03-28",
        "every daily job once on each date, and a day's times are within that day",
        (at_least("ticks", 192, fast=192), at_least("schedules", 1, fast=1)),
        ("tests/bar/test_clock_changes.py",),
    ),
)
