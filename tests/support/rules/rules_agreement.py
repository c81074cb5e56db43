"""Where today's rules of EN 16931 and the compiled ones at hand are known to differ.

The compiled rules that can be had without asking are those of March 2024 (release
1.3.12). Each difference to release 1.3.16 is one entry here with its reason, and one
line in docs/rules-agreement.md; whatever else differs is a fault of ours.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from lxml import etree

from peppol.findings import Finding
from tests.support.rules.rules_documents import CAC, CBC

Fired = Counter[str]

# Renamed: the two Spanish families, and two limits that moved to the syntax rules.
_RENAMED: Final = {"BR-IG-": "BR-AF-", "BR-IP-": "BR-AG-", "BR-66": "UBL-SR-54", "BR-67": "UBL-SR-55"}
# Gone since: an amount due needs no due date any more, and UBL-CR-631 repeated UBL-CR-628.
_GONE: Final = frozenset({"BR-CO-25", "UBL-CR-631"})
# New since.
_NEW: Final = frozenset({"UBL-SR-53", "UBL-SR-56"})
# Looked in a place that UBL does not have, and therefore never fired.
_CORRECTED: Final = frozenset({"UBL-SR-22", "UBL-SR-23"})


def of_today(findings: Iterable[Finding]) -> Fired:
    """How often each rule fired, as today's release would have it."""
    return Counter(_renamed(finding.rule) for finding in findings if finding.rule not in _GONE | _CORRECTED)


def comparable(findings: Iterable[Finding]) -> Fired:
    """How often each of our rules fired, without those the older release lacks."""
    return Counter(finding.rule for finding in findings if finding.rule not in _NEW | _CORRECTED)


def _renamed(rule: str) -> str:
    for old, new in _RENAMED.items():
        if rule.startswith(old):
            return new + rule[len(old) :]
    return rule


def explained(rule: str, root: etree._Element) -> bool:
    """Whether a difference about this rule is one of those that depend on the document."""
    if rule == "BR-CO-26":
        return _seller_with_bank_reference_only(root)
    if rule == "BR-B-02":
        return _standard_rate_in_breakdown(root)
    return False


def _seller_with_bank_reference_only(root: etree._Element) -> bool:
    """BR-CO-26 counts a bank's creditor reference as an identifier of the seller no more."""
    path = f"{{{CAC}}}Party/{{{CAC}}}PartyIdentification/{{{CBC}}}ID"
    return any(
        identifier.get("schemeID") == "SEPA"
        for seller in root.iter(f"{{{CAC}}}AccountingSupplierParty")
        for identifier in seller.findall(path)
    )


def _standard_rate_in_breakdown(root: etree._Element) -> bool:
    """BR-B-02 looks for standard rate in the breakdown, where it looked past it before."""
    path = f"{{{CAC}}}TaxTotal/{{{CAC}}}TaxSubtotal/{{{CAC}}}TaxCategory/{{{CBC}}}ID"
    return any(code.text == "S" for code in root.findall(path))
