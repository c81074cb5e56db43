"""Whatever state a claim or a deposit of it is in, a person gets it out: one on a page, another by a command."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Final

import pytest
from typer.testing import CliRunner

from billing.cli.cli import app
from invoicing.claims import claim_store
from invoicing.claims.claim_states import ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.model import SupplierInvoice
from invoicing.payment import repayment_store, repayments
from invoicing.payment.repayment_store import RepaymentState
from tests.browser.test_pay_pages import OFFICER, SECOND, Desks
from tests.support.pages.browser import Opening, portal
from tests.support.stories import paying
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import DEBTOR
from tests.support.stories.system import System, a_system

DAY = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
TODAY, MAY = date(2026, 6, 15), date(2026, 5, 3)
RUNNER = CliRunner()
_C, _R = ClaimState, RepaymentState
Both = tuple[SupplierInvoice, SupplierInvoice]


@pytest.fixture
def system(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    monkeypatch.setenv("BILLING_DATABASE_URL", database_url)
    monkeypatch.setenv("BILLING_DEBTOR_IBAN", DEBTOR.iban)
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def desk(system: System) -> ClaimDesk:
    return ClaimDesk(system)


@pytest.fixture
def desks(system: System, opening: Opening) -> Iterator[Desks]:
    url = system.database.url.render_as_string(hide_password=False)
    with (
        portal(url, business_clock=lambda: DAY, debtor_iban=DEBTOR.iban, debtor_bic=DEBTOR.bic) as site,
        ExitStack() as stack,
    ):
        yield Desks(site, opening, stack)


def command(*words: str) -> str:
    result = RUNNER.invoke(app, ["receivables", *words, "--on", str(TODAY), "--lang", "en"])
    if "No such option" in result.output:
        result = RUNNER.invoke(app, ["receivables", *words, "--lang", "en"])
    assert result.exit_code == 0, result.output
    return result.output


def here(claim: SupplierClaim) -> str:
    return f"/finance/payments/claims/{claim.invoice_id}"


# How each state comes about, of both claims -------------------------------------------------------------


def paid(desk: ClaimDesk) -> Both:
    return desk.paid(), desk.paid("F-2", line="002")


def asked(desk: ClaimDesk) -> Both:
    both = paid(desk)
    for each in both:
        desk.ask(each, by=paying.OFFICER)
    return both


def raised(desk: ClaimDesk) -> Both:
    first = desk.paid()
    desk.credited()
    second = desk.paid("F-2", line="002")
    desk.credited("K-2")
    return first, second


def demanded(desk: ClaimDesk) -> Both:
    both = raised(desk)
    for each in both:
        desk.demand(desk.claim(each), on=MAY)
    return both


def reminded(desk: ClaimDesk) -> Both:
    desk.rate()
    both = demanded(desk)
    for each in both:
        desk.demand(desk.claim(each), on=date(2026, 6, 10))
    return both


def disputed(desk: ClaimDesk) -> Both:
    both = raised(desk)
    for each in both:
        desk.dispute(desk.claim(each), on=MAY)
    return both


def write_off_asked(desk: ClaimDesk) -> Both:
    both = raised(desk)
    for each in both:
        desk.ask_write_off(desk.claim(each), on=MAY)
    return both


def settled(desk: ClaimDesk) -> Both:
    both = raised(desk)
    for each in both:
        desk.repaid(desk.claim(each), on=MAY)
    return both


def written_off(desk: ClaimDesk) -> Both:
    both = raised(desk)
    for each in both:
        desk.repaid(desk.claim(each), "100.00", on=MAY)
        desk.ask_write_off(desk.claim(each), on=MAY)
        desk.write_off(desk.claim(each), on=MAY)
    return both


def withdrawn(desk: ClaimDesk) -> Both:
    both = asked(desk)
    for each in both:
        command("answer", desk.claim(each).number, "decline", "--by", paying.SECOND)
    return both


# The ways out: the first by a page, the other by a command ----------------------------------------------


def confirm(desks: Desks, first: SupplierClaim, second: SupplierClaim) -> None:
    desks.of(SECOND, here(first)).click("button:has-text('Kräv tillbaka beloppet')")
    command("answer", second.number, "confirm", "--by", paying.SECOND)


def repay(desks: Desks, first: SupplierClaim, second: SupplierClaim) -> None:
    page = desks.of(OFFICER, here(first))
    page.fill("#reference", "BG 9")
    page.click("button:has-text('Notera återbetalningen')")
    desks.of(SECOND, here(first)).click("button:has-text('Bekräfta återbetalningen')")
    came = ("--came-on", str(TODAY), "--reference", "BG 10")
    command("repaid", second.number, *came, "--by", paying.OFFICER)
    command("repaid-step", second.number, "confirm", "--by", paying.SECOND)


def uphold(desks: Desks, first: SupplierClaim, second: SupplierClaim) -> None:
    page = desks.of(SECOND, here(first))
    page.fill("#words", "Avbrottet kom den första.")
    page.click("button:has-text('Svara att den står kvar')")
    command("uphold", second.number, "--reason", "Avbrottet kom den första.", "--by", paying.SECOND)


def keep(desks: Desks, first: SupplierClaim, second: SupplierClaim) -> None:
    desks.of(SECOND, here(first)).click("button:has-text('Skriv inte av')")
    command("answer", second.number, "keep", "--by", paying.SECOND)


def undo(desks: Desks, first: SupplierClaim, second: SupplierClaim) -> None:
    page = desks.of(OFFICER, here(first))
    page.click("summary:has-text('Banken har tagit tillbaka')")
    page.fill("textarea[name=reason]", "Banken ringde.")
    page.click("button:has-text('Säg att den är återtagen')")
    desks.of(SECOND, here(first)).click("button:has-text('beloppet är åter skyldigt')")
    with desks.site.database.reading() as session:
        (note,) = repayment_store.confirmed(session, second.invoice_id)
    taken = ("deposit-undo", second.number, str(note.id))
    command(*taken, "ask", "--reason", "Banken ringde.", "--by", paying.OFFICER)
    command(*taken, "confirm", "--by", paying.SECOND)


def ask_again(desks: Desks, first: SupplierClaim, second: SupplierClaim) -> None:
    page = desks.of(OFFICER, here(first))
    page.select_option("#cause", label="fakturan betalades av misstag")
    page.fill("#reason", "Betald två gånger.")
    page.click("button:has-text('Begär att det krävs tillbaka')")
    why = ("--cause", "PAID_WRONGLY", "--reason", "Betald två gånger.", "--by", paying.OFFICER)
    command("ask", second.invoice_number, *why)


Way = Callable[[Desks, SupplierClaim, SupplierClaim], None]
WAYS_OUT: Final[Mapping[ClaimState, tuple[Callable[[ClaimDesk], Both], Way, ClaimState]]] = {
    _C.ASKED: (asked, confirm, _C.RAISED),
    _C.RAISED: (raised, repay, _C.SETTLED),
    _C.DEMANDED: (demanded, repay, _C.SETTLED),
    _C.REMINDED: (reminded, repay, _C.SETTLED),
    _C.DISPUTED: (disputed, uphold, _C.RAISED),
    _C.WRITE_OFF_ASKED: (write_off_asked, keep, _C.RAISED),
    _C.SETTLED: (settled, undo, _C.RAISED),
    _C.WRITTEN_OFF: (written_off, undo, _C.RAISED),
    _C.WITHDRAWN: (withdrawn, ask_again, _C.ASKED),
}
"""How each state comes about, the way out, and the state of the invoice's claim after it."""


