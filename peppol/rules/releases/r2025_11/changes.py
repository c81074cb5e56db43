"""What November 2025 had otherwise than May 2026, which came after it."""

from functools import cache
from typing import Final

from peppol.codelists import CREDIT_NOTE_TYPES_PEPPOL, INVOICE_TYPES_PEPPOL
from peppol.findings import Severity
from peppol.identifiers import DocumentKind
from peppol.rules.engine.rulebook import Book
from peppol.rules.ordering.order_model import ORDER
from peppol.rules.ordering.response_models import INVOICE_RESPONSE, MESSAGE_LEVEL_RESPONSE, ORDER_RESPONSE
from peppol.rules.releases.differences import Difference, Remade, changed
from peppol.rules.releases.r2025_11 import bills, lists
from peppol.rules.releases.r2026_05 import changes as may
from peppol.rules.shared.model_changes import with_codes, with_value, without

_LABELS: Final = {"3.0.21": "3.0.20", "1.3.16": "1.3.15", "2026.5": "2025.11"}
_DUTCH: Final = frozenset(f"PEPPOL-COMMON-{rule}" for rule in ("R054", "R055", "R056-1", "R056-2", "R057"))
_DANISH: Final = dict.fromkeys(("PEPPOL-COMMON-R052", "PEPPOL-COMMON-R053"), Severity.WARNING)
_MODELS: Final = {
    DocumentKind.ORDER: without(ORDER, "OrderLine/QuotationLineReference"),
    DocumentKind.ORDER_RESPONSE: ORDER_RESPONSE,
    DocumentKind.INVOICE_RESPONSE: with_value(
        INVOICE_RESPONSE, "ProfileID", "urn:fdc:peppol.eu:poacc:bis:invoice_response:3"
    ),
    DocumentKind.MLR: MESSAGE_LEVEL_RESPONSE,
}
_GONE: Final = {
    DocumentKind.ORDER: frozenset({"PEPPOL-T01-R035"}),
    DocumentKind.INVOICE_RESPONSE: frozenset({"PEPPOL-T111-R008"}),
}


@cache
def _difference(kind: DocumentKind) -> Difference:
    if kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
        return Difference(
            labels=_LABELS,
            # UBL-CR-674 asked for an element that UBL does not have.
            gone=_DUTCH | {"DE-R-T02", "UBL-SR-56", "UBL-CR-674"},
            severities=_DANISH | dict.fromkeys(("DK-R-003", "DK-R-017"), Severity.WARNING),
            remade=bills.REMADE
            | {
                "PEPPOL-EN16931-P0100": Remade(
                    bills.type_among(INVOICE_TYPES_PEPPOL),
                    "The type of an invoice (BT-3) is one Peppol allows.",
                ),
                "PEPPOL-EN16931-P0101": Remade(
                    bills.type_among(CREDIT_NOTE_TYPES_PEPPOL),
                    "The type of a credit note (BT-3) is one Peppol allows.",
                ),
            },
            lists=lists.BILLING,
            books=(bills.payment_terms_book("1.3.15"),),
        )
    return Difference(
        labels=_LABELS,
        gone=_DUTCH | _GONE.get(kind, frozenset()),
        severities=_DANISH,
        lists=lists.POST_AWARD,
        model=with_codes(_MODELS[kind], lists.POST_AWARD),
    )


def books(kind: DocumentKind) -> tuple[Book, ...]:
    """The books that judge a kind of document."""
    return changed(may.books(kind), _difference(kind))
