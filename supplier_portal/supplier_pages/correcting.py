"""Credit and correct in one guided step."""

from supplier_portal.pages import pages_router

router = pages_router()
