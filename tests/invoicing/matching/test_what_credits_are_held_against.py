"""Every check of a document as a whole, beside an invoice, a negative invoice and a credit note: made, or not and why.

The rows are those of decision 65. What a credit note is not held against is shown too: it settles all the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from invoicing.documents.reading import turned
from invoicing.matching.credit_notes.credit_matching import match_credit
from invoicing.matching.deviations import DeviationCode
from invoicing.matching.invoice_matching import match
from invoicing.model import AccountGiven, InvoiceContent, PayeeGiven
from tests.support.project import PROJECT
from tests.support.stories.builders import (
    a_credit_note,
    a_receipt,
    an_invoice,
    an_order,
    credit_facts,
    facts_of,
    in_books,
    sek,
)

ORDER = an_order()
INVOICE = an_invoice(ORDER)
_C = DeviationCode


@dataclass(frozen=True)
class Row:
    """One thing that a document says otherwise than agreed, and what that is on an invoice and on a credit note."""

    name: str
    change: Callable[[InvoiceContent], InvoiceContent]
    on_invoice: DeviationCode
    on_credit: DeviationCode | None


def _of_lines(content: InvoiceContent, **changes: object) -> InvoiceContent:
    return replace(content, lines=tuple(replace(each, **changes) for each in content.lines))  # type: ignore[arg-type]


ROWS = (
    Row("buyer", lambda one: replace(one, buyer="5560360793"), _C.BUYER, _C.BUYER),
    Row("currency", lambda one: replace(one, currency="EUR"), _C.CURRENCY, _C.CREDIT_CURRENCY),
    Row("order", lambda one: replace(one, order_number="2100000099"), _C.ORDER_UNKNOWN, _C.CREDIT_ORDER),
    Row(
        "VAT category and rate",
        lambda one: _of_lines(
            replace(one, vat=(replace(one.vat[0], category="AE"),)),
            vat_category="AE",
        ),
        _C.VAT_CATEGORY,
        _C.CREDIT_AMOUNT,
    ),
    Row(
        "tax of each category",
        lambda one: replace(one, vat=(replace(one.vat[0], tax=sek("736.00")),), amount_vat=sek("736.00")),
        _C.VAT_AMOUNT,
        _C.CREDIT_AMOUNT,
    ),
    Row(
        "charges, prepaid and rounding",
        lambda one: replace(one, amount_prepaid=sek("1.00"), amount_payable=one.amount_payable - sek("1.00")),
        _C.AMOUNT,
        _C.CREDIT_AMOUNT,
    ),
    Row("payee", lambda one: replace(one, payee=PayeeGiven("Fordringsköp Exempel AB")), _C.PAYEE, None),
    Row(
        "payee account",
        lambda one: replace(one, accounts=(AccountGiven("BANKGIRO", "9912346"),)),
        _C.PAYEE_ACCOUNT,
        None,
    ),
    Row("issue date", lambda one: replace(one, issued_on=date(2030, 1, 1)), _C.ISSUE_DATE, None),
    Row("due date", lambda one: replace(one, due_on=one.issued_on), _C.DUE_DATE, None),
    Row(
        "execution reference",
        lambda one: replace(one, references=("100000999",)),
        _C.EXECUTION_REFERENCE,
        None,
    ),
    Row("contract", lambda one: replace(one, contract="AVT-9"), _C.CONTRACT, None),
    Row("order lines", lambda one: _of_lines(one, order_line="099"), _C.LINE_UNKNOWN, None),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_deviates_on_an_invoice(row: Row) -> None:
    said = row.change(INVOICE)
    facts = replace(facts_of(ORDER, a_receipt(ORDER)), received_on=INVOICE.issued_on)
    known = facts if said.order_number == ORDER.number else replace(facts, order=None)
    assert row.on_invoice in match(said, known).codes


@pytest.mark.parametrize("negative", [False, True], ids=["credit note", "negative invoice"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_deviates_on_a_credit(row: Row, *, negative: bool) -> None:
    credit = row.change(a_credit_note(INVOICE))
    if negative:
        credit = turned(turned(replace(credit, type_code="380")))
    codes = match_credit(credit, credit_facts(in_books(INVOICE), invoiced=INVOICE)).codes
    assert codes == ((row.on_credit,) if row.on_credit else ())


@pytest.mark.parametrize("row", [each for each in ROWS if each.name != "order"], ids=lambda row: row.name)
def test_what_was_wrong_on_the_invoice_keeps_nobody_from_crediting_it(row: Row) -> None:
    wrong = row.change(INVOICE)
    assert match_credit(a_credit_note(wrong), credit_facts(in_books(wrong), invoiced=wrong)).codes == ()


def test_the_decision_has_the_same_rows() -> None:
    page = (PROJECT / "docs" / "decisions" / "0065-what-a-credit-note-is-held-against.md").read_text()
    rows = re.findall(r"^\| ([a-zA-Z ,]+) \| (\w+) \| (\w+) \| (\w+) \|", page, re.M)
    told = {name: (invoice, negative, credit) for name, invoice, negative, credit in rows if name != "Check"}
    for row in ROWS:
        made = "yes" if row.on_credit else "no"
        assert told[row.name] == ("yes", made, made)
