"""The buyer's programs read the statement and the vouchers: the sums of the page, and what was booked, row by row."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from bookkeeping import booking
from bookkeeping.ledger_accounts import accounts_from
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey
from orders.register import store as register_store
from tests.support.servers.api import a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

STATEMENT, VOUCHERS = "/api/v1/statement", "/api/v1/vouchers"
CASES = {"100000101": FYRBAKEN, "100000102": LARKDRILLEN, "100000103": FYRBAKEN}


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Three cases, billed on the third of February and paid when due."""
    with a_system(database_url) as system:
        for reference, supplier in CASES.items():
            system.decide(reference, supplier=supplier)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
            number = system.order(reference).number
            paid_on = system.send_invoice(number, number=f"F-{reference}", on=date(2026, 2, 3)).pays_on
        system.pay(on=paid_on)
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


@pytest.fixture
def mine(system: System) -> dict[str, str]:
    return bearing(a_client(system, ApiScope.FINANCE_READ, supplier="")[1])


@pytest.mark.both_engines
def test_the_statement_has_the_sums_of_the_page_a_page_at_a_time(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    with system.database.reading() as session:
        drawn = entry_queries.statement(session, EntryFilter(), by=(StatementKey.EXECUTION_REFERENCE,))
    first = portal.get(f"{STATEMENT}?by=execution_reference&limit=2", headers=mine)
    assert first.status_code == 200, first.text
    told = first.json()
    rest = portal.get(first.links["next"]["url"], headers=mine).json()
    assert rest["next"] is None
    rows = [*told["rows"], *rest["rows"]]
    assert [each["key"] for each in rows] == sorted(CASES)
    assert {each["key"]: each["paid"] for each in rows} == {
        row.key[0]: f"{row.paid.amount:.2f}" for row in drawn.rows
    }
    # The total is of all rows, whatever page they stand on.
    assert told["total"] == rest["total"]
    assert told["total"]["paid"] == f"{drawn.total.paid.amount:.2f}" != "0.00"
    assert (told["currency"], told["by"]) == ("SEK", "execution_reference")


@pytest.mark.both_engines
def test_the_statement_is_drawn_up_as_of_a_day_and_narrowed(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    before = portal.get(f"{STATEMENT}?as_of=2026-02-10", headers=mine).json()
    assert (before["as_of"], before["total"]["paid"]) == ("2026-02-10", "0.00")
    assert before["total"]["invoiced"] != "0.00"
    one = portal.get(f"{STATEMENT}?supplier={LARKDRILLEN}&month=2026-01", headers=mine).json()
    assert [each["key"] for each in one["rows"]] == [LARKDRILLEN]
    assert portal.get(f"{STATEMENT}?month=2026-13", headers=mine).status_code == 422
    assert portal.get(f"{STATEMENT}?by=person", headers=mine).status_code == 422


@pytest.mark.both_engines
def test_vouchers_are_told_as_they_were_booked_and_are_the_same_in_the_sie_file(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        accounts = accounts_from({})
        run = booking.book(session, register, accounts, today=CLOCK.date(), by="officer-1", now=CLOCK)
    booked = [each for each in run.vouchers if each.booked_on.isoformat().startswith("2026-02")]
    first = portal.get(f"{VOUCHERS}?month=2026-02&limit=2", headers=mine)
    assert first.status_code == 200, first.text
    rest = portal.get(first.links["next"]["url"], headers=mine).json()
    told = [*first.json()["vouchers"], *rest["vouchers"]]
    assert [each["number"] for each in told] == [each.number for each in booked]
    assert [[row["amount"] for row in each["rows"]] for each in told] == [
        [f"{row.amount:.2f}" for row in each.rows] for each in booked
    ]
    assert {each["kind"] for each in told} == {"INVOICE"}
    assert portal.get(f"{VOUCHERS}?month=2026-02&kind=PAYMENT", headers=mine).json()["vouchers"] == []
    sie = portal.get(f"{VOUCHERS}.si?month=2026-02", headers=mine)
    assert sie.status_code == 200, sie.text
    assert sie.content.count(b"#VER") == len(told)
    for each in booked:
        assert each.number.encode() in sie.content
    nothing = portal.get(f"{VOUCHERS}.si?month=2025-02", headers=mine)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "NOT_THERE")
