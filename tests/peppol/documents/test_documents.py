"""Documents written and read: what comes back is what was sent, whoever's tools wrote the XML."""

import re
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields, replace
from datetime import UTC, date, time, timedelta, timezone
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from peppol.documents.billing import (
    AccountingParty,
    AdditionalDocumentReference,
    BilledItem,
    BillingParty,
    CreditNote,
    FinancialAccount,
    Invoice,
    InvoiceLine,
    LegalMonetaryTotal,
    OrderReference,
    PaymentMeans,
)
from peppol.documents.ordering import Order, OrderResponse
from peppol.documents.responses import InvoiceResponse, MessageLevelResponse, MessageLevelStatus
from peppol.documents.shapes import (
    Address,
    Amount,
    Attachment,
    BinaryObject,
    Code,
    Country,
    Identifier,
    LineReference,
    PartyLegalEntity,
    Period,
    Price,
    Quantity,
    Reference,
    TaxCategory,
    TaxScheme,
    TaxSubtotal,
    TaxTotal,
)
from peppol.identifiers import DocumentKind
from peppol.xml.codec import Document, parse, serialise
from peppol.xml.gate_tree import CAC, CBC

DOCUMENTS: list[type[Document]] = [
    Order,
    OrderResponse,
    Invoice,
    CreditNote,
    InvoiceResponse,
    MessageLevelResponse,
    MessageLevelStatus,
]

# --- any document at all ----------------------------------------------------------------------------------

# Messages, marks that XML must escape, Swedish and other scripts, a line feed inside: all but white space around.
texts = st.text(
    st.one_of(
        st.sampled_from("abcÅÄÖåäö019 &<>\"'-/.:\n\t\r  😀"),
        st.characters(categories=("L", "N", "P", "S"), max_codepoint=0x2FFFF),
    ),
    min_size=1,
    max_size=6,
).filter(lambda text: text == text.strip(" \t\r\n"))
# Identifiers pass the gate, which lets in nothing that hides.
visible = st.text(st.sampled_from("abcÅÄÖ019&<>\"'-/.:"), min_size=1, max_size=6)

PLAIN: dict[type, st.SearchStrategy[Any]] = {
    str: visible,
    Decimal: st.decimals(
        min_value=-(10**14), max_value=10**14, places=4, allow_nan=False, allow_infinity=False
    ),
    date: st.dates(),
    time: st.times(
        timezones=st.none() | st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    ),
    bool: st.booleans(),
    bytes: st.binary(min_size=1, max_size=40),
}
FREE_TEXT = re.compile("^(?!attribute_).*(note|description|reason|name|line|terms)")


def strategy_for(hint: Any, name: str, *, needed: bool) -> st.SearchStrategy[Any]:  # noqa: ANN401  (a type hint)
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) is tuple:
        one = strategy_for(get_args(hint)[0], name, needed=True)
        return st.lists(one, min_size=int(needed), max_size=2).map(tuple)
    if get_origin(hint) is UnionType:
        return st.none() | strategy_for(get_args(hint)[0], name, needed=True)
    if hint is str and FREE_TEXT.match(name) and not name.endswith(("_id", "_code")):
        return texts
    return PLAIN[hint] if hint in PLAIN else values(hint)


def values(cls: type) -> st.SearchStrategy[Any]:
    """Any value of `cls` that says something: an element without content is never written."""
    hints = get_type_hints(cls, include_extras=True)
    # The content and the attributes of a value are codes and numbers, never free text.
    prefix = "attribute_" if fields(cls)[0].name == "value" else ""
    parts: dict[str, st.SearchStrategy[Any]] = {
        field.name: strategy_for(hints[field.name], prefix + field.name, needed=field.default is MISSING)
        for field in fields(cls)
        if field.name != "customization_id"
    }
    return st.builds(cls, **parts).filter(
        lambda made: any(getattr(made, field.name) not in (None, ()) for field in fields(cls))
    )


