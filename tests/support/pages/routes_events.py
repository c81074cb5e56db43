"""What programs ask: nobody by signing in, a system by its key; what a supplier's sees is its own as on the pages."""

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
    "GET /api/v1/placements": Route(everybody=True, page=False),
    "GET /api/v1/placements/{reference:path}": Route(everybody=True, page=False),
    "POST /api/v1/placements/{reference:path}/informative-reports": Route(everybody=True, page=False),
    "GET /api/v1/placements/{reference:path}/informative-reports/{number}": Route(everybody=True, page=False),
    "POST /api/v1/placements/{reference:path}/informative-reports/{number}/withdraw": Route(
        everybody=True, page=False
    ),
    "GET /api/v1/tutors": Route(everybody=True, page=False),
    "PUT /api/v1/placements/{reference:path}/tutor": Route(everybody=True, page=False),
    "POST /api/v1/placements/tutors": Route(everybody=True, page=False),
    "GET /api/v1/reports": Route(everybody=True, page=False),
    "GET /api/v1/reports/{reference:path}/{month}": Route(everybody=True, page=False),
    "POST /api/v1/reports": Route(everybody=True, page=False),
    "POST /api/v1/reports/bulk": Route(everybody=True, page=False),
    "POST /api/v1/reports/{reference:path}/{month}/corrections": Route(everybody=True, page=False),
    "GET /api/v1/receipts": Route(everybody=True, page=False),
    "GET /api/v1/orders/{number}/lines/{line}/receipts": Route(everybody=True, page=False),
    "GET /api/v1/orders/{number}/objections": Route(everybody=True, page=False),
    "POST /api/v1/orders/{number}/objections": Route(everybody=True, page=False),
    "GET /api/v1/orders/{number}/objections/{objection}": Route(everybody=True, page=False),
    "POST /api/v1/orders/{number}/objections/{objection}/withdraw": Route(everybody=True, page=False),
    "GET /api/v1/lines-to-invoice": Route(everybody=True, page=False),
    "POST /api/v1/invoices/bulk": Route(everybody=True, page=False),
    "GET /api/v1/invoices/made/{number}": Route(everybody=True, page=False),
    "GET /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/events": Route(everybody=True, page=False),
    "POST /api/v1/ledger/answers": Route(everybody=True, page=False),
    "GET /api/v1/service-figures": Route(everybody=True, page=False),
}
