"""Claims at random: whatever is done in whatever order, each krona is claimed once and given back once, or given up.

The law: what was paid and credited is what is owed now, what was given back and what was written off, to the öre.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from foundation.errors import Refused
from invoicing.claims import raising
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payment_store
from invoicing.portal_invoicing.scope import Scope
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from tests.supplier_portal.test_account_statement import rows_of
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.paying import PayDesk, notice
from tests.support.stories.system import FYRBAKEN, System, a_system

BEGIN, STEPS = date(2026, 5, 2), 30


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_every_krona_is_owed_once_or_back(system: System, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a walk to be walked again
    desk = ClaimDesk(system)
    desk.rate()
    desk.rate("4.50", valid_from=date(2026, 7, 1))
    first, second = ClaimDesk(system), ClaimDesk(system)
    sides = [(first, first.paid("F-1")), (second, second.paid("F-2", line="002"))]
    PayDesk(system).give_right(since=date(2026, 1, 1))
    day = BEGIN
    for place in range(STEPS):
        day += timedelta(days=chance.randint(0, 5))
        side, invoice = chance.choice(sides)
        action = chance.choice(_actions(system, side, invoice, day, place, chance))
        with suppress(Refused, AssertionError):
            action()
        _check(system)
    assert system.broken() == []
    with system.database.reading() as session:
        # The supplier's account leads row by row to its balance, and the buyer's is the same asked by day.
        rows_of(session, Scope(FYRBAKEN), date(2026, 1, 1), date(2026, 12, 31))
        now, then = (
            entry_queries.statement(session, EntryFilter(supplier=FYRBAKEN, as_of=on), by=()).total
            for on in (None, date(2026, 12, 31))
        )
    assert now == then


def _actions(
    system: System,
    desk: ClaimDesk,
    invoice: SupplierInvoice,
    day: date,
    place: int,
    chance: random.Random,
) -> list[Callable[[], object]]:
    """What may be tried of one invoice; most is refused as it stands."""
    amount = f"{chance.randint(1, 2400)}.{chance.randint(0, 99):02}"

    def decline() -> None:
        with system.database.writing() as session:
            raising.decline(session, desk.claim(invoice).number, by="user-13", today=day)

    return [
        lambda: desk.ask(invoice, on=day),
        lambda: desk.confirm(desk.claim(invoice), on=day),
        decline,
        lambda: desk.credited(f"K-{place}", on=day),
        lambda: desk.demand(desk.claim(invoice), on=day),
        lambda: desk.dispute(desk.claim(invoice), on=day),
        lambda: desk.uphold(desk.claim(invoice), on=day),
        lambda: desk.ask_write_off(desk.claim(invoice)),
        lambda: desk.keep(desk.claim(invoice)),
        lambda: desk.write_off(desk.claim(invoice), on=day),
        lambda: desk.repaid(desk.claim(invoice), amount, on=day),
        lambda: desk.repaid(desk.claim(invoice), on=day),
        lambda: _invoice_anew(system, place, day),
        lambda: _pay(system, day),
    ]


def _invoice_anew(system: System, place: int, day: date) -> None:
    """A line that is open again is invoiced anew, so that there is a payment to take claims off."""
    system.send_invoice(system.order(REFERENCE).number, f"00{1 + place % 2}", number=f"N-{place}", on=day)


def _pay(system: System, day: date) -> None:
    """Everything due in five weeks is paid by the bank."""
    desk, pay_on = PayDesk(system), day + timedelta(days=35)
    proposal = desk.propose(on=pay_on)
    desk.attest(proposal)
    transfers = desk.export(proposal).transfers
    told = [(each.end_to_end, str(each.amount.amount)) for each in transfers]
    desk.bank_says(notice(*told, day=pay_on.isoformat()), on=pay_on)


_SUMS = """
select (select coalesce(sum(p.amount), 0) from payment p join invoice i on i.id = p.invoice_id
 where i.state = 'CREDITED') as credited,
 (select coalesce(sum(p.amount), 0) from payment p join invoice i on i.id = p.invoice_id
 join claim c on c.invoice_id = i.id where i.state <> 'CREDITED' and c.state not in ('ASKED', 'WITHDRAWN'))
 as uncredited,
 (select coalesce(sum(amount), 0) from claim_part where how <> 'INTEREST') as given_back
"""


def _check(system: System) -> None:
    with system.database.reading() as session:
        sums = session.execute(text(_SUMS)).one()
        owed = sum((each.amount.amount for each in payment_store.claims(session)), Decimal(0))
        twice = session.execute(
            text("select count(*) from claim_part where how = 'NETTED' group by claim having count(*) > 1")
        ).all()
        states = session.scalars(text("select state from invoice")).all()
    # SQLite keeps amounts in öre, so plain sums are öre there.
    parts = 100 if system.database.is_sqlite else 1
    claimed = Decimal(sums.credited + sums.uncredited - sums.given_back) / parts
    assert owed == claimed
    assert twice == []
    assert set(states) <= {each.value for each in InvoiceState}
