"""The test bench."""

from supplier_portal.pages import pages_router

router = pages_router()
