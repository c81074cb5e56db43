"""Applying for a portal account."""

from supplier_portal.pages import pages_router

router = pages_router()
