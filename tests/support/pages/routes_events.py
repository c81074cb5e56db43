"""Who may send and read events and the ledger's answers: nobody by signing in; a system by its key."""

from collections.abc import Mapping
from typing import Final

from tests.support.pages.routes import Route

ROUTES: Final[Mapping[str, Route]] = {
    "GET /api/v1/problems": Route(everybody=True, page=False),
    "POST /api/v1/token": Route(everybody=True, page=False),
    "GET /api/v1/orders": Route(everybody=True, page=False),
    "GET /api/v1/orders/{number}": Route(everybody=True, page=False),
    "GET /api/v1/orders/{number}/order.xml": Route(everybody=True, page=False),
    "POST /api/v1/invoices": Route(everybody=True, page=False),
    "POST /api/v1/invoices/preview": Route(everybody=True, page=False),
    "GET /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/ledger/answers": Route(everybody=True, page=False),
    "GET /api/v1/service-figures": Route(everybody=True, page=False),
    "GET /api/v1/documents": Route(everybody=True, page=False),
    "GET /api/v1/documents/{number}": Route(everybody=True, page=False),
    "GET /api/v1/documents/{number}/document.xml": Route(everybody=True, page=False),
    "GET /api/v1/exceptions": Route(everybody=True, page=False),
    "GET /api/v1/statement": Route(everybody=True, page=False),
    "GET /api/v1/vouchers": Route(everybody=True, page=False),
    "GET /api/v1/vouchers.si": Route(everybody=True, page=False),
    "GET /api/v1/register": Route(everybody=True, page=False),
    "POST /api/v1/register/check": Route(everybody=True, page=False),
    "POST /api/v1/register/difference": Route(everybody=True, page=False),
    "POST /api/v1/register/loads": Route(everybody=True, page=False),
    "GET /api/v1/register/loads/{number}": Route(everybody=True, page=False),
    "POST /api/v1/register/loads/{number}/withdraw": Route(everybody=True, page=False),
    "GET /api/v1/audit/cases": Route(everybody=True, page=False),
    "GET /api/v1/audit/cases/{reference}": Route(everybody=True, page=False),
    "GET /api/v1/audit/cases/{reference}/case.zip": Route(everybody=True, page=False),
    "GET /api/v1/audit/documents": Route(everybody=True, page=False),
    "GET /api/v1/audit/documents/{number}": Route(everybody=True, page=False),
    "GET /api/v1/audit/documents/{number}/document.xml": Route(everybody=True, page=False),
    "GET /api/v1/audit/journal": Route(everybody=True, page=False),
    "POST /api/v1/exports": Route(everybody=True, page=False),
    "GET /api/v1/exports": Route(everybody=True, page=False),
    "GET /api/v1/exports/{number}": Route(everybody=True, page=False),
    "GET /api/v1/exports/{number}/export.zip": Route(everybody=True, page=False),
}
