"""Where a buyer's books are, and which settings hold for them.

Convention: the books stand beside the installation's first, under a name of their own: another database of the same
PostgreSQL server with the same user, another file in the same folder for SQLite. Books that are elsewhere are named
in the environment, where passwords belong. A setting of one buyer is the common one's name with the buyer's in it:
BILLING_BUYER_KARLSTAD_DEBTOR_IBAN. What would be another's if it were inherited never is (`_OWN`).
"""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, make_url

from foundation.errors import Refused
from foundation.text import Text
from operations.buyers.model import InstallationBuyer
from operations.settings import Settings

_OWN: Final = frozenset(
    {
        "database_url",
        "public_url",
        # Paid from the wrong account is paid with somebody else's money.
        "debtor_iban",
        "debtor_bic",
        "debtor_customer_id",
        "debtor_bank",
        "debtor_pain_version",
        "ledger_accounts",
        # Who is trusted to say who somebody is: one buyer's staff directory says nothing about another's staff.
        "openid_issuer",
        "openid_name",
        "openid_client_id",
        "openid_client_secret",
        "openid_acr",
        "openid_file",
        "openid_secrets",
        "access_point_participant",
        "buyer",
        "buyer_name",
    }
)
"""Settings that a buyer beside the first never takes over from the common ones."""

_FOLDERS: Final = ("mail_folder", "journal_head_folder")
"""Common folders in which each buyer beside the first has one of its own."""


def proposed_books(first: URL, slug: str) -> str:
    """The name of a new buyer's books: that of the first, with the buyer's short name."""
    if first.get_backend_name() == "sqlite":
        file = Path(first.database or "billing.sqlite")
        return f"{file.stem}-{slug}{file.suffix}"
    return f"{first.database or 'billing'}_{slug.replace('-', '_')}"


def address(first_url: str, buyer: InstallationBuyer) -> str:
    """The address of the buyer's books, with what the first's address has of server, user and password."""
    first = make_url(first_url)
    if buyer.is_first:
        return first_url
    if first.get_backend_name() == "sqlite":
        if not first.database or first.database == ":memory:":
            raise Refused(Text("En databas i minnet kan bara ha en köpare. Ange en fil som databas."))
        named = str(Path(first.database).parent / buyer.books)
    else:
        named = buyer.books
    return first.set(database=named).render_as_string(hide_password=False)


def prefix(slug: str) -> str:
    """How the environment's names of this buyer's own settings begin."""
    return f"BILLING_BUYER_{slug.replace('-', '_').upper()}_"


def settings_of(common: Settings, buyer: InstallationBuyer, *, several: bool) -> Settings:
    """The buyer's settings: its own, then the common ones that may be shared; with the address of its books.

    With `several` buyers its pages have an address of their own: its host, or the common address with its name.
    """
    own = Settings(_env_prefix=prefix(buyer.slug))
    kept: frozenset[str] = frozenset() if buyer.is_first else _OWN
    given: dict[str, Any] = {
        name: getattr(common, name) for name in common.model_fields_set if name not in kept
    }
    if not buyer.is_first:
        for name in _FOLDERS:
            if (shared := getattr(common, name)) is not None:
                given[name] = shared / buyer.slug
    given.setdefault("access_point_participant", buyer.participants[0])
    given["database_url"] = address(common.database_url, buyer)
    if several:
        given["public_url"] = _pages_of(common, buyer)
    # What the environment has for this buyer alone comes last and holds.
    given |= {name: getattr(own, name) for name in own.model_fields_set}
    given |= {"buyer": buyer.slug, "buyer_name": buyer.name if several else ""}
    return Settings(_env_prefix=prefix(buyer.slug), **given)


def _pages_of(common: Settings, buyer: InstallationBuyer) -> str:
    if buyer.hosts:
        return f"https://{buyer.hosts[0]}"
    return f"{common.public_url.rstrip('/')}/buyers/{buyer.slug}" if common.public_url else ""
