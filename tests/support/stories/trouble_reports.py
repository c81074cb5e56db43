"""Documents as public trouble reports describe them: one valid invoice changed in one way, and the books they meet.

A change is a function of the document's text, so that what is odd about a document stands in one line of a table. The
reports are those of suppliers' programs, their forums and the network's; the documents are of our own making.
"""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from foundation.database import Database
from operations.checks import invariants
from peppol.xml import codec
from tests.support.servers.system_databases import filled
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, example_register

Change = Callable[[str], str]

MARCH = date(2026, 3, 3)
_JANUARY = date(2026, 1, 1)
FIRST, SECOND, UNREPORTED, INTERRUPTED, BILLED, ANOTHERS = (f"210000000{each}" for each in range(1, 7))
"""Orders: January and February received; January; nothing; broken off on 15 January; accepted as F-100; another's."""
CREDITED = "2100000007"
"""An order whose F-200 is credited by K-200."""
_REFERENCES = [f"10000010{each}" for each in range(1, 8)]


@contextmanager
def troubled_books(url: str, *, checked: bool = True) -> Iterator[System]:
    """Books with orders in every state a document may meet; when the story ends well, every invariant holds.

    Looking at them takes as long as the story: many documents that end alike need it once.
    """
    database = filled(url, "trouble reports", _fill)
    try:
        system = System(database, sent=100)
        yield system
        with database.reading() as session:
            assert not checked or [each.sentence for each in invariants.check(session)] == []
    finally:
        database.close()


def right_invoice(system: System) -> str:
    """The invoice of the first order's January, F-1 of 3 March 2026: 20 days at 95.00, 2375.00 with VAT."""
    # A program of their own writes no execution reference (BT-10), as the portal does.
    made = replace(system.flip(FIRST, "001", number="F-1", on=MARCH), buyer_reference=None)
    return codec.serialise(made).decode()


def _fill(database: Database) -> None:
    system = System(database)
    system.change_register(example_register())
    for reference in _REFERENCES:
        supplier = LARKDRILLEN if reference.endswith("6") else FYRBAKEN
        system.decide(reference, start=_JANUARY, decided_on=_JANUARY, supplier=supplier)
    system.interrupt(_REFERENCES[3], on=date(2026, 1, 15))
    for reference in _REFERENCES:
        if not reference.endswith("3"):
            system.report(reference, "2026-01", on=date(2026, 2, 2))
    system.report(_REFERENCES[0], "2026-02", on=date(2026, 3, 2))
    system.send_invoice(BILLED, number="F-100", on=date(2026, 2, 3))
    credited = system.flip(CREDITED, number="F-200", on=date(2026, 2, 3))
    system.send(credited)
    system.send_credit(credited, number="K-200", on=date(2026, 2, 4))


# Changes ------------------------------------------------------------------------------------------------------


def putting(*pairs: str) -> Change:
    """Each text replaced by the one after it; the document must have it."""

    def change(text: str) -> str:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            assert old in text, old
            text = text.replace(old, new)
        return text

    return change


def without(element: str) -> Change:
    """The document without every such element."""

    def change(text: str) -> str:
        changed = re.sub(f"<{element}>.*?</{element}>", "", text, flags=re.DOTALL)
        assert changed != text, element
        return changed

    return change


def before(tag: str, added: str) -> Change:
    """Something added before the first such tag."""
    return lambda text: putting(tag, tag)(text).replace(tag, added + tag, 1)


def after(tag: str, added: str) -> Change:
    """Something added after the first such tag."""
    return lambda text: putting(tag, tag)(text).replace(tag, tag + added, 1)


def all_of(*changes: Change) -> Change:
    """One change after the other."""

    def change(text: str) -> str:
        for each in changes:
            text = each(text)
        return text

    return change


def number(given: str) -> Change:
    return putting("<cbc:ID>F-1<", f"<cbc:ID>{given}<")


def order(given: str) -> Change:
    return putting(f"<cbc:ID>{FIRST}<", f"<cbc:ID>{given}<")


def order_line(given: str) -> Change:
    return putting("<cbc:LineID>001<", f"<cbc:LineID>{given}<")


def nowhere_but(buyer_reference: str, change: Change | None = None) -> Change:
    """The invoice without order reference, with this buyer reference and a change more."""
    reference = f"<cbc:BuyerReference>{buyer_reference}</cbc:BuyerReference>"
    moved = all_of(before("<cac:OrderReference>", reference), without("cac:OrderReference"))
    return moved if change is None else all_of(moved, change)


