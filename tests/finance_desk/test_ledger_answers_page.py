"""The page of the ledger's answers: what was refused is seen, sent again, or noted as booked by hand."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from orders.register import store as register_store
from tests.finance_desk.test_month_closing_page import NOON
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.system import a_system
from web.csrf import TOKEN_FIELD

PATH = "/finance/reconciliation/ledger-answers"
ANSWER = "voucher;outcome;ledger_number;day;message\n50000001;REFUSED;;2026-03-05;Konto 5711 är spärrat\n"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        with system.database.writing() as session:
            register = register_store.load(session)
            booking.book(session, register, LedgerAccounts(), today=date(2026, 3, 5), by="user-6", now=NOON)
        with portal(database_url, clock=lambda: NOON, second_step=False) as served:
            yield served


def answered(person: Visitor, text: str) -> httpx.Response:
    """The ledger's file is read in."""
    return person.client.post(
        PATH,
        data={TOKEN_FIELD: person.token},
        files={"file": ("svar.csv", text.encode(), "text/csv")},
        headers={"Origin": person.site.address},
    )


def test_a_refused_voucher_is_seen_sent_again_and_noted(site: Site) -> None:
    with visitor(site, STAFF) as first:
        assert "1 verifikation har inget svar än." in first.get(PATH).text
        shown = first.follow(answered(first, ANSWER))
        assert "Konto 5711 är spärrat" in shown
        again = first.follow(answered(first, ANSWER))
        assert "redan inläst" in again
        sent = first.follow(first.post(f"{PATH}/again", {}))
        assert "avvisade-2026-03-05" in sent
        assert "Ingen verifikation är avvisad" in sent
        assert "Avvisad, skickad igen den 2026-03-05" in sent
        assert "Bokförd utan svar" in sent
        # The ledger refuses it again the same day, in the same words.
        assert "0 verifikationer är bokförda och 1 avvisade" in first.follow(answered(first, ANSWER))
        assert first.post(f"{PATH}/50000001/booked", {"ledger_number": "A 1"}).status_code == 409
        form = {"ledger_number": "A 1", "reason": "Bokförd för hand."}
        noted = first.follow(first.post(f"{PATH}/50000001/booked", form))
        assert "Ingen verifikation är avvisad" in noted
        assert "Bokförd utan svar" not in noted
