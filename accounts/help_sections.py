"""Which section of the guides each of the pages about accounts is told in."""

from collections.abc import Mapping, Sequence
from typing import Final

HELP: Final[Mapping[str, Sequence[str]]] = {
    "account#sign-in": ("/sign-in", "/forgotten", "/link/{secret}", "/session"),
    "account#second-step": (
        "/sign-in/code",
        "/sign-in/second-step",
        "/sign-in/passkeys",
        "/sign-in/passkeys/{passkey_id}",
    ),
    "account#identities": (
        "/account/identities",
        "/sign-in/openid",
        "/sign-in/openid/callback",
        "/sign-in/openid/{key}",
        "/sign-in/openid/{key}/callback",
    ),
    "account#own": ("/account", "/mails/{token}", "/demo/mailbox"),
    "account#news": ("/notifications",),
    "account#apply": ("/apply", "/apply/received"),
    "account#people": ("/people", "/people/new", "/people/{account_id}", "/people/{account_id}/end"),
    "account#clients": (
        "/clients",
        "/clients/new",
        "/clients/{number}",
        "/clients/{number}/end",
        "/admin/clients",
        "/admin/clients/new",
        "/admin/clients/{number}",
        "/admin/clients/{number}/end",
    ),
    "account#webhooks": (
        "/clients/webhooks",
        "/clients/webhooks/new",
        "/clients/webhooks/{number}",
        "/clients/webhooks/{number}/end",
        "/clients/webhooks/{number}/deliveries/{message}",
        "/admin/webhooks",
        "/admin/webhooks/new",
        "/admin/webhooks/{number}",
        "/admin/webhooks/{number}/end",
        "/admin/webhooks/{number}/deliveries/{message}",
    ),
    "finance#administration": (
        "/admin",
        "/admin/applications/{application_id}",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/{account_id}",
        "/admin/people/changes/{change_id}",
    ),
    "finance#changes": ("/admin/changes", "/admin/changes/{change_id}"),
    "finance#register-loads": ("/admin/register-loads", "/admin/register-loads/{number}"),
    "finance#restored": ("/admin/restore",),
    "account#search": ("/search",),
    "account#look": ("/look", "/design"),
    "account#accessibility": ("/accessibility",),
    "account#contact": ("/contact",),
    "account#shortcuts": ("/shortcuts",),
}
"""The section, `guide#place`, with the routes of its pages."""
