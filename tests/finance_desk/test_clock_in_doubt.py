"""What a person cannot take back waits while the clock is in doubt: a file for the bank, and a disposal."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foundation.database import Database
from invoicing.audit import disposal_store, retention
from invoicing.payment import proposal_store
from operations.machine import clock_trust
from operations.machine.clock_trust import Doubt
from tests.support.command_line import Desk
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.paying import DEBTOR, OFFICER, PayDesk
from tests.support.stories.system import System, a_system

NOON = datetime(2035, 1, 2, 12, tzinfo=UTC)
SECOND = replace(STAFF, id="crawl-second")
PROPOSAL = "30000001"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A proposal that is attested, and a case that was paid long ago and whose disposal is proposed."""
    with a_system(database_url) as system:
        for number, reference in (("F-1", "100000101"), ("F-2", "100000102")):
            system.decide(reference)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
            system.send_invoice(system.order(reference).number, number=number, on=date(2026, 2, 3))
            if number == "F-1":
                system.pay(on=date(2026, 3, 5))
        desk = PayDesk(system)
        desk.give_right()
        assert desk.attest(desk.propose(on=date(2026, 3, 10))).state == "ATTESTED"
        with system.database.writing() as session:
            retention.propose(session, by=OFFICER, on=NOON.date())
        yield system


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(
        database_url,
        clock=lambda: NOON,
        second_step=False,
        debtor_iban=DEBTOR.iban,
        debtor_bic=DEBTOR.bic,
    ) as site:
        yield site


@pytest.fixture
def doubt(monkeypatch: pytest.MonkeyPatch) -> list[Doubt | None]:
    """Why the clock is not believed now; a test changes it."""
    held: list[Doubt | None] = [Doubt.LEAPT]

    def doubted(_: Database) -> Doubt | None:
        return held[0]

    monkeypatch.setattr(clock_trust, "doubt_about", doubted)
    return held


def state_of_proposal(system: System) -> str:
    with system.database.reading() as session:
        return proposal_store.get(session, PROPOSAL).state


def disposals(system: System) -> list[str]:
    with system.database.reading() as session:
        return [str(each.state) for each in disposal_store.newest_first(session)]


@pytest.mark.parametrize("why", Doubt)
def test_no_file_for_the_bank_is_made(
    site: Site, system: System, doubt: list[Doubt | None], why: Doubt
) -> None:
    doubt[0] = why
    with visitor(site, STAFF) as desk:
        refused = desk.post(f"/finance/payments/proposals/{PROPOSAL}/export")
        assert (refused.status_code, "klocka" in refused.text.lower()) == (409, True)
        assert state_of_proposal(system) == "ATTESTED"
        doubt[0] = None
        assert desk.post(f"/finance/payments/proposals/{PROPOSAL}/export").status_code == 303
    assert state_of_proposal(system) == "EXPORTED"


def test_nor_by_the_command(
    system: System,
    doubt: list[Doubt | None],
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BILLING_DEBTOR_IBAN", DEBTOR.iban)
    monkeypatch.setenv("BILLING_DEBTOR_BIC", DEBTOR.bic)
    desk = Desk(tmp_path, database_url)
    refused = desk.run("payments", "export", PROPOSAL, "--by", OFFICER, code=1)
    assert "klocka" in refused.err.lower()
    assert state_of_proposal(system) == "ATTESTED"


def test_nothing_is_disposed_of_and_a_proposal_may_be_taken_back(
    site: Site, system: System, doubt: list[Doubt | None]
) -> None:
    with visitor(site, SECOND) as desk:
        refused = desk.post("/finance/audit/disposals/1/confirm")
        assert (refused.status_code, "klocka" in refused.text.lower()) == (409, True)
        assert disposals(system) == ["PROPOSED"]
        assert desk.post("/finance/audit/disposals/1/withdraw").status_code == 303
    assert disposals(system) == ["WITHDRAWN"]
