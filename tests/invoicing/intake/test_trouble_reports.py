"""What public trouble reports tell of, each as a document of our own: what becomes of it, why, and in which words.

A row is read as a story: the report, the document, where it ends and what deviates, and words that its supplier reads.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from foundation.text import ENGLISH, SWEDISH
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import refused_message_queries
from invoicing.portal_invoicing.scope import SupplierActor
from peppol.exchange import inbox, inbox_store, outbox_store
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind
from tests.support.stories.system import FYRBAKEN
from tests.support.stories.trouble_reports import (
    ANOTHERS,
    BILLED,
    FIRST,
    INTERRUPTED,
    MARCH,
    SECOND,
    UNREPORTED,
    Change,
    about,
    after,
    all_of,
    allowance,
    attached,
    before,
    claim,
    credit_note,
    crediting,
    dated,
    line,
    negative,
    no_order_line,
    note,
    nowhere_but,
    number,
    of_buyer,
    of_kind,
    order,
    order_line,
    paid_by,
    payee,
    putting,
    right_invoice,
    sums,
    total,
    troubled_books,
    vat_row,
)

A, Q, H, P, S = (
    InvoiceState.ACCEPTED,
    InvoiceState.IN_QUESTION,
    InvoiceState.ON_HOLD,
    InvoiceState.PARKED,
    InvoiceState.SETTLED,
)
ECONOMIST = SupplierActor(FYRBAKEN, by="user-1")
GLN = '<cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>'


@dataclass(frozen=True, slots=True)
class Report:
    """The change that makes a document, the state it ends in, its codes, words its sentences have and never have."""

    name: str
    change: Change
    state: InvoiceState
    codes: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def found_in(place: str, change: Change) -> Report:
    """An order number in another place than its own, suggested from there."""
    told = (f"Förslag: {FIRST}, som står i", f"({place})")
    return Report(f"order number in {place}", nowhere_but("Ekonomi", change), Q, ("ORDER_MISSING",), told)


def written_as(text: str) -> Report:
    """An order number with something more around or in it."""
    told = (f"Ordernumret {text} finns inte", f"Förslag: {FIRST}, som står i orderreferensen (BT-13)")
    return Report(f"order number written {text}", order(text), Q, ("ORDER_UNKNOWN",), told)


def none_is(text: str) -> Report:
    """What programs write where there is no order number."""
    return Report(
        f"no order number: {text}", order(text), Q, ("ORDER_MISSING",), (f"”{text}” i stället för",)
    )


def claims(name: str, *, said: str = "") -> Report:
    told, never = ("behöver inget ordernummer", "godtar eller bestrider"), ("Kreditera", "credit")
    return Report(f"claim: {name}", claim(name, said=said), Q, ("LATE_PAYMENT_CLAIM",), told, never)


def _line_tag(added: str) -> Change:
    return putting(
        "</cac:ClassifiedTaxCategory></cac:Item>", f"</cac:ClassifiedTaxCategory>{added}</cac:Item>"
    )


WRITTEN = (
    Report("plus signs", putting('DAY">20<', 'DAY">+20<', ">95.00<", ">+95.00<", ">25<", ">+25<"), A),
    Report("points without decimals", putting('DAY">20<', 'DAY">20.<', ">95.00<", ">95.<"), A),
    Report("zeros before", putting('DAY">20<', 'DAY">0020.000<', ">95.00<", ">00095<"), A),
    Report(
        "line breaks",
        putting(">F-1<", ">\n F-1\n<", f">{FIRST}<", f">\n\t{FIRST}\n<", ">001<", ">\n001\n<"),
        A,
    ),
    Report("twelve decimals", putting(">95.00<", ">95.000000000000<"), A),
    Report(
        "a price that is almost right",
        putting(">95.00<", ">94.999999999999<"),
        Q,
        ("PRICE",),
        ("94.999999999999", "95,00"),
    ),
    Report(
        "price for a hundred",
        putting(
            ">95.00</cbc:PriceAmount>",
            '>9500.00</cbc:PriceAmount><cbc:BaseQuantity unitCode="DAY">100</cbc:BaseQuantity>',
        ),
        A,
    ),
    Report(
        "price for a hundred of no unit",
        putting(
            ">95.00</cbc:PriceAmount>", ">9500.00</cbc:PriceAmount><cbc:BaseQuantity>100</cbc:BaseQuantity>"
        ),
        A,
    ),
    Report("CDATA", putting(f">{FIRST}<", f"><![CDATA[{FIRST}]]><"), A),
    Report(
        "comments inside", putting(f">{FIRST}<", ">21<!-- x -->00000001<", 'DAY">20<', 'DAY">2<!-- -->0<'), A
    ),
    Report("a processing instruction", putting('"UTF-8"?>', '"UTF-8"?><?xml-stylesheet href="x.xsl"?>'), A),
    Report("other prefixes", lambda text: text.replace("cbc", "b").replace("cac", "a"), A),
    Report(
        "a version of UBL", before("<cbc:CustomizationID>", "<cbc:UBLVersionID>2.1</cbc:UBLVersionID>"), A
    ),
    Report("an attachment of a very long name", attached("å" * 400 + ".pdf"), A),
    Report("a program called PDF", attached("f.exe", b"MZ"), A),
    Report("the same name twice", all_of(attached("f.pdf"), attached("f.pdf")), A),
)
REFERENCES = (
    *(
        Report(f"blank around: {sign!r}", order(f"{FIRST}{sign}"), A)
        for sign in ("\u00a0", "\ufeff", "\u2009", "\t")
    ),
    *map(
        written_as,
        (
            f"PO: {FIRST},",
            f"#{FIRST}",
            "2100 000 001",
            "2100-000001",
            "2,100,000,001",
            f"00{FIRST}",
            f"{FIRST}.0",
            f"{FIRST}/001",
            f"Order {FIRST} rad 001",
        ),
    ),
    *map(none_is, ("NA", "n/a", "-", "0", "0000", ".", "Saknas", "ingen", "Okänt")),
    Report(
        "two orders in one",
        order(f"{FIRST}, {SECOND}"),
        Q,
        ("ORDER_UNKNOWN",),
        (f"Förslag: {FIRST}, {SECOND}",),
    ),
    Report(
        "one sign wrong",
        order("2100000011"),
        Q,
        ("ORDER_UNKNOWN",),
        (f"{FIRST}, som skiljer sig på ett tecken",),
    ),
    Report("another's order", order(ANOTHERS), Q, ("ORDER_NOT_SUPPLIERS",), (ANOTHERS,), ("Förslag",)),
    Report("another's order as reference", nowhere_but(ANOTHERS), Q, ("ORDER_MISSING",), (), ("Förslag",)),
    Report(
        "the participant as order",
        order("100000102"),
        Q,
        ("ORDER_UNKNOWN",),
        (f"Förslag: {SECOND}, som hör till",),
    ),
    Report(
        "only the buyer reference",
        nowhere_but(FIRST),
        Q,
        ("ORDER_MISSING",),
        (f"Förslag: {FIRST}", "(BT-10)"),
    ),
    found_in("BT-12", putting("<cbc:ID>AVT-1001<", f"<cbc:ID>{FIRST}<")),
    found_in("BT-22", note(f"Avser order {FIRST}, januari")),
    found_in("BT-153", putting(">Grundersättning<", f">Grundersättning {FIRST}/001<")),
    found_in(
        "BT-154", before("<cbc:Name>Grundersättning", f"<cbc:Description>order {FIRST}</cbc:Description>")
    ),
    found_in(
        "BT-161",
        _line_tag(
            f"<cac:AdditionalItemProperty><cbc:Name>Order</cbc:Name><cbc:Value>{FIRST}</cbc:Value></cac:AdditionalItemProperty>"
        ),
    ),
    found_in(
        "BT-188",
        after(
            "<cbc:LineID>001</cbc:LineID>",
            f"<cac:OrderReference><cbc:ID>{FIRST}</cbc:ID></cac:OrderReference>",
        ),
    ),
    found_in("BT-83", putting("PaymentID>F-1", f"PaymentID>{FIRST}")),
    found_in(
        "BT-71",
        before(
            "<cac:PaymentMeans>",
            f"<cac:Delivery><cac:DeliveryLocation><cbc:ID>{FIRST}</cbc:ID></cac:DeliveryLocation></cac:Delivery>",
        ),
    ),
    found_in(
        "BT-56",
        putting(
            "</cac:Party></cac:AccountingCustomerParty>",
            f"<cac:Contact><cbc:Name>{FIRST}</cbc:Name></cac:Contact></cac:Party></cac:AccountingCustomerParty>",
        ),
    ),
    found_in(
        "BT-123",
        before(
            "<cac:AccountingSupplierParty>",
            "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID>"
            f"<cbc:DocumentDescription>Order {FIRST}</cbc:DocumentDescription></cac:AdditionalDocumentReference>",
        ),
    ),
    *(
        Report(
            f"order line {each}",
            order_line(each),
            Q,
            ("LINE_UNKNOWN",),
            (f"anger orderrad {each},", "Förslag: orderrad 001."),
        )
        for each in ("1", "01", "0001", "1.0", "Rad 1", f"{FIRST}/001", "166")
    ),
    Report("a hard space after the order line", order_line("001\u00a0"), A),
    Report("no order line", no_order_line, Q, ("LINE_MISSING",), ("Förslag: orderrad 001.",)),
    Report("not reported", order(UNREPORTED), P, ("NOT_RECEIVED",), ("Lämna redovisningen",), ("Kreditera",)),
    Report("broken off", order(INTERRUPTED), Q, ("QUANTITY",), ("2026-01-15", "20", "9")),
    Report("invoiced before", order(BILLED), Q, ("ALREADY_INVOICED",), ("F-100",)),
)
CHARGED = (
    Report("text of zero quantity", line("Avser januari", quantity="0"), A),
    Report("text of zero price", line("Avser januari"), A),
    Report("text of negative zero", line("Avser januari", quantity="-0", amount="-0.00", price="0.00"), A),
    Report(
        "text without VAT", all_of(line("Text", vat=("E", "0")), vat_row("E", "0", "0.00", "Undantag")), A
    ),
    Report(
        "an allowance on the line",
        all_of(sums("1790.00", "447.50", "2237.50", line="1790.00"), allowance("110.00", of_line=True)),
        Q,
        ("AMOUNT",),
        ("1 790,00".replace(" ", "\u00a0"), "1 900,00".replace(" ", "\u00a0")),
    ),
    Report(
        "an allowance and a charge that are nothing",
        all_of(allowance("100.00", of_line=True), allowance("100.00", charge=True, of_line=True)),
        A,
    ),
    Report(
        "a fee on the document",
        all_of(
            sums("1950.00", "487.50", "2437.50", lines="1900.00"),
            total("ChargeTotalAmount", "50.00"),
            allowance("50.00", charge=True),
        ),
        Q,
        ("AMOUNT",),
        ("lägger till 50,00",),
    ),
    Report(
        "rounding",
        all_of(
            sums("1900.00", "475.00", "2375.00", payable="2375.25"), total("PayableRoundingAmount", "0.25")
        ),
        A,
    ),
    Report(
        "prepaid",
        all_of(sums("1900.00", "475.00", "2375.00", payable="0.00"), total("PrepaidAmount", "2375.00")),
        Q,
        ("AMOUNT",),
        ("vi har inte betalat något förskott",),
    ),
    Report("an öre of VAT", sums("1900.00", "475.01", "2375.01"), Q, ("VAT_AMOUNT",), ("475,01", "475,00")),
    Report(
        "rounding as a line",
        all_of(sums("1900.40", "475.10", "2375.50"), line("Öresavrundning", amount="0.40")),
        Q,
        ("LINE_MISSING",),
        ("motsvarar inget som väntar på faktura",),
        ("Förslag",),
    ),
    Report(
        "a trip beside the order",
        all_of(sums("1960.00", "490.00", "2450.00"), line("Resa", amount="60.00")),
        Q,
        ("LINE_MISSING",),
        ("med bara det som är beställt",),
        ("Förslag",),
    ),
    Report(
        "interest beside the order",
        all_of(
            line("Dröjsmålsränta", amount="120.00", vat=("E", "0")),
            vat_row("E", "0", "120.00", "Ränta"),
            putting(
                'TaxExclusiveAmount currencyID="SEK">1900.00',
                'TaxExclusiveAmount currencyID="SEK">2020.00',
                'TaxInclusiveAmount currencyID="SEK">2375.00',
                'TaxInclusiveAmount currencyID="SEK">2495.00',
                'PayableAmount currencyID="SEK">2375.00',
                'PayableAmount currencyID="SEK">2495.00',
                'LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">1900.00',
                'LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">2020.00',
            ),
        ),
        Q,
        ("LINE_MISSING",),
        ("ränta eller avgift för sen betalning", "skicka kravet som en egen faktura"),
        ("orderradens nummer", "Förslag", "momskategori"),
    ),
    Report("another unit", putting('"DAY"', '"C62"'), Q, ("UNIT",), ("st (C62)", "dagar (DAY)")),
    Report("the currency of another country", putting("SEK", "EUR"), Q, ("CURRENCY",), ("EUR", "SEK")),
    Report(
        "an invoice of nothing",
        all_of(sums("0.00", "0.00", "0.00", line="0.00"), putting('DAY">20', 'DAY">0')),
        Q,
        ("QUANTITY",),
    ),
)
PEOPLE_AND_PAY = (
    Report(
        "dated tomorrow", dated("2026-03-04", "2026-04-03"), Q, ("ISSUE_DATE",), ("2026-03-04", "2026-03-03")
    ),
    Report("dated before its order", dated("2025-03-03"), A, ("ISSUE_DATE",), ("hindrar inte betalningen",)),
    Report(
        "due before its date",
        dated("2026-03-03", "2026-02-01"),
        A,
        ("DUE_DATE",),
        ("förfaller den 2026-04-02",),
    ),
    Report(
        "due tomorrow and wrong",
        all_of(dated("2026-03-03", "2026-03-04"), order_line("9")),
        Q,
        ("LINE_UNKNOWN", "DUE_DATE"),
        (),
        ("betalas den",),
    ),
    Report("the buyer with a hyphen", of_buyer(GLN, "<cbc:CompanyID>202100-2114</cbc:CompanyID>"), A),
    Report("the buyer of twelve digits", of_buyer(GLN, "<cbc:CompanyID>162021002114</cbc:CompanyID>"), A),
    Report(
        "the buyer by its GLN alone",
        of_buyer(GLN, '<cbc:CompanyID schemeID="0088">7300010000001</cbc:CompanyID>'),
        Q,
        ("BUYER",),
        ("inget organisationsnummer för köparen", "2021002114"),
    ),
    *(
        Report(f"account {each}", paid_by("30", each), A)
        for each in (
            "5999107",
            "599-9107",
            "BG 599-9107",
            "Bankgiro: 599-9107",
            "0005999107",
            "599\u00a09107",
        )
    ),
    *(Report(f"account of code {code}", paid_by(code, "5999107"), A) for code in ("50", "56", "ZZZ")),
    Report("account called plusgiro", paid_by("30", "5999107", "SE:PLUSGIRO"), A),
    Report(
        "an account nobody knows",
        paid_by("58", "SE35 5000 0000 0549 1000 0003"),
        H,
        ("PAYEE_ACCOUNT",),
        ("två personer",),
    ),
    Report("no account", paid_by("1"), A, ("PAYEE_ACCOUNT",), ("anger inget konto", "bankgiro 599-9107")),
    Report(
        "direct debit",
        paid_by("59", more="<cac:PaymentMandate><cbc:ID>M-1</cbc:ID></cac:PaymentMandate>"),
        A,
        ("PAYEE_ACCOUNT",),
        ("Vi betalar inte med autogiro: dra inget", "bankgiro 599-9107"),
    ),
    Report(
        "paid by card",
        paid_by(
            "48",
            more="<cac:CardAccount><cbc:PrimaryAccountNumberID>1234</cbc:PrimaryAccountNumberID><cbc:NetworkID>VISA</cbc:NetworkID></cac:CardAccount>",
        ),
        A,
        ("PAYEE_ACCOUNT",),
        ("Vi betalar inte med kort", "Är fakturan redan betald"),
    ),
    Report(
        "another payee",
        payee("Fordringsköp Exempel AB", "5599990024"),
        H,
        ("PAYEE",),
        ("Fordringsköp Exempel AB (5599990024)",),
    ),
    Report("its seller as payee", payee("Fyrbåken", "5599991014"), A),
    Report("factored", of_kind("393"), H, ("PAYEE",), ("393",)),
    *(
        Report(f"of kind {code}", of_kind(code), A)
        for code in ("82", "84", "383", "386", "388", "817", "875", "877")
    ),
)
CREDITS = (
    Report("in full", crediting("F-100"), S),
    Report("named twice", crediting("F-100", "F-100"), S),
    Report("negative invoice", all_of(about("F-100"), number("K-1"), order(BILLED), negative), S),
    Report(
        "no reference",
        credit_note,
        Q,
        ("CREDIT_REFERENCE_MISSING",),
        ("Förslag: F-100, som gäller samma order",),
    ),
    Report("two invoices", crediting("F-100", "F-200"), Q, ("CREDIT_SEVERAL",), ("F-100, F-200",)),
    Report("small letters", crediting("f-100"), P, ("CREDIT_UNKNOWN",), ("Förslag: F-100",)),
    Report("with a word before", crediting("Faktura F-100"), P, ("CREDIT_UNKNOWN",), ("Förslag: F-100",)),
    Report(
        "a number like a sum",
        crediting("2026.10"),
        P,
        ("CREDIT_UNKNOWN",),
        ("ingen faktura 2026.10 från er",),
    ),
    Report("credited before", crediting("F-200"), Q, ("ALREADY_CREDITED", "CREDIT_ORDER"), ("K-200",)),
    Report("of a credit note", crediting("K-200"), Q, ("CREDIT_OF_CREDIT",)),
    Report("minus signs", all_of(negative, crediting("F-100")), Q, ("CREDIT_AMOUNT",), ("utan minustecken",)),
)
CLAIMS = (
    *map(
        claims,
        (
            "Dröjsmålsränta faktura F-100",
            "DRÖJSMÅLSRÄNTA",
            "Dro\u0308jsma\u030alsra\u0308nta",
            "Dröjsmålsersättning",
            "Ränta 8 % 2026-01-01--2026-02-01",
            "Påminnelseavgift",
            "Betalningspåminnelse",
            "Kravavgift",
            "Inkassokostnad",
            "Ersättning för sen betalning enligt lag 1981:739",
            "Interest for late payment",
            "Dunning fee",
        ),
    ),
    claims("Se specifikation", said="Räntefaktura avseende faktura F-100"),
    Report("no claim", claim("Utebliven deltagare"), Q, ("ORDER_MISSING",)),
)
REPORTS = (*WRITTEN, *REFERENCES, *CHARGED, *PEOPLE_AND_PAY, *CREDITS, *CLAIMS)
_HOLES = re.compile(r"  |[ (][.,;:)]|”\s*”|%\(|\bNone\b")


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_it_becomes_what_it_is_and_is_told_so(database_url: str, report: Report) -> None:
    with troubled_books(database_url, checked=report in CREDITS) as system:
        invoice = system.send_bytes(report.change(right_invoice(system)).encode(), on=MARCH)
        assert (invoice.state, invoice.codes) == (report.state, report.codes)
        assert system.answers(invoice), "nobody told the supplier"
        said = " ".join(system.sentences(invoice, SWEDISH))
        assert [words for words in report.says if words not in said] == [], said
        assert [words for words in report.never if words in said] == [], said
        for language in (SWEDISH, ENGLISH):
            assert not any(_HOLES.search(each) for each in system.sentences(invoice, language))


REFUSED = (
    (
        "another name for UTF-8",
        lambda text: text.replace("UTF-8", "ISO-8859-1").encode(),
        "GATE-ENCODING",
    ),
    ("bytes of a code page", lambda text: text.encode("cp1252"), "GATE-ENCODING"),
    ("a blank before the declaration", lambda text: f"\n{text}".encode(), "GATE-XML"),
    (
        "a document of before",
        lambda text: text.replace("billing:3.0<", "billing:2.0<").encode(),
        "PEPPOL-EN16931-R004",
    ),
    ("a hidden character inside", lambda text: order("2100\u200b000001")(text).encode(), "GATE-IDENTIFIER"),
    ("an empty attachment", lambda text: attached("f.pdf", b"")(text).encode(), "PEPPOL-EN16931-R008"),
    ("a self-billed invoice", lambda text: of_kind("389")(text).encode(), "PEPPOL-EN16931-P0100"),
    ("a date with a time", lambda text: dated("2026-03-03T10:00:00")(text).encode(), "XSD"),
    ("no file at all", lambda text: b"", "GATE-EMPTY"),
    ("a page of an error", lambda text: b"<html/>", "GATE-KIND"),
)


NOBODYS = frozenset({"GATE-EMPTY", "GATE-KIND"})
"""Whoever sent these did not say who it is."""


@pytest.mark.parametrize(("name", "change", "rule"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_is_no_document_of_ours_is_answered_and_seen_by_its_sender(
    database_url: str, name: str, change: Callable[[str], bytes], rule: str
) -> None:
    with troubled_books(database_url, checked=False) as system:
        body = change(right_invoice(system))
        letter = system.post(body, on=MARCH)
        (became,) = system.read_messages(on=MARCH)
        assert (became.message_state, became.reason) == (InState.QUARANTINED, rule), name
        told = rule not in NOBODYS
        with system.database.reading() as session:
            assert inbox_store.body_of(session, letter.id) == body
            answers = list(outbox_store.messages_out(session, about=inbox.about(letter.id)))
            assert [each.kind for each in answers] == ([DocumentKind.MLR.value] if told else [])
            listed = refused_message_queries.listed(session, ECONOMIST)
            assert [each.id for each in listed] == ([letter.id] if told else [])


def test_the_same_number_is_told_and_the_same_document_is_the_first(database_url: str) -> None:
    with troubled_books(database_url) as system:
        first = right_invoice(system)
        states = []
        for body in (first, first, first + "\n", number("F-1 ")(first), number("f-1")(first)):
            system.post(body.encode(), on=MARCH)
            states += [
                each.invoice.state.value if each.invoice else each.message_state.value
                for each in system.read_messages(on=MARCH)
            ]
        assert states == ["ACCEPTED", "CONFLICT", "CONFLICT", "IN_QUESTION"]


def test_what_names_something_is_quoted_as_it_stands(database_url: str) -> None:
    with troubled_books(database_url) as system:
        first = right_invoice(system)
        system.send_bytes(number("2026.10")(first).encode(), on=MARCH)
        second = system.send_bytes(number("2026.11")(first).encode(), on=MARCH)
        (said,) = system.sentences(second)
        assert "fakturerad med 2026.10" in said