unhurried = settings(
    max_examples=max(5, settings().max_examples // 10),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@pytest.mark.law
@pytest.mark.parametrize("cls", DOCUMENTS)
def test_what_is_written_reads_back_equal_and_is_nowhere_empty(cls: type[Document]) -> None:
    @unhurried
    @given(values(cls))
    def law(document: Document) -> None:
        written = serialise(document)
        assert parse(cls, written) == document
        assert serialise(parse(cls, written)) == written
        assert parse(cls, serialise(document, pretty=True)) == document
        for element in etree.fromstring(written).iter():
            assert len(element) or (element.text or "").strip(" \t\r\n"), element.tag
            assert all(element.attrib.values())

    law()


def in_other_dress(data: bytes) -> bytes:
    """The same document as another program might write it: other prefixes, spaces, comments, CDATA."""
    root = etree.fromstring(data)
    names = {"cbc": CBC, "cac": CAC, "doc": etree.QName(root).namespace}
    text = etree.tostring(root, encoding="unicode")
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text)
    text = re.sub(r"<(/?)(?!cac:|cbc:|/)", r"<\1doc:", text)
    text = re.sub(r"<(/?)cac:", r"<\1Ä:", text)
    text = re.sub(r"<(/?)cbc:", r"<\1", text)
    declared = f'xmlns="{CBC}" xmlns:Ä="{names["cac"]}" xmlns:doc="{names["doc"]}" xmlns:unused="{CAC}"'
    text = re.sub(r"^<(doc:\w+)", rf"<\1 {declared}", text)
    text = text.replace("><", "><!-- mellan -->\n\t <")
    return f"<?xml version='1.0'?>\n<!-- före -->{text}".encode()


@pytest.mark.law
@pytest.mark.parametrize("cls", DOCUMENTS)
def test_prefixes_spaces_and_comments_mean_nothing(cls: type[Document]) -> None:
    @unhurried
    @given(values(cls))
    def law(document: Document) -> None:
        written = serialise(document)
        dressed = in_other_dress(written)
        assert b"<cbc:" not in dressed
        assert parse(cls, dressed) == document

    law()


# --- an invoice from a supplier ---------------------------------------------------------------------------


def kronor(amount: str) -> Amount:
    return Amount(Decimal(amount), "SEK")


def a_party(name: str, number: str) -> AccountingParty:
    return AccountingParty(
        party=BillingParty(
            endpoint_id=Identifier(number, "0007"),
            postal_address=Address(city_name="Umeå", country=Country(identification_code="SE")),
            party_legal_entity=PartyLegalEntity(
                registration_name=name, company_id=Identifier(number, "0007")
            ),
        )
    )


def an_invoice() -> Invoice:
    """October for one participant: 22 days of basic compensation at 95 kronor."""
    moms = TaxCategory(id="S", percent=Decimal(25), tax_scheme=TaxScheme(id="VAT"))
    october = Period(start_date=date(2026, 10, 1), end_date=date(2026, 10, 31))
    return Invoice(
        id="F-1001",
        issue_date=date(2026, 11, 2),
        due_date=date(2026, 12, 2),
        invoice_type_code="380",
        document_currency_code="SEK",
        buyer_reference="RUSTA",
        invoice_period=october,
        order_reference=OrderReference(id="4500000123"),
        accounting_supplier_party=a_party("Jobbvägen AB", "5560160680"),
        accounting_customer_party=a_party("Arbetsförmedlingen", "2021002114"),
        payment_means=(
            PaymentMeans(
                payment_means_code=Code("30"),
                payment_id="10011",
                payee_financial_account=FinancialAccount(
                    id="52221234", financial_institution_branch=Reference(id="SE:BANKGIRO")
                ),
            ),
        ),
        tax_totals=(
            TaxTotal(
                tax_amount=kronor("522.50"),
                tax_subtotals=(
                    TaxSubtotal(
                        taxable_amount=kronor("2090.00"), tax_amount=kronor("522.50"), tax_category=moms
                    ),
                ),
            ),
        ),
        legal_monetary_total=LegalMonetaryTotal(
            line_extension_amount=kronor("2090.00"),
            tax_exclusive_amount=kronor("2090.00"),
            tax_inclusive_amount=kronor("2612.50"),
            payable_amount=kronor("2612.50"),
        ),
        invoice_lines=(
            InvoiceLine(
                id="1",
                invoiced_quantity=Quantity(Decimal(22), "DAY"),
                line_extension_amount=kronor("2090.00"),
                invoice_period=october,
                order_line_reference=LineReference(line_id="3"),
                item=BilledItem(name="Grundersättning", classified_tax_category=moms),
                price=Price(price_amount=kronor("95.00")),
            ),
        ),
    )


def the_xml(document: Document | None = None) -> str:
    return serialise(document or an_invoice()).decode()


def test_an_invoice_is_written_in_the_order_of_the_standard() -> None:
    root = etree.fromstring(serialise(an_invoice()))
    assert root.nsmap == {None: DocumentKind.INVOICE.namespace, "cac": CAC, "cbc": CBC}
    assert [etree.QName(child).localname for child in root] == [
        "CustomizationID",
        "ProfileID",
        "ID",
        "IssueDate",
        "DueDate",
        "InvoiceTypeCode",
        "DocumentCurrencyCode",
        "BuyerReference",
        "InvoicePeriod",
        "OrderReference",
        "AccountingSupplierParty",
        "AccountingCustomerParty",
        "PaymentMeans",
        "TaxTotal",
        "LegalMonetaryTotal",
        "InvoiceLine",
    ]
    line = root.find(f"{{{CAC}}}InvoiceLine")
    assert line is not None
    assert etree.tostring(line[1]).startswith(b"<cbc:InvoicedQuantity")
    assert dict(line[1].attrib) == {"unitCode": "DAY"}
    assert line[2].text == "2090.00"


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert serialise(an_invoice()) == serialise(an_invoice())
    assert serialise(an_invoice()).startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Invoice xmlns="urn:oasis:'
    )
    assert serialise(an_invoice()).count(b"\n") == 2
    assert b"\n    <cbc:ID>1</cbc:ID>\n" in serialise(an_invoice(), pretty=True)


