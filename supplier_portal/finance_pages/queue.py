"""The queue of the finance desk."""

from supplier_portal.pages import pages_router

router = pages_router()
