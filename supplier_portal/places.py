"""The suppliers' pages below their menu that others stand below, or that somebody looks for by name."""

from typing import Final

from accounts.identity import SUPPLIER_SIDE, Permission
from foundation.text import Text
from web.fronts import Place

_P: Final = Permission
_MONEY: Final = frozenset({_P.REPORT, _P.ADMINISTER, _P.VIEW})
_SENDS: Final = frozenset({_P.REPORT})
_ORDERS: Final = frozenset({_P.ASSIGN, _P.REPORT, _P.VIEW})
_TUTORS: Final = frozenset({_P.ADMINISTER, _P.ASSIGN, _P.VIEW})

PLACES: Final = (
    Place("/tutors", Text("Handledare"), _TUTORS, below=("/placements", "/settings")),
    Place(
        "/exports",
        Text("Hämta listor"),
        _ORDERS,
        below=("/orders",),
        words=Text("exportera ladda ner Excel CSV fil"),
    ),
    Place(
        "/reports/due", Text("Granska och lämna redovisningar"), _SENDS, words=Text("lämna redovisa månad")
    ),
    Place("/invoices/upload", Text("Ladda upp en faktura"), _SENDS, words=Text("skicka egen XML Peppol")),
    Place("/invoices/refused", Text("Dokument som inte är bokförda"), _MONEY, words=Text("avvisade fel")),
    Place(
        "/economy/statement",
        Text("Kontoutdrag"),
        _MONEY,
        holds=("/economy/payments",),
        words=Text("betalningar betalt saldo"),
    ),
    Place("/economy/claims", Text("Fordringar"), _MONEY),
    Place("/economy/results", Text("Kommande resultat"), _ORDERS),
    Place("/economy/prices", Text("Priser och artiklar"), SUPPLIER_SIDE),
    Place("/economy/documents", Text("Våra dokument"), SUPPLIER_SIDE),
)
"""Below the entries of the menu."""
