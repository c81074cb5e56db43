"""EN 16931: what an invoice says about itself, and what it refers to.

Number, dates, type, currency, parties' names, periods and references. One function
per rule under its official id; meanings in our words with the terms (BT, BG) they
speak of. Source: EN 16931 validation for UBL, release 1.3.16.
"""

from typing import Final

from peppol.rules.en16931.lists import NOTE_SUBJECTS
from peppol.rules.engine.checks import filled_check, holds, present_check
from peppol.rules.engine.dates import day_of
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node

RELEASE: Final = "1.3.16"
ROOT: Final = "/Invoice | /CreditNote"

BOOK: Final = Book("EN16931", RELEASE)

_document = BOOK.context(ROOT)
_document.add("BR-01", filled_check("cbc:CustomizationID"), "The specification followed is named (BT-24).")
_document.add("BR-02", filled_check("cbc:ID"), "The invoice has a number (BT-1).")
_document.add("BR-03", filled_check("cbc:IssueDate"), "The invoice has a date (BT-2).")


@_document.rule("BR-04")
def document_type(document: Node) -> RuleVerdict:
    """The kind of invoice is given as a code (BT-3)."""
    typed = document.value_of("cbc:InvoiceTypeCode") or document.value_of("cbc:CreditNoteTypeCode")
    return None if typed else Broken(expected="cbc:InvoiceTypeCode")


_document.add("BR-05", filled_check("cbc:DocumentCurrencyCode"), "The invoice names its currency (BT-5).")
_document.add(
    "BR-06",
    filled_check("cac:AccountingSupplierParty", "cac:Party", "cac:PartyLegalEntity", "cbc:RegistrationName"),
    "The seller's name is given (BT-27).",
)
_document.add(
    "BR-07",
    filled_check("cac:AccountingCustomerParty", "cac:Party", "cac:PartyLegalEntity", "cbc:RegistrationName"),
    "The buyer's name is given (BT-44).",
)
_document.add(
    "BR-08",
    present_check("cac:AccountingSupplierParty", "cac:Party", "cac:PostalAddress"),
    "The seller's postal address is given (BG-5).",
)
_document.add(
    "BR-10",
    present_check("cac:AccountingCustomerParty", "cac:Party", "cac:PostalAddress"),
    "The buyer's postal address is given (BG-8).",
)


@_document.rule("BR-16")
def has_lines(document: Node) -> RuleVerdict:
    """There is at least one line (BG-25)."""
    return holds(document.has("cac:InvoiceLine") or document.has("cac:CreditNoteLine"))


@_document.rule("BR-53")
def vat_in_accounting_currency(document: Node) -> RuleVerdict:
    """Who names a second currency for VAT (BT-6) also gives the VAT total in it (BT-111)."""
    for currency in document.all("cbc:TaxCurrencyCode"):
        root = document.document
        amounts = root.anywhere("cac:TaxTotal", "cbc:TaxAmount")
        if not any(amount.attribute("currencyID") == currency.text for amount in amounts):
            return Broken(found=currency.text, at=currency)
    return None


@_document.rule("BR-CO-03")
def one_tax_point(document: Node) -> RuleVerdict:
    """A date when VAT falls due (BT-7) and a code for that date (BT-8) exclude each other."""
    both = document.has("cbc:TaxPointDate") and document.exists("cac:InvoicePeriod", "cbc:DescriptionCode")
    return holds(not both)


_document.add(
    "BR-CO-18",
    present_check("cac:TaxTotal", "cac:TaxSubtotal"),
    "The VAT is broken down in at least one group (BG-23).",
)

BOOK.context("cac:AdditionalDocumentReference").add(
    "BR-52", filled_check("cbc:ID"), "Each supporting document (BG-24) has a reference (BT-122)."
)
BOOK.context("cac:BillingReference").add(
    "BR-55",
    present_check("cac:InvoiceDocumentReference", "cbc:ID"),
    "A reference to an earlier invoice (BG-3) gives that invoice's number (BT-25).",
)


def period_in_order(period: Node) -> RuleVerdict:
    """The last day is not before the first; a day that cannot be read breaks the rule."""
    start = period.first("cbc:StartDate")
    end = period.first("cbc:EndDate")
    if start is None or end is None:
        return None
    first, last = day_of(start.text), day_of(end.text)
    if first is not None and last is not None and last >= first:
        return None
    return Broken(found=end.text, expected=start.text, at=end)


# On lines the line's own rules come first; the general context must not match them again.
_line_period = BOOK.context("cac:InvoiceLine/cac:InvoicePeriod | cac:CreditNoteLine/cac:InvoicePeriod")
_line_period.add("BR-30", period_in_order, "A line's period does not end (BT-135) before it starts (BT-134).")


@_line_period.rule("BR-CO-20")
def line_period_used(period: Node) -> RuleVerdict:
    """A line's period (BG-26) has a first day (BT-134), a last day (BT-135) or both."""
    return holds(period.has("cbc:StartDate") or period.has("cbc:EndDate"))


_period = BOOK.context("cac:InvoicePeriod")
_period.add("BR-29", period_in_order, "The invoicing period does not end (BT-74) before it starts (BT-73).")


@_period.rule("BR-CO-19")
def period_used(period: Node) -> RuleVerdict:
    """The invoicing period (BG-14) has a first day (BT-73), a last day (BT-74) or a date code (BT-8)."""
    return holds(
        period.has("cbc:StartDate") or period.has("cbc:EndDate") or period.has("cbc:DescriptionCode")
    )


@BOOK.context("/Invoice/cbc:Note | /CreditNote/cbc:Note").rule("BR-CL-08")
def note_subject(note: Node) -> RuleVerdict:
    """A subject code of three letters written as #AAI# before a note (BT-21) is one of UNCL 4451.

    As published, the code is looked for in the list written out as one text, so that two
    letters and a blank pass too.
    """
    opening, _, rest = note.text.partition("#")
    subject, closing, _ = rest.partition("#")
    if not closing or len(subject) != 3 or subject in NOTE_SUBJECTS:
        return None
    return Broken(found=subject, detail=opening)
