"""What the suppliers' pages bring to the web."""

from typing import Final

from accounts.identity import SUPPLIER_SIDE, Permission
from foundation.text import Text
from supplier_portal import waiting as supplier_waiting
from supplier_portal.help_sections import HELP
from supplier_portal.pages import (
    conversation,
    correcting,
    exports,
    flow_test,
    informative,
    invoices,
    objections,
    orders,
    overview,
    placements,
    refused,
    reports,
    sent,
    settings,
    status,
    to_invoice,
    tutors,
    uploads,
)
from supplier_portal.pages.economy import claims, documents, payments, planned_results, prices, statement
from supplier_portal.pages.economy import start as economy
from supplier_portal.places import PLACES
from supplier_portal.queries import search_queries
from web.fronts import Front, NavigationEntry

_P = Permission
_INVOICES: Final = frozenset({_P.ADMINISTER, _P.REPORT, _P.VIEW})

PAGES: Final = (
    overview,
    informative,
    placements,
    orders,
    reports,
    exports,
    to_invoice,
    sent,
    invoices,
    conversation,
    correcting,
    refused,
    uploads,
    flow_test,
    economy,
    statement,
    payments,
    claims,
    planned_results,
    prices,
    documents,
    settings,
    tutors,
    objections,
    status,
)
"""The modules of pages; each has a `router`, and an address goes to the first that knows it."""

NAVIGATION: Final = (
    NavigationEntry("/", Text("Översikt"), SUPPLIER_SIDE),
    NavigationEntry("/placements", Text("Placeringar"), frozenset({_P.ASSIGN, _P.REPORT, _P.VIEW})),
    NavigationEntry("/orders", Text("Ordrar"), frozenset({_P.ASSIGN, _P.REPORT, _P.VIEW})),
    NavigationEntry("/reports", Text("Redovisning"), frozenset({_P.REPORT, _P.VIEW})),
    NavigationEntry(
        "/to-invoice", Text("Att fakturera"), _INVOICES, words=Text("skapa ny faktura fakturera")
    ),
    NavigationEntry("/invoices", Text("Fakturor"), _INVOICES),
    NavigationEntry("/economy", Text("Ekonomi"), SUPPLIER_SIDE),
    NavigationEntry("/test-bench", Text("Testbänk"), _INVOICES),
    NavigationEntry(
        "/settings", Text("Inställningar"), SUPPLIER_SIDE, words=Text("konto giro bankgiro nummerserie")
    ),
)
"""Where the pages lead."""

FRONT: Final = Front(
    "supplier_portal",
    tuple(each.router for each in PAGES),
    NAVIGATION,
    PLACES,
    HELP,
    search_queries.QUESTIONS,
    waiting=(supplier_waiting.waiting,),
)
