"""OpenPeppol's Message Level Status 1.0.1, from access point to access point.

Every access point must be able to receive it from 28 February 2027 and send it from 31 March 2027;
until then whoever sends one is judged by the same rules.
"""

from datetime import date
from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.releases.release import Publication, Transaction

PUBLICATION: Final = Publication(
    name="MLS 1.0.1",
    published=date(2026, 7, 1),
    mandatory_from=date(2027, 2, 28),
    mandatory_to_send_from=date(2027, 3, 31),
    transactions={DocumentKind.MLS: Transaction("Peppol Message Level Status 1.0.1")},
)
