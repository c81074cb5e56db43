"""Rows about money: sums, accounts, attests."""

from tests.bar.row import BOTH, Row, at_least

ROWS = (
    Row(
        26,
        "sums of random documents recomputed in fractions by an independent oracle",
        "equal to the öre",
        (
            at_least("documents", 100_000, fast=400),
            at_least("roundings", 5_000, fast=5_000),
            at_least("histories", 100_000, fast=None),
        ),
        (
            "tests/bar/test_sums.py",
            "tests/invoicing/reconciliation/test_every_ore_of_the_statement.py"
            "::test_the_statements_of_a_hundred_thousand_histories",
        ),
    ),
    Row(
        27,
        "accounts that change, and invoices made again under like numbers",
        "0 paid by itself, 0 held where nothing has changed",
        (
            at_least("changed", 20, fast=20),
            at_least("unchanged", 13, fast=13),
            at_least("invoiced_again", 7, fast=7),
        ),
        (
            "tests/bar/test_account_changes.py",
            "tests/invoicing/matching/test_payee_accounts.py",
            "tests/invoicing/payment/test_held_back.py",
            "tests/invoicing/intake/test_dates_and_accounts.py",
            "tests/invoicing/supplier_changes",
        ),
    ),
    Row(
        28,
        "finance's work as a state machine",
        "nothing is paid twice, alone or past a stop, and every öre is accounted for after every step",
        (
            at_least("stories", 2_000, fast=4),
            at_least("steps", 30_000, fast=20),
            at_least("money_stories", 2_000, fast=4),
            at_least("money_steps", 30_000, fast=20),
        ),
        ("tests/audit/test_finance_model.py", "tests/audit/test_money_model.py"),
        BOTH,
        fast_engines=(),
    ),
)
