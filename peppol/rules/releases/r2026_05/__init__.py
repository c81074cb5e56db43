"""OpenPeppol's release of May 2026: Billing 3.0.21 and post-award 3.0.17, with EN 16931 1.3.16.

Its rules are the ones written out under `peppol/rules`; other releases tell what differs. The
publisher's own notes of Billing 3.0.21 say mandatory from 24 August 2026, and so it is held here;
17 August, which the makers of some validators announce, does not stand in them.
"""

from datetime import date
from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.releases.release import BILLING_SPECIFICATION, Publication, Transaction

_BILLING: Final = Transaction("Peppol BIS Billing 3.0.21", BILLING_SPECIFICATION)

PUBLICATION: Final = Publication(
    name="2026.5",
    published=date(2026, 5, 20),
    mandatory_from=date(2026, 8, 24),
    transactions={
        DocumentKind.INVOICE: _BILLING,
        DocumentKind.CREDIT_NOTE: _BILLING,
        DocumentKind.ORDER: Transaction("Peppol Order 3.7 (3.0.17)"),
        DocumentKind.ORDER_RESPONSE: Transaction("Peppol Order Response 3.3 (3.0.17)"),
        DocumentKind.INVOICE_RESPONSE: Transaction("Peppol Invoice Response 3.1 (3.0.17)"),
        DocumentKind.MLR: Transaction("Peppol Message Level Response 3.0 (3.0.17)"),
    },
)
