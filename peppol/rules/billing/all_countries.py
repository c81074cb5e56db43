"""The rules of the countries that publish their own within Peppol BIS Billing 3.0.21.

A rule speaks only when the seller, or seller and buyer, belong to its country, so all of
them are put to every bill. Swedish rules come first: they are the ones our suppliers meet.
"""

from typing import Final

from peppol.rules.billing.denmark import DENMARK
from peppol.rules.billing.german_payments import GERMAN_PAYMENTS
from peppol.rules.billing.germany import GERMANY
from peppol.rules.billing.greece import GREECE
from peppol.rules.billing.nordic import ICELAND, NORWAY
from peppol.rules.billing.south_west import ITALY, NETHERLANDS
from peppol.rules.billing.sweden import SWEDEN
from peppol.rules.engine.rulebook import Book

NATIONAL: Final[tuple[Book, ...]] = (
    SWEDEN,
    NORWAY,
    DENMARK,
    ITALY,
    GREECE,
    ICELAND,
    NETHERLANDS,
    GERMANY,
    GERMAN_PAYMENTS,
)
"""The books of all countries; SE, NO, DK, IT, GR, IS, NL and DE."""
