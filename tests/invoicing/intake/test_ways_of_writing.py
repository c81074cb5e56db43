"""Suppliers' systems write the same invoice in many ways; each of those in `fixtures/read` is read as it is meant."""

from decimal import Decimal
from pathlib import Path

import pytest

from invoicing.documents import reading, view
from invoicing.model import AccountGiven, DocumentType, InvoiceState
from peppol.exchange import inbox_store
from peppol.validation import validation
from tests.support.project import FIXTURES
from tests.support.stories.january import FEBRUARY, january, received_january

#: Whoever names no account is told which one is paid to.
NOTES = {"account-without-number": ("PAYEE_ACCOUNT",)}
WRITTEN = sorted(
    path for path in (FIXTURES / "read").glob("*.xml") if path.stem != "credit-by-negative-invoice"
)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_an_invoice_is_accepted_however_it_is_written(database_url: str, path: Path) -> None:
    body = path.read_bytes()
    assert validation.validate(body, on=FEBRUARY).valid
    with received_january(database_url) as system:
        invoice = system.send_bytes(body, on=FEBRUARY)
        assert (invoice.state, invoice.codes) == (InvoiceState.ACCEPTED, NOTES.get(path.stem, ()))
        assert system.answers(invoice) == ["AP"]
        assert str(invoice.amount_net) == "1900.00 SEK"
        with system.database.reading() as session:
            assert inbox_store.body_of(session, invoice.letter_id) == body
        paper = view.paper_of(body)
        assert (str(paper.net), paper.lines[0].quantity, paper.lines[0].price) == (
            "1900.00 SEK",
            Decimal(20),
            Decimal(95),
        )


def test_a_branch_that_has_no_number_of_its_own_says_nothing_of_the_account() -> None:
    body = (FIXTURES / "read" / "branch-as-bis-2.xml").read_bytes()
    read = reading.read(body, on=FEBRUARY)
    assert read.invoice is not None
    assert [finding.rule for finding in read.findings] == ["UBL-CR-664"]
    assert read.invoice.accounts == (AccountGiven("", "5999107"),)
    assert view.paper_of(body).accounts == read.invoice.accounts


def test_an_invoice_is_credited_by_a_negative_one(database_url: str) -> None:
    """As the Swedish guide has it: every amount turned, some of them with a plus, and the invoice named."""
    body = (FIXTURES / "read" / "credit-by-negative-invoice.xml").read_bytes()
    with received_january(database_url) as system:
        invoice = system.send(january(system, "F-1"))
        credit = system.send_bytes(body, on=FEBRUARY)
        assert (credit.document_type, credit.type_code) == (DocumentType.CREDIT_NOTE, "380")
        assert (str(credit.amount_payable), credit.state) == ("2375.00 SEK", InvoiceState.SETTLED)
        assert system.invoice(invoice.id).state is InvoiceState.CREDITED
        assert system.answers(credit) == ["AP"]
