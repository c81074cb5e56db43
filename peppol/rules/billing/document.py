"""Rules of Peppol BIS Billing 3.0.21 beyond EN 16931: PEPPOL-EN16931-R001 to R130 and the number rules.

An invoice or credit note is judged by EN 16931, by these, by the restricted code lists
(`codes`) and by the rules of the seller's country. Here are the book and the rules
of the head; amounts, allowances, lines and prices are in `lines`. Terms are BT and
BG of EN 16931. Of the contexts of one pattern the first that matches a node is used, as
published.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from peppol.rules.billing.lines import register_lines
from peppol.rules.engine.checks import holds, present, present_check
from peppol.rules.engine.numbers import decimal_of
from peppol.rules.engine.rulebook import Book, RuleVerdict
from peppol.rules.engine.tree import Node
from peppol.rules.shared.party_numbers import register_party_numbers
from peppol.rules.shared.post_award import blank_leaf
from peppol.rules.shared.trading_countries import both_in

PROFILES: Final = frozenset(
    {
        "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        "urn:peppol:bis:billing_with_response",
        "urn:peppol:france:billing:regulated",
        "urn:peppol:france:billing:non-regulated",
    }
)
"""The processes (BT-23) a Peppol invoice or credit note may belong to."""

_SPECIFICATION: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_DIRECT_DEBITS: Final = frozenset({"49", "59"})
_PROJECT: Final = "50"
_both_german: Final = both_in("DE")

BILLING: Final = Book("PEPPOL-EN16931", "3.0.21")
"""The rules of the head and of the lines; patterns "empty", "projects" and "document"."""

BILLING.context("*", pattern="empty").rule("PEPPOL-EN16931-R008")(blank_leaf)


@BILLING.context("CreditNote", pattern="projects").rule("PEPPOL-EN16931-R080")
def one_project_at_most(note: Node) -> RuleVerdict:
    """A credit note refers to one project at most: one supporting document of type 50 (BT-11)."""
    projects = [
        reference
        for reference in note.all("cac:AdditionalDocumentReference")
        if any(code.text == _PROJECT for code in reference.all("cbc:DocumentTypeCode"))
    ]
    return holds(len(projects) <= 1, found=str(len(projects)), expected="1")


_BILL: Final = BILLING.context("CreditNote | Invoice", pattern="document")


@_BILL.rule("PEPPOL-EN16931-R001")
def says_its_process(bill: Node) -> RuleVerdict:
    """The bill says which business process it belongs to (BT-23)."""
    return present(bill, "cbc:ProfileID")


@_BILL.rule("PEPPOL-EN16931-R007")
def process_is_approved(bill: Node) -> RuleVerdict:
    """The business process (BT-23) is billing, billing with response, or one of the two French ones."""
    process = bill.value_of("cbc:ProfileID")
    return holds(process in PROFILES, found=process)


@_BILL.rule("PEPPOL-EN16931-R002")
def one_note_at_most(bill: Node) -> RuleVerdict:
    """There is one note on document level at most (BT-22), unless seller and buyer are German."""
    count = len(bill.all("cbc:Note"))
    return holds(count <= 1 or _both_german(bill), found=str(count), expected="1")


@_BILL.rule("PEPPOL-EN16931-R003")
def has_a_reference_of_the_buyer(bill: Node) -> RuleVerdict:
    """The bill carries the buyer's reference (BT-10) or the order's number (BT-13)."""
    return holds(bill.has("cbc:BuyerReference") or bill.exists("cac:OrderReference", "cbc:ID"))


@_BILL.rule("PEPPOL-EN16931-R004")
def specification_is_peppol_billing(bill: Node) -> RuleVerdict:
    """The specification (BT-24) begins with that of Peppol billing 3.0 and has no double colon."""
    stated = bill.first("cbc:CustomizationID")
    specification = stated.direct_value if stated is not None else ""
    good = specification.startswith(_SPECIFICATION) and "::" not in specification
    return holds(good, found=specification, expected=_SPECIFICATION)


@_BILL.rule("PEPPOL-EN16931-R053")
def one_tax_total_has_a_breakdown(bill: Node) -> RuleVerdict:
    """Exactly one VAT total (BT-110) has a VAT breakdown (BG-23)."""
    count = sum(total.has("cac:TaxSubtotal") for total in bill.all("cac:TaxTotal"))
    return holds(count == 1, found=str(count), expected="1")


@_BILL.rule("PEPPOL-EN16931-R054")
def tax_total_in_accounting_currency(bill: Node) -> RuleVerdict:
    """With a VAT currency (BT-6) one VAT total has no breakdown (BT-111), else none."""
    count = sum(not total.has("cac:TaxSubtotal") for total in bill.all("cac:TaxTotal"))
    expected = 1 if bill.has("cbc:TaxCurrencyCode") else 0
    return holds(count == expected, found=str(count), expected=str(expected))


@_BILL.rule("PEPPOL-EN16931-R055")
def tax_totals_have_one_sign(bill: Node) -> RuleVerdict:
    """VAT in the invoice's (BT-110) and in the accounting currency (BT-111) have the same sign."""
    if not bill.has("cbc:TaxCurrencyCode"):
        return None
    totals = bill.every("cac:TaxTotal", "cbc:TaxAmount")
    accounted = _in_currency(totals, bill.value_of("cbc:TaxCurrencyCode"))
    invoiced = _in_currency(totals, bill.value_of("cbc:DocumentCurrencyCode"))
    low = any(amount <= 0 for amount in accounted) and any(amount <= 0 for amount in invoiced)
    high = any(amount >= 0 for amount in accounted) and any(amount >= 0 for amount in invoiced)
    return holds(low or high)


def _in_currency(amounts: Iterable[Node], currency: str) -> list[Decimal]:
    numbers = (decimal_of(node.text) for node in amounts if node.attributes.get("currencyID") == currency)
    return [number for number in numbers if number is not None]


@BILLING.context("cbc:TaxCurrencyCode", pattern="document").rule("PEPPOL-EN16931-R005")
def accounting_currency_differs(code: Node) -> RuleVerdict:
    """The currency of VAT accounting (BT-6) is another than that of the invoice (BT-5)."""
    stated = code.above.first("cbc:DocumentCurrencyCode") if code.above is not None else None
    invoiced = stated.direct_value if stated is not None else ""
    return holds(code.direct_value != invoiced, found=code.value)


BILLING.context("cac:AccountingCustomerParty/cac:Party", pattern="document").add(
    "PEPPOL-EN16931-R010", present_check("cbc:EndpointID"), "The buyer has an electronic address (BT-49)."
)
BILLING.context("cac:AccountingSupplierParty/cac:Party", pattern="document").add(
    "PEPPOL-EN16931-R020", present_check("cbc:EndpointID"), "The seller has an electronic address (BT-34)."
)


def _is_direct_debit(means: Node) -> bool:
    return means.value_of("cbc:PaymentMeansCode") in _DIRECT_DEBITS


BILLING.context("cac:PaymentMeans", pattern="document", when=_is_direct_debit).add(
    "PEPPOL-EN16931-R061",
    present_check("cac:PaymentMandate", "cbc:ID"),
    "A direct debit (BT-81 is 49 or 59) names its mandate (BT-89).",
)


register_lines(BILLING)
register_party_numbers(BILLING, "document")
