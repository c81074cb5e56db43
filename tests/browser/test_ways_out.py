"""Whatever state a payment, a proposal or a row of the bank's is in, a person gets it out: on a page, by a command."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Final

import pytest
from typer.testing import CliRunner

from billing.cli.cli import app
from invoicing.payment.bank_answers import bank_report_store
from invoicing.payment.bank_answers.bank_report_store import QUIET, BankReportResult
from invoicing.payment.bank_answers.transfer_note_store import TransferNoteState
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.transfers import ItemState, ProposalState
from tests.browser.test_pay_pages import OFFICER, SECOND, Desks
from tests.support.pages.browser import Opening, portal
from tests.support.stories.bank_writes import account, back, paid, status_report
from tests.support.stories.paying import DEBTOR, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

DAY = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
MARCH, TODAY = date(2026, 3, 5), date(2026, 3, 12)
FIRST, SECOND_NAME = "RM30000001-00001", "RM30000001-00002"
RUNNER = CliRunner()
_I, _P = ItemState, ProposalState


def two_invoices(system: System) -> None:
    """Two suppliers, each with an invoice that is due."""
    for reference, supplier, number in (("100000101", FYRBAKEN, "F-1"), ("100000102", LARKDRILLEN, "L-1")):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(reference).number, number=number, on=date(2026, 2, 3))


@pytest.fixture
def system(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setenv("BILLING_DATABASE_URL", database_url)
    with a_system(database_url, begun=two_invoices) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    desk.give_right()
    return desk


@pytest.fixture
def desks(system: System, opening: Opening) -> Iterator[Desks]:
    url = system.database.url.render_as_string(hide_password=False)
    with (
        portal(url, business_clock=lambda: DAY, debtor_iban=DEBTOR.iban, debtor_bic=DEBTOR.bic) as site,
        ExitStack() as stack,
    ):
        yield Desks(site, opening, stack)


def command(*words: str) -> str:
    result = RUNNER.invoke(app, ["payments", *words, "--lang", "en"])
    assert result.exit_code == 0, result.output
    return result.output


# How each state comes about, of both payments of the proposal ---------------------------------------


def proposed(desk: PayDesk) -> Proposal:
    return desk.propose(on=MARCH)


def attested(desk: PayDesk) -> Proposal:
    proposal = proposed(desk)
    desk.attest(proposal)
    return proposal


def exported(desk: PayDesk) -> Proposal:
    proposal = attested(desk)
    desk.export(proposal)
    return proposal


def was_paid(desk: PayDesk) -> Proposal:
    proposal = exported(desk)
    desk.bank_says(account(paid((FIRST, "2375.00"), (SECOND_NAME, "2375.00"))), on=TODAY)
    return proposal


def refused(desk: PayDesk) -> Proposal:
    proposal = exported(desk)
    desk.bank_says(status_report(group="RJCT", reason="FF01"), on=TODAY)
    return proposal


def returned(desk: PayDesk) -> Proposal:
    proposal = exported(desk)
    desk.bank_says(account(back(FIRST, "2375.00"), back(SECOND_NAME, "2375.00")), on=TODAY)
    return proposal


def taken_out(desk: PayDesk) -> Proposal:
    proposal = proposed(desk)
    command("withdraw", proposal.number, "--by", OFFICER.id)
    return proposal


# The ways out: one payment by a page, the other by a command ----------------------------------------


def take_out(desks: Desks, desk: PayDesk, proposal: Proposal) -> None:
    page = desks.of(OFFICER, f"/finance/payments/proposals/{proposal.number}")
    page.click("button:has-text('Ta ut')")
    left = next(item for item in desk.items(proposal) if item.is_live)
    command("take-out", str(left.id), "--by", OFFICER.id)


def say(words: str, said: str) -> Callable[[Desks, PayDesk, Proposal], None]:
    def way(desks: Desks, desk: PayDesk, proposal: Proposal) -> None:
        path = f"/finance/payments/transfers/{FIRST}"
        page = desks.of(OFFICER, path)
        page.get_by_label(words).check()
        page.fill("[name=reason]", "Bankens brev den tionde.")
        page.click("button:has-text('Notera')")
        assert "Nu bekräftar en annan person." in page.inner_text("main")
        desks.of(SECOND, path).click("button:has-text('Bekräfta')")
        about = (SECOND_NAME, "--reason", "Ringde", "--said", said, "--by", OFFICER.id, "--on", str(TODAY))
        command("bank-said", *about)
        command("bank-said-step", SECOND_NAME, "confirm", "--by", SECOND.id, "--on", str(TODAY))

    return way


def propose_again(desks: Desks, desk: PayDesk, proposal: Proposal) -> None:
    page = desks.of(OFFICER, "/finance/payments")
    page.click("button:has-text('Gör betalningsförslag')")
    again = page.url.rpartition("/")[2]
    command("withdraw", again, "--by", OFFICER.id)
    assert "2 rows" in command("propose", "--by", OFFICER.id, "--on", str(TODAY))


Story = tuple[
    Callable[[PayDesk], Proposal], ProposalState, Callable[[Desks, PayDesk, Proposal], None], ItemState
]

WAYS_OUT: Final[Mapping[ItemState, Story]] = {
    _I.PROPOSED: (proposed, _P.DRAFT, take_out, _I.TAKEN_OUT),
    _I.ATTESTED: (attested, _P.ATTESTED, take_out, _I.TAKEN_OUT),
    _I.EXPORTED: (exported, _P.EXPORTED, say("Banken har inte betalat", "NOT_PAID"), _I.REFUSED),
    _I.PAID: (was_paid, _P.PAID, say("Pengarna har kommit tillbaka", "RETURNED"), _I.RETURNED),
    _I.REFUSED: (refused, _P.REFUSED, propose_again, _I.REFUSED),
    _I.RETURNED: (returned, _P.REFUSED, propose_again, _I.RETURNED),
    _I.TAKEN_OUT: (taken_out, _P.WITHDRAWN, propose_again, _I.TAKEN_OUT),
}
"""How each state comes about, where its proposal stands then, the way out, and the state after it."""


def test_every_state_of_a_payment_and_of_a_proposal_has_a_way_out() -> None:
    assert set(WAYS_OUT) == set(ItemState)
    assert {stands for _, stands, _, _ in WAYS_OUT.values()} == set(ProposalState)


@pytest.mark.parametrize("state", ItemState)
def test_the_way_out_is_a_page_and_a_command(
    system: System, desk: PayDesk, desks: Desks, state: ItemState
) -> None:
    begin, stands, leave, after = WAYS_OUT[state]
    proposal = begin(desk)
    assert [item.state for item in desk.items(proposal)] == [state, state]
    assert desk.state(proposal) == stands
    leave(desks, desk, proposal)
    assert [item.state for item in desk.items(proposal)] == [after, after]


@pytest.mark.parametrize("by_page", [True, False], ids=["page", "command"])
def test_a_note_that_waits_is_taken_back(system: System, desk: PayDesk, desks: Desks, by_page: bool) -> None:
    assert {each.name for each in TransferNoteState} == {"NOTED", "CONFIRMED", "TAKEN_BACK"}
    exported(desk)
    about = (FIRST, "--reason", "Ringde", "--said", "PAID", "--by", OFFICER.id, "--on", str(TODAY))
    command("bank-said", *about)
    assert f"{FIRST}: The bank has paid. Waits for a second person." in command("findings")
    page = desks.of(SECOND, "/finance/payments/bank")
    assert FIRST in page.inner_text("main")
    if by_page:
        desks.of(SECOND, f"/finance/payments/transfers/{FIRST}").click("text=Ta tillbaka noteringen")
    else:
        command("bank-said-step", FIRST, "take-back", "--by", SECOND.id)
    assert FIRST not in command("findings")


def test_every_row_of_the_banks_that_needs_a_person_is_dealt_with_on_a_page_or_by_a_command(
    system: System, desk: PayDesk, desks: Desks
) -> None:
    was_paid(desk)
    desk.bank_says(account(back(FIRST, "2375.00"), paid((SECOND_NAME, "1.00"))), on=TODAY)
    with system.database.reading() as session:
        first, second = bank_report_store.open_findings(session)
    assert first.outcome not in QUIET
    assert {first.outcome, second.outcome} == {BankReportResult.RETURNED_AFTER_PAID, BankReportResult.AMOUNT}
    page = desks.of(OFFICER, "/finance/payments/bank")
    assert "Fyrbåken Exempel AB, F-1" in page.inner_text("main")
    page.fill(f"#note-{first.id}", "Noterat på betalningen.")
    page.click("button:has-text('Klart')")
    command("handled", str(second.id), "--note", "Ringde banken.", "--by", OFFICER.id)
    with system.database.reading() as session:
        assert bank_report_store.open_findings(session) == []


def test_files_in_a_folder_are_read_one_by_one_and_a_bad_one_stops_none(
    system: System, desk: PayDesk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    exported(desk)
    folder = tmp_path_factory.mktemp("from-the-bank")
    (folder / "1-status.xml").write_bytes(status_report((FIRST, "RJCT", "AC04")))
    (folder / "2-bad.xml").write_bytes(b"<Invoice/>")
    (folder / "3-statement.xml").write_bytes(account(paid((SECOND_NAME, "2375.00"))))
    result = RUNNER.invoke(
        app, ["payments", "bank", str(folder), "--by", OFFICER.id, "--on", str(TODAY), "--lang", "en"]
    )
    assert result.exit_code == 1
    assert "2-bad.xml" in result.output
    assert "REFUSED" in result.output
    assert "PAID" in result.output
