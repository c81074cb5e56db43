"""Documents as other systems write them: what schema and rules let through is read, and what is absent is absent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from lxml import etree

from peppol.documents.billing import Invoice, PaymentMeans
from peppol.documents.responses import MessageLevelResponse
from peppol.xml import iso20022
from peppol.xml.codec import parse, serialise, value_of
from peppol.xml.literals import UnreadableDocument
from tests.peppol.documents.test_documents import an_invoice, the_xml
from tests.support.stories.peers import accepting_mlr

CATEGORY = (
    "<cac:TaxCategory><cbc:ID>S</cbc:ID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>"
)


def with_edit(old: str, new: str) -> Invoice:
    xml = the_xml()
    assert old in xml
    return parse(Invoice, xml.replace(old, new, 1).encode())


def account_of(invoice: Invoice) -> object:
    return invoice.payment_means[0].payee_financial_account


@pytest.mark.parametrize(
    "written", ["+22", "22.", "022", "22.000000000000", " 22\n", "2<!-- två -->2", "<![CDATA[22]]>"]
)
def test_a_number_may_be_written_as_xml_schema_has_it(written: str) -> None:
    assert with_edit(">22<", f">{written}<").lines[0].quantity.value == 22


def test_a_price_has_as_many_decimals_as_it_needs() -> None:
    price = with_edit(">95.00<", ">95.0000000000000000000001<").lines[0].price.price_amount.value
    assert price == Decimal("95.0000000000000000000001")
    assert serialise(replace(an_invoice(), invoice_lines=with_edit(">95.00<", f">{price}<").lines))


def test_a_branch_without_its_number_is_no_branch() -> None:
    branch = "<cac:FinancialInstitutionBranch><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitutionBranch>"
    institution = "<cac:FinancialInstitution><cbc:ID>SE:BANKGIRO</cbc:ID></cac:FinancialInstitution>"
    old_way = branch.replace("<cbc:ID>SE:BANKGIRO</cbc:ID>", institution)
    account = with_edit(branch, old_way).payment_means[0].payee_financial_account
    assert account is not None
    assert (account.id, account.financial_institution_branch) == ("52221234", None)


@pytest.mark.parametrize(
    ("old", "new", "absent"),
    [
        ("<cbc:ID>52221234</cbc:ID>", "<cbc:Name>Kontot</cbc:Name>", account_of),
        ("<cbc:ID>4500000123</cbc:ID>", "", lambda invoice: invoice.order_reference),
        (
            "<cac:TaxTotal>",
            "<cac:PaymentTerms><cbc:ID>30</cbc:ID></cac:PaymentTerms><cac:TaxTotal>",
            lambda invoice: invoice.payment_terms,
        ),
        ("2026-12-02</cbc:DueDate>", "12026-12-02</cbc:DueDate>", lambda invoice: invoice.due_date),
        ("2026-12-02</cbc:DueDate>", "-0044-03-15</cbc:DueDate>", lambda invoice: invoice.due_date),
    ],
)
def test_what_says_nothing_is_absent(old: str, new: str, absent: Callable[[Invoice], object]) -> None:
    assert absent(with_edit(old, new)) is None


def test_of_what_is_there_once_too_often_the_first_counts() -> None:
    again = "<cbc:ID>F-1001</cbc:ID><cbc:Note>a</cbc:Note><cbc:Note>b</cbc:Note>"
    assert with_edit("<cbc:ID>F-1001</cbc:ID>", again).note == "a"
    assert with_edit("<cbc:ID>F-1001</cbc:ID>", again.replace("a<", " <")).note == "b"
    discount = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>"
        f'<cbc:Amount currencyID="SEK">5</cbc:Amount>{CATEGORY}{CATEGORY.replace(">S<", ">Z<")}'
        "</cac:AllowanceCharge><cac:TaxTotal>"
    )
    (charge,) = with_edit("<cac:TaxTotal>", discount).allowance_charges
    assert charge.tax_category is not None
    assert charge.tax_category.id == "S"


def test_a_day_keeps_its_day_whatever_its_zone_and_a_day_ends_where_the_next_begins() -> None:
    assert with_edit("2026-12-02<", "2026-12-02+02:00<").due_date == date(2026, 12, 2)
    period = with_edit(
        "<cac:InvoicePeriod>", "<cac:InvoicePeriod><cbc:EndTime>24:00:00</cbc:EndTime>"
    ).invoice_period
    assert period is not None
    assert period.end_time == time(0, 0)


def test_a_document_that_its_root_alone_names_is_read() -> None:
    written = accepting_mlr("2100000001", on=date(2026, 11, 2))
    bare = serialise(written).decode().partition("<cbc:CustomizationID>")
    _, _, rest = bare[2].partition("</cbc:CustomizationID>")
    assert parse(MessageLevelResponse, (bare[0] + rest).encode()) == written


@iso20022.element
class _Entry:
    amt: str


@pytest.mark.parametrize("content", ["<Amt>1</Amt><Amt>2</Amt>", "<Other>1</Other>"])
def test_a_file_of_a_bank_is_taken_exactly(content: str) -> None:
    with pytest.raises(UnreadableDocument):
        value_of(_Entry, etree.fromstring(f"<Ntry>{content}</Ntry>"))


def test_a_means_of_payment_without_an_account_still_names_its_reference() -> None:
    means = with_edit("<cbc:ID>52221234</cbc:ID>", "").payment_means
    assert [type(each) for each in means] == [PaymentMeans]
    assert means[0].payment_id == "10011"
