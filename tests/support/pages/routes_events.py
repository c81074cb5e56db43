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
    "GET /api/v1/invoices": Route(everybody=True, page=False),
    "GET /api/v1/invoices/{invoice_id:int}": Route(everybody=True, page=False),
    "GET /api/v1/invoices/{invoice_id:int}/document.xml": Route(everybody=True, page=False),
    "GET /api/v1/invoices/{invoice_id:int}/document.pdf": Route(everybody=True, page=False),
    "GET /api/v1/invoices/outgoing": Route(everybody=True, page=False),
    "GET /api/v1/invoices/outgoing/{made_id:int}": Route(everybody=True, page=False),
    "DELETE /api/v1/invoices/outgoing/{made_id:int}": Route(everybody=True, page=False),
    "POST /api/v1/invoices/batch": Route(everybody=True, page=False),
    "GET /api/v1/answers": Route(everybody=True, page=False),
    "GET /api/v1/answers/{answer_id:int}": Route(everybody=True, page=False),
    "GET /api/v1/answers/{answer_id:int}/answer.xml": Route(everybody=True, page=False),
    "GET /api/v1/payments": Route(everybody=True, page=False),
    "GET /api/v1/payments/{payment}": Route(everybody=True, page=False),
    "GET /api/v1/payments/{payment}/remittance.pdf": Route(everybody=True, page=False),
    "GET /api/v1/claims": Route(everybody=True, page=False),
    "GET /api/v1/claims/{number}": Route(everybody=True, page=False),
    "GET /api/v1/claims/{number}/letters/{position:int}.pdf": Route(everybody=True, page=False),
    "POST /api/v1/claims/{number}/dispute": Route(everybody=True, page=False),
    "GET /api/v1/price-lists": Route(everybody=True, page=False),
    "GET /api/v1/articles": Route(everybody=True, page=False),
    "GET /api/v1/settings": Route(everybody=True, page=False),
    "PATCH /api/v1/settings": Route(everybody=True, page=False),
    "GET /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/ledger/answers": Route(everybody=True, page=False),
    "GET /api/v1/service-figures": Route(everybody=True, page=False),
}
