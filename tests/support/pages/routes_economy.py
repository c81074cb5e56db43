"""Who may have the pages of economy: statement of account, results to come, prices, our documents."""

from typing import Final

from accounts.identity import SUPPLIER_SIDE, Permission
from tests.support.pages.routes import Route

_SEES: Final = frozenset({Permission.REPORT, Permission.ADMINISTER, Permission.VIEW})
_SEES_ORDERS: Final = frozenset({Permission.ASSIGN, Permission.REPORT, Permission.VIEW})

ROUTES: Final = {
    "GET /economy": Route(may=SUPPLIER_SIDE, own=("/economy",), leads_on=True),
    "GET /economy/statement": Route(
        may=_SEES,
        own=(
            "/economy/statement",
            "/economy/statement?first=2026-10-01&last=2026-10-31&unit=UV-101",
            "/economy/statement?first=2020-01-01&last=2020-12-31",
            "/economy/statement?page=7",
        ),
    ),
    "GET /economy/statement/statement.{ending}": Route(
        may=_SEES,
        own=("/economy/statement/statement.csv?form=plain", "/economy/statement/statement.xlsx"),
        foreign=("/economy/statement/statement.pdf",),
        page=False,
    ),
    "GET /economy/payments/{payment}": Route(
        may=_SEES,
        own=("/economy/payments/<payment F26-105>",),
        foreign=("/economy/payments/<payment 7301>", "/economy/payments/nej"),
    ),
    "GET /economy/payments/{payment}/remittance.pdf": Route(
        may=_SEES,
        own=("/economy/payments/<payment F26-105>/remittance.pdf",),
        foreign=("/economy/payments/<payment 7301>/remittance.pdf",),
        page=False,
    ),
    "GET /economy/payments/{payment}/remittance.csv": Route(
        may=_SEES,
        own=("/economy/payments/<payment F26-105>/remittance.csv?form=plain",),
        foreign=("/economy/payments/<payment 7301>/remittance.csv",),
        page=False,
    ),
    "GET /economy/claims": Route(may=_SEES, own=("/economy/claims",)),
    "GET /economy/claims/{invoice_id}": Route(
        may=_SEES,
        # Its own are opened by tests/browser/test_claim_pages.py: nothing is claimed of this supplier in the demo.
        foreign=(
            "/economy/claims/<invoice 20451>",
            "/economy/claims/<invoice 7301>",
            "/economy/claims/999999",
        ),
    ),
    "GET /economy/claims/{invoice_id}/letters/{position}.pdf": Route(
        may=_SEES, foreign=("/economy/claims/<invoice 20451>/letters/9.pdf",), page=False
    ),
    "POST /economy/claims/{invoice_id}/dispute": Route(
        may=frozenset({Permission.REPORT}),
        foreign=("/economy/claims/<invoice 7301>/dispute",),
        form={"words": "Vi har levererat."},
    ),
    "GET /economy/results": Route(
        may=_SEES_ORDERS, own=("/economy/results", "/economy/results?unit=UV-101&page=3")
    ),
    "GET /economy/prices": Route(may=SUPPLIER_SIDE, own=("/economy/prices",)),
    "GET /economy/prices/articles.{ending}": Route(
        may=SUPPLIER_SIDE,
        own=("/economy/prices/articles.csv", "/economy/prices/articles.xlsx"),
        foreign=("/economy/prices/articles.pdf",),
        page=False,
    ),
    "GET /economy/documents": Route(
        may=SUPPLIER_SIDE,
        own=(
            "/economy/documents",
            "/economy/documents?document=invoice",
            "/economy/documents?document=invoice-response",
            "/economy/documents?q=BT-13",
            "/economy/documents?q=finnsinte",
        ),
    ),
    "GET /economy/documents/description.{ending}": Route(
        may=SUPPLIER_SIDE,
        own=("/economy/documents/description.csv", "/economy/documents/description.xlsx"),
        foreign=("/economy/documents/description.pdf",),
        page=False,
    ),
    "GET /economy/documents/examples/{document}.xml": Route(
        may=SUPPLIER_SIDE,
        own=("/economy/documents/examples/invoice.xml", "/economy/documents/examples/order-response.xml"),
        foreign=("/economy/documents/examples/letter.xml",),
        page=False,
    ),
}
