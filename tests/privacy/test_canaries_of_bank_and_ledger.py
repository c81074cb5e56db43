"""A made-up person is written in every place of what banks, the ledger and control data's sources send, and looked for.

Their files are kept as they came, where documents may stand. No row, sentence, line of a log or page that is made of
them has the number, and only words have the name.
"""

import io
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

import pytest
import structlog
from lxml import etree

from accounts.identity import Permission, Person
from billing.server.observability.log import log_to_standard_error
from bookkeeping import booking, ledger_answers
from bookkeeping.ledger_accounts import LedgerAccounts
from foundation.errors import Refused
from foundation.sql import Session
from invoicing.model import SupplierInvoice
from invoicing.payment.bank_answers import bank_report_store, bank_reports
from invoicing.payment_control import loading
from orders.register import store as register_store
from tests.privacy.canaries import (
    BOTH,
    NAME,
    NUMBER,
    SHOWN_NAME,
    SHOWN_NUMBER,
    columns_with,
    described,
    places,
    planted,
    texts_of,
)
from tests.support.pages.all_routes import AREAS, BUYER, table
from tests.support.pages.browser import portal
from tests.support.pages.visitor import visitor
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.bank_writes import Hand, Line, Part, account, status_report
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.paying import NOW, OFFICER, PayDesk
from tests.support.stories.system import FYRBAKEN, System, example_register

TODAY = date(2026, 6, 1)
CANARIES = (BOTH, NAME, NUMBER)
_P = Permission


@dataclass(frozen=True, slots=True)
class Haunted:
    """Books that so many canaries were sent to by others than suppliers, what was refused of them, and the log."""

    url: str
    system: System
    refusals: list[str]
    logged: str
    canaries: int


@pytest.fixture(
    scope="module", params=[3, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "every place"]
)
def haunted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Haunted]:
    url = f"sqlite:///{tmp_path_factory.mktemp('haunted') / 'billing.sqlite'}"
    with closing(migrated(url)) as database:
        system = System(database)
        system.change_register(example_register())
        told = list(_sent(system, each=request.param))
        refusals: list[str] = []
        lines, before = io.StringIO(), structlog.get_config()
        listening = logging.StreamHandler(lines)
        logging.getLogger().addHandler(listening)
        log_to_standard_error()
        try:
            for take in told:
                try:
                    with database.writing() as session:
                        take(session)
                except Refused as refused:
                    refusals.append(refused.text.both())
        finally:
            logging.getLogger().removeHandler(listening)
            structlog.configure(**before)
        yield Haunted(url, system, refusals, lines.getvalue(), len(told))


Taking = Callable[[Session], object]


def _sent(system: System, *, each: int) -> Iterator[Taking]:
    """Whatever others than suppliers send, with a canary in each of its places: to a payment, a claim and vouchers.

    Of the bank's files, which have hundreds of places, every so many of them.
    """
    two_months(system)
    claims = ClaimDesk(system)
    claim = claims.claim(_credited(claims))
    desk = PayDesk(system)
    desk.give_right()
    system.send_invoice(system.order("100000101").number, "002", number="F-2", on=date(2026, 3, 5))
    proposal = desk.propose(on=date(2026, 5, 4))
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    with system.database.writing() as session:
        register = register_store.load(session)
        run = booking.book(session, register, LedgerAccounts(), today=TODAY, by=OFFICER, now=NOW)
    files = _bank_files(transfer.end_to_end, str(transfer.amount.amount), proposal.number, claim.ocr)
    yield from islice(_in_each_place(files), 0, None, each)
    table = f"end_to_end;amount;currency;booked_on\n{transfer.end_to_end};10,00;SEK;2026-05-05\n"
    for body in _in_each_field(table):
        yield _bank(body, f"{BOTH}.csv")
    first = run.vouchers[0].number
    answers = f"voucher;outcome;ledger_number;day;message\n{first};REFUSED;A 1;2026-05-06;Spärrat\n"
    yield from (_answered(body) for body in _in_each_field(answers))
    for text in CANARIES:
        values = {
            "voucher": first,
            "outcome": "REFUSED",
            "ledger_number": text,
            "day": "2026-05-06",
            "message": text,
        }
        yield partial(ledger_answers.take_each, told=[values], by="key", now=NOW)
    told = f"organisation_number;kind;value;since;told_at\n{FYRBAKEN};F_TAX;ja;2026-01-01;2026-05-01\n"
    yield from (_control_data(body) for body in _in_each_field(told))


