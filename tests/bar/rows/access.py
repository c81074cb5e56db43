"""Rows about who may have what, and what every answer carries."""

from tests.bar.row import Row, at_least, at_most

ROWS = (
    Row(
        21,
        "every operation of the machine API, asked what its own description promises",
        "0 server errors, 0 answers against the description",
        (at_least("operations", 20, fast=20), at_least("examples_an_operation", 200, fast=30)),
        ("tests/bar/test_described_api.py",),
    ),
    Row(
        22,
        "every route asked by everybody with what is his, another's and nobody's",
        "0 leaks",
        (at_least("addresses", 3_000, fast=1_000),),
        ("tests/browser/test_crawl.py",),
    ),
    Row(
        23,
        "every route: sign-in, form token, origin, cache, headers",
        "as its row says; a route without a row fails",
        (at_least("routes", 150, fast=150), at_least("answers", 800, fast=800)),
        ("tests/bar/test_route_matrix.py",),
    ),
    Row(
        24,
        "guessing and hashing",
        "guessing is slowed, nobody else is; unknown names cost the same; others are answered meanwhile",
        (
            at_least("guesses", 200, fast=200),
            at_least("names_of_one_cost", 5, fast=5),
            at_least("sign_ins_at_once", 200, fast=200),
            at_most("hashed_at_once", 1),
            at_least("real_sign_ins_at_once", 200, fast=None),
            at_most("growth_mb", 300, at_night_alone=True),
            at_most("p99_ms_meanwhile", 500, at_night_alone=True),
        ),
        ("tests/accounts/test_guessing.py", "tests/accounts/test_sign_in_flood.py"),
    ),
    Row(
        25,
        "canaries: numbers of persons, names and secrets planted in all that comes in",
        "0 where they do not belong; files for spreadsheets hold no formulas of others",
        (at_least("canaries", 30, fast=30), at_most("found", 0)),
        ("tests/privacy/test_canaries.py",),
    ),
    Row(
        36,
        "axe on every page in both languages, and the keyboard alone",
        "0 violations",
        (at_least("pages_looked_at", 360, fast=None),),
        ("tests/browser/test_walk.py",),
        fast=False,
    ),
)
