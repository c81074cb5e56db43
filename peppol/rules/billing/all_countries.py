"""The rules of the countries that publish their own within Peppol BIS Billing 3.0.21.

A rule speaks only when the seller, or seller and buyer, belong to its country, so all of
them are put to every bill. Swedish rules come first: they are the ones our suppliers meet.
"""

from typing import Final

from peppol.rules.engine import Book
from peppol.rules.german_payments import GERMAN_PAYMENTS
from peppol.rules.national_denmark import DENMARK
from peppol.rules.national_germany import GERMANY
from peppol.rules.national_greece import GREECE
from peppol.rules.national_nordic import ICELAND, NORWAY
from peppol.rules.national_south_west import ITALY, NETHERLANDS
from peppol.rules.sweden import SWEDEN

__all__ = ["NATIONAL"]

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
