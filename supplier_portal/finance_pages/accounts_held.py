"""Payment accounts that two people confirm."""

from supplier_portal.pages import pages_router

router = pages_router()