no_order_line = without("cac:OrderLineReference")
no_period = without("cac:InvoicePeriod")


def dated(issued: str, due: str = "2026-04-02") -> Change:
    return putting(
        "2026-03-03</cbc:IssueDate",
        f"{issued}</cbc:IssueDate",
        "2026-04-02</cbc:DueDate",
        f"{due}</cbc:DueDate",
    )


def of_kind(code: str) -> Change:
    return putting("InvoiceTypeCode>380", f"InvoiceTypeCode>{code}")


def note(said: str) -> Change:
    return after("</cbc:InvoiceTypeCode>", f"<cbc:Note>{said}</cbc:Note>")


def sums(net: str, vat: str, gross: str, *, payable: str = "", lines: str = "", line: str = "") -> Change:
    """Other totals; those of the lines and of the one line where they are not the net."""
    amount = ' currencyID="SEK">'

    def change(text: str) -> str:
        text = text.replace(">475.00<", f">{vat}<")
        for tag, value, old in (
            ("TaxableAmount", net, "1900.00"),
            ("TaxExclusiveAmount", net, "1900.00"),
            ("TaxInclusiveAmount", gross, "2375.00"),
            ("PayableAmount", payable or gross, "2375.00"),
            ("LegalMonetaryTotal><cbc:LineExtensionAmount", lines or net, "1900.00"),
            ("/cbc:InvoicedQuantity><cbc:LineExtensionAmount", line or "1900.00", "1900.00"),
        ):
            text = text.replace(f"{tag}{amount}{old}", f"{tag}{amount}{value}")
        return text

    return change


def total(tag: str, value: str) -> Change:
    return before("<cbc:PayableAmount", f'<cbc:{tag} currencyID="SEK">{value}</cbc:{tag}>')


def _category(code: str, percent: str, reason: str = "") -> str:
    why = f"<cbc:TaxExemptionReason>{reason}</cbc:TaxExemptionReason>" if reason else ""
    return (
        f"<cbc:ID>{code}</cbc:ID><cbc:Percent>{percent}</cbc:Percent>{why}"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    )


def vat_row(code: str, percent: str, taxable: str, reason: str) -> Change:
    """One more row of the VAT breakdown, without tax."""
    return before(
        "</cac:TaxTotal>",
        f'<cac:TaxSubtotal><cbc:TaxableAmount currencyID="SEK">{taxable}</cbc:TaxableAmount>'
        f'<cbc:TaxAmount currencyID="SEK">0.00</cbc:TaxAmount>'
        f"<cac:TaxCategory>{_category(code, percent, reason)}</cac:TaxCategory></cac:TaxSubtotal>",
    )


def allowance(value: str, *, charge: bool = False, of_line: bool = False) -> Change:
    """An allowance or a charge, of the document or of its line."""
    category = "" if of_line else f"<cac:TaxCategory>{_category('S', '25')}</cac:TaxCategory>"
    return before(
        "<cac:Item>" if of_line else "<cac:TaxTotal>",
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(charge).lower()}</cbc:ChargeIndicator>"
        f"<cbc:AllowanceChargeReason>Justering</cbc:AllowanceChargeReason>"
        f'<cbc:Amount currencyID="SEK">{value}</cbc:Amount>{category}</cac:AllowanceCharge>',
    )


def line(
    name: str,
    *,
    quantity: str = "1",
    amount: str = "0.00",
    price: str = "",
    order_line: str = "",
    unit: str = "C62",
    vat: tuple[str, str] = ("S", "25"),
) -> Change:
    """One more line, the second."""
    reference = f"<cac:OrderLineReference><cbc:LineID>{order_line}</cbc:LineID></cac:OrderLineReference>"
    return before(
        "</Invoice>",
        f'<cac:InvoiceLine><cbc:ID>2</cbc:ID><cbc:InvoicedQuantity unitCode="{unit}">{quantity}</cbc:InvoicedQuantity>'
        f'<cbc:LineExtensionAmount currencyID="SEK">{amount}</cbc:LineExtensionAmount>{reference if order_line else ""}'
        f"<cac:Item><cbc:Name>{name}</cbc:Name><cac:ClassifiedTaxCategory>{_category(*vat)}</cac:ClassifiedTaxCategory>"
        f'</cac:Item><cac:Price><cbc:PriceAmount currencyID="SEK">{price or amount}</cbc:PriceAmount></cac:Price>'
        "</cac:InvoiceLine>",
    )


