"""The finance desk in a real browser: forty alike cleared, an acceptance within its limit, a protected document."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts import sessions
from accounts.identity import Permission, Person
from foundation import journal
from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.exceptions import undo as exception_undo
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from orders.register import store as register_store
from peppol.documents import billing
from tests.support.pages.browser import WIDTHS, Opening, Site, account_of, axe, portal, too_wide
from tests.support.stories.bills import billed, together
from tests.support.stories.system import System, a_system, example_register, interruption

BUYER = "2021002114"
_S = InvoiceState


@dataclass
class Clock:
    """The business day of the story, moved by hand."""

    now: datetime = field(default=datetime(2026, 2, 4, 8, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """A system with its portal, and a browser signed in."""

    system: System
    site: Site
    page: Page
    clock: Clock

    def person(self, name: str, *permissions: Permission, limit: str = "") -> Person:
        made = account_of(
            self.site.database,
            Person(name, name.title(), BUYER, frozenset(permissions)),
            name=f"{name}.example",
        )
        if limit:
            with self.site.database.writing() as session:
                amount = Money.of(limit)
                decision_store.set_limit(session, made.id, amount, by="admin-1", on=date(2026, 1, 1))
        return made

    def sit(self, name: str, *permissions: Permission, limit: str = "") -> Person:
        """Sign in as a new person of the buyer's."""
        person = self.person(name, *permissions, limit=limit)
        self.page.context.clear_cookies()
        sign_in_as(self.page, self.site, person)
        return person

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{path}")

    def h1(self) -> str:
        return self.page.locator("h1").inner_text()

    def sound(self) -> None:
        assert axe(self.page) == []
        assert too_wide(self.page) == []

    def release(self) -> int:
        """Ten minutes go by, and the timetable lets the answers leave."""
        self.clock.now += timedelta(minutes=11)
        with self.site.database.writing() as session:
            register = register_store.load(session)
            return exception_undo.release_answers(
                session, register, now=self.clock.now, today=self.clock.now.date()
            )


def sign_in_as(page: Page, site: Site, person: Person) -> None:
    with site.database.writing() as session:
        key = sessions.start(session, person.account_id, now=site.app.state.clock())
    page.context.add_cookies([{"name": "billing-session", "value": key, "url": site.address}])


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock()
    with a_system(url) as system, portal(url, business_clock=clock) as site:
        yield Office(system, site, any_page, clock)


