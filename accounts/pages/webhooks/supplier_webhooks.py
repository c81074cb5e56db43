"""A supplier's webhooks: systems of its own that are told what happens, made by those who administer permissions."""

from accounts.identity import Permission
from accounts.pages.webhooks import delivery_pages, endpoint_pages, making_pages
from web.pages import pages_router

router = pages_router(prefix="/clients/webhooks")
for each in (making_pages, endpoint_pages, delivery_pages):
    each.add_pages(router, Permission.ADMINISTER)
