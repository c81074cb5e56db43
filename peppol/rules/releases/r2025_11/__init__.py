"""OpenPeppol's release of November 2025: Billing 3.0.20 and post-award 3.0.16, with EN 16931 1.3.15.

The oldest release held. It was in force from 23 February 2026 until May's took its place.
"""

from datetime import date
from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.releases.release import BILLING_SPECIFICATION, Publication, Transaction

_BILLING: Final = Transaction("Peppol BIS Billing 3.0.20", BILLING_SPECIFICATION)

PUBLICATION: Final = Publication(
    name="2025.11",
    published=date(2025, 11, 24),
    mandatory_from=date(2026, 2, 23),
    transactions={
        DocumentKind.INVOICE: _BILLING,
        DocumentKind.CREDIT_NOTE: _BILLING,
        DocumentKind.ORDER: Transaction("Peppol Order (3.0.16)"),
        DocumentKind.ORDER_RESPONSE: Transaction("Peppol Order Response (3.0.16)"),
        DocumentKind.INVOICE_RESPONSE: Transaction("Peppol Invoice Response (3.0.16)"),
        DocumentKind.MLR: Transaction("Peppol Message Level Response (3.0.16)"),
    },
)