def latest(system: System, both: Both) -> tuple[SupplierClaim, SupplierClaim]:
    with system.database.reading() as session:
        first, second = (claim_store.all_of_invoice(session, each.id)[-1] for each in both)
    return first, second


@pytest.mark.parametrize("state", ClaimState)
def test_every_state_of_a_claim_has_a_way_out_on_a_page_and_by_a_command(
    system: System, desk: ClaimDesk, desks: Desks, state: ClaimState
) -> None:
    begin, leave, after = WAYS_OUT[state]
    both = begin(desk)
    claims = latest(system, both)
    assert [each.state for each in claims] == [state, state]
    leave(desks, *claims)
    assert [each.state for each in latest(system, both)] == [after, after]
    assert system.broken() == []


def test_what_is_said_of_a_deposit_is_taken_back_or_answered_on_a_page_and_by_a_command(
    system: System, desk: ClaimDesk, desks: Desks
) -> None:
    """Noted, and said to be taken back: both wait for somebody, who may also say no."""
    assert {each for each in RepaymentState} == {
        _R.NOTED,
        _R.CONFIRMED,
        _R.TAKEN_BACK,
        _R.UNDO_ASKED,
        _R.UNDONE,
    }
    first, second = latest(system, raised(desk))
    with system.database.writing() as session:
        for each in (first, second):
            repayments.note(
                session, each.invoice_id, by=paying.OFFICER, came_on=MAY, reference="BG 7", today=MAY
            )
    page = desks.of(SECOND, here(first))
    page.click("summary:has-text('Det stämmer inte')")
    page.fill("#reason", "Fel fordran.")
    page.click("button:has-text('Ta tillbaka noteringen')")
    command("repaid-step", second.number, "take-back", "--reason", "Fel fordran.", "--by", paying.SECOND)
    for each in (first, second):
        desk.repaid(each, on=MAY)
        with system.database.writing() as session:
            (note,) = repayment_store.confirmed(session, each.invoice_id)
            told = {"undone_on": TODAY, "reason": "Banken ringde.", "today": TODAY}
            repayments.ask_undo(session, each.invoice_id, note.id, by=paying.OFFICER, **told)  # type: ignore[arg-type]
    desks.of(SECOND, here(first)).click("button:has-text('insättningen står kvar')")
    with system.database.reading() as session:
        (said,) = repayment_store.undo_asked(session, second.invoice_id)
    command("deposit-undo", second.number, str(said.id), "stands", "--by", paying.SECOND)
    assert [desk.claim(system.invoice(each.invoice_id)).state for each in (first, second)] == [_C.SETTLED] * 2
