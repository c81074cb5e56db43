"""Several buyers in one installation, from the command line: each is a row with books of its own."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import make_url, select, update
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from billing.server.installation import Books
from billing.server.worker import Worker
from billing.server.workers import Workers
from foundation import journal
from foundation.tables import journal_chain
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from operations.buyers import buyer_store
from operations.buyers.books import proposed_books
from operations.buyers.model import BuyerState
from operations.journal_actions import OperationsAction
from operations.tables import job_run
from peppol.exchange import tables as exchange_tables
from peppol.xml import codec
from tests.support.servers.system_databases import whole
from tests.support.stories.system import REGISTER, System
from tests.support.stories.two_buyers import (
    FIRST,
    SECOND,
    SECOND_NUMBER,
    TwoBuyers,
    drop,
    two_buyers,
)

DAY = date(2026, 2, 3)
REFERENCE = "100000101"


@pytest.fixture
def both(database_url: str) -> Iterator[TwoBuyers]:
    with two_buyers(database_url) as both:
        yield both


def billing(url: str, *given: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["--database", url, "--lang", "en", *given])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


def january_invoice(system: System, number: str = "F-1") -> bytes:
    """The supplier's invoice for the first month, made of the order of this buyer."""
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    return codec.serialise(system.flip(system.order(REFERENCE).number, number=number, on=DAY))


def numbers(system: System) -> list[tuple[str, InvoiceState]]:
    with system.database.reading() as session:
        return [(each.number, each.state) for each in document_store.listed(session)]


@pytest.mark.both_engines
def test_a_second_buyer_is_added_as_a_row_and_gets_books_of_its_own(database_url: str) -> None:
    whole(database_url).close()
    billing(database_url, "register", "load", str(REGISTER))
    assert "has no short name" not in billing(database_url, "orders", "list").output
    assert "buyers add" in billing(database_url, "buyers", "list").output
    wrong = ("--organisation-number", SECOND_NUMBER, "--name", "Karlstads kommun")
    assert "First give that buyer" in billing(database_url, "buyers", "add", SECOND, *wrong, code=1).output
    billing(database_url, "buyers", "add", FIRST)
    # With one buyer nothing changes.
    billing(database_url, "orders", "list")
    try:
        added = billing(database_url, "buyers", "add", SECOND, *wrong)
        assert f"--buyer {SECOND} register load" in added.output
        rows = json.loads(billing(database_url, "buyers", "list", "--json").output)
        assert [(each["slug"], each["participants"], each["state"]) for each in rows] == [
            (FIRST, ["0007:2021002114"], "OPEN"),
            (SECOND, [f"0007:{SECOND_NUMBER}"], "OPEN"),
        ]
        shown = json.loads(billing(database_url, "buyers", "show", SECOND, "--json").output)
        assert (shown["answers"], shown["currency"]) == (True, "")
        again = billing(database_url, "buyers", "add", SECOND, *wrong, code=1)
        assert "already a buyer's" in again.output
        taken = billing(database_url, "buyers", "add", "other", *wrong, code=1)
        assert "Another buyer already has" in taken.output
    finally:
        for slug in (SECOND, "other"):
            drop(database_url, proposed_books(make_url(database_url), slug))


