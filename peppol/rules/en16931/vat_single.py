"""EN 16931: the rules of single VAT categories: supply within the Union, outside VAT, split payment.

Source: EN 16931 validation for UBL, release 1.3.16.
"""

from collections.abc import Collection
from typing import Final

from peppol.rules.en16931.document import RELEASE, ROOT
from peppol.rules.en16931.vat_facts import VatUse, vat_use
from peppol.rules.engine.checks import holds
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

_document = BOOK.context(ROOT)


@_document.rule("BR-IC-11")
def union_supply_is_dated(document: Node) -> RuleVerdict:
    """A supply within the Union (K) says when: the delivery date (BT-72) or an invoicing period (BG-14)."""
    if not vat_use(document).breakdown.get("K"):
        return None
    dated = len(document.text_of("cac:Delivery", "cbc:ActualDeliveryDate")) > 1
    return holds(dated or any(not period.leaf for period in document.all("cac:InvoicePeriod")))


@_document.rule("BR-IC-12")
def union_supply_goes_somewhere(document: Node) -> RuleVerdict:
    """A supply within the Union (K) says to which country it went (BT-80)."""
    if not vat_use(document).breakdown.get("K"):
        return None
    path = ("cac:Delivery", "cac:DeliveryLocation", "cac:Address", "cac:Country", "cbc:IdentificationCode")
    return holds(len(document.text_of(*path)) > 1, expected="/".join(path))


def _only_outside_vat(use: VatUse, codes: Collection[str]) -> RuleVerdict:
    others = sorted(code for code in codes if code != "O")
    return Broken(found=", ".join(others), expected="O") if use.breakdown.get("O") and others else None


@_document.rule("BR-O-11")
def outside_vat_stands_alone_in_breakdown(document: Node) -> RuleVerdict:
    """With a group outside VAT (O) the breakdown has no other group."""
    use = vat_use(document)
    return _only_outside_vat(use, use.breakdown_groups)


@_document.rule("BR-O-12")
def outside_vat_stands_alone_on_lines(document: Node) -> RuleVerdict:
    """With a group outside VAT (O) in the breakdown every line is outside VAT (BT-151)."""
    use = vat_use(document)
    return _only_outside_vat(use, use.items)


@_document.rule("BR-O-13")
def outside_vat_stands_alone_in_allowances(document: Node) -> RuleVerdict:
    """With a group outside VAT (O) in the breakdown every allowance is outside VAT (BT-95)."""
    use = vat_use(document)
    return _only_outside_vat(use, use.allowances)


@_document.rule("BR-O-14")
def outside_vat_stands_alone_in_charges(document: Node) -> RuleVerdict:
    """With a group outside VAT (O) in the breakdown every charge is outside VAT (BT-102)."""
    use = vat_use(document)
    return _only_outside_vat(use, use.charges)


@_document.rule("BR-B-01")
def split_payment_is_italian(document: Node) -> RuleVerdict:
    """Split payment (B) is used in Italy only: every country code in the document is IT."""
    use = vat_use(document)
    if "B" not in use.categories_written and "B" not in use.items_written:
        return None
    for country in document.document.named("cbc:IdentificationCode"):
        if country.text != "IT":
            return Broken(found=country.text, expected="IT", at=country)
    return None


@_document.rule("BR-B-02")
def split_payment_excludes_standard_rate(document: Node) -> RuleVerdict:
    """Split payment (B) and standard rated (S) do not stand in one document."""
    use = vat_use(document)
    codes = use.document_written | use.items_written
    return holds(not {"B", "S"} <= codes)
