"""What costs much to check stops nobody else: strangers' documents at the portal, and the same as messages to us."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import httpx
import pytest
from sqlalchemy import select

from billing.server.app import create_app
from foundation.apart.confined import Excess
from invoicing.intake.queue import read_arrived
from operations.settings import Settings
from peppol.exchange import inbox_store
from peppol.exchange.tables import InState, inbox
from peppol.identifiers import DocumentKind
from peppol.validation import apart
from peppol.xml import codec
from tests.support.rules.large_documents import elements_of, empty, empty_attachments, with_many
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
DAY = date(2026, 2, 3)
VALIDATE = "/api/v1/validate"


def attacks(size: int) -> list[bytes]:
    """Empty lines, twice as many, empty attachments, and one identifier of an order line again and again."""
    identifier = dict(elements_of(DocumentKind.ORDER))["/OrderLine/LineItem/ID"]
    return [
        empty("InvoiceLine", size),
        empty("InvoiceLine", 2 * size),
        empty_attachments(size),
        with_many(DocumentKind.ORDER, [identifier], size),
    ]


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def client(system: System) -> Iterator[httpx.Client]:
    url = system.database.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url), clock=lambda: CLOCK)
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=300, trust_env=False, verify=NO_TLS) as client,
    ):
        yield client
    app.state.database.close()


def attacked(client: httpx.Client, size: int) -> None:
    """Four at once from one address, and meanwhile somebody comes to sign in."""
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(client.post, VALIDATE, content=body) for body in attacks(size)]
        served = 0
        while not all(each.done() for each in sent):
            assert client.get("/static/site.css").status_code == 200
            assert client.get("/sign-in").status_code == 200
            served += 1
        answers = [each.result() for each in sent]
    # More than before the attack and after it: they were answered while it went on.
    assert served > 3
    for answer in answers:
        if answer.status_code == 200:
            told = answer.json()
            assert told["valid"] is False
            assert len(answer.content) < 1_000_000
            assert told["finding_count"] >= len(told["findings"])
        else:
            assert answer.status_code == 429
            assert int(answer.headers["Retry-After"]) >= 1
            assert "Vänta" in answer.json()["detail"]
    assert 200 in {answer.status_code for answer in answers}
    assert client.get("/sign-in").status_code == 200


def test_the_portal_answers_while_costly_documents_are_checked(client: httpx.Client) -> None:
    attacked(client, 3_000)


@pytest.mark.slow
def test_the_portal_answers_while_the_largest_of_them_are_checked(client: httpx.Client) -> None:
    attacked(client, 50_000)


def test_four_that_take_more_than_they_may_are_ended_and_every_page_asked_for_meanwhile_is_answered(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever they cost: the system ends them at their second, and without its limit they would be told as checked."""
    monkeypatch.setattr(apart, "_CPU_SECONDS", 0)
    monkeypatch.setattr(apart, "_CPU_SECONDS_PER_MB", 0)
    pages = []
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(client.post, VALIDATE, content=empty("InvoiceLine", 100_000)) for _ in range(4)]
        while not all(each.done() for each in sent):
            pages.append(client.get("/sign-in").status_code)
            time.sleep(0.1)
        answers = [each.result() for each in sent]
    assert (set(pages), len(pages) > 3) == ({200}, True)
    told = {answer.status_code for answer in answers}
    assert 422 in told
    assert told <= {422, 429}
    assert all("Inget är sagt om det är giltigt" in each.text for each in answers if each.status_code == 422)


def test_the_work_ends_when_whoever_asked_has_left(client: httpx.Client) -> None:
    ended = apart.CHECKS.ended[Excess.UNWANTED]
    with pytest.raises(httpx.ReadTimeout):
        client.post(VALIDATE, content=empty("InvoiceLine", 60_000), timeout=httpx.Timeout(10, read=0.3))
    until = time.monotonic() + 60
    while apart.CHECKS.ended[Excess.UNWANTED] == ended:
        assert time.monotonic() < until
        time.sleep(0.05)


def sent_and_read(system: System, size: int) -> list[str]:
    """The states of four costly messages and of the good invoice behind them, read by one worker."""
    for body in attacks(size):
        system.post(body, on=DAY)
    good = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    system.post(codec.serialise(good), on=DAY)
    worker = threading.Thread(target=lambda: list(read_arrived(system.database, today=DAY)))
    worker.start()
    worker.join(timeout=600)
    assert not worker.is_alive()
    with system.database.reading() as session:
        assert inbox_store.count_arrived(session) == 0
        return [str(each) for each in session.scalars(select(inbox.c.state).order_by(inbox.c.id))]


def test_a_good_invoice_behind_costly_messages_is_taken_in(system: System) -> None:
    assert sent_and_read(system, 1_500) == [*[InState.QUARANTINED] * 4, InState.HANDLED]


@pytest.mark.slow
def test_a_good_invoice_behind_the_largest_of_them_is_taken_in(system: System) -> None:
    assert sent_and_read(system, 50_000) == [*[InState.QUARANTINED] * 4, InState.HANDLED]


def test_a_message_that_takes_more_than_it_may_is_tried_again_later_and_the_one_behind_it_is_taken_in(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a fault of ours: it rests, and after some tries its sender is told that it is here (decision 57)."""
    allowance = apart.allowance_for

    def small(size: int) -> object:
        given = allowance(size)
        return given if size < 100_000 else type(given)(1, given.memory_bytes, 0.05)

    monkeypatch.setattr(apart, "allowance_for", small)
    system.post(empty("InvoiceLine", 20_000), on=DAY)
    good = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    system.post(codec.serialise(good), on=DAY)
    system.read_messages(on=DAY)
    with system.database.reading() as session:
        rows = session.execute(select(inbox).order_by(inbox.c.id)).all()
    assert [row.state for row in rows] == [InState.ARRIVED, InState.HANDLED]
    assert (rows[0].failures, rows[0].error, rows[0].taken) == (1, "WorkEnded wall", 0)
