"""The books of May 2026: the rules as they are written out."""

from typing import Final

from peppol.identifiers import DocumentKind
from peppol.rules.billing.all_countries import NATIONAL
from peppol.rules.billing.codes import CODES
from peppol.rules.billing.document import BILLING
from peppol.rules.en16931 import rules
from peppol.rules.engine.rulebook import Book
from peppol.rules.ordering.order import T01
from peppol.rules.ordering.responses import T71, T76, T111

_BILL: Final = (*rules.BOOKS, BILLING, CODES, *NATIONAL)
_BOOKS: Final[dict[DocumentKind, tuple[Book, ...]]] = {
    DocumentKind.INVOICE: _BILL,
    DocumentKind.CREDIT_NOTE: _BILL,
    DocumentKind.ORDER: (T01,),
    DocumentKind.ORDER_RESPONSE: (T76,),
    DocumentKind.INVOICE_RESPONSE: (T111,),
    DocumentKind.MLR: (T71,),
}


def books(kind: DocumentKind) -> tuple[Book, ...]:
    """The books that judge a kind of document."""
    return _BOOKS[kind]
