"""Orders: list, page, PDF and XML."""

from supplier_portal.pages import pages_router

router = pages_router()