def test_a_document_is_not_changed_after_it_was_made() -> None:
    invoice = an_invoice()
    with pytest.raises(FrozenInstanceError):
        invoice.id = "F-1002"  # type: ignore[misc]
    assert replace(invoice, id="F-1002") != invoice


def test_attachments_come_back_byte_for_byte_however_the_lines_were_broken() -> None:
    timesheet = BinaryObject(bytes(range(256)), "application/pdf", "närvaro & frånvaro.pdf")
    reference = AdditionalDocumentReference(
        id=Identifier("bilaga-1"), attachment=Attachment(embedded_document_binary_object=timesheet)
    )
    xml = the_xml(replace(an_invoice(), additional_document_references=(reference,)))
    assert 'mimeCode="application/pdf" filename="närvaro &amp; frånvaro.pdf">AAECAwQF' in xml
    broken = re.sub(r"(AAECAwQF)", "\n   \\1\r\n   ", xml)
    attachment = parse(Invoice, broken.encode()).additional_document_references[0].attachment
    assert attachment is not None
    assert attachment.embedded_document_binary_object == timesheet


def test_invoice_and_credit_note_are_asked_alike() -> None:
    invoice = an_invoice()
    xml = the_xml().replace("Invoice-2", "CreditNote-2")
    for old, new in [("InvoiceLine", "CreditNoteLine"), ("InvoicedQuantity", "CreditedQuantity")]:
        xml = xml.replace(old, new)
    xml = xml.replace("<Invoice ", "<CreditNote ").replace("</Invoice>", "</CreditNote>")
    xml = xml.replace(
        "<cbc:DueDate>2026-12-02</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", TYPE_381
    )
    xml = xml.replace("<cbc:PaymentID>", "<cbc:PaymentDueDate>2026-12-02</cbc:PaymentDueDate><cbc:PaymentID>")
    credit = parse(CreditNote, xml.encode())
    assert (credit.type_code, invoice.type_code) == ("381", "380")
    assert credit.due_date == invoice.due_date
    assert [line.quantity for line in credit.lines] == [line.quantity for line in invoice.lines]
    assert parse(CreditNote, serialise(credit)) == credit


