"""Rules tried before they are saved, audit that reads everything and changes nothing, and the post, in a browser."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from accounts import sessions
from accounts.identity import Permission as P
from audit import case_archive
from invoicing.model import InvoiceState
from orders.register import policy_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OutState
from tests.browser.test_desk_pages import Clock, Office, january, received, reference
from tests.support.pages import routes_desk
from tests.support.pages.browser import portal
from tests.support.servers.serving import NO_TLS
from tests.support.stories.system import a_system
from web.csrf import TOKEN_FIELD

_S = InvoiceState


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock()
    with a_system(url) as system, portal(url, business_clock=clock) as site:
        yield Office(system, site, any_page, clock)


def test_a_change_of_rules_shows_its_effect_before_it_is_saved(office: Office) -> None:
    system, page = office.system, office.page
    received(system, 2)
    wrong = system.send(january(system, 0, "F-1", days="21", on=date(2026, 2, 3)))
    office.sit("frida", P.FINANCE)
    office.go("/finance/policies")
    office.sound()
    page.get_by_role("link", name="Ändra").click()
    office.sound()
    page.get_by_label("Belopp över 1").fill("100,00")
    page.get_by_label("Antal över 1").fill("1")
    page.get_by_label("Fel pris").check()
    page.locator("#reason").fill("Enstaka dagar godtas på prov")
    page.get_by_role("button", name="Visa vad det hade gjort").click()
    assert office.h1() == "Vad ändringen hade gjort"
    assert page.locator(".figure").all_inner_texts()[:3] == ["1", "1", "1"]
    office.sound()
    with office.site.database.reading() as session:
        assert policy_store.versions(session) == []
    page.get_by_role("button", name="Spara reglerna").click()
    assert "Enstaka dagar godtas på prov" in page.locator("main").inner_text()
    assert system.invoice(wrong.id).state is _S.IN_QUESTION
    assert system.send(january(system, 1, "F-2", days="21", on=date(2026, 2, 4))).state is _S.ACCEPTED


def test_the_auditor_reads_everything_and_changes_nothing(office: Office) -> None:
    system, page = office.system, office.page
    received(system, 1)
    invoice = system.send(january(system, 0, "F-1", days="22", on=date(2026, 2, 3)))
    auditor = office.sit("jenny", P.AUDIT)
    for path in ("/finance", f"/finance/documents/{invoice.id}", "/finance/policies", "/finance/post"):
        office.go(path)
        assert page.locator("main form[method=post]:not([action^='/views'])").count() == 0
    office.go(f"/finance/audit?q={reference(0)}")
    office.sound()
    with page.expect_download() as download:
        page.get_by_role("link", name="Lämna ut hela ärendet som ZIP").click()
    body = Path(download.value.path()).read_bytes()
    assert list(case_archive.verify(body)) == []
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        info = archive.getinfo(next(name for name in archive.namelist() if name.startswith("documents/in")))
    spoilt = bytearray(body)
    spoilt[info.header_offset + 30 + len(info.filename) + 100] ^= 1
    assert [name for name, _ in case_archive.verify(bytes(spoilt))] == [info.filename]
    office.go("/finance/audit")
    assert "Ärendet lämnades ut som ZIP" in page.locator("main").inner_text()
    office.go("/finance/audit/verify")
    assert "Kedjorna är hela" in page.locator("main").inner_text()
    office.go("/finance/audit/retention")
    office.sound()
    _every_post_is_refused(office, auditor.account_id)


def _every_post_is_refused(office: Office, account: int) -> None:
    """With a session and a token of the auditor's own, every POST of the desk is 403, but one's own filters and the
    walk of the journal."""
    with office.site.database.writing() as session:
        key = sessions.start(session, account, now=office.site.app.state.clock())
    cookie, origin = {"billing-session": key}, {"Origin": office.site.address, "Accept": "text/html"}
    with httpx.Client(
        base_url=office.site.address, trust_env=False, verify=NO_TLS, cookies=cookie, headers=origin
    ) as client:
        token = client.get("/finance").text.split(f'name="{TOKEN_FIELD}" value="')[1].split('"')[0]
        own = client.post("/views", data={TOKEN_FIELD: token, "name": "Mina"})
        assert own.status_code == 303
        tried = 0
        words = {"kind": "DOCUMENT", "action": "credit", "answer": "confirm"}
        for route in routes_desk.ROUTES:
            method, path = route.split(" ", 1)
            if method != "POST" or path.startswith(("/views", "/finance/audit/verify")):
                continue
            filled = re.sub(r"\{(\w+)[^}]*\}", lambda key: words.get(key[1], "1"), path)
            answer = client.post(filled, data={TOKEN_FIELD: token, "reason": "Prov"})
            assert answer.status_code == 403, route
            tried += 1
    assert tried > 15
    assert office.system.invoice(1).state is _S.IN_QUESTION


def test_a_message_that_is_stuck_is_seen_and_sent_again(office: Office) -> None:
    page = office.page
    received(office.system, 1)
    with office.site.database.writing() as session:
        session.execute(update(exchange_tables.outbox).values(state=OutState.STUCK, attempts=12))
    office.sit("frida", P.FINANCE)
    office.go("/finance")
    page.get_by_role("link", name="Fastnad post").click()
    assert "Fastnat" in page.locator("main").inner_text()
    office.sound()
    page.get_by_role("link", name="2100000001").click()
    office.sound()
    page.get_by_role("button", name="Skicka igen").click()
    assert "Inget meddelande behöver en person." in page.locator("main").inner_text()
    with office.site.database.reading() as session:
        (message,) = session.execute(exchange_tables.outbox.select())
        assert message.state == OutState.WAITING
