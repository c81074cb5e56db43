"""What the pages about accounts bring to the web."""

from typing import Final

from accounts.help_sections import HELP
from accounts.identity import Permission
from accounts.pages import (
    admin,
    apply,
    buyer_clients,
    changes,
    clients,
    identities,
    links,
    look,
    openid,
    openid_logout,
    own_account,
    passkeys,
    people,
    register_loads,
    restored,
    second_step,
    sign_in,
    staff_changes,
    statement,
)
from accounts.pages.mails import demo_mailbox, mail_choices, notifications
from accounts.pages.places import PLACES
from accounts.pages.webhooks import buyer_webhooks, supplier_webhooks
from foundation.text import Text
from web.fronts import Front, NavigationEntry

_P = Permission

PAGES: Final = (
    sign_in,
    second_step,
    passkeys,
    links,
    look,
    demo_mailbox,
    openid,
    openid_logout,
    identities,
    own_account,
    mail_choices,
    notifications,
    apply,
    # Before /admin itself: the more particular path first.
    changes,
    buyer_clients,
    buyer_webhooks,
    register_loads,
    restored,
    staff_changes,
    admin,
    people,
    supplier_webhooks,
    clients,
    statement,
)
"""The modules of pages; each has a `router`, and an address goes to the first that knows it."""

NAVIGATION: Final = (
    NavigationEntry("/people", Text("Personer"), frozenset({_P.ADMINISTER})),
    NavigationEntry("/clients", Text("API-klienter"), frozenset({_P.ADMINISTER})),
    NavigationEntry(
        "/admin/changes", Text("Ändringar"), frozenset({_P.BUYER_ADMIN, _P.FINANCE}), part_of="/admin"
    ),
    NavigationEntry(
        "/admin",
        Text("Administration"),
        frozenset({_P.BUYER_ADMIN}),
        begins=frozenset({_P.BUYER_ADMIN}),
    ),
)
"""Where the pages lead."""

FRONT: Final = Front(
    "accounts", (*(each.router for each in PAGES), mail_choices.one_click), NAVIGATION, PLACES, HELP
)
