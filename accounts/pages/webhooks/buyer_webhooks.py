"""The buyer's webhooks: decision systems, the ledger and others that are told what happens."""

from accounts.identity import Permission
from accounts.pages.webhooks import delivery_pages, endpoint_pages, making_pages
from web.pages import pages_router

router = pages_router(prefix="/admin/webhooks")
for each in (making_pages, endpoint_pages, delivery_pages):
    each.add_pages(router, Permission.BUYER_ADMIN)
