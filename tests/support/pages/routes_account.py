"""Who may have the pages about accounts."""

from accounts.identity import BUYER_SIDE, SUPPLIER_SIDE, Permission
from tests.support.pages.routes import Route

_ADMINISTERS = frozenset({Permission.ADMINISTER})
_BUYER_ADMIN = frozenset({Permission.BUYER_ADMIN})
_CONFIRMS = frozenset({Permission.BUYER_ADMIN, Permission.FINANCE})
_ALL = SUPPLIER_SIDE | BUYER_SIDE

ROUTES = {
    "GET /api/v1/openapi.json": Route(everybody=True, page=False),
    "POST /api/v1/validate": Route(everybody=True, page=False),
    "GET /sign-in": Route(everybody=True, own=("/sign-in", "/sign-in?next=%2Forders"), leads_on=True),
    "POST /sign-in": Route(everybody=True),
    "POST /sign-out": Route(everybody=True),
    "POST /language": Route(everybody=True),
    "GET /sign-in/code": Route(everybody=True, own=("/sign-in/code",), leads_on=True),
    "POST /sign-in/code": Route(everybody=True),
    "GET /sign-in/second-step": Route(everybody=True, own=("/sign-in/second-step",), leads_on=True),
    "GET /sign-in/second-step/picture.svg": Route(
        everybody=True, own=("/sign-in/second-step/picture.svg",), leads_on=True, page=False
    ),
    "POST /sign-in/second-step": Route(everybody=True),
    "GET /sign-in/passkeys": Route(everybody=True, own=("/sign-in/passkeys",), leads_on=True),
    "POST /sign-in/passkeys": Route(everybody=True),
    "POST /sign-in/passkeys/register": Route(everybody=True),
    "POST /sign-in/passkey": Route(everybody=True),
    "GET /sign-in/passkeys/{passkey_id}": Route(everybody=True),
    "POST /sign-in/passkeys/{passkey_id}/remove": Route(everybody=True),
    "GET /sign-in/openid/{key}": Route(everybody=True, foreign=("/sign-in/openid/nobody",)),
    "GET /sign-in/openid/{key}/callback": Route(
        everybody=True, foreign=("/sign-in/openid/nobody/callback?state=a&code=b",)
    ),
    "POST /sign-in/openid/logout": Route(everybody=True, page=False),
    "POST /sign-in/openid/{key}/logout": Route(everybody=True, page=False),
    "POST /link/{secret}/openid": Route(everybody=True),
    "POST /views": Route(may=_ALL, form={"name": "Mina", "address": "/orders?month=2026-09"}),
    "POST /views/{number:int}/drop": Route(may=_ALL, foreign=("/views/99999/drop",)),
    "GET /search": Route(may=_ALL, own=("/search", "/search?q=F26", "/search?q=2026-10")),
    "GET /account/identities": Route(may=_ALL, own=("/account/identities",)),
    "POST /account/identities": Route(may=_ALL),
    "POST /account/identities/remove": Route(may=_ALL, form={"identity": "0" * 64}),
    "GET /sign-in/openid": Route(everybody=True, foreign=("/sign-in/openid",)),
    "GET /sign-in/openid/callback": Route(
        everybody=True, foreign=("/sign-in/openid/callback?state=a&code=b",)
    ),
    "GET /link/{secret}": Route(everybody=True),
    "POST /link/{secret}": Route(everybody=True),
    "GET /forgotten": Route(everybody=True, own=("/forgotten",)),
    "POST /forgotten": Route(everybody=True),
    "GET /apply": Route(everybody=True, own=("/apply",)),
    "POST /apply": Route(everybody=True),
    "GET /apply/received": Route(everybody=True, own=("/apply/received",)),
    "GET /accessibility": Route(everybody=True, own=("/accessibility",)),
    "POST /accessibility": Route(everybody=True),
    "GET /contact": Route(everybody=True, own=("/contact",)),
    "GET /demo/mailbox": Route(everybody=True),
    "GET /shortcuts": Route(everybody=True, own=("/shortcuts",)),
    "POST /shortcuts": Route(everybody=True),
    "GET /session": Route(everybody=True, own=("/session",), page=False),
    "POST /session": Route(may=_ALL, page=False),
    "GET /look": Route(everybody=True, own=("/look",)),
    "POST /look": Route(everybody=True),
    "GET /design": Route(everybody=True, own=("/design",)),
    "GET /admin/restore": Route(may=_BUYER_ADMIN, own=("/admin/restore",)),
    "POST /admin/restore/go": Route(may=_BUYER_ADMIN),
    "POST /admin/restore/end": Route(may=_BUYER_ADMIN),
    "GET /admin/register-loads": Route(may=_BUYER_ADMIN, own=("/admin/register-loads",)),
    "GET /admin/register-loads/{number}": Route(may=_BUYER_ADMIN, foreign=("/admin/register-loads/99999",)),
    "POST /admin/register-loads/{number}/load": Route(may=_BUYER_ADMIN),
    "POST /admin/register-loads/{number}/decline": Route(may=_BUYER_ADMIN),
    "GET /admin/clients": Route(may=_BUYER_ADMIN, own=("/admin/clients",)),
    "GET /admin/clients/new": Route(may=_BUYER_ADMIN, own=("/admin/clients/new",)),
    "POST /admin/clients/new": Route(may=_BUYER_ADMIN),
    "GET /admin/clients/{number}": Route(may=_BUYER_ADMIN, foreign=("/admin/clients/99999",)),
    "POST /admin/clients/{number}/secret": Route(may=_BUYER_ADMIN),
    "POST /admin/clients/{number}/secret/{prefix}/end": Route(may=_BUYER_ADMIN),
    "POST /admin/clients/{number}/keys": Route(may=_BUYER_ADMIN),
    "POST /admin/clients/{number}/take-over": Route(may=_BUYER_ADMIN),
    "GET /admin/clients/{number}/end": Route(may=_BUYER_ADMIN, foreign=("/admin/clients/99999/end",)),
    "POST /admin/clients/{number}/end": Route(may=_BUYER_ADMIN),
    "GET /admin/webhooks": Route(may=_BUYER_ADMIN, own=("/admin/webhooks",)),
    "GET /admin/webhooks/new": Route(may=_BUYER_ADMIN, own=("/admin/webhooks/new",)),
    "POST /admin/webhooks/new": Route(may=_BUYER_ADMIN),
    "GET /admin/webhooks/{number}": Route(may=_BUYER_ADMIN, foreign=("/admin/webhooks/99999",)),
    "POST /admin/webhooks/{number}": Route(may=_BUYER_ADMIN),
    "POST /admin/webhooks/{number}/disable": Route(may=_BUYER_ADMIN),
    "POST /admin/webhooks/{number}/enable": Route(may=_BUYER_ADMIN),
    "GET /admin/webhooks/{number}/end": Route(may=_BUYER_ADMIN, foreign=("/admin/webhooks/99999/end",)),
    "POST /admin/webhooks/{number}/end": Route(may=_BUYER_ADMIN),
    "POST /admin/webhooks/{number}/secret": Route(may=_BUYER_ADMIN),
    "POST /admin/webhooks/{number}/secret/{secret}/end": Route(may=_BUYER_ADMIN),
    "POST /admin/webhooks/{number}/test": Route(may=_BUYER_ADMIN),
    "POST /admin/webhooks/{number}/redeliver": Route(may=_BUYER_ADMIN),
    "GET /admin/webhooks/{number}/deliveries/{message}": Route(
        may=_BUYER_ADMIN, foreign=("/admin/webhooks/99999/deliveries/99999",)
    ),
    "POST /admin/webhooks/{number}/deliveries/{message}/redeliver": Route(may=_BUYER_ADMIN),
    "GET /clients/webhooks": Route(may=_ADMINISTERS, own=("/clients/webhooks",)),
    "GET /clients/webhooks/new": Route(may=_ADMINISTERS, own=("/clients/webhooks/new",)),
    "POST /clients/webhooks/new": Route(may=_ADMINISTERS),
    "GET /clients/webhooks/{number}": Route(may=_ADMINISTERS, foreign=("/clients/webhooks/99999",)),
    "POST /clients/webhooks/{number}": Route(may=_ADMINISTERS),
    "POST /clients/webhooks/{number}/disable": Route(may=_ADMINISTERS),
    "POST /clients/webhooks/{number}/enable": Route(may=_ADMINISTERS),
    "GET /clients/webhooks/{number}/end": Route(may=_ADMINISTERS, foreign=("/clients/webhooks/99999/end",)),
    "POST /clients/webhooks/{number}/end": Route(may=_ADMINISTERS),
    "POST /clients/webhooks/{number}/secret": Route(may=_ADMINISTERS),
    "POST /clients/webhooks/{number}/secret/{secret}/end": Route(may=_ADMINISTERS),
    "POST /clients/webhooks/{number}/test": Route(may=_ADMINISTERS),
    "POST /clients/webhooks/{number}/redeliver": Route(may=_ADMINISTERS),
    "GET /clients/webhooks/{number}/deliveries/{message}": Route(
        may=_ADMINISTERS, foreign=("/clients/webhooks/99999/deliveries/99999",)
    ),
    "POST /clients/webhooks/{number}/deliveries/{message}/redeliver": Route(may=_ADMINISTERS),
    "GET /clients": Route(may=_ADMINISTERS, own=("/clients",)),
    "GET /clients/new": Route(may=_ADMINISTERS, own=("/clients/new",)),
    "POST /clients/new": Route(may=_ADMINISTERS),
    "GET /clients/{number}": Route(may=_ADMINISTERS, foreign=("/clients/99999",)),
    "POST /clients/{number}/secret": Route(may=_ADMINISTERS),
    "POST /clients/{number}/secret/{prefix}/end": Route(may=_ADMINISTERS),
    "POST /clients/{number}/keys": Route(may=_ADMINISTERS),
    "POST /clients/{number}/take-over": Route(may=_ADMINISTERS),
    "GET /clients/{number}/end": Route(may=_ADMINISTERS, foreign=("/clients/99999/end",)),
    "POST /clients/{number}/end": Route(may=_ADMINISTERS),
    "GET /account": Route(may=_ALL, own=("/account",)),
    "POST /account/password": Route(may=_ALL),
    "POST /account/sign-out-everywhere": Route(may=_ALL),
    "POST /account/sessions/end": Route(may=_ALL, form={"session": "0" * 64}),
    "POST /account/mails": Route(may=_ALL),
    "GET /notifications": Route(may=_ALL, own=("/notifications",)),
    "POST /notifications/seen": Route(may=_ALL),
    # Whose link does not hold is told so, as with the links that let somebody in.
    "GET /mails/{token}": Route(everybody=True),
    "POST /mails/{token}": Route(everybody=True),
    "POST /mails/{token}/choices": Route(everybody=True),
    "GET /people": Route(may=_ADMINISTERS, own=("/people",)),
    "GET /people/new": Route(may=_ADMINISTERS, own=("/people/new",)),
    "POST /people/new": Route(may=_ADMINISTERS),
    "GET /people/{account_id}": Route(
        may=_ADMINISTERS,
        own=("/people/<account redovisa@fyrbaken.example>",),
        foreign=(
            "/people/<account alla@larkdrillen.example>",
            "/people/<account ekonom@kopare.example>",
            "/people/99999",
        ),
    ),
    "POST /people/{account_id}": Route(
        may=_ADMINISTERS,
        foreign=(
            "/people/<account alla@larkdrillen.example>",
            "/people/<account ekonom@kopare.example>",
            "/people/99999",
        ),
        form={"permission": "REPORT"},
    ),
    "POST /people/{account_id}/invite": Route(
        may=_ADMINISTERS, foreign=("/people/<account alla@larkdrillen.example>/invite",)
    ),
    "POST /people/{account_id}/forget-codes": Route(
        may=_ADMINISTERS,
        foreign=("/people/<account alla@larkdrillen.example>/forget-codes", "/people/99999/forget-codes"),
    ),
    "POST /people/{account_id}/invite-identity": Route(
        may=_ADMINISTERS,
        foreign=(
            "/people/<account alla@larkdrillen.example>/invite-identity",
            "/people/99999/invite-identity",
        ),
    ),
    "POST /people/{account_id}/personal-number": Route(
        may=_ADMINISTERS,
        foreign=(
            "/people/<account alla@larkdrillen.example>/personal-number",
            "/people/99999/personal-number",
        ),
        form={"personal_number": ""},
    ),
    "POST /people/{account_id}/personal-number/remove": Route(
        may=_ADMINISTERS,
        foreign=(
            "/people/<account alla@larkdrillen.example>/personal-number/remove",
            "/people/99999/personal-number/remove",
        ),
    ),
    "GET /people/{account_id}/end": Route(
        may=_ADMINISTERS,
        own=("/people/<account redovisa@fyrbaken.example>/end",),
        foreign=(
            "/people/<account alla@larkdrillen.example>/end",
            "/people/<account ekonom@kopare.example>/end",
        ),
    ),
    "POST /people/{account_id}/end": Route(
        may=_ADMINISTERS,
        foreign=(
            "/people/<account alla@larkdrillen.example>/end",
            "/people/<account ekonom@kopare.example>/end",
            "/people/99999/end",
        ),
    ),
    "GET /admin": Route(may=_BUYER_ADMIN, own=("/admin",)),
    "GET /admin/applications/{application_id}": Route(
        may=_BUYER_ADMIN,
        own=("/admin/applications/<application kim@gryningen.example>",),
        foreign=("/admin/applications/99999",),
    ),
    "POST /admin/applications/{application_id}/approve": Route(
        may=_BUYER_ADMIN, foreign=("/admin/applications/99999/approve",)
    ),
    "POST /admin/applications/{application_id}/refuse": Route(
        may=_BUYER_ADMIN, foreign=("/admin/applications/99999/refuse",), form={"reason": "Fel nummer"}
    ),
    "GET /admin/people": Route(may=_BUYER_ADMIN, own=("/admin/people",)),
    "GET /admin/people/new": Route(may=_BUYER_ADMIN, own=("/admin/people/new",)),
    "POST /admin/people/new": Route(may=_BUYER_ADMIN),
    "GET /admin/people/{account_id}": Route(
        may=_BUYER_ADMIN,
        own=("/admin/people/<account ekonom@kopare.example>",),
        foreign=("/admin/people/<account alla@fyrbaken.example>", "/admin/people/99999"),
    ),
    "POST /admin/people/{account_id}": Route(
        may=_BUYER_ADMIN,
        foreign=("/admin/people/<account alla@fyrbaken.example>",),
        form={"permission": "AUDIT"},
    ),
    "POST /admin/people/{account_id}/invite": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/<account alla@fyrbaken.example>/invite",)
    ),
    "POST /admin/people/{account_id}/forget-codes": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/<account alla@fyrbaken.example>/forget-codes",)
    ),
    "POST /admin/people/{account_id}/invite-identity": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/<account alla@fyrbaken.example>/invite-identity",)
    ),
    "POST /admin/people/{account_id}/end": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/<account alla@fyrbaken.example>/end",)
    ),
    "POST /admin/people/{account_id}/address": Route(
        may=_BUYER_ADMIN,
        foreign=("/admin/people/<account alla@fyrbaken.example>/address", "/admin/people/99999/address"),
        form={"email": "ny@kopare.example"},
    ),
    "GET /admin/people/changes/{change_id}": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/changes/99999",)
    ),
    "POST /admin/people/changes/{change_id}/confirm": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/changes/99999/confirm",)
    ),
    "POST /admin/people/changes/{change_id}/refuse": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/changes/99999/refuse",), form={"reason": "Fel person"}
    ),
    "POST /admin/people/changes/{change_id}/withdraw": Route(
        may=_BUYER_ADMIN, foreign=("/admin/people/changes/99999/withdraw",)
    ),
    "GET /admin/changes": Route(may=_CONFIRMS, own=("/admin/changes",)),
    "GET /admin/changes/{change_id}": Route(may=_CONFIRMS, foreign=("/admin/changes/99999",)),
    "POST /admin/changes/{change_id}/confirm": Route(
        may=_CONFIRMS, foreign=("/admin/changes/99999/confirm",)
    ),
    "POST /admin/changes/{change_id}/refuse": Route(may=_CONFIRMS, foreign=("/admin/changes/99999/refuse",)),
}
