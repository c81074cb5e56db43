"""OpenPeppol's release of November 2026: Billing 3.0.22 and post-award 3.0.18, still with EN 16931 1.3.16."""

from datetime import date
from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.releases.release import BILLING_SPECIFICATION, Publication, Transaction

_BILLING: Final = Transaction("Peppol BIS Billing 3.0.22", BILLING_SPECIFICATION)

PUBLICATION: Final = Publication(
    name="2026.11",
    published=date(2026, 11, 23),
    mandatory_from=date(2027, 2, 24),
    transactions={
        DocumentKind.INVOICE: _BILLING,
        DocumentKind.CREDIT_NOTE: _BILLING,
        DocumentKind.ORDER: Transaction("Peppol Order (3.0.18)"),
        DocumentKind.ORDER_RESPONSE: Transaction("Peppol Order Response (3.0.18)"),
        DocumentKind.INVOICE_RESPONSE: Transaction("Peppol Invoice Response (3.0.18)"),
        DocumentKind.MLR: Transaction("Peppol Message Level Response (3.0.18)"),
    },
)
