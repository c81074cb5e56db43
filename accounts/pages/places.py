"""The pages about accounts below the menu that others stand below, or that somebody looks for by name."""

from typing import Final

from accounts.identity import Permission
from foundation.text import Text
from web.fronts import Place

_ADMINISTERS: Final = frozenset({Permission.ADMINISTER})
_BUYER_ADMIN: Final = frozenset({Permission.BUYER_ADMIN})

PLACES: Final = (
    Place(
        "/people/new",
        Text("Lägg till person"),
        _ADMINISTERS,
        words=Text("ny användare bjud in konto behörighet"),
    ),
    Place(
        "/clients/new",
        Text("Ny API-klient"),
        _ADMINISTERS,
        words=Text("gör nyckel hemlighet system integration"),
    ),
    Place("/clients/webhooks", Text("Webhooks"), _ADMINISTERS),
    Place("/clients/webhooks/new", Text("Gör en webhook"), _ADMINISTERS, words=Text("ny prenumeration")),
    Place("/admin/test-bench", Text("Testbänk"), _BUYER_ADMIN),
    Place("/admin/people", Text("Köparens personer"), _BUYER_ADMIN),
    Place(
        "/admin/people/new",
        Text("Lägg till person hos köparen"),
        _BUYER_ADMIN,
        words=Text("ny användare bjud in konto behörighet"),
    ),
    Place("/admin/clients", Text("API-klienter"), _BUYER_ADMIN),
    Place(
        "/admin/clients/new",
        Text("Ny API-klient"),
        _BUYER_ADMIN,
        words=Text("gör nyckel hemlighet system integration"),
    ),
    Place("/admin/webhooks", Text("Webhooks"), _BUYER_ADMIN),
    Place("/admin/webhooks/new", Text("Gör en webhook"), _BUYER_ADMIN, words=Text("ny prenumeration")),
    Place("/admin/register-loads", Text("Registret"), _BUYER_ADMIN),
    Place("/admin/restore", Text("Återställning"), _BUYER_ADMIN),
)
"""Below the entries of the menu."""
