"""The statement: every column is a sum of documents, and a settled case comes to nothing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Incomparable, Money
from foundation.periods import Month
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import (
    Statement,
    StatementColumn,
    StatementEntry,
    StatementKey,
    StatementRow,
    reconcile,
)
from peppol.xml import codec
from tests.support.stories.bills import billed
from tests.support.stories.system import LARKDRILLEN, System, a_system, decision, outcome

REFERENCE = "100000101"
SECOND = "100000102"
THIRD = "100000103"
NOTHING = Money.of("0.00")


def an_entry(
    column: StatementColumn,
    amount: str = "100.00",
    *,
    execution_reference: str = REFERENCE,
    month: str = "2026-01",
    supplier: str = "5599991014",
    article: str = "BASIC",
) -> StatementEntry:
    return StatementEntry(column, "1", execution_reference, supplier, month, article, Money.of(amount))


def columns(row: StatementRow) -> dict[str, str]:
    return {column.value: str(getattr(row, column.value).amount) for column in StatementColumn}


# Pure ---------------------------------------------------------------------------------------


def test_nothing_reconciles_to_nothing() -> None:
    statement = reconcile([])
    assert statement.rows == ()
    assert statement.total.settled
    assert set(columns(statement.total).values()) == {"0.00"}


def test_what_lies_between_the_columns_is_told() -> None:
    received = [an_entry(StatementColumn.ORDERED, "300.00"), an_entry(StatementColumn.RECEIVED, "200.00")]
    (row,) = reconcile(received).rows
    assert (row.not_approved, row.open, row.settled) == (Money.of("200.00"), NOTHING, False)
    (row,) = reconcile([*received, an_entry(StatementColumn.INVOICED, "250.00")]).rows
    assert (row.in_question, row.open) == (Money.of("250.00"), Money.of("250.00"))
    credited = [an_entry(StatementColumn.INVOICED, "250.00"), an_entry(StatementColumn.CREDITED, "250.00")]
    right = [an_entry(StatementColumn.INVOICED, "200.00"), an_entry(StatementColumn.APPROVED, "200.00")]
    (row,) = reconcile([*received, *credited, *right]).rows
    assert (row.to_pay, row.in_question, row.not_approved) == (Money.of("200.00"), NOTHING, NOTHING)
    assert not row.settled
    (row,) = reconcile([*received, *credited, *right, an_entry(StatementColumn.PAID, "200.00")]).rows
    assert row.settled


def test_rows_stand_in_the_order_of_the_keys_asked_for() -> None:
    entries = [
        an_entry(StatementColumn.ORDERED, month="2026-02"),
        an_entry(StatementColumn.ORDERED, month="2026-01", execution_reference=SECOND),
        an_entry(StatementColumn.ORDERED, month="2026-01"),
    ]
    assert [row.key for row in reconcile(entries).rows] == [
        (REFERENCE, "5599991014", "2026-01"),
        (REFERENCE, "5599991014", "2026-02"),
        (SECOND, "5599991014", "2026-01"),
    ]
    by_month = reconcile(entries, by=(StatementKey.MONTH,))
    assert [(row.key, row.ordered.amount) for row in by_month.rows] == [
        (("2026-01",), Decimal("200.00")),
        (("2026-02",), Decimal("100.00")),
    ]


def test_two_currencies_are_never_added_up() -> None:
    with pytest.raises(Incomparable):
        reconcile([an_entry(StatementColumn.ORDERED)], currency="EUR")


amounts = st.integers(-(10**9), 10**9).map(lambda ore: Money(Decimal(ore).scaleb(-2)))
entries_made = st.lists(
    st.builds(
        StatementEntry,
        column=st.sampled_from(StatementColumn),
        document=st.just("1"),
        execution_reference=st.sampled_from([REFERENCE, SECOND, ""]),
        supplier=st.sampled_from(["5599991014", LARKDRILLEN]),
        month=st.sampled_from(["2026-01", "2026-02"]),
        article=st.sampled_from(["BASIC", "RESULT"]),
        amount=amounts,
    ),
    max_size=40,
)


def in_ore(amount: Money) -> int:
    return int(amount.amount.scaleb(2))


def independently(
    entries: list[StatementEntry],
    key: tuple[str, ...],
    keys: tuple[StatementKey, ...],
    column: StatementColumn,
) -> int:
    """The sum of a column in whole öre, by attribute names instead of a table."""
    return sum(
        in_ore(entry.amount)
        for entry in entries
        if entry.column is column and tuple(getattr(entry, each.value) for each in keys) == key
    )


@given(entries=entries_made, keys=st.lists(st.sampled_from(StatementKey), unique=True, max_size=4).map(tuple))
def test_every_cell_is_the_sum_of_its_documents_and_the_total_of_all(
    entries: list[StatementEntry], keys: tuple[StatementKey, ...]
) -> None:
    statement: Statement = reconcile(entries, by=keys)
    for row in statement.rows:
        for column in StatementColumn:
            assert in_ore(getattr(row, column.value)) == independently(entries, row.key, keys, column)
    for column in StatementColumn:
        whole = sum(in_ore(entry.amount) for entry in entries if entry.column is column)
        assert in_ore(getattr(statement.total, column.value)) == whole
        assert sum(in_ore(getattr(row, column.value)) for row in statement.rows) == whole
    assert len({row.key for row in statement.rows}) == len(statement.rows)


@given(entries=entries_made)
def test_the_differences_hold_together(entries: list[StatementEntry]) -> None:
    total = reconcile(entries).total
    assert total.open == total.in_question + total.to_pay
    assert total.received + total.in_question == total.not_approved + total.invoiced - total.credited


# From the books -----------------------------------------------------------------------------


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.decide(SECOND, supplier=LARKDRILLEN)
        yield system


def a_month_in_full(system: System) -> None:
    """Two placements; January received on both; the first invoiced wrongly, credited, corrected and paid."""
    for reference in (REFERENCE, SECOND):
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    number = system.order(REFERENCE).number
    right = system.flip(number, number="F-2", on=date(2026, 2, 10))
    wrong = billed(system.flip(number, number="F-1", on=date(2026, 2, 3)), days="22")
    system.ask_credit(system.send(wrong), on=date(2026, 2, 4))
    system.send(flipping.credit_note_of(wrong, given=Numbered("K-1", date(2026, 2, 9))))
    system.send(right)
    system.send_invoice(system.order(SECOND).number, number="F-1", on=date(2026, 2, 3))
    system.pay(on=date(2026, 3, 5))


def drawn_up(system: System, *by: StatementKey, month: Month | None = None, reference: str = "") -> Statement:
    with system.database.reading() as session:
        entries = entry_queries.entries(session, execution_reference=reference, month=month)
        return reconcile(entries, by=by)


def test_a_month_from_order_to_payment_in_eight_columns(system: System) -> None:
    a_month_in_full(system)
    first, second = drawn_up(system, StatementKey.EXECUTION_REFERENCE, month=Month(2026, 1)).rows
    assert columns(first) == {
        "ordered": "1900.00",
        "cancelled": "0.00",
        "closed_unused": "0.00",
        "received": "1900.00",
        "invoiced": "3990.00",
        "credited": "2090.00",
        "approved": "1900.00",
        "paid": "0.00",
    }
    assert (first.to_pay, second.to_pay) == (Money.of("1900.00"), NOTHING)
    assert second.settled
    system.pay(on=date(2026, 3, 12))
    for row in drawn_up(system, StatementKey.EXECUTION_REFERENCE, month=Month(2026, 1)).rows:
        assert row.settled
    by_supplier = drawn_up(system, StatementKey.SUPPLIER)
    assert [row.key for row in by_supplier.rows] == [("5599991014",), (LARKDRILLEN,)]
    assert drawn_up(system, StatementKey.MONTH, reference=REFERENCE).rows[0].ordered == Money.of("1900.00")


@pytest.mark.both_engines
def test_a_receipt_made_again_counts_once(system: System) -> None:
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    system.interrupt(REFERENCE, on=date(2026, 3, 10), last_day=date(2026, 3, 13))
    (row,) = drawn_up(system, StatementKey.MONTH, month=Month(2026, 3), reference=REFERENCE).rows
    assert (row.ordered, row.received) == (Money.of("2090.00"), Money.of("950.00"))


@pytest.mark.both_engines
def test_of_what_was_ordered_what_is_cancelled_closed_unused_and_still_to_come(system: System) -> None:
    """One placement is called off, one changes supplier in March, and each day's statement is as it was then."""
    system.decide(THIRD, start=date(2026, 3, 2), decided_on=date(2026, 2, 23))
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    called_off = {"execution_reference": THIRD, "reason": "NEVER_STARTED"}
    system.must("placement.cancelled", called_off, on=date(2026, 2, 27))
    new = decision("100000109", start=date(2026, 3, 14), end=date(2026, 6, 30), supplier=LARKDRILLEN)
    changed = {"execution_reference": REFERENCE, "last_day": "2026-03-13", "placement": new}
    system.must("placement.provider_changed", changed, on=date(2026, 3, 10))
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 16))

    def split(reference: str, *, as_of: date | None = None) -> list[str]:
        wanted = EntryFilter(execution_reference=reference, as_of=as_of)
        with system.database.reading() as session:
            added_up = entry_queries.statement(session, wanted, by=()).total
            assert reconcile(entry_queries.entries(session, wanted=wanted), by=()).total == added_up
        parts = (added_up.ordered, added_up.cancelled, added_up.closed_unused, added_up.committed)
        return [str(each.amount) for each in parts]

    # January and ten days of March came, February is still to come, twelve days of March and the spring never will.
    assert split(REFERENCE) == ["11685.00", "0.00", "6935.00", "1900.00"]
    assert split(REFERENCE, as_of=date(2026, 3, 16)) == split(REFERENCE)
    assert split(REFERENCE, as_of=date(2026, 3, 10)) == ["11685.00", "0.00", "5795.00", "3990.00"]
    assert split(REFERENCE, as_of=date(2026, 3, 9)) == ["11685.00", "0.00", "0.00", "9785.00"]
    ordered = split(THIRD)[0]
    assert split(THIRD) == [ordered, ordered, "0.00", "0.00"]
    assert split(THIRD, as_of=date(2026, 2, 26)) == [ordered, "0.00", "0.00", ordered]


def test_a_result_stands_under_its_own_article(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 3, 13))
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 16)), on=date(2026, 7, 1))
    rows = drawn_up(system, StatementKey.ARTICLE, reference=REFERENCE).rows
    assert [(row.key[0], str(row.not_approved.amount)) for row in rows] == [
        ("BASIC", "0.00"),
        ("RESULT", "15000.00"),
        ("SPEED_BONUS", "2000.00"),
    ]


def test_an_invoice_in_another_currency_is_in_question_and_stands_in_no_statement_of_kronor(
    system: System,
) -> None:
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    document = system.send_bytes(codec.serialise(invoice).replace(b"SEK", b"EUR"), on=date(2026, 2, 3))
    assert document.codes == ("CURRENCY",)
    assert drawn_up(system, StatementKey.SUPPLIER).total.invoiced == NOTHING
    with system.database.reading() as session:
        euro = reconcile(entry_queries.entries(session, currency="EUR"), by=(), currency="EUR")
    assert str(euro.total.invoiced) == "1900.00 EUR"
