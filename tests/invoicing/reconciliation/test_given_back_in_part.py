"""What a supplier has paid back of a claim is taken off what was paid, line by line, as the claim itself has it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.claims import claim_store
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.given_back_queries import spread
from invoicing.reconciliation.open_items import Why, open_items
from invoicing.reconciliation.statement import StatementKey, reconcile
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

ALL_KEYS = tuple(StatementKey)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


def owed_back(system: System, *, as_of: date | None = None, **wanted: str) -> Decimal:
    """What the statement says that the supplier owes, without VAT; added up twice over."""
    asked = EntryFilter(as_of=as_of, **wanted)  # type: ignore[arg-type]
    with system.database.reading() as session:
        added = entry_queries.statement(session, asked, by=ALL_KEYS)
        entries = list(entry_queries.entries(session, wanted=asked))
        assert added == reconcile(entries, by=ALL_KEYS)
        items = open_items(entries)
    owed = [each.amount.amount for each in items if each.why is Why.OWED_BACK]
    return -sum(owed, Decimal(0))


@pytest.mark.both_engines
def test_a_part_that_is_repaid_is_owed_no_longer_in_the_statement_either(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    assert owed_back(system) == Decimal("1900.00")
    desk.repaid(desk.claim(invoice), "1250.00", on=date(2026, 5, 20))
    assert owed_back(system) == Decimal("900.00")
    assert owed_back(system, supplier=FYRBAKEN, execution_reference=REFERENCE) == Decimal("900.00")
    assert owed_back(system, supplier=LARKDRILLEN) == 0
    # A past day stands as it did.
    assert owed_back(system, as_of=date(2026, 5, 19)) == Decimal("1900.00")
    assert owed_back(system, as_of=date(2026, 5, 20)) == Decimal("900.00")
    with system.database.reading() as session:
        (claim,) = claim_store.listed(session)
        assert claim.amount_net - claim.given_back_net == Money.of("900.00")
    desk.repaid(desk.claim(invoice), on=date(2026, 5, 21))
    assert owed_back(system) == 0
    assert owed_back(system, as_of=date(2026, 5, 20)) == Decimal("900.00")
    assert system.broken() == []


def test_a_claim_on_what_is_not_credited_yet_is_taken_off_as_well(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    claim = desk.ask(invoice)
    desk.confirm(claim)
    before = owed_back(system)
    desk.repaid(desk.claim(invoice), "1250.00", on=date(2026, 5, 20))
    with system.database.reading() as session:
        whole = entry_queries.statement(session, EntryFilter(), by=()).total
    assert before == Decimal("1900.00")
    assert owed_back(system) == Decimal("900.00")
    assert whole.paid == Money.of("900.00")


@given(
    st.integers(0, 10**9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=8),
)
def test_no_ore_is_lost_and_no_line_gets_more_than_its_share(whole: int, weights: list[int]) -> None:
    base = sum(weights)
    shares = spread(Decimal(whole).scaleb(-2), [Decimal(each).scaleb(-2) for each in weights])
    assert len(shares) == len(weights)
    assert sum(shares) == (Decimal(whole).scaleb(-2) if base else 0)
    for share, weight in zip(shares, weights, strict=True):
        exact = whole * weight / base if base else 0
        assert abs(share * 100 - Decimal(exact)) <= 1
        assert share >= 0
