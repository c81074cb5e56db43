"""What suppliers owe, on the pages of those who claim it: one question for many claims, and the sums of all."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest

from foundation.money import Money
from foundation.sql import Session
from invoicing.claims import claim_store, outstanding_queries
from invoicing.claims.claim_states import OPEN
from invoicing.payment import payment_store, repayments
from invoicing.payment.bank_answers import transfer_notes
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from orders.register import store as register_store
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.statements import statements
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import OFFICER, SECOND
from tests.support.stories.system import System, a_system

DAY = datetime(2026, 6, 7, 9, 0, tzinfo=UTC)
TODAY = DAY.date()


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def officer(system: System) -> Iterator[Visitor]:
    url = system.database.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        site: Site = stack.enter_context(portal(url, business_clock=lambda: DAY, second_step=False))
        yield stack.enter_context(visitor(site, STAFF))


def questions(officer: Visitor, path: str) -> int:
    """How many questions about claims and proposals a page puts."""
    with statements() as put:
        assert officer.get(path).status_code == 200
    return len([each for each in put if "claim" in each or "payment_item" in each])


def asked_once_counted(officer: Visitor, paths: Sequence[str]) -> list[int]:
    """The questions of each page, when what waits in the menu is counted already and kept for a while."""
    questions(officer, paths[0])
    return [questions(officer, path) for path in paths]


def test_a_page_asks_as_much_for_one_claim_as_for_several(system: System, officer: Visitor) -> None:
    desk = ClaimDesk(system)
    first = desk.paid()
    desk.credited()
    paths = ("/finance/payments", "/finance/payments/claims", f"/finance/payments/claims/{first.id}")
    before = asked_once_counted(officer, paths)
    for line, number in (("002", "F-2"), ("001", "F-3")):
        desk.paid(number, line=line)
        desk.credited(f"K-{number}", on=date(2026, 5, 3))
    with system.database.reading() as session:
        assert len(claim_store.listed(session)) > 1
    assert asked_once_counted(officer, paths) == before


def test_whoever_looks_for_one_claim_reads_no_other(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited()
    with system.database.reading() as session, statements() as put:
        found = repayments.claim_of(session, invoice.id)
        assert payment_store.claims(session, []) == []
    assert found is not None
    assert found.invoice_id == invoice.id
    assert [each for each in put if "claim.invoice_id" not in each.rpartition("WHERE")[2]] == []


def sums_agree(session: Session, system: System) -> None:
    each = claim_store.listed(session)
    told = outstanding_queries.outstanding(session, currency="SEK", today=TODAY)
    assert outstanding_queries.count(session, OPEN) == len(each)
    assert told.overdue == sum(claim.is_overdue(TODAY) for claim in each)
    assert told.amount == sum((claim.left for claim in each), Money.of("0.00"))


@pytest.mark.both_engines
def test_what_is_owed_in_all_is_what_is_left_of_each_claim(system: System) -> None:
    desk = ClaimDesk(system)
    desk.rate()
    with system.database.reading() as session:
        sums_agree(session, system)
    first = desk.paid()
    desk.credited()
    desk.demand(desk.claim(first), on=date(2026, 5, 3))
    second = desk.paid("F-2", line="002")
    desk.confirm(desk.ask(second))
    with system.database.reading() as session:
        sums_agree(session, system)
        assert outstanding_queries.outstanding(session, currency="SEK", today=TODAY).overdue == 1
    # A part comes, and then more than the rest: interest is no part of what was owed.
    desk.repaid(desk.claim(first), "375.00", on=date(2026, 5, 10))
    with system.database.reading() as session:
        sums_agree(session, system)
    desk.repaid(desk.claim(first), on=date(2026, 6, 5))
    desk.dispute(desk.claim(second), on=date(2026, 6, 6))
    with system.database.reading() as session:
        sums_agree(session, system)
        assert outstanding_queries.outstanding(session, currency="SEK", today=TODAY).overdue == 0


def test_what_was_withdrawn_stays_to_read_with_its_letters_and_may_be_claimed_anew(
    system: System, officer: Visitor
) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    here, document = f"/finance/payments/claims/{invoice.id}", f"/finance/documents/{invoice.id}"
    first = desk.ask(invoice)
    desk.confirm(first)
    desk.demand(first, on=date(2026, 5, 3))
    desk.ask_write_off(first)
    desk.write_off(first, on=date(2026, 6, 1))
    told = officer.get(here).text
    assert "Återtagen den 2026-06-01" in told
    assert "Bolaget är upplöst" in told
    assert f"{here}/letters/1.pdf?claim={first.number}" in told
    assert "Begär att det krävs tillbaka" in told
    assert f"Fordran {first.number}" in officer.get(document).text
    second = desk.ask(invoice)
    told = officer.get(here).text
    assert second.number in told
    assert "Begär att det krävs tillbaka" not in told
    assert f"{here}?claim={first.number}" in told
    assert "Återtagen den 2026-06-01" in officer.get(f"{here}?claim={first.number}").text
    assert officer.get(f"{here}/letters/1.pdf?claim={first.number}").status_code == 200
    assert officer.get(f"{here}?claim=999").status_code == 404


def test_what_was_claimed_is_there_to_read_when_the_payment_has_come_back(
    system: System, officer: Visitor
) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    here = f"/finance/payments/claims/{invoice.id}"
    claim = desk.ask(invoice)
    desk.confirm(claim)
    with system.database.reading() as session:
        paid = payment_store.standing(session, invoice.id)
    assert paid is not None
    on = date(2026, 6, 3)
    with system.database.writing() as session:
        transfer_notes.note(
            session,
            paid.number,
            TransferSaid.RETURNED,
            on_day=on,
            reason="Kontot stängt.",
            by=OFFICER,
            today=on,
        )
    with system.database.writing() as session:
        transfer_notes.confirm(session, register_store.load(session), paid.number, by=SECOND, today=on)
    assert system.invoice(invoice.id).paid_on is None
    told = officer.get(here)
    assert (told.status_code, "Återtagen den 2026-06-03" in told.text) == (200, True)
    assert "Begär att det krävs tillbaka" not in told.text
    assert here in officer.get(f"/finance/documents/{invoice.id}").text
