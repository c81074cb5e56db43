"""Rows about running it for years: load, restoring, upgrading, what it is built of, and tests of the tests."""

from tests.bar.row import BOTH, POSTGRESQL, SQLITE, Row, at_least, at_most

ROWS = (
    Row(
        30,
        "50 people at the portal and five documents a second beside them, on PostgreSQL",
        "pages at most four times slower than without the documents, p50 under 100 ms, p99 under 500 ms, a verdict "
        "within 10 s, 0 answers of 5xx, no growth",
        (
            at_least("seconds", 300, fast=None),
            at_most("times_slower", 4),
            at_most("p50_ms", 100),
            at_most("p99_ms", 500),
            at_most("p99_verdict_seconds", 10),
            at_most("answers_5xx", 0),
            at_most("growth_mb", 30),
        ),
        ("tests/bar/test_load.py",),
        (POSTGRESQL,),
        fast=False,
    ),
    Row(
        33,
        "backup under load, and restoring on an empty machine",
        "within ten minutes, 0 differences, nothing sent or paid again",
        (
            at_least("restores", 1, fast=1),
            at_least("cases_restored", 60, fast=4),
            at_most("minutes_to_restore", 10),
        ),
        ("tests/operations/restore/test_drill.py",),
        BOTH,
        fast_engines=(SQLITE,),
    ),
    Row(
        34,
        "one byte changed in a journal row, an original, a ledger row or a number series",
        "`billing check` names it",
        (at_least("flips_named", 100, fast=20),),
        ("tests/operations/checks/test_flipped_bytes.py",),
    ),
    Row(
        35,
        "upgrading books with traffic, a migration that fails midway, an old replica on new books",
        "nothing lost; taken up again; the old one refuses",
        (
            at_least("books_grown", 10, fast=10),
            at_least("starts_on_older_books", 20, fast=1),
            at_least("killed_midway", 1, fast=1),
            at_least("newer_books_refused", 1, fast=1),
        ),
        (
            "tests/billing/migrations/test_migrate.py",
            "tests/billing/migrations/test_books_of_0_2_1.py",
            "tests/billing/migrations/test_starting_together.py",
            "tests/billing/migrations/test_another_version.py",
        ),
        BOTH,
    ),
    Row(
        37,
        "what it is built of, and calls that are forbidden",
        "every package known by its sha256, none known to be unsafe, no forbidden call",
        (
            at_least("packages", 40, fast=40),
            at_most("forbidden_calls", 0),
            at_most("known_unsafe", 0, at_night_alone=True),
        ),
        ("tests/bar/test_supply_chain.py",),
    ),
    Row(
        38,
        "mutation testing of money, matching, verdicts, attests, access, gate and journal",
        "nine of ten mutants are killed",
        (at_least("mutants", 300, fast=None), at_most("percent_missed", 10)),
        ("tests/bar/test_faults_noticed.py::test_nine_of_ten_mutants_of_a_room_are_noticed",),
        fast=False,
    ),
    Row(
        40,
        "planted faults",
        "each is caught by a test",
        (at_least("planted", 60, fast=None), at_most("missed", 0)),
        ("tests/bar/test_faults_noticed.py::test_every_planted_fault_is_noticed", "tests/planted"),
        fast=False,
    ),
)
