"""Rows about many at once: presses and documents that race, replicas, and the simulated world."""

from tests.bar.row import BOTH, Row, at_least, at_most

ROWS = (
    Row(
        7,
        "32 presses on one order at the same moment",
        "one invoice of each order, 0 answers of 5xx, the others get the same one or a refusal in words",
        (at_least("orders", 50, fast=4), at_most("answers_5xx", 0)),
        ("tests/bar/test_flips_at_once.py",),
        BOTH,
    ),
    Row(
        8,
        "20 invoices for a tenth each of one line at the same moment",
        "what is accepted is never more than was received, and nobody is shown a deadlock",
        (at_least("rounds", 100, fast=1),),
        ("tests/bar/test_parts_at_once.py",),
        BOTH,
    ),
    Row(
        9,
        "all pairs of eight acts on one invoice at the same moment",
        "the world holds after each of them",
        (at_least("pairs", 28, fast=7), at_least("races", 1_400, fast=7)),
        ("tests/bar/test_pairs_at_once.py",),
        BOTH,
    ),
    Row(
        10,
        "replicas of the worker, killed, cut off from the database, and stopped past their leases",
        "each slot once and at most a minute late, each order once",
        (at_least("slots", 60, fast=6), at_least("nemeses", 9, fast=3), at_most("seconds_late", 60)),
        ("tests/bar/test_replicas.py",),
        BOTH,
    ),
    Row(
        11,
        "five replicas start at the same moment on an empty database",
        "all of them are up, and the tables were made once",
        (at_least("starts_at_once", 20, fast=2),),
        ("tests/billing/migrations/test_starting_together.py",),
        BOTH,
    ),
    Row(
        29,
        "simulation: seeded worlds of workers, people and intake that crash, double, reorder and delay",
        "the world holds after each step, and the same seed leaves the same trace",
        (at_least("seeds", 10_000, fast=10), at_least("traces_repeated", 2, fast=2)),
        ("tests/bar/simulation",),
    ),
)
