"""What a supplier sees of the claims on it: what is taken off when, who may answer, and what was withdrawn."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from accounts.identity import Permission, Person
from invoicing.claims import raising
from invoicing.payment.proposal_store import Proposal
from invoicing.portal_invoicing.scope import Scope
from supplier_portal.queries import claim_queries
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.statements import statements
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.paying import SECOND, PayDesk
from tests.support.stories.system import FYRBAKEN, System, a_system

DAY = datetime(2026, 6, 7, 9, 0, tzinfo=UTC)
ECONOMIST = Person("economist", "economist", FYRBAKEN, frozenset({Permission.REPORT}))
READER = Person("reader", "reader", FYRBAKEN, frozenset({Permission.VIEW}))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def site(system: System) -> Iterator[Site]:
    url = system.database.url.render_as_string(hide_password=False)
    with portal(url, business_clock=lambda: DAY) as site:
        yield site


@pytest.fixture
def desk(system: System) -> ClaimDesk:
    return ClaimDesk(system)


def seen(site: Site, person: Person, path: str) -> str:
    with visitor(site, person) as somebody:
        answer = somebody.get(path)
        assert answer.status_code == 200, path
        return answer.text


def proposed(system: System, paying: PayDesk) -> Proposal:
    """Two invoices and what is taken off them are proposed."""
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 2))
    for line, number in (("002", "F-2"), ("003", "F-3")):
        system.send_invoice(system.order(REFERENCE).number, line, number=number, on=date(2026, 5, 3))
    paying.give_right()
    return paying.propose(on=date(2026, 6, 7))


@pytest.mark.both_engines
def test_a_disputed_claim_is_not_said_to_be_taken_off_the_payment_that_lets_go_of_it(
    system: System, site: Site, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    here = f"/economy/claims/{invoice.id}"
    proposed(system, PayDesk(system))
    told = seen(site, ECONOMIST, here)
    assert "Räknas av 2026-06-07" in told
    assert "svara nedan" in told
    assert "räknas av 2026-06-07" in seen(site, ECONOMIST, "/economy/claims")
    # Whoever may only read has nothing to answer with.
    told = seen(site, READER, here)
    assert "Räknas av 2026-06-07" in told
    assert "svara nedan" not in told
    desk.dispute(desk.claim(invoice), on=date(2026, 6, 7))
    assert "Räknas av" not in seen(site, ECONOMIST, here)
    assert "räknas av 2026-06-07" not in seen(site, ECONOMIST, "/economy/claims")


def test_what_the_bank_has_is_taken_off_and_not_answered_any_more(
    system: System, site: Site, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    desk.credited()
    paying = PayDesk(system)
    proposal = proposed(system, paying)
    paying.attest(proposal)
    paying.export(proposal)
    told = seen(site, ECONOMIST, f"/economy/claims/{invoice.id}")
    assert "Räknas av 2026-06-07" in told
    assert "redan hos banken" in told
    assert "svara nedan" not in told
    assert "Bestrid fordran" not in told


def test_one_claim_is_looked_for_by_its_invoice_and_no_other_is_read(system: System, desk: ClaimDesk) -> None:
    invoice = desk.paid()
    desk.credited()
    with system.database.reading() as session, statements() as put:
        (found,) = claim_queries.of_invoice(session, Scope(FYRBAKEN), invoice.id)
    assert found.invoice_id == invoice.id
    assert len(put) == 2
    assert "claim.invoice_id = " in put[0]


def test_what_the_supplier_had_a_letter_about_is_seen_to_be_withdrawn_beside_the_next(
    system: System, site: Site, desk: ClaimDesk
) -> None:
    invoice = desk.paid()
    here, listed = f"/economy/claims/{invoice.id}", "/economy/claims"
    # What one person only asked for is not the supplier's to read, nor what came of it.
    asked = desk.ask(invoice)
    with system.database.writing() as session:
        raising.decline(session, asked.number, by=SECOND, today=date(2026, 5, 2))
    assert asked.number not in seen(site, ECONOMIST, listed)
    first = desk.ask(invoice)
    desk.confirm(first)
    desk.demand(first, on=date(2026, 5, 3))
    desk.ask_write_off(first)
    desk.write_off(first, on=date(2026, 6, 1))
    told = seen(site, ECONOMIST, here)
    assert "Återtagen den 2026-06-01" in told
    assert first.number in seen(site, ECONOMIST, listed)
    assert "Bestrid fordran" not in told
    # The credit note that comes all the same raises another, and the letter of the first is there.
    desk.credited(on=date(2026, 6, 2))
    second = desk.claim(invoice)
    told = seen(site, ECONOMIST, here)
    assert "Återtagen den" not in told
    assert f"{here}?claim={first.number}" in told
    assert first.number in seen(site, ECONOMIST, listed)
    told = seen(site, ECONOMIST, f"{here}?claim={first.number}")
    assert f"{here}/letters/1.pdf?claim={first.number}" in told
    with visitor(site, ECONOMIST) as somebody:
        assert somebody.get(f"{here}/letters/1.pdf?claim={first.number}").status_code == 200
        for other in ("letters/1.pdf", f"letters/1.pdf?claim={second.number}", f"?claim={asked.number}"):
            assert somebody.get(f"{here}/{other}".replace("/?", "?")).status_code == 404
