"""Exports as CSV and XLSX."""

from supplier_portal.pages import pages_router

router = pages_router()
