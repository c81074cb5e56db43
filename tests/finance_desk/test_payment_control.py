"""The pages and commands of payment control: data read in, a payment stopped and released, and told in its run."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from foundation.database import Database
from invoicing.payment_control import control_data_store, fetching
from invoicing.payment_control.fetching import ControlDataNotFetched, ControlDataSource
from tests.support.command_line import Desk
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.servers.serving import serving
from tests.support.stories.paying import NOW
from tests.support.stories.system import FYRBAKEN, System, a_system

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECOND = replace(STAFF, id="crawl-second")
BANKRUPT = f"organisation_number;kind;value;since;told_at\n{FYRBAKEN};BANKRUPTCY;ja;2026-03-02;2026-03-04\n"


def an_invoice_to_pay(system: System) -> None:
    """One month received and invoiced."""
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with (
        a_system(database_url, begun=an_invoice_to_pay),
        portal(database_url, clock=lambda: NOON, second_step=False) as served,
    ):
        yield served


def test_a_stopped_payment_is_seen_released_and_told_in_its_run(site: Site) -> None:
    with visitor(site, STAFF) as officer:
        assert "Underlag saknas" in officer.get("/finance/payments/controls").text
        file = {"file": ("underlag.csv", BANKRUPT.encode())}
        read = officer.post("/finance/payments/controls", {"source": "Bolagsverket"}, files=file)
        assert "1 rader är inlästa: 1 gäller nu" in officer.follow(read)
        again = officer.post("/finance/payments/controls", {"source": "Bolagsverket"}, files=file)
        assert "redan inläst" in officer.follow(again)
        shown = text_of(officer.get("/finance/payments/controls"))
        assert "Leverantören är i konkurs enligt underlaget sedan 2026-03-02. Bolagsverket" in shown
        assert "Betalningskontrollen stoppar (Konkurs)" in text_of(officer.get("/finance/payments"))
        assert "Betalningskontrollen stoppar" in text_of(officer.get("/finance/documents/1"))

        refused = officer.post("/finance/payments/controls/1/BANKRUPTCY", {"reason": ""})
        assert (refused.status_code, "Skriv varför" in refused.text) == (409, True)
        person = officer.post("/finance/payments/controls/1/BANKRUPTCY", {"reason": "Sade 850709-9805"})
        assert (person.status_code, "personnummer" in person.text) == (409, True)
        released = officer.post(
            "/finance/payments/controls/1/BANKRUPTCY", {"reason": "Konkursboet driver vidare"}
        )
        assert "släppt" in officer.follow(released)
        proposed = officer.follow(officer.post("/finance/payments", {"pay_on": "2026-03-06"}))
        assert "Vad betalningskontrollen fann" in proposed
        run = text_of(officer.get("/finance/payments/proposals/30000001/controls"))
        assert "Släppt av en person" in run
        assert "Leverantören är i konkurs enligt underlaget sedan 2026-03-02" in run


def test_a_file_that_is_none_is_refused_in_words(site: Site) -> None:
    with visitor(site, STAFF) as officer:
        for data, file, words in (
            ({"source": "X"}, b"hej", "saknar kolumnerna"),
            ({"source": ""}, BANKRUPT.encode(), "varifrån"),
        ):
            answer = officer.post("/finance/payments/controls", data, files={"file": ("a.csv", file)})
            assert (answer.status_code, words in answer.text) == (409, True)
        assert "Välj en fil" in officer.post("/finance/payments/controls", {"source": "X"}).text


def test_the_same_by_commands(database_url: str, tmp_path: Path) -> None:
    with a_system(database_url, begun=an_invoice_to_pay):
        desk = Desk(tmp_path, database_url)
        file = tmp_path / "underlag.csv"
        file.write_text(BANKRUPT, encoding="utf-8")
        load = ("control", "load", str(file), "--source", "Bolagsverket", "--by", "eko-1", "--json")
        told = desk.run(*load).json
        assert (told["rows"], told["taken"], told["repeated"]) == (1, 1, False)
        assert desk.run(*load).json["repeated"] is True
        assert "BANKRUPTCY" in desk.run("control", "data").out
        on = ("--on", "2026-03-05")
        (stopped,) = desk.run("control", "list", *on, "--json").json
        assert (stopped["invoice"], stopped["control"]) == ("F-1", "BANKRUPTCY")
        assert "BANKRUPTCY" in desk.run("control", "list", *on).out
        release = ("control", "release", "1", "BANKRUPTCY", "--by", "eko-1", *on, "--reason")
        assert desk.run(*release, " ", code=1).err
        assert desk.run(*release, "Konkursboet driver vidare").out
        assert desk.run("control", "list", *on, "--json").json == []
        number = desk.run("payments", "propose", "--by", "eko-1", *on, "--json").json["number"]
        (run,) = desk.run("control", "run", number, "--json").json
        assert (run["step"], run["counts"]["BANKRUPTCY RELEASED"]) == ("PROPOSED", 1)
        assert "BANKRUPTCY" in desk.run("control", "run", number).out
        assert "BILLING_CONTROL_DATA_URL" in desk.run("control", "fetch", "--by", "eko-1", code=1).err


# Fetched over HTTP ------------------------------------------------------------------------------------------


def source(request: Request) -> Response:
    """A source of control data that wants a token."""
    if request.headers.get("authorization") != "Bearer hemlig":
        return PlainTextResponse("nobody", status_code=401)
    return PlainTextResponse(BANKRUPT, media_type="text/csv")


def elsewhere(request: Request) -> Response:
    """A source that has moved."""
    return RedirectResponse("http://127.0.0.1:1/")


SOURCE = Starlette(routes=[Route("/data", source), Route("/moved", elsewhere)])


def test_control_data_is_fetched_from_the_source_that_is_set(system_database: Database) -> None:
    with serving(SOURCE) as address:
        right = ControlDataSource(f"{address}/data", "hemlig")
        made, repeated = fetching.fetch_in(system_database, right, by="system", now=NOW)
        assert (made.source, made.taken, repeated) == ("127.0.0.1", 1, False)
        assert fetching.fetch_in(system_database, right, by="system", now=NOW) == (made, True)
        for wrong, words in (
            (ControlDataSource(f"{address}/data", "fel"), "HTTP 401 nobody"),
            (ControlDataSource(f"{address}/moved"), "HTTP 307"),
            (ControlDataSource(""), "BILLING_CONTROL_DATA_URL"),
            (ControlDataSource("http://example.org/"), "https://"),
        ):
            with pytest.raises(ControlDataNotFetched) as refused:
                fetching.fetch_in(system_database, wrong, by="system", now=NOW)
            assert words in refused.value.text.en
    with pytest.raises(ControlDataNotFetched, match="does not answer"):
        fetching.fetch_in(system_database, right, by="system", now=NOW)
    with system_database.reading() as session:
        assert len(control_data_store.loads(session)) == 1


@pytest.fixture
def system_database(database_url: str) -> Iterator[Database]:
    with a_system(database_url) as system:
        yield system.database
