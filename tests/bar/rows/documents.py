"""Rows about documents that are wrong: named ones, changed ones, and those of the published rules."""

from tests.bar.row import Row, at_least, at_most

ROWS = (
    Row(
        17,
        "named malformed documents through the whole of intake",
        "each in quarantine under its own rule, in Swedish, kept as it came; nothing opened, nobody called",
        (
            at_least("documents", 150, fast=150),
            at_most("slowest_seconds", 2, at_night_alone=True),
            at_most("growth_mb", 200),
            at_most("opened_outside", 0),
        ),
        ("tests/bar/test_malformed.py",),
    ),
    Row(
        18,
        "trees of valid documents changed by chance",
        "what is valid is read, judged and answered; all else is refused; 0 other errors",
        (at_least("mutants", 100_000, fast=5_000), at_least("judged", 20_000, fast=1_000)),
        ("tests/invoicing/intake/test_valid_means_read.py",),
    ),
    Row(
        19,
        "bytes changed by chance, at the gate",
        "a tree or a refusal, 0 other errors, none takes more than a second",
        (at_least("mutants", 1_000_000, fast=2_000), at_most("slowest_seconds", 1, at_night_alone=True)),
        ("tests/peppol/xml/test_gate_fuzz.py",),
    ),
    Row(
        20,
        "our verdict beside the published rules in Saxon",
        "the same on every mutant, or one of the differences that are listed with a reason",
        (
            at_least("examples", 5_000, fast=250),
            at_least("documents_compared", 5_000, fast=None),
            at_most("unexplained", 0, at_night_alone=True),
        ),
        (
            "tests/peppol/rules/test_en16931_published.py",
            "tests/peppol/rules/test_billing_published.py",
            "tests/bar/test_agreement_at_length.py",
        ),
    ),
    Row(
        31,
        "an invoice of 10,000 lines, and one of 15 MB with its attachment",
        "judged within 60 s and 1 GB, and others' pages are answered meanwhile",
        (
            at_least("large_documents", 2, fast=None),
            at_most("seconds_until_verdict", 60),
            at_most("peak_mb", 1_024),
            at_most("p99_ms_meanwhile", 1_000),
            at_most("times_slower", 5),
        ),
        ("tests/bar/test_large_documents.py",),
        fast=False,
    ),
)