def attached(name: str, content: bytes = b"%PDF-1.4", mime: str = "application/pdf") -> Change:
    body = base64.b64encode(content).decode()
    return before(
        "<cac:AccountingSupplierParty>",
        "<cac:AdditionalDocumentReference><cbc:ID>bilaga</cbc:ID><cac:Attachment>"
        f'<cbc:EmbeddedDocumentBinaryObject mimeCode="{mime}" filename="{name}">{body}'
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>",
    )


def paid_by(code: str, account: str = "", branch: str = "", more: str = "") -> Change:
    """Another means of payment."""
    institution = (
        f"<cac:FinancialInstitutionBranch><cbc:ID>{branch}</cbc:ID></cac:FinancialInstitutionBranch>"
    )
    inside = f"<cbc:ID>{account}</cbc:ID>{institution if branch else ''}"
    payee = f"<cac:PayeeFinancialAccount>{inside}</cac:PayeeFinancialAccount>" if account else ""
    means = f"<cac:PaymentMeans><cbc:PaymentMeansCode>{code}</cbc:PaymentMeansCode>{more}{payee}</cac:PaymentMeans>"
    return all_of(
        before("<cac:PaymentMeans>", "<!--here-->"),
        without("cac:PaymentMeans"),
        putting("<!--here-->", means),
    )


def payee(name: str, company: str = "") -> Change:
    entity = f'<cac:PartyLegalEntity><cbc:CompanyID schemeID="0007">{company}</cbc:CompanyID></cac:PartyLegalEntity>'
    return before(
        "<cac:PaymentMeans>",
        f"<cac:PayeeParty><cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>{entity if company else ''}"
        "</cac:PayeeParty>",
    )


def about(*invoices: str) -> Change:
    """References to earlier invoices."""
    return after(
        "</cac:OrderReference>",
        "".join(
            "<cac:BillingReference><cac:InvoiceDocumentReference>"
            f"<cbc:ID>{each}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
            for each in invoices
        ),
    )


def negative(text: str) -> str:
    """Every amount and the quantity with a minus sign."""
    turned = re.sub(r'(currencyID="SEK">)(475.00|1900.00|2375.00)', r"\1-\2", text)
    return putting('unitCode="DAY">20', 'unitCode="DAY">-20')(turned)


def credit_note(text: str) -> str:
    """The invoice as the credit note K-1 of the billed order."""
    text = all_of(number("K-1"), order(BILLED), without("cbc:DueDate"))(text)
    text = (
        text.replace("<Invoice ", "<CreditNote ")
        .replace("</Invoice>", "</CreditNote>")
        .replace("Invoice-2", "CreditNote-2")
    )
    for old, new in (("InvoiceLine>", "CreditNoteLine>"), ("InvoicedQuantity", "CreditedQuantity")):
        text = text.replace(old, new)
    return text.replace("InvoiceTypeCode", "CreditNoteTypeCode").replace("TypeCode>380", "TypeCode>381")


def crediting(*invoices: str) -> Change:
    return all_of(about(*invoices), credit_note)


def claim(name: str, *, said: str = "", amount: str = "450.00") -> Change:
    """A claim for late payment, exempt and for no order."""
    told = all_of(
        about("F-100"),
        nowhere_but("Ekonomi"),
        no_order_line,
        no_period,
        sums(amount, "0.00", amount, line=amount),
        putting(
            '"DAY">20<', '"C62">1<', ">95.00<", f">{amount}<", ">Grundersättning<", f">{name}<", ">25<", ">0<"
        ),
        putting("<cbc:ID>S<", "<cbc:ID>E<"),
        putting("</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>", _WHY),
    )
    return all_of(told, note(said)) if said else told


_WHY = (
    "</cbc:Percent><cbc:TaxExemptionReason>Utanför</cbc:TaxExemptionReason><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
    "</cac:TaxScheme></cac:TaxCategory>"
)


def of_buyer(endpoint: str, company: str) -> Change:
    """The buyer known by nothing but an address and what stands as its registration."""
    return all_of(
        putting('<cbc:EndpointID schemeID="0007">2021002114</cbc:EndpointID>', endpoint),
        putting('<cbc:CompanyID schemeID="0007">2021002114</cbc:CompanyID>', company),
        putting("SE202100211401", "DE123456789"),
    )
