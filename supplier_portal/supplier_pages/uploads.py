"""Invoices and credit notes made elsewhere."""

from supplier_portal.pages import pages_router

router = pages_router()
