"""A supplier's people and one's own account."""

from supplier_portal.pages import pages_router

router = pages_router()
