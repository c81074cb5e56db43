"""Files to and from the bank and the ledger."""

from supplier_portal.pages import pages_router

router = pages_router()
