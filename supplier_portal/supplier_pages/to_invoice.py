"""Lines ready to invoice, the flip and the bulk flip."""

from supplier_portal.pages import pages_router

router = pages_router()
