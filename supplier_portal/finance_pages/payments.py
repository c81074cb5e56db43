"""Attest and payment."""

from supplier_portal.pages import pages_router

router = pages_router()
