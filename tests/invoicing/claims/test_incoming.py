"""A deposit with a claim's OCR number is noted by the bank's word, and one person's press settles it."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation.money import Money
from invoicing.claims import incoming
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.incoming import Deposit
from invoicing.payment import repayments
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import OFFICER
from tests.support.stories.system import System, a_system

DAY = date(2026, 5, 20)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


def deposit(system: System, *references: str, amount: str = "2375.00", currency: str = "SEK") -> Deposit:
    """The bank books it."""
    with system.database.writing() as session:
        return incoming.take_in(
            session,
            references=references,
            amount=Money.of(amount, currency),
            booked_on=DAY,
            bank_reference="BANK-77",
            today=DAY,
        )


@pytest.mark.parametrize("reference", ["600000012", "60000001", "6000 0001-2"])
def test_it_is_known_by_the_number_however_it_is_written(system: System, reference: str) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    told = deposit(system, "", "Faktura 17", reference)
    assert told.claim is not None
    assert not told.problem
    assert desk.claim(invoice).state is ClaimState.RAISED
    with system.database.writing() as session:
        repayments.confirm(session, invoice.id, by=OFFICER)
    assert desk.claim(invoice).state is ClaimState.SETTLED
    assert system.broken() == []


def test_what_names_no_claim_is_nobodys_and_what_cannot_be_noted_says_why(system: System) -> None:
    desk = ClaimDesk(system)
    desk.paid()
    desk.credited()
    assert deposit(system, "600000013", "hyra 60000001 för maj").claim is None
    assert "at most 2375.00 SEK" in deposit(system, "600000012", amount="2375.01").problem.en
    assert "in EUR" in deposit(system, "600000012", currency="EUR").problem.en
    assert not deposit(system, "600000012", amount="375.00").problem
    assert "noted already" in deposit(system, "600000012").problem.en