def _in_each_place(files: Iterable[bytes]) -> Iterator[Taking]:
    for body in files:
        for place in places(etree.fromstring(body)):
            for text in CANARIES:
                yield _bank(planted(body, place, text), "kontoutdrag.xml")


def _answered(body: bytes) -> Taking:
    return lambda session: ledger_answers.take_in(session, body, by=OFFICER, now=NOW)


def _control_data(body: bytes) -> Taking:
    return lambda session: loading.take_in(
        session, register_store.load(session), body, source="Skatteverket", by=OFFICER, now=NOW
    )


def _credited(claims: ClaimDesk) -> SupplierInvoice:
    invoice = claims.paid()
    claims.credited()
    return invoice


def _bank(body: bytes, name: str) -> Taking:
    return lambda session: bank_reports.take_in(
        session, register_store.load(session), body, name=name, by=OFFICER, today=TODAY, now=NOW
    )


def _bank_files(payment: str, amount: str, file: str, ocr: str) -> Iterator[bytes]:
    """A file of each kind that the bank sends about a payment of ours and about a claim."""
    yield status_report((payment, "PDNG", ""), original=file, words="Väntar")
    out = Part(payment, amount, bank_reference="B-1")
    back = Part(payment, amount, reason="AC04", words="Kontot är avslutat", bank_reference="B-2")
    repaid = Part("", amount, ocr=ocr, remittance="Återbetalning", bank_reference="B-3")
    for message, version in (("camt.054", "02"), ("camt.053", "08")):
        hand = Hand(message, version)
        yield account(Line("10.00", (repaid,), direction="CRDT"), hand=hand)
        yield account(Line(amount, (out,)), hand=hand)
        yield account(Line(amount, (back,), direction="CRDT"), hand=hand)
    yield status_report((payment, "RJCT", "AC04"), original=file, words="Kontot är avslutat")


def _in_each_field(table: str) -> Iterator[bytes]:
    """The table with a canary in each field in turn, the names of its columns too."""
    head, row, _ = table.split("\n")
    for place in range(len(head.split(";"))):
        for text in CANARIES:
            for line in (0, 1):
                fields = [head.split(";"), row.split(";")]
                fields[line][place] = text
                yield "".join(";".join(each) + "\n" for each in fields).encode()


def test_what_was_sent_was_taken_in_or_refused_without_the_number(haunted: Haunted) -> None:
    held = columns_with(haunted.system.database, SHOWN_NUMBER)
    assert ("bank_file", "body") in held
    assert haunted.refusals
    assert [each for each in haunted.refusals if SHOWN_NUMBER.search(each)] == []
    assert SHOWN_NUMBER.search(haunted.logged) is None
    assert SHOWN_NAME.search(haunted.logged) is None


def test_the_number_stands_in_documents_alone_and_the_name_in_words(haunted: Haunted) -> None:
    may = described()
    held = columns_with(haunted.system.database, SHOWN_NUMBER)
    assert {place: text for place, text in held.items() if may[place] != "document"} == {}
    named = columns_with(haunted.system.database, SHOWN_NAME)
    assert {place: text for place, text in named.items() if may[place] not in ("document", "words")} == {}


def test_no_page_of_the_desk_shows_the_number(haunted: Haunted) -> None:
    who = Person("granskare", "Någon Annan", BUYER, frozenset({_P.FINANCE, _P.ATTEST, _P.AUDIT}))
    shown: dict[str, str] = {}
    with (
        portal(haunted.url, clock=lambda: CLOCK, second_step=False) as site,
        visitor(site, who) as finance,
    ):
        plain = [
            key.removeprefix("GET ")
            for area in AREAS
            for key, route in table(area).items()
            if key.startswith("GET /finance") and "{" not in key and route.may & who.permissions
        ]
        with haunted.system.database.reading() as session:
            files = [
                f"/finance/payments/bank/{each.id}" for each in bank_report_store.files(session, limit=1_000)
            ]
        assert len(plain) > 20
        assert len(files) > 50
        for address in (*plain, *files):
            answer = finance.get(address)
            for name, text in texts_of(answer.content, address):
                if SHOWN_NUMBER.search(text) or SHOWN_NUMBER.search(name):
                    shown[address] = text[:100]
    assert shown == {}
