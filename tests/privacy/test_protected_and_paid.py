"""A protected document is matched, paid and booked as any other, and its number leaves with none of the files of that.

The number is laid in a document's texts one by one and all at once; then what goes to the bank and the ledger, the
tables beside them, and the PDF that the buyer's people get are looked through.
"""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from lxml import etree
from pypdf import PdfReader
from sqlalchemy import select

from accounts.identity import Permission, Person
from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from invoicing.payment.tables import export_file
from orders.register import store as register_store
from peppol.xml import codec
from peppol.xml.gate_tree import CBC
from tests.privacy.canaries import BOTH, NUMBER, SHOWN_NAME, SHOWN_NUMBER, texts_of
from tests.support.pages.all_routes import BUYER
from tests.support.pages.browser import portal
from tests.support.pages.visitor import visitor
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.paying import NOW, OFFICER, PayDesk, notice
from tests.support.stories.system import System, example_register

FEBRUARY, LATER, PAID_ON = date(2026, 2, 2), date(2026, 2, 10), date(2026, 3, 20)
CASE = "100000101"
TEXTS = {
    "a note": ("Note",),
    "what was delivered": ("Name", "Description"),
    "whom to ask": ("Contact",),
    "its own number": ("ID",),
    "the reference to pay with": ("PaymentID",),
    "all of them": ("Note", "Name", "Description", "Contact"),
}


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with closing(migrated(database_url)) as database:
        system = System(database)
        system.change_register(example_register())
        PayDesk(system).give_right()
        system.decide(CASE)
        system.report(CASE, "2026-01", on=FEBRUARY)
        yield system


def with_canary(system: System, places: tuple[str, ...]) -> bytes:
    """The month's invoice with a name and a number in each of these texts that can be one's own."""
    order = system.order(CASE).number
    root = etree.fromstring(codec.serialise(system.flip(order, "001", number="F-1", on=LATER)))
    if "Note" in places:
        note = etree.Element(f"{{{CBC}}}Note")
        note.text = BOTH
        before = root.find(f"{{{CBC}}}DocumentCurrencyCode")
        assert before is not None
        before.addprevious(note)
    for item in root.iter("{*}Item"):
        for element in item:
            if etree.QName(element).localname in places:
                element.text = f"{element.text} {BOTH}"
    if "Contact" in places:
        for element in root.iterfind(".//{*}AccountingSupplierParty//{*}Contact/{*}Name"):
            element.text = BOTH
    if "ID" in places:
        own = root.find(f"{{{CBC}}}ID")
        assert own is not None
        own.text = f"F-{NUMBER}"
    if "PaymentID" in places:
        for element in root.iter(f"{{{CBC}}}PaymentID"):
            element.text = NUMBER
    body = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def paid_and_booked(system: System) -> None:
    desk = PayDesk(system)
    proposal = desk.propose(on=PAID_ON)
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    desk.bank_says(notice((transfer.end_to_end, str(transfer.amount.amount))), on=PAID_ON)
    with system.database.writing() as session:
        register = register_store.load(session)
        booking.book(session, register, LedgerAccounts(), today=PAID_ON, by=OFFICER, now=NOW)


def files_that_left(database: Database) -> dict[str, bytes]:
    with database.reading() as session:
        rows = session.execute(select(export_file.c.name, export_file.c.body))
        return {row.name: row.body for row in rows}


@pytest.mark.parametrize("places", TEXTS.values(), ids=TEXTS)
def test_no_file_to_bank_or_ledger_and_no_pdf_of_ours_bears_the_number(
    system: System, database_url: str, places: tuple[str, ...]
) -> None:
    body = with_canary(system, places)
    assert SHOWN_NUMBER.search(body.decode()) or "Contact" in places
    system.post(body, on=LATER)
    system.read_messages(on=LATER)
    paid_and_booked(system)
    with system.database.reading() as session:
        (document,) = document_store.listed(session)
    assert document.state is InvoiceState.PAID
    left = files_that_left(system.database)
    assert {name.rpartition(".")[2] for name in left} == {"xml", "csv", "xlsx", "si"}
    for name, content in left.items():
        for place, text in texts_of(content, name):
            assert SHOWN_NUMBER.search(text) is None, place
            assert SHOWN_NAME.search(text) is None, place
    finance = Person("ekonom", "Någon Annan", BUYER, frozenset({Permission.FINANCE, Permission.ATTEST}))
    with portal(database_url, clock=lambda: CLOCK, second_step=False) as site, visitor(site, finance) as desk:
        pdf = desk.get(f"/finance/documents/{document.id}/pdf")
        if pdf.status_code == 200:
            pages = PdfReader(io.BytesIO(pdf.content))
            told = " ".join(page.extract_text() for page in pages.pages) + str(pages.metadata)
            assert SHOWN_NUMBER.search(told) is None
            assert "F-1" in told
        else:
            assert pdf.status_code in (404, 409)
