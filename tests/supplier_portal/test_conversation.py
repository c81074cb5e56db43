"""Finance asks about an invoice; its supplier is mailed, answers with a file, and finance reads and replies."""

import hashlib
import json
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from accounts.identity import Permission, Person
from billing.cli.cli import app
from billing.server import invoice_mails
from foundation.database import utc_now
from invoicing.exceptions import actions, undo
from invoicing.exceptions.steps import DeskActor
from invoicing.model import SupplierInvoice
from operations.mail.tables import mail
from orders.register import store as register_store
from peppol.exchange import outbox_store
from tests.support.pages.browser import account_of
from tests.support.pages.portal_walks import ALVA, CILLA, NOW, REFERENCE, TODAY, Books, opened_books
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.bills import billed

EVA = Person("user-e", "Eva Ek", "2021002114", frozenset({Permission.FINANCE}))
QUESTION = "Vilka tio dagar avser fakturan?"
PDF = b"%PDF-1.7 dagar"


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    with opened_books(database_url) as opened:
        yield opened


@pytest.fixture
def asked(books: Books) -> SupplierInvoice:
    """An invoice of ten days too few, and a question about it that has left."""
    line = (books.system.order(REFERENCE).number, "001")
    wrong = books.system.send(billed(books.system.flip(*line, number="EGEN-1", on=TODAY), days="10"))
    with books.database.writing() as session:
        register = register_store.load(session)
        actions.ask_supplier(session, register, wrong.id, DeskActor("user-e", NOW, TODAY), text=QUESTION)
    return wrong


def the_question_leaves(books: Books) -> None:
    later = NOW.replace(hour=12)
    with books.database.writing() as session:
        undo.release_answers(session, register_store.load(session), now=later, today=TODAY)


@pytest.fixture
def alva(books: Books) -> Iterator[Visitor]:
    with visitor(books.site, ALVA) as opened:
        yield opened


@pytest.fixture
def eva(books: Books) -> Iterator[Visitor]:
    with visitor(books.site, EVA) as opened:
        yield opened


@pytest.mark.both_engines
def test_a_question_is_shown_mailed_and_answered_with_a_file(
    books: Books, asked: SupplierInvoice, alva: Visitor, eva: Visitor
) -> None:
    page = f"/invoices/{asked.id}"
    assert QUESTION not in text_of(alva.get(page))  # it can still be undone
    the_question_leaves(books)
    shown = text_of(alva.get(page))
    assert "Köparen väntar på ert svar" in shown
    assert QUESTION in shown
    with books.database.writing() as session:
        assert invoice_mails.tell(session, TODAY, utc_now()) != "nothing new"
        answers = [
            each.document_id for each in outbox_store.messages_out(session, about=f"invoice {asked.id}")
        ]
    assert answers[-1].endswith("UQ")

    told = alva.follow(
        alva.post(
            f"{page}/messages", {"text": "De första tio.\nSe bilagan."}, files={"files": ("dagar.pdf", PDF)}
        )
    )
    assert "Sänt. Köparens ekonomi ser det i sin lista." in told
    assert "Köparen väntar på ert svar" not in told

    waiting = text_of(eva.get("/finance/conversations"))
    assert "1 dokument väntar på att läsas" in waiting
    assert "EGEN-1" in waiting
    desk = f"/finance/documents/{asked.id}/conversation"
    read = eva.get(desk)
    assert "De första tio." in text_of(read)
    (link,) = re.findall(rf'href="({desk}/files/\d+)"', read.text)
    file = eva.get(link)
    assert hashlib.sha256(file.content).digest() == hashlib.sha256(PDF).digest()
    assert file.headers["Content-Disposition"] == 'attachment; filename="dagar.pdf"'
    assert "Sänt. Leverantören får ett mejl." in eva.follow(
        eva.post(desk, {"text": "Tack, då begär vi kredit."})
    )
    assert "Inga olästa meddelanden." in text_of(eva.get("/finance/conversations"))
    assert "Tack, då begär vi kredit." in text_of(alva.get(page))


