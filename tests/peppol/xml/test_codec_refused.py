"""Documents that cannot be read or written: the refusal names the place, the value and what to do."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given

from peppol.documents.billing import AccountingParty, AdditionalDocumentReference, Invoice, OrderReference
from peppol.documents.responses import InvoiceResponse, MessageLevelResponse
from peppol.documents.shapes import Amount, Attachment, BinaryObject, Contact, Identifier, Period, TaxTotal
from peppol.xml.codec import Document, parse, serialise
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused
from peppol.xml.literals import UnreadableDocument, UnwritableDocument
from tests.peppol.documents.test_documents import DOCUMENTS, an_invoice, priced, the_xml, unhurried, values

PRICE = "/Invoice/cac:InvoiceLine/cac:Price/cbc:PriceAmount"
SECOND_PRICE = "/Invoice/cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount"
SELLER = "/Invoice/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress"
CUSTOMER = "/Invoice/cac:AccountingCustomerParty/cac:Party"

# --- what cannot be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "location", "found", "expected"),
    [
        (
            "2612.50</cbc:Pay",
            "2 612.50</cbc:Pay",
            "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
            "2 612.50",
            "tal",
        ),
        (">95.00<", ">NaN<", PRICE, "NaN", "number"),
        (">95.00<", ">9.5e1<", PRICE, "9.5e1", "number"),
        (">95.00<", ">9_5<", PRICE, "9_5", "number"),
        (">95.00<", ">٩٥<", PRICE, "٩٥", "number"),
        (">95.00<", ">.<", PRICE, ".", "number"),
        (">95.00<", ">+-95<", PRICE, "+-95", "number"),
        (">95.00<", "><", PRICE, "", "number"),
        (
            ">95.00<",
            "><cbc:X>95</cbc:X><",
            PRICE + "/cbc:X",
            "X",
            "text",
        ),
        ("2026-11-02", "2026-11-31", "/Invoice/cbc:IssueDate", "2026-11-31", "ÅÅÅÅ-MM-DD"),
        ("2026-11-02", "2026-11-02CET", "/Invoice/cbc:IssueDate", "2026-11-02CET", "YYYY-MM-DD"),
        ("2026-11-02", "2026-11-02+15:00", "/Invoice/cbc:IssueDate", "2026-11-02+15:00", "YYYY-MM-DD"),
        ("2026-11-02", "20261102", "/Invoice/cbc:IssueDate", "20261102", "YYYY-MM-DD"),
        ("2026-11-02", "2026-W45-1", "/Invoice/cbc:IssueDate", "2026-W45-1", "YYYY-MM-DD"),
        (
            ' currencyID="SEK">95',
            ">95",
            PRICE,
            "95.00",
            "currencyID",
        ),
        ('unitCode="DAY"', 'unitCode=" "', "/Invoice/cac:InvoiceLine/cbc:InvoicedQuantity", "22", "unitCode"),
        ("<cbc:ID>1</cbc:ID>", "", "/Invoice/cac:InvoiceLine", "", "cbc:ID"),
        ("<cbc:ID>1</cbc:ID>", "<cbc:ID> </cbc:ID>", "/Invoice/cac:InvoiceLine", "", "cbc:ID"),
        (
            "<cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>",
            "",
            SELLER,
            "",
            "Country",
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place_and_its_value(
    old: str, new: str, location: str, found: str, expected: str
) -> None:
    xml = the_xml()
    assert old in xml
    with pytest.raises(UnreadableDocument) as refused:
        parse(Invoice, xml.replace(old, new, 1).encode())
    assert refused.value.location == location
    assert found in refused.value.found
    assert expected in refused.value.expected.both()
    assert location in str(refused.value)
    assert "går inte att läsa" in str(refused.value)
    assert "cannot be read" in str(refused.value)
    assert refused.value.line == 2


def test_an_invoice_without_lines_is_no_invoice() -> None:
    xml = re.sub(r"<cac:InvoiceLine>.*</cac:InvoiceLine>", "", the_xml())
    with pytest.raises(UnreadableDocument, match="cac:InvoiceLine"):
        parse(Invoice, xml.encode())


def test_a_line_that_lacks_its_number_is_not_left_out_in_silence() -> None:
    xml = re.sub(r"(<cac:InvoiceLine>.*</cac:InvoiceLine>)", r"\1\1", the_xml())
    before, _, after = xml.rpartition("<cbc:ID>1</cbc:ID>")
    with pytest.raises(UnreadableDocument) as refused:
        parse(Invoice, (before + after).encode())
    assert refused.value.location == "/Invoice/cac:InvoiceLine[2]"


def test_the_second_of_two_lines_is_named() -> None:
    xml = re.sub(r"(<cac:InvoiceLine>.*</cac:InvoiceLine>)", r"\1\1", the_xml())
    before, _, after = xml.rpartition(">22<")
    with pytest.raises(UnreadableDocument) as refused:
        parse(Invoice, f"{before}>tjugotvå<{after}".encode())
    assert refused.value.location == "/Invoice/cac:InvoiceLine[2]/cbc:InvoicedQuantity"


def test_a_very_long_value_is_cut_where_it_is_shown() -> None:
    xml = the_xml().replace(">22<", f">{'x' * 5000}<")
    with pytest.raises(UnreadableDocument) as refused:
        parse(Invoice, xml.encode())
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("broken", ["AAEC*wQF", "AAECAwQF=", "AAECAwQF====", "AAE", "AA=C", "====", "ÅÄEC"])
def test_a_file_that_is_not_base64_is_refused(broken: str) -> None:
    file = BinaryObject(b"\x00\x01\x02\x03\x04\x05", "application/pdf", "a.pdf")
    reference = AdditionalDocumentReference(
        id=Identifier("1"), attachment=Attachment(embedded_document_binary_object=file)
    )
    xml = the_xml(replace(an_invoice(), additional_document_references=(reference,)))
    with pytest.raises(UnreadableDocument, match="base64"):
        parse(Invoice, xml.replace("AAECAwQF", broken).encode())


@pytest.mark.parametrize("cls", [cls for cls in DOCUMENTS if cls is not Invoice])
def test_an_invoice_is_not_taken_for_something_else(cls: type[Document]) -> None:
    with pytest.raises(UnreadableDocument, match=cls.kind.root_name):
        parse(cls, the_xml().encode())


@unhurried
@given(values(MessageLevelResponse))
def test_a_message_level_response_is_no_verdict_on_an_invoice(message: MessageLevelResponse) -> None:
    root = admit(serialise(message))
    assert parse(MessageLevelResponse, root) == message
    with pytest.raises(UnreadableDocument, match="invoice_response"):
        parse(InvoiceResponse, root)


def test_bytes_from_outside_go_through_the_gate() -> None:
    with pytest.raises(GateRefused):
        parse(Invoice, b"<!DOCTYPE Invoice><Invoice/>")


# --- what cannot be written -------------------------------------------------------------------------------


NOON = datetime(2026, 12, 2, 12, tzinfo=timezone(timedelta(hours=14, minutes=30)))


def starting(moment: time) -> Invoice:
    return replace(an_invoice(), invoice_period=Period(start_time=moment))


def with_contact(contact: Contact) -> Invoice:
    invoice = an_invoice()
    customer = replace(invoice.accounting_customer_party.party, contact=contact)
    return replace(invoice, accounting_customer_party=AccountingParty(party=customer))


def paid_to(identifier: str) -> Callable[[], Invoice]:
    return lambda: replace(an_invoice(), order_reference=OrderReference(id=identifier))


@pytest.mark.parametrize(
    ("make", "location", "reason"),
    [
        (paid_to(""), "/Invoice/cac:OrderReference/cbc:ID", "leave the element out"),
        (paid_to(" \n"), "/Invoice/cac:OrderReference/cbc:ID", "utelämna elementet"),
        (paid_to("a\x00b"), "/Invoice/cac:OrderReference/cbc:ID", "U+0000"),
        (paid_to("a\ufffeb"), "/Invoice/cac:OrderReference/cbc:ID", "U+FFFE"),
        (paid_to("a\ud800b"), "/Invoice/cac:OrderReference/cbc:ID", "U+D800"),
        (priced(Decimal("NaN")), SECOND_PRICE, "NaN"),
        (priced(Decimal("-Infinity")), SECOND_PRICE, "Infinity"),
        (priced(Decimal("1E+60")), SECOND_PRICE, "60 siffror"),
        (priced(Decimal("1E-61")), SECOND_PRICE, "60 digits"),
        (priced(Decimal("1E+999999999")), SECOND_PRICE, "60 digits"),
        (priced(cast(Decimal, 95.5)), SECOND_PRICE, "Decimal"),
        (lambda: replace(an_invoice(), due_date=NOON), "/Invoice/cbc:DueDate", "without a time"),
        (lambda: starting(NOON.timetz()), "/Invoice/cac:InvoicePeriod/cbc:StartTime", "14 hours"),
        (lambda: replace(an_invoice(), invoice_lines=()), "/Invoice/cac:InvoiceLine", "is missing"),
        (lambda: replace(an_invoice(), invoice_period=Period()), "/Invoice/cac:InvoicePeriod", "empty"),
        (lambda: with_contact(Contact()), CUSTOMER + "/cac:Contact", "tom"),
        (lambda: with_contact(Contact(name="\x1b")), CUSTOMER + "/cac:Contact/cbc:Name", "U+001B"),
        (
            lambda: replace(an_invoice(), tax_totals=(TaxTotal(tax_amount=Amount(Decimal(1), " ")),)),
            "/Invoice/cac:TaxTotal[1]/cbc:TaxAmount",
            "currencyID",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_with_its_place(
    make: Callable[[], Invoice], location: str, reason: str
) -> None:
    with pytest.raises(UnwritableDocument) as refused:
        serialise(make())
    assert refused.value.location == location
    assert reason in refused.value.reason.both()
    assert str(refused.value).count(location) == 2
