"""Placements and the timeline of an execution reference."""

from supplier_portal.pages import pages_router

router = pages_router()