def received(system: System, many: int) -> None:
    """Placements whose January is received: 20 days at 95.00."""
    for number in range(many):
        system.decide(reference(number), start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(reference(number), "2026-01", on=date(2026, 2, 2))


def reference(number: int) -> str:
    return f"1000{number:05}"


def january(system: System, number: int, name: str, *, days: str, on: date) -> billing.Invoice:
    order = system.order(reference(number)).number
    return billed(system.flip(order, "001", number=name, on=on), days=days)


@pytest.mark.parametrize("many", [8, pytest.param(40, marks=pytest.mark.slow)])
def test_many_alike_are_asked_back_with_one_press_and_all_match_when_corrected(
    office: Office, many: int
) -> None:
    system, page = office.system, office.page
    received(system, many)
    day = date(2026, 2, 3)
    wrong = [january(system, each, f"F-{each}", days="22", on=day) for each in range(many)]
    document = [system.send(each) for each in wrong]
    office.sit("frida", Permission.FINANCE)
    office.go("/finance")
    office.sound()
    page.get_by_role("link", name="Fel antal").click()
    page.get_by_role("button", name=f"Pröva med alla {many}").click()
    assert office.h1() == "Begära kredit och ny faktura"
    assert page.locator(".figure").all_inner_texts() == [str(many)] * 3
    office.sound()
    assert states(system, document) == {_S.IN_QUESTION}
    page.get_by_label("Varför?").fill("Hela månaden fakturerad")
    page.get_by_role("button", name=f"Gör det för {many} dokument").click()
    assert page.locator(".figure").first.inner_text() == str(many)
    assert states(system, document) == {_S.CREDIT_REQUESTED}
    page.get_by_role("button", name=f"Ångra alla {many}").click()
    assert states(system, document) == {_S.IN_QUESTION}
    office.go("/finance/bulk?kind=ASK_CREDIT&all=1&cause=QUANTITY")
    page.get_by_role("button", name=f"Gör det för {many} dokument").click()
    office.sound()
    assert office.release() == many
    for number, invoice in enumerate(wrong):
        system.send_credit(invoice, number=f"K-{number}", on=date(2026, 2, 9))
        right = january(system, number, f"G-{number}", days="20", on=date(2026, 2, 10))
        assert system.send(right).state is _S.ACCEPTED
    assert states(system, document) == {_S.CREDITED}
    office.go("/finance")
    assert "Inget här behöver en person just nu." in page.locator("main").inner_text()


def states(system: System, invoice: list[SupplierInvoice]) -> set[InvoiceState]:
    return {system.invoice(each.id).state for each in invoice}


@pytest.mark.parametrize("opening", ["paper", "browser"], indirect=True)
def test_a_difference_is_accepted_within_the_limit_refused_above_it_and_undone(office: Office) -> None:
    system, page = office.system, office.page
    received(system, 2)
    small = system.send(january(system, 0, "F-1", days="21", on=date(2026, 2, 3)))
    large = system.send(january(system, 1, "F-2", days="22", on=date(2026, 2, 3)))
    office.sit("frida", Permission.FINANCE, limit="100.00")
    office.go(f"/finance/documents/{small.id}")
    office.sound()
    assert page.locator("tr.deviates th").inner_text().startswith("Antal")
    page.locator("summary", has_text="Godta med skäl").click()
    assert "Skillnaden är 95,00" in page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    page.locator("#accept-reason").fill("Rättat per telefon")
    page.get_by_role("button", name="Godta", exact=True).click()
    assert system.invoice(small.id).state is _S.ACCEPTED
    assert "Rättat per telefon" in page.locator("main").inner_text()
    page.get_by_role("button", name="Ångra").click()
    assert system.invoice(small.id).state is _S.IN_QUESTION
    office.go(f"/finance/documents/{large.id}")
    page.locator("summary", has_text="Godta med skäl").click()
    page.locator("#accept-reason").fill("Det är nog rätt")
    page.get_by_role("button", name="Godta", exact=True).click()
    assert "din gräns är 100,00" in page.locator("main").inner_text()
    assert system.invoice(large.id).state is _S.IN_QUESTION
    office.go(f"/finance/documents/{large.id}/credit")
    assert "Kreditera hela fakturan" in page.locator("main").inner_text()
    office.sound()
    page.get_by_role("button", name="Begär kredit och ny faktura").click()
    assert system.invoice(large.id).state is _S.CREDIT_REQUESTED
    assert (office.release(), system.invoice(large.id).answered) == (1, "RE")


def test_the_lines_that_agree_are_accepted_with_one_press_undone_and_withdrawn_with_a_reason(
    office: Office,
) -> None:
    system, page = office.system, office.page
    received(system, 2)
    system.change_register(example_register(several_orders=True, several_lines=True, partial_acceptance=True))
    right = january(system, 0, "F", days="20", on=date(2026, 2, 3))
    wrong = january(system, 1, "F", days="21", on=date(2026, 2, 3))
    invoice = system.send(together(right, wrong, number="F-1"))
    office.sit("frida", Permission.FINANCE)
    office.go(f"/finance/documents/{invoice.id}")
    office.sound()
    first, second = (system.order(reference(each)).number for each in (0, 1))
    differing = " ".join(page.locator("table.differing").inner_text().split())
    assert f"Fakturarad 2: {second}/001" in differing
    assert "avviker 21 dagar" in differing
    assert f"Fakturarad 1: {first}/001" not in differing
    page.locator("summary", has_text="uppgifter stämmer").click()
    agreeing = " ".join(page.locator("table.agrees").inner_text().split())
    assert f"Fakturarad 1: {first}/001" in agreeing
    assert "avviker" not in agreeing
    page.locator("summary", has_text="Godkänn raderna som stämmer").click()
    said = page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "Rader som godkänns: 1. Kredit av rad 2 begärs, 118,75" in said
    page.get_by_role("button", name="Godkänn och begär kredit").click()
    assert system.invoice(invoice.id).state is _S.PARTLY_ACCEPTED
    assert "senast" in page.locator("main").inner_text()
    page.get_by_role("button", name="Ångra").click()
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    page.locator("summary", has_text="Godkänn raderna som stämmer").click()
    page.get_by_role("button", name="Godkänn och begär kredit").click()
    assert (office.release(), system.invoice(invoice.id).answered) == (1, "CA")
    office.go(f"/finance/documents/{invoice.id}")
    page.locator("summary", has_text="Ta tillbaka godkännandet i delar").click()
    page.locator("#withdraw-reason").fill("Krediten kom aldrig")
    page.get_by_role("button", name="Ta tillbaka", exact=True).click()
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    office.sound()
    assert system.broken() == []


def test_an_invoice_over_two_orders_that_names_neither_is_linked_line_by_line_with_one_press(
    office: Office,
) -> None:
    system, page = office.system, office.page
    received(system, 2)
    system.change_register(example_register(several_orders=True, several_lines=True))
    each = [january(system, place, "F", days="20", on=date(2026, 2, 3)) for place in (0, 1)]
    named = together(*each, number="F-1")
    lines = [
        replace(
            line, order_line_reference=None, item=replace(line.item, name=f"Deltagare {reference(place)}")
        )
        for place, line in enumerate(named.invoice_lines)
    ]
    invoice = system.send(replace(named, order_reference=None, invoice_lines=tuple(lines)))
    first, second = (f"{system.order(reference(place)).number}/001" for place in (0, 1))
    office.sit("frida", Permission.FINANCE)
    office.go(f"/finance/documents/{invoice.id}")
    office.sound()
    page.locator("#line-1-1").check()
    page.locator("#written-1").fill(second)
    page.locator("#link-reason").fill("Enligt samtal")
    page.get_by_role("button", name="Koppla", exact=True).click()
    assert "inte båda" in page.locator("main").inner_text()
    office.go(f"/finance/documents/{invoice.id}")
    assert page.locator("#line-1-1").get_attribute("value") == first
    page.locator("#line-1-1").check()
    page.locator("#written-2").fill(f" {second} ")
    page.locator("#link-reason").fill("Enligt samtal")
    page.get_by_role("button", name="Koppla", exact=True).click()
    assert system.invoice(invoice.id).state is _S.ACCEPTED
    said = page.locator("main").inner_text()
    assert f"Fakturarad 1: {first}" in said
    assert f"Fakturarad 2: {second}" in said
    office.sound()
    page.get_by_role("button", name="Ångra").click()
    assert system.invoice(invoice.id).state is _S.IN_QUESTION


def test_a_credit_note_is_seen_beside_its_invoice_linked_undone_and_settled_in_the_end(
    office: Office, opening: Opening
) -> None:
    system = office.system
    received(system, 1)
    wrong = january(system, 0, "F-1", days="22", on=date(2026, 2, 3))
    invoice = system.send(wrong)
    nameless = replace(credit_note_of(wrong, given=Numbered("K-1", date(2026, 2, 4))), billing_references=())
    credit = system.send(nameless)
    person = office.person("frida", Permission.FINANCE)
    with opening(javascript=False) as page:
        office.page = page
        sign_in_as(page, office.site, person)
        office.go("/finance?part=credits")
        page.get_by_role("link", name="K-1").click()
        page.get_by_role("button", name="Visa paret").click()
        assert office.h1() == "Koppla K-1 till F-1"
        text = page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")
        for told in (
            "2 612,50 kr − 2 612,50 kr = 0,00 kr",
            "/001: orderraden blir fri för en ny faktura på 1 900,00 kr utan moms",
            "Godkänd (AP), K-1",
        ):
            assert told in text
        assert states(system, [invoice, credit]) == {_S.IN_QUESTION}
        page.get_by_label("Varför?").fill("Leverantören ringde")
        page.get_by_role("button", name="Koppla och kvitta").click()
        assert "Kopplad till faktura F-1" in page.locator("main").inner_text()
        office.go(f"/finance/documents/{invoice.id}")
        assert "Kreditfaktura K-1 är kopplad hit" in page.locator("main").inner_text()
        page.get_by_role("link", name="Visa K-1").click()
        page.get_by_role("button", name="Ångra").click()
        assert states(system, [invoice, credit]) == {_S.IN_QUESTION}
        office.go(f"/finance/documents/{credit.id}/pair?credits=F-1")
        page.get_by_label("Varför?").fill("Det var rätt ändå")
        page.get_by_role("button", name="Koppla och kvitta").click()
        assert (system.invoice(credit.id).state, system.invoice(invoice.id).state) == (
            _S.PARKED,
            _S.IN_QUESTION,
        )
        office.go("/finance?part=credits")
        assert "Kopplad till sin faktura, kvittas snart" in page.locator("table.queue").inner_text()
        assert office.release() == 1
        assert (system.invoice(credit.id).state, system.invoice(invoice.id).state) == (
            _S.SETTLED,
            _S.CREDITED,
        )
        office.go(f"/finance/documents/{credit.id}")
        assert page.get_by_role("button", name="Ångra").count() == 0
        page.locator("dl.summary").get_by_role("link", name="F-1").click()
        page.locator("dl.summary").get_by_role("link", name="K-1").click()
        assert office.h1().startswith("Kreditfaktura K-1")
        office.go(f"/finance/documents/{credit.id}/pair?other=F-9")
        assert "Leverantören har ingen faktura F-9 hos oss" in page.locator("main").inner_text()


def test_the_page_of_a_pair_reads_well_wide_and_narrow(office: Office) -> None:
    system = office.system
    received(system, 1)
    wrong = january(system, 0, "F-1", days="22", on=date(2026, 2, 3))
    system.send(wrong)
    other = billed(wrong, days="21")
    credit = system.send(
        replace(credit_note_of(other, given=Numbered("K-1", date(2026, 2, 4))), billing_references=())
    )
    office.sit("frida", Permission.FINANCE)
    for width in WIDTHS:
        office.page.set_viewport_size({"width": width, "height": 900})
        office.go(f"/finance/documents/{credit.id}/pair?credits=F-1")
        assert "avviker" in office.page.locator("tr.deviates").first.inner_text()
        assert office.page.get_by_role("button", name="Koppla ändå").is_visible()
        office.sound()


def test_a_looser_policy_is_saved_and_what_it_accepts_is_judged_again_with_one_press(office: Office) -> None:
    system, page = office.system, office.page
    received(system, 2)
    day = date(2026, 2, 3)
    one, two = (
        system.send(january(system, number, f"F-{number}", days=days, on=day))
        for number, days in enumerate(("21", "22"))
    )
    office.sit("frida", Permission.FINANCE)
    office.go("/finance/policies/change")
    page.get_by_label("Antal över 1").fill("1")
    page.get_by_label("Belopp över 1").fill("100")
    page.get_by_label("Varför?").fill("En dag får skilja")
    page.get_by_role("button", name="Visa vad det hade gjort").click()
    assert "1 faktura i fråga skulle godtas: 2" in page.locator("main").inner_text()
    office.sound()
    page.get_by_role("button", name="Spara och pröva 1 faktura igen").click()
    assert office.h1().startswith("Prövade igen")
    assert page.locator(".figure").first.inner_text() == "1"
    office.sound()
    assert [system.invoice(each.id).state for each in (one, two)] == [_S.ACCEPTED, _S.IN_QUESTION]
    office.go("/finance/policies")
    page.get_by_role("link", name="Pröva igen det som är i fråga").click()
    assert "Ingen faktura i fråga skulle godtas av reglerna." in page.locator("main").inner_text()
    office.sound()


def test_what_says_who_somebody_is_is_opened_only_with_a_reason_that_is_kept(office: Office) -> None:
    system, page = office.system, office.page
    received(system, 1)
    invoice = system.send(january(system, 0, "F-1", days="22", on=date(2026, 2, 3)))
    office.sit("frida", Permission.FINANCE)
    office.go(f"/finance/documents/{invoice.id}")
    page.get_by_text("Hantera som skyddad").first.click()
    page.locator("#protect-reason").fill("Namnet står i fakturan")
    page.get_by_role("button", name="Hantera som skyddad").click()
    text = page.locator("main").inner_text()
    assert "Skyddad" in text
    assert "F-1" not in text
    office.go(f"/finance/documents/{invoice.id}")
    assert "F-1" not in page.content()
    assert page.goto(f"{office.site.address}/finance/documents/{invoice.id}/credit").status == 404  # type: ignore[union-attr]
    office.sit("petra", Permission.PROTECTED)
    office.go(f"/finance/documents/{invoice.id}")
    office.sound()
    page.get_by_label("Varför behöver du se det?").fill("Svar till leverantören")
    page.get_by_role("button", name="Öppna dokumentet").click()
    assert "F-1" in page.locator("h1").inner_text()
    with office.site.database.reading() as session:
        (row,) = [each for each in journal.rows(session) if each.action == DocumentAction.PROTECTED_REVEALED]
    assert "Svar till leverantören" in row.detail


def test_an_interruption_that_came_too_late_is_applied_from_its_own_page_or_laid_aside(
    office: Office,
) -> None:
    system, page = office.system, office.page
    received(system, 2)
    for number in range(2):
        late = interruption(reference(number), date(2026, 1, 16), date(2026, 1, 16))
        assert "retroactive" in system.refuses("interruption.registered", late, on=date(2026, 2, 3))
    office.sit("frida", Permission.FINANCE)
    for number, button in enumerate(("Verkställ avbrottet ändå", "Lägg till handlingarna")):
        office.go("/finance?part=events")
        page.locator("tbody tr", has_text=reference(number)).locator("th a").click()
        assert "20 dagar blir 10" in page.locator("main").inner_text()
        office.sound()
        page.get_by_role("button", name=button).click()
    office.go("/finance?part=events")
    assert "Alla händelser är tillämpade." in page.locator("main").inner_text()
    assert system.days_received(reference(0))[0] == "10"
    assert system.days_received(reference(1))[0] == "20"


def test_a_start_far_from_its_decision_stands_under_starts(office: Office) -> None:
    office.system.decide(reference(0), start=date(2026, 2, 2), decided_on=date(2026, 1, 2))
    office.sit("frida", Permission.FINANCE)
    office.go("/finance?part=starts")
    office.sound()
    assert "senare än 2026-01-12" in office.page.locator("tbody").inner_text()