def test_what_was_written_is_kept_where_a_file_is_not_taken(
    books: Books, asked: SupplierInvoice, alva: Visitor
) -> None:
    the_question_leaves(books)
    for name, body, said in (
        ("dagar.exe", b"MZ", "Filen dagar.exe kan inte skickas."),
        ("dagar.pdf", b"MZ", "Filen dagar.pdf är inte vad namnet säger"),
        ("dagar.pdf", b"", "Filen dagar.pdf är tom."),
    ):
        answer = alva.post(
            f"/invoices/{asked.id}/messages",
            {"text": "De första tio dagarna."},
            files={"files": (name, body)},
        )
        assert answer.status_code == 400
        assert said in text_of(answer)
        assert "De första tio dagarna.</textarea>" in answer.text
    answer = alva.post(f"/invoices/{asked.id}/messages", {"text": " "})
    assert "Skriv ditt meddelande först." in text_of(answer)


def test_nobody_elses_supplier_reads_or_writes_in_it(
    books: Books, asked: SupplierInvoice, alva: Visitor
) -> None:
    the_question_leaves(books)
    alva.post(f"/invoices/{asked.id}/messages", {"text": "Svar."}, files={"files": ("a.pdf", PDF)})
    with visitor(books.site, CILLA) as cilla:
        assert cilla.post(f"/invoices/{asked.id}/messages", {"text": "Hej"}).status_code == 404
        assert cilla.get(f"/invoices/{asked.id}/messages/files/1").status_code == 404
    assert alva.get(f"/invoices/{asked.id}/messages/files/1").status_code == 200


def test_read_without_an_answer_it_waits_for_nobody(
    books: Books, asked: SupplierInvoice, alva: Visitor, eva: Visitor
) -> None:
    alva.post(f"/invoices/{asked.id}/messages", {"text": "Vi undrar hur det går."})
    desk = f"/finance/documents/{asked.id}/conversation"
    assert "Läst: EGEN-1." in eva.follow(eva.post(f"{desk}/read"))
    assert "Inga olästa meddelanden." in text_of(eva.get("/finance/conversations"))
    assert "läst 20" in text_of(alva.get(f"/invoices/{asked.id}"))


def test_what_came_after_the_page_was_shown_still_waits(
    books: Books, asked: SupplierInvoice, alva: Visitor, eva: Visitor
) -> None:
    alva.post(f"/invoices/{asked.id}/messages", {"text": "Vi undrar hur det går."})
    desk = f"/finance/documents/{asked.id}/conversation"
    seen = re.findall(r'name="seen" value="(\d+)"', eva.get(desk).text)
    assert len(set(seen)) == 1
    alva.post(f"/invoices/{asked.id}/messages", {"text": "Fakturan gäller tio dagar."})
    for step, form in (("", {"text": "Vi ser på det."}), ("/read", {})):
        eva.post(f"{desk}{step}", {"seen": seen[0], **form})
        assert "1 dokument väntar på att läsas" in text_of(eva.get("/finance/conversations"))


def test_those_at_the_supplier_who_report_are_mailed_once(books: Books, asked: SupplierInvoice) -> None:
    account_of(books.database, ALVA)
    with books.database.writing() as session:
        invoice_mails.tell(session, TODAY, NOW)
    the_question_leaves(books)
    with books.database.writing() as session:
        assert invoice_mails.tell(session, TODAY, NOW) == "1 mails"
        assert invoice_mails.tell(session, TODAY, NOW) == "nothing new"
        assert session.scalars(select(mail.c.template).order_by(mail.c.id)).all()[-1] == "invoice-question"


def test_the_commands_list_show_and_read(
    books: Books, asked: SupplierInvoice, alva: Visitor, database_url: str
) -> None:
    alva.post(f"/invoices/{asked.id}/messages", {"text": "Vi undrar hur det går."})

    def told(*words: str) -> str:
        environment = {"BILLING_DATABASE_URL": database_url}
        answer = CliRunner().invoke(app, ["conversations", *words], env=environment)
        assert answer.exit_code == 0, answer.output
        return answer.output

    (waiting,) = json.loads(told("list", "--json"))
    assert (waiting["number"], waiting["unread"]) == ("EGEN-1", 1)
    assert "Vi undrar hur det går." in told("show", str(asked.id))
    told("read", str(asked.id), "--by", "user-e")
    assert json.loads(told("list", "--json")) == []