TYPE_381 = "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"


def test_what_no_class_declares_is_passed_over() -> None:
    xml = the_xml().replace("<cbc:IssueDate>", "<cbc:UUID>x</cbc:UUID><cbc:IssueDate>", 1)
    xml = xml.replace(
        "<cbc:CustomizationID>",
        '<e:UBLExtensions xmlns:e="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2">'
        '<e:UBLExtension><e:ExtensionContent><a xmlns="urn:x">1</a></e:ExtensionContent></e:UBLExtension>'
        "</e:UBLExtensions><cbc:CustomizationID>",
        1,
    )
    xml = xml.replace("<cbc:InvoiceTypeCode>", '<cbc:InvoiceTypeCode listID="UNCL1001">')
    xml = xml.replace("</cac:Party>", "<cac:Contact/></cac:Party>")
    assert parse(Invoice, xml.encode()) == an_invoice()


@pytest.mark.parametrize("written", ["false", "0", " false\n"])
def test_no_is_written_in_two_ways(written: str) -> None:
    discount = (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{written}</cbc:ChargeIndicator>"
        '<cbc:Amount currencyID="SEK">5</cbc:Amount></cac:AllowanceCharge></cac:Price>'
    )
    price = parse(Invoice, the_xml().replace("</cac:Price>", discount).encode()).lines[0].price
    assert price.allowance_charge is not None
    assert price.allowance_charge.charge_indicator is False


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("08:30:00", time(8, 30)),
        ("08:30:00Z", time(8, 30, tzinfo=UTC)),
        ("08:30:00.1234567+02:00", time(8, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))),
        ("23:59:59.5-14:00", time(23, 59, 59, 500000, tzinfo=timezone(timedelta(hours=-14)))),
    ],
)
def test_times_are_read_with_their_zone(written: str, meant: time) -> None:
    period = f"<cac:InvoicePeriod><cbc:StartTime>{written}</cbc:StartTime>"
    read = parse(Invoice, the_xml().replace("<cac:InvoicePeriod>", period, 1).encode()).invoice_period
    assert read is not None
    assert read.start_time == meant
    assert read.start_time.tzinfo == meant.tzinfo


# --- how values are written ---------------------------------------------------------------------------------


def priced(amount: Decimal) -> Callable[[], Invoice]:
    invoice = an_invoice()
    line = replace(invoice.lines[0], price=Price(price_amount=Amount(amount, "SEK")))
    return lambda: replace(invoice, invoice_lines=(*invoice.lines, line))


@pytest.mark.parametrize(
    ("amount", "written"),
    [("1E+2", "100"), ("1E-7", "0.0000001"), ("-0.00", "-0.00"), ("12.3400", "12.3400"), ("0E+3", "0")],
)
def test_numbers_are_written_plainly(amount: str, written: str) -> None:
    xml = serialise(priced(Decimal(amount))())
    assert f'<cbc:PriceAmount currencyID="SEK">{written}</cbc:PriceAmount>'.encode() in xml


def test_text_keeps_its_inside_and_loses_the_white_space_around() -> None:
    invoice = replace(an_invoice(), note=" rad ett\r\nrad två & <tre> ]]>\t")
    xml = serialise(invoice)
    assert "<cbc:Note>rad ett&#13;\nrad två &amp; &lt;tre&gt; ]]&gt;</cbc:Note>".encode() in xml
    assert parse(Invoice, xml).note == "rad ett\r\nrad två & <tre> ]]>"
