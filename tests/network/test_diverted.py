"""Sending again what the directory's no laid in the portal: by page and by command, without what is invoiced there."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from accounts.identity import Permission, Person
from billing.cli.cli import app
from billing.server import exchange_events
from operations import message_queries
from operations.directory import diverted
from peppol.access_points.protocol import PeerVerdict
from peppol.exchange import directory_store
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState
from tests.support.pages.browser import portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.servers.faulty_point import FaultyPoint, Moment
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

DAY = date(2026, 2, 3)
REFERENCES = ("100000101", "100000102", "100000103")
FINANCE = Person("ekonom", "Elsa Ek", "2021002114", frozenset({Permission.FINANCE}))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'billing.sqlite'}"


@pytest.fixture
def system(url: str) -> Iterator[System]:
    """Three orders in the portal on the directory's word; the supplier has invoiced the first of them there."""
    with a_system(url) as system:
        for reference in REFERENCES:
            system.decide(reference)
            system.report(reference, "2026-01", on=DAY)
        point = FaultyPoint(verdict=PeerVerdict.NOT_REGISTERED)
        while MessageSender(system.database.writing, point, Moment(), exchange_events.tell).round().more:
            pass
        system.send_invoice(system.order(REFERENCES[0]).number, "001", number="F-1", on=DAY)
        yield system


def in_state(system: System, state: OutState) -> list[str]:
    with system.database.reading() as session:
        return [each.document_id for each in message_queries.messages_out(session, state=state, at_most=99)]


def orders(system: System) -> list[str]:
    return [system.order(each).number for each in REFERENCES]


def test_the_list_says_what_is_invoiced_and_all_sends_the_others(system: System) -> None:
    with system.database.reading() as session:
        listed = diverted.listed(session)
    assert [(each.document_id, each.is_invoiced) for each in listed if each.kind == "order"] == [
        (number, place == 0) for place, number in enumerate(orders(system))
    ]
    came = diverted.send_again(system.database, None, by="user-17")
    assert [each.document_id for each in came.invoiced] == orders(system)[:1]
    assert set(orders(system)[1:]) <= {each.document_id for each in came.sent}
    assert in_state(system, OutState.IN_PORTAL) == orders(system)[:1]


def test_by_command(system: System, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    listed = json.loads(CliRunner().invoke(app, ["post", "diverted", "--json"]).stdout)
    numbers = {each["document_id"]: each["sequence"] for each in listed["messages"]}
    first, second, third = (str(numbers[each]) for each in orders(system))
    told = CliRunner().invoke(app, ["post", "diverted"])
    assert (told.exit_code, orders(system)[2] in told.stdout) == (0, True)
    assert CliRunner().invoke(app, ["post", "resend-diverted", "--by", "user-17"]).exit_code == 2
    both = ["post", "resend-diverted", second, "--all", "--by", "user-17"]
    assert CliRunner().invoke(app, both).exit_code == 2
    told = CliRunner().invoke(app, ["post", "resend-diverted", first, second, "--by", "user-17"])
    assert (
        told.exit_code,
        "1 meddelanden skickas igen" in told.stdout,
        orders(system)[0] in told.stdout,
    ) == (
        0,
        True,
        True,
    )
    assert orders(system)[1] in in_state(system, OutState.WAITING)
    told = CliRunner().invoke(app, ["post", "resend-diverted", second, third, "--by", "user-17"])
    assert told.exit_code == 4
    assert CliRunner().invoke(app, ["post", "believe", "--by", "user-17"]).exit_code == 1


def test_by_page(system: System, url: str) -> None:
    with portal(url, second_step=False) as site, visitor(site, FINANCE) as finance:
        page = finance.get("/finance/post/diverted")
        assert page.status_code == 200
        assert all(number in page.text for number in orders(system))
        with system.database.reading() as session:
            numbers = {each.document_id: each.sequence for each in diverted.listed(session)}
        assert f'name="number" value="{numbers[orders(system)[0]]}"' not in page.text
        assert f'name="number" value="{numbers[orders(system)[1]]}"' in page.text
        second = str(numbers[orders(system)[1]])
        finance.follow(finance.post("/finance/post/diverted", {"number": second}))
        assert orders(system)[1] in in_state(system, OutState.WAITING)
        told = finance.follow(finance.post("/finance/post/diverted", {"all": "1"}))
        assert "1 lämnas kvar" in told
        assert in_state(system, OutState.IN_PORTAL) == orders(system)[:1]
        assert "Välj minst ett" in text_of(finance.post("/finance/post/diverted"))


def test_a_doubted_directory_is_told_on_the_page_and_believed_there(url: str) -> None:
    with a_system(url) as system:
        system.decide(REFERENCES[0])
        point = FaultyPoint(verdict=PeerVerdict.NO_IN_DOUBT)
        MessageSender(system.database.writing, point, system.database.clock, exchange_events.tell).round()
        with portal(url, clock=lambda: CLOCK, second_step=False) as site, visitor(site, FINANCE) as finance:
            told = text_of(finance.get("/finance/post"))
            assert "Katalogens nej är inte att lita på" in told
            assert "1 meddelanden i stället för att läggas i portalen" in told
            finance.follow(finance.post("/finance/post/directory/believe"))
        with system.database.reading() as session:
            row = directory_store.standing(session)
        assert row.believed_by.startswith("user-")
        assert row.believed_until is not None
        MessageSender(system.database.writing, point, system.database.clock, exchange_events.tell).round()
        assert in_state(system, OutState.IN_PORTAL) == [system.order(REFERENCES[0]).number]
