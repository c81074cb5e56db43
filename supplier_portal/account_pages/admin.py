"""The buyer's administration of applications and people."""

from supplier_portal.pages import pages_router

router = pages_router()
