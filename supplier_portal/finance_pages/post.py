"""The post office's state."""

from supplier_portal.pages import pages_router

router = pages_router()
