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
    "GET /api/v1/webhooks": Route(everybody=True, page=False),
    "POST /api/v1/webhooks": Route(everybody=True, page=False),
    "GET /api/v1/webhooks/{number}": Route(everybody=True, page=False),
    "PATCH /api/v1/webhooks/{number}": Route(everybody=True, page=False),
    "DELETE /api/v1/webhooks/{number}": Route(everybody=True, page=False),
    "POST /api/v1/webhooks/{number}/secrets": Route(everybody=True, page=False),
    "DELETE /api/v1/webhooks/{number}/secrets/{secret}": Route(everybody=True, page=False),
    "GET /api/v1/webhooks/{number}/deliveries": Route(everybody=True, page=False),
    "POST /api/v1/webhooks/{number}/redeliver": Route(everybody=True, page=False),
    "POST /api/v1/webhooks/{number}/test": Route(everybody=True, page=False),
    "GET /api/v1/sandbox": Route(everybody=True, page=False),
    "POST /api/v1/sandbox/reset": Route(everybody=True, page=False),
    "POST /api/v1/sandbox/orders": Route(everybody=True, page=False),
    "POST /api/v1/sandbox/advance": Route(everybody=True, page=False),
    "GET /api/v1/sandbox/inbox": Route(everybody=True, page=False),
    "GET /api/v1/sandbox/inbox/{number}/message.xml": Route(everybody=True, page=False),
    "POST /api/v1/sandbox/messages": Route(everybody=True, page=False),
    "GET /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/ledger/answers": Route(everybody=True, page=False),
    "GET /api/v1/service-figures": Route(everybody=True, page=False),
}
