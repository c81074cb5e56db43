"""The accessibility statement says how it stands and who supervises it, and takes what somebody cannot use."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from operations.configuration.statement_settings import Compliance, StatementSettings, supervisor
from operations.mail.tables import mail as mail_table
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.system import a_system
from web.csrf import TOKEN_FIELD

CONTACT = "ekonomistod@kopare.example"
WORDS = "Skärmläsaren läser inte upp summan när jag kryssar i rader."


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url), portal(database_url, second_step=False) as served:
        yield served


def mails(site: Site, address: str) -> list[str]:
    """The texts of the mails laid for an address."""
    with site.database.reading() as session:
        return list(session.scalars(select(mail_table.c.body).where(mail_table.c.to_address == address)))


@pytest.fixture
def somebody(site: Site) -> Iterator[Visitor]:
    with visitor(site) as opened:
        yield opened


def test_the_statement_says_how_far_it_complies_since_when_and_who_supervises(somebody: Visitor) -> None:
    said = text_of(somebody.get("/accessibility"))
    assert "uppfyller lagens krav delvis" in said
    assert "Senast bedömd 2026-12-03" in said
    assert "Myndigheten för digital förvaltning (Digg)" in said
    assert CONTACT in said


@pytest.mark.parametrize(
    ("given", "today", "name", "address"),
    [
        ({}, date(2026, 12, 31), "(Digg)", "digg.se"),
        ({}, date(2027, 1, 1), "(PTS)", "pts.se"),
        ({"url": "https://anmal.example/"}, date(2027, 1, 1), "(PTS)", "anmal.example"),
        ({"": "Tillsynsverket"}, date(2027, 1, 1), "Tillsynsverket", ""),
    ],
)
def test_the_supervisor_is_the_laws_unless_the_installation_names_another(
    given: dict[str, str], today: date, name: str, address: str
) -> None:
    values = {f"accessibility_supervisor{'_' if each else ''}{each}": said for each, said in given.items()}
    found = supervisor(StatementSettings.model_validate(values), today=today)
    assert name in found.name
    assert address in found.address
    assert bool(found.address) is bool(address)


def test_each_status_is_a_sentence_of_its_own() -> None:
    assert len({each.words.sv for each in Compliance}) == len(Compliance) == 3


def test_what_somebody_cannot_use_reaches_the_buyers_contact(site: Site, somebody: Visitor) -> None:
    page = somebody.client.get("/accessibility", headers={"Referer": f"{site.address}/help"})
    assert 'value="/help"' in page.text
    answer = somebody.post(
        "/accessibility",
        {"words": f"{WORDS}\nAndra raden.", "page": "/help\nSvar till: x", "reply_to": "rut@exempel.se"},
    )
    assert "Köparens kontakt har fått det du skrev" in somebody.follow(answer)
    (mail,) = mails(site, CONTACT)
    assert f"{WORDS}\nAndra raden." in mail
    assert "Svar till: rut@exempel.se" in mail
    assert "Sida: /help Svar till: x\n" in mail, "a page is one line, and adds none to the mail"


def test_nobody_need_say_who_they_are(site: Site, somebody: Visitor) -> None:
    somebody.follow(somebody.post("/accessibility", {"words": WORDS, "page": "", "reply_to": ""}))
    assert "Svar till: ingen adress angiven" in mails(site, CONTACT)[0]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"words": "Nej."}, "words", "Skriv vad du försökte göra"),
        ({"words": f"{WORDS} Ring 19121212-1212."}, "words", "personnummer"),
        ({"words": WORDS, "reply_to": "rut"}, "reply_to", "inte en e-postadress"),
        ({"words": "a" * 2001}, "words", "2000"),
        ({"words": WORDS, "page": "/" * 301}, "page", "300"),
    ],
)
def test_what_cannot_be_sent_stands_at_its_field_with_what_was_written(
    site: Site, somebody: Visitor, given: dict[str, str], field: str, said: str
) -> None:
    came = {"Origin": site.address, "Referer": f"{site.address}/accessibility"}
    answer = somebody.client.post("/accessibility", data={TOKEN_FIELD: somebody.token, **given}, headers=came)
    assert answer.status_code >= 400
    assert "<title>Fel:" in answer.text
    assert f'id="{field}-error"' in answer.text
    assert said in text_of(answer)
    assert mails(site, CONTACT) == []


def test_who_writes_all_day_waits(somebody: Visitor) -> None:
    codes = [somebody.post("/accessibility", {"words": WORDS}).status_code for _ in range(8)]
    assert codes[0] == 303
    assert codes[-1] == 429


def test_whom_to_ask_stands_below_every_page(somebody: Visitor) -> None:
    assert 'href="/contact"' in somebody.get("/sign-in").text
    said = text_of(somebody.get("/contact"))
    assert CONTACT in said
    assert "Ekonomistöd" in said
