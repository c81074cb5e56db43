"""A document that says who somebody is, is handled apart from the moment it is read; no other document is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from foundation.personal_numbers import written_in
from invoicing.audit import journal_queries
from invoicing.audit.journal_queries import Sought
from invoicing.decisions import protected_store
from invoicing.journal_actions import DocumentAction
from invoicing.model import SupplierInvoice
from peppol.documents import billing
from peppol.xml import codec
from tests.support.stories.system import System, a_system

REFERENCE, FEBRUARY = "100000101", date(2026, 2, 3)
PERSON = "121212-1212"
"""Tolvan Tolvansson of the Swedish Tax Agency's own examples."""


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def in_note(invoice: billing.Invoice, words: str) -> billing.Invoice:
    return replace(invoice, note=words)


def in_line_note(invoice: billing.Invoice, words: str) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, note=words),))


def in_description(invoice: billing.Invoice, words: str) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, item=replace(line.item, description=words)),))


def in_item_name(invoice: billing.Invoice, words: str) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, item=replace(line.item, name=words)),))


Written = Callable[[billing.Invoice, str], billing.Invoice]


def received(system: System, write: Written, words: str) -> SupplierInvoice:
    return system.send(write(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY), words))


def is_apart(system: System, invoice: SupplierInvoice) -> bool:
    with system.database.reading() as session:
        rows, _ = journal_queries.search(session, Sought(text=invoice.number), limit=100)
        marked = protected_store.is_protected(session, invoice.id)
    # The mark and what is told of it are one.
    assert marked is any(row.action == DocumentAction.PROTECTED_MARKED for row in rows)
    return marked


@pytest.mark.parametrize("write", [in_note, in_line_note, in_description, in_item_name])
def test_a_document_that_says_who_somebody_is_is_handled_apart(system: System, write: Written) -> None:
    assert is_apart(system, received(system, write, f"Avser {PERSON} enligt ok"))


@pytest.mark.parametrize("words", ["Avser 100000101", "Tolvan Tolvansson", "Tel 08-121212", ""])
def test_a_document_without_a_personal_number_is_as_all_others(system: System, words: str) -> None:
    assert not is_apart(system, received(system, in_note, words or "Januari"))


@pytest.mark.parametrize(
    "written", ["121212-1212", "121212+1212", "19121212-1212", "191212121212", "20121212-1212"]
)
def test_a_personal_number_is_known_as_people_write_it(written: str) -> None:
    body = f"<cbc:Note>om {written}.</cbc:Note>".encode()
    assert written_in(body)
    assert not written_in(body.replace(b"12.<", b"13.<")), "its check digit is wrong"


def test_an_identifier_that_chance_made_look_like_one_marks_nothing() -> None:
    assert not written_in(b"<cbc:ID>121212-1212</cbc:ID><cbc:EndpointID>191212121212</cbc:EndpointID>")


def test_the_words_of_a_real_document_are_found_whatever_its_prefixes(system: System) -> None:
    invoice = in_note(system.flip(system.order(REFERENCE).number, number="F-1", on=FEBRUARY), PERSON)
    body = codec.serialise(invoice)
    assert written_in(body)
    assert written_in(body.replace(b"cbc:", b"u:"))
