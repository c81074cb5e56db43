"""Each kind of invoice and credit note (BT-3) that a rule allows: what it becomes, and that it is answered."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from foundation.text import ENGLISH, SWEDISH
from invoicing.model import DocumentType, InvoiceState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.type_codes import TYPE_CODES, Treatment, refusal_of, treatment_of
from peppol import codelists
from peppol.exchange import outbox_store
from peppol.exchange.tables import InState, inbox
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec
from tests.support.project import PROJECT
from tests.support.stories.january import FEBRUARY, january, received_january
from tests.support.stories.system import System

INVOICES, CREDITS = codelists.INVOICE_TYPES_PEPPOL, codelists.CREDIT_NOTE_TYPES_PEPPOL
#: Between German parties alone (P0112); our buyer is Swedish.
GERMAN = {"326", "384"}
#: They inform, and ask for no money.
NO_DEMAND = {"130", "203", "325", "553", "751"}
NOT_IN_PEPPOL = (codelists.INVOICE_TYPES_EN | codelists.CREDIT_NOTE_TYPES_EN) - INVOICES - CREDITS


def test_every_code_that_a_rule_allows_stands_in_the_table() -> None:
    allowed = INVOICES | CREDITS | codelists.INVOICE_TYPES_EN | codelists.CREDIT_NOTE_TYPES_EN
    assert set(TYPE_CODES) == set(allowed)
    assert all(each.answered_as in codelists.UNCL1001 for each in TYPE_CODES.values())
    renamed = {code: each.answered_as for code, each in TYPE_CODES.items() if each.answered_as != code}
    assert set(renamed.values()) == {"380"}
    assert {code for code in renamed if code in INVOICES} == {"817", "875", "876", "877"}
    names = [(each.name.in_language(SWEDISH), each.name.in_language(ENGLISH)) for each in TYPE_CODES.values()]
    assert len({sv for sv, _ in names}) == len({en for _, en in names}) == len(names)


def test_the_root_decides_between_invoice_and_credit_note() -> None:
    assert treatment_of("393", DocumentType.INVOICE) is Treatment.FACTORED
    assert treatment_of("396", DocumentType.CREDIT_NOTE) is Treatment.FACTORED_CREDIT_NOTE
    assert treatment_of("81", DocumentType.INVOICE) is Treatment.INVOICE
    assert treatment_of("380", DocumentType.CREDIT_NOTE) is Treatment.CREDIT_NOTE
    assert treatment_of("999", DocumentType.INVOICE) is Treatment.INVOICE
    assert treatment_of("389", DocumentType.CREDIT_NOTE) is Treatment.SELF_BILLED


def test_the_page_for_suppliers_tells_the_same() -> None:
    page = (PROJECT / "docs" / "validation.md").read_text(encoding="utf-8")
    told = {
        code: (name, treatment)
        for code, name, treatment in re.findall(
            r"^\| (\d+) \| ([^|]+) \| ([a-z_ -]+) \|$", page, re.MULTILINE
        )
    }
    assert told == {
        code: (each.name.in_language(ENGLISH), each.treatment.value.lower().replace("_", " "))
        for code, each in TYPE_CODES.items()
        if code in INVOICES | CREDITS or each.treatment is Treatment.SELF_BILLED
    }


def answered_type(system: System, about: str) -> tuple[DocumentKind | None, str]:
    """The kind of the one answer about this, which must be valid, and how it names the document."""
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, about=about)
    report = validation.validate(message.body, on=FEBRUARY)
    assert report.findings == ()
    assert report.root is not None
    code = report.root.findtext("{*}DocumentResponse/{*}DocumentReference/{*}DocumentTypeCode") or ""
    return report.kind, code


def test_every_code_that_peppol_allows_is_judged_and_answered(database_url: str) -> None:
    with received_january(database_url) as system:
        document = january(system)
        for code in sorted(INVOICES - GERMAN):
            invoice = system.send(replace(document, id=f"F-{code}", invoice_type_code=code))
            assert (invoice.document_type, invoice.type_code) == (DocumentType.INVOICE, code)
            kind, answered = answered_type(system, f"invoice {invoice.id}")
            assert (kind, answered) == (DocumentKind.INVOICE_RESPONSE, TYPE_CODES[code].answered_as)
            # The first one is accepted; one that asks for no money never is, whatever agrees.
            assert ("NO_DEMAND" in invoice.codes) == (code in NO_DEMAND)
        first = system.invoice(1)
        for code in sorted(CREDITS):
            credit = flipping.credit_note_of(
                replace(document, id=first.number), given=Numbered(f"K-{code}", date(2026, 2, 4))
            )
            taken = system.send(replace(credit, credit_note_type_code=code))
            assert taken.document_type is DocumentType.CREDIT_NOTE
            assert answered_type(system, f"invoice {taken.id}") == (DocumentKind.INVOICE_RESPONSE, code)
        assert system.invoice(first.id).state is InvoiceState.CREDITED


def test_a_code_that_peppol_does_not_have_is_refused_and_answered(database_url: str) -> None:
    with received_january(database_url) as system:
        document = january(system)
        for code in sorted(NOT_IN_PEPPOL | GERMAN):
            body = codec.serialise(replace(document, id=f"F-{code}", invoice_type_code=code))
            letter = system.post(body, on=FEBRUARY)
            (became,) = system.read_messages(on=FEBRUARY)
            assert (became.message_state, became.invoice) == (InState.QUARANTINED, None)
            kind, answered = answered_type(system, f"letter {letter.id}")
            assert (kind, answered) == (DocumentKind.MLR, code if code in codelists.UNCL1001 else "")


def test_a_document_of_no_code_at_all_is_answered_too(database_url: str) -> None:
    with received_january(database_url) as system:
        body = codec.serialise(replace(january(system), invoice_type_code="faktura"))
        letter = system.post(body, on=FEBRUARY)
        system.read_messages(on=FEBRUARY)
        assert answered_type(system, f"letter {letter.id}") == (DocumentKind.MLR, "")


def quarantined(system: System, letter_id: int) -> str:
    """Why a message lies in quarantine."""
    with system.database.reading() as session:
        row = session.execute(select(inbox.c.state, inbox.c.reason_sv).where(inbox.c.id == letter_id)).one()
    assert row.state == InState.QUARANTINED
    return str(row.reason_sv)


@pytest.mark.parametrize("code", sorted(NO_DEMAND))
def test_what_asks_for_no_money_is_put_to_a_person_though_all_agrees(database_url: str, code: str) -> None:
    assert treatment_of(code, DocumentType.INVOICE) is Treatment.NO_DEMAND
    with received_january(database_url) as system:
        document = replace(january(system), invoice_type_code=code)
        if code in INVOICES:
            invoice = system.send(document)
            assert (invoice.state, invoice.codes) == (InvoiceState.IN_QUESTION, ("NO_DEMAND",))
            assert f"är {code}, som inte är något krav på betalning" in system.sentences(invoice)[0]
            return
        # Peppol's own rules refuse the others, and the sentence says why beside the rule.
        letter = system.post(codec.serialise(document), on=FEBRUARY)
        system.read_messages(on=FEBRUARY)
        assert refusal_of(code).in_language(SWEDISH) in quarantined(system, letter.id)


@pytest.mark.parametrize("code", ["389", "261", "527"])
def test_whoever_bills_itself_is_told_that_we_write_no_invoices(database_url: str, code: str) -> None:
    with received_january(database_url) as system:
        document = codec.serialise(replace(january(system), invoice_type_code=code))
        letter = system.post(document, on=FEBRUARY)
        system.read_messages(on=FEBRUARY)
        reason = quarantined(system, letter.id)
        assert refusal_of(code).in_language(SWEDISH) in reason
        assert "skicka en vanlig faktura (380)" in reason
        as_agreed_elsewhere = document.replace(b"poacc:billing:3.0", b"poacc:selfbilling:3.0")
        letter = system.post(as_agreed_elsewhere, on=FEBRUARY)
        system.read_messages(on=FEBRUARY)
        assert refusal_of(code).in_language(SWEDISH) in quarantined(system, letter.id)