def test_with_several_buyers_a_command_wants_to_know_whose_books_it_is_about(
    both: TwoBuyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = billing(both.url, "orders", "list", code=1)
    assert f"{FIRST} (Arbetsförmedlingen), {SECOND} (Karlstads kommun)" in asked.output
    assert f"billing --buyer {FIRST}" in asked.output
    assert billing(both.url, "events", "load", str(REGISTER / "buyer.toml"), code=1).output == asked.output
    unknown = billing(both.url, "--buyer", "nowhere", "orders", "list", code=4)
    assert "There is no buyer nowhere" in unknown.output
    both.second.decide(REFERENCE)
    assert REFERENCE in billing(both.url, "--buyer", SECOND, "orders", "list").output
    assert REFERENCE in billing(both.url, "orders", "list", "--buyer", SECOND).output
    assert REFERENCE not in billing(both.url, "--buyer", FIRST, "orders", "list").output
    monkeypatch.setenv("BILLING_BUYER", SECOND)
    assert REFERENCE in billing(both.url, "orders", "list").output
    assert REFERENCE not in billing(both.url, "--buyer", FIRST, "orders", "list").output


@pytest.mark.both_engines
def test_the_same_invoice_number_from_the_same_supplier_lands_in_each_buyers_own_books(
    both: TwoBuyers, tmp_path: Path
) -> None:
    files = []
    for name, system in (("a", both.first), ("b", both.second)):
        files.append(tmp_path / f"{name}.xml")
        files[-1].write_bytes(january_invoice(system))
    # One way in for both, and nobody says whose is whose.
    received = billing(both.url, "receive", *map(str, files), "--on", str(DAY))
    assert received.output.count("F-1 ACCEPTED") == 2
    assert numbers(both.first) == numbers(both.second) == [("F-1", InvoiceState.ACCEPTED)]
    # Also where the other buyer is named: a document goes to whom it is addressed.
    late = tmp_path / "late.xml"
    late.write_bytes(files[1].read_bytes().replace(b">F-1<", b">F-2<"))
    billing(both.url, "--buyer", FIRST, "receive", str(late), "--on", str(DAY), code=3)
    assert [number for number, _ in numbers(both.first)] == ["F-1"]
    assert sorted(number for number, _ in numbers(both.second)) == ["F-1", "F-2"]


def test_a_document_for_nobody_here_lies_in_the_first_books(both: TwoBuyers, tmp_path: Path) -> None:
    # To a buyer that this installation does not serve, and to nobody that can be read.
    stranger = january_invoice(both.second).replace(SECOND_NUMBER.encode(), b"2120001355")
    for name, body in (("stranger", stranger), ("nobody", b"<nothing/>")):
        (tmp_path / f"{name}.xml").write_bytes(body)
        billing(both.url, "receive", str(tmp_path / f"{name}.xml"), "--on", str(DAY), code=3)
    assert (_messages(both.first), _messages(both.second)) == (2, 0)


def _messages(system: System) -> int:
    with system.database.reading() as session:
        return len(session.execute(select(exchange_tables.inbox.c.id)).all())


def test_a_worker_collects_for_everybody_and_sends_from_everybodys_own_books(
    both: TwoBuyers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING_MAIL_FOLDER", str(tmp_path / "mail"))
    folder = tmp_path / "post"
    (folder / "inbox").mkdir(parents=True)
    for name, system in (("a", both.first), ("b", both.second)):
        (folder / "inbox" / f"{name}.xml").write_bytes(january_invoice(system))
    billing(both.url, "work", "--once", "--folder", str(folder), "--on", str(DAY))
    assert list((folder / "inbox").iterdir()) == []
    assert numbers(both.first) == numbers(both.second) == [("F-1", InvoiceState.ACCEPTED)]
    # An order and an answer of each.
    kinds = sorted(path.name.partition("-")[0] for path in (folder / "outbox").rglob("*.xml"))
    assert kinds == ["invoice", "invoice", "order", "order"]
    for system in (both.first, both.second):
        with system.database.reading() as session:
            assert set(session.scalars(select(job_run.c.state))) == {"DONE"}


@pytest.mark.both_engines
def test_a_worker_with_one_broken_books_goes_on_with_the_other(
    both: TwoBuyers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING_MAIL_FOLDER", str(tmp_path / "mail"))
    folder = tmp_path / "post"
    (folder / "inbox").mkdir(parents=True)
    (folder / "inbox" / "b.xml").write_bytes(january_invoice(both.second))
    (folder / "inbox" / "a.xml").write_bytes(january_invoice(both.first))
    elsewhere = "sqlite:////nowhere/at/all.sqlite" if "sqlite" in both.url else _nowhere(both.second_url)
    monkeypatch.setenv("BILLING_BUYER_KARLSTAD_DATABASE_URL", elsewhere)
    broken = billing(both.url, "work", "--once", "--folder", str(folder), "--on", str(DAY), code=1)
    assert f"{SECOND}: " in broken.output
    assert numbers(both.first) == [("F-1", InvoiceState.ACCEPTED)]
    # What is the other's is not taken from the access point before it is kept.
    assert [path.name for path in (folder / "inbox").iterdir()] == ["b.xml"]
    monkeypatch.delenv("BILLING_BUYER_KARLSTAD_DATABASE_URL")
    billing(both.url, "work", "--once", "--folder", str(folder), "--on", str(DAY))
    assert numbers(both.second) == [("F-1", InvoiceState.ACCEPTED)]
    assert list((folder / "inbox").iterdir()) == []


def test_workers_at_work_take_up_a_buyer_who_is_added_and_leave_one_who_is_closed(both: TwoBuyers) -> None:
    begun: list[str] = []
    ended: list[str] = []

    @contextmanager
    def opened(books: Books, stop: Event) -> Iterator[Worker]:
        begun.append(books.slug)
        if books.slug == SECOND and begun.count(SECOND) == 1:
            raise RuntimeError("a fault of ours")
        yield Worker(installation.database_of(books), None, (), stop=stop)
        ended.append(books.slug)

    def until(true: Callable[[], bool]) -> None:
        patience = time.monotonic() + 20
        while not true():
            assert time.monotonic() < patience, (begun, ended)
            time.sleep(0.02)

    with both.installation() as installation:
        workers = Workers(installation, opened, look_every=0.05)
        thread = Thread(target=workers.run)
        thread.start()
        try:
            # The second's first worker died of a fault and was begun again; the first's knows nothing of it.
            until(lambda: begun.count(SECOND) == 2)
            assert begun.count(FIRST) == 1
            with both.first.database.writing() as session:
                buyer_store.move(session, buyer_store.buyers(session)[1], BuyerState.CLOSED)
            installation.ask_again()
            # The other is begun again as the only one.
            until(lambda: SECOND in ended and begun.count(FIRST) == 2)
        finally:
            workers.stop.set()
            thread.join(timeout=20)
    assert not thread.is_alive()
    assert sorted(ended) == [FIRST, FIRST, SECOND]


def _nowhere(url: str) -> str:
    return make_url(url).set(database="nowhere").render_as_string(hide_password=False)


def test_every_books_are_checked_at_once_and_each_is_named(
    both: TwoBuyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = billing(both.url, "check", "--all").output
    assert f"{FIRST}: All is well" in fine
    assert f"{SECOND}: All is well" in fine
    with both.second.database.engine.begin() as connection:
        was = connection.execute(select(journal_chain).limit(1)).one()
        place = update(journal_chain).where(journal_chain.c.chain == was.chain)
        connection.execute(place.values(hash="other"))
    broken = json.loads(billing(both.url, "check", "--all", "--json", code=1).output)
    assert [(each["buyer"], bool(each["broken"])) for each in broken] == [(FIRST, False), (SECOND, True)]
    with both.second.database.engine.begin() as connection:
        connection.execute(place.values(hash=was.hash))


def test_a_register_of_another_buyer_is_refused(both: TwoBuyers, tmp_path: Path) -> None:
    for verb in ("check", "load"):
        mistaken = billing(both.url, "--buyer", SECOND, "register", verb, str(REGISTER), code=1)
        assert "another buyer's" in mistaken.output
    folder = tmp_path / "register"
    shutil.copytree(REGISTER, folder)
    text = (folder / "buyer.toml").read_text(encoding="utf-8")
    text = text.replace("202100-2114", SECOND_NUMBER)
    (folder / "buyer.toml").write_text(text, encoding="utf-8")
    unreachable = billing(both.url, "--buyer", SECOND, "register", "load", str(folder), code=1)
    assert "answers to the orders would not come here" in unreachable.output


def test_a_buyer_is_closed_when_nothing_moves_and_its_books_are_kept(both: TwoBuyers, tmp_path: Path) -> None:
    invoice = tmp_path / "f.xml"
    invoice.write_bytes(january_invoice(both.second))
    billing(both.url, "receive", str(invoice), "--on", str(DAY))
    waits = billing(both.url, "buyers", "close", SECOND, code=1).output
    assert "messages wait" in waits
    assert "1 accepted invoice is not paid" in waits
    billing(both.url, "--buyer", SECOND, "post", "deliver", "--folder", str(tmp_path))
    both.second.pay(on=date(2026, 4, 1))
    billing(both.url, "--buyer", SECOND, "post", "deliver", "--folder", str(tmp_path))
    billing(both.url, "buyers", "close", SECOND, "--by", "admin-7")
    # The only one left is meant where nobody is named; a closed one is read and not changed.
    assert REFERENCE not in billing(both.url, "orders", "list").output
    assert REFERENCE in billing(both.url, "--buyer", SECOND, "orders", "list").output
    refused = billing(both.url, "--buyer", SECOND, "jobs", "again", "alarms", code=1).output
    assert "is closed: the books can be read but not changed" in refused
    # What comes for it all the same is kept in its own books, and lies there unread.
    for folder, words in ((tmp_path / "in", ("work", "--once")), (tmp_path / "in2", ("post", "collect"))):
        (folder / "inbox").mkdir(parents=True)
        late = invoice.read_bytes().replace(b">F-1<", f">F-{folder.name}<".encode())
        (folder / "inbox" / "late.xml").write_bytes(late)
        billing(both.url, *words, "--folder", str(folder), "--on", str(DAY))
        assert list((folder / "inbox").iterdir()) == []
    (tmp_path / "f3.xml").write_bytes(invoice.read_bytes().replace(b">F-1<", b">F-3<"))
    assert "ARRIVED" in billing(both.url, "receive", str(tmp_path / "f3.xml"), code=1).output
    assert [number for number, _ in numbers(both.second)] == ["F-1"]
    assert _messages(both.second) == 4
    assert "is closed" in billing(both.url, "--buyer", SECOND, "work", "--once", code=1).output
    assert "the only buyer that is open" in billing(both.url, "buyers", "close", FIRST, code=1).output
    assert "Closed" in billing(both.url, "buyers", "close", SECOND, code=1).output
    billing(both.url, "buyers", "reopen", SECOND, "--by", "admin-7")
    with both.first.database.reading() as session:
        told = [(row.action, row.actor) for row in journal.rows(session) if row.action.startswith("buyer.")]
    assert told[2:] == [
        (OperationsAction.BUYER_CLOSED, "admin-7"),
        (OperationsAction.BUYER_REOPENED, "admin-7"),
    ]


def test_addresses_and_hosts_of_a_buyer_are_changed_and_are_nobody_elses(both: TwoBuyers) -> None:
    billing(both.url, "buyers", "change", SECOND, "--host", "Faktura.Karlstad.example")
    taken = billing(both.url, "buyers", "change", FIRST, "--host", "faktura.karlstad.example", code=1)
    assert "Another buyer already has" in taken.output
    address = f"0007:{SECOND_NUMBER}"
    assert (
        "Another buyer"
        in billing(both.url, "buyers", "change", FIRST, "--participant", address, code=1).output
    )
    bad = billing(both.url, "buyers", "change", SECOND, "--host", "https://x", code=1)
    assert "is no host name" in bad.output
    rows = json.loads(billing(both.url, "buyers", "list", "--json").output)
    assert [each["hosts"] for each in rows] == [[], ["faktura.karlstad.example"]]
    assert "Nothing was changed" in billing(both.url, "buyers", "change", SECOND).output
    billing(both.url, "buyers", "change", SECOND, "--no-host")


def test_all_books_grow_with_a_new_release(both: TwoBuyers) -> None:
    made = billing(both.url, "init").output
    assert made.count("The tables are in") == 2
