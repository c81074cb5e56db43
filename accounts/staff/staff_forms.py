"""What a change of the buyer's staff says, written down: one function for each kind with more than a word or two."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from accounts.api_clients.model import ApiScope
from accounts.identity import Permission
from foundation.periods import Period
from foundation.text import Language
from invoicing.payment.attest_right_store import Reach


def invitation(
    *, name: str, address: str, roles: Iterable[Permission], language: Language
) -> Mapping[str, str]:
    """Somebody new: what they are called, where the invitation goes, and what they may do."""
    return {"name": name, "address": address, "roles": written(roles), "language": str(language)}


def other_roles(*, added: Iterable[Permission], removed: Iterable[Permission]) -> Mapping[str, str]:
    """What somebody gets, and what is taken away with it."""
    return {"added": written(added), "removed": written(removed)}


def attest_right(
    *, limit: Decimal, valid_from: date, valid_to: date | None, reach: Reach
) -> Mapping[str, str]:
    """Up to which amount somebody may attest, when and for what."""
    return {
        "limit": str(limit),
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat() if valid_to else "",
        "supplier": reach.supplier,
        "article": reach.article,
        "delivery_area": reach.delivery_area,
    }


def substitute(*, stand_in: str, valid_from: date, valid_to: date) -> Mapping[str, str]:
    """Who attests in somebody's place, and when."""
    return {
        "stand_in": stand_in,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat(),
    }


def client(
    *, name: str, scopes: Iterable[ApiScope], expires_on: date | None, seen: Period | None = None
) -> Mapping[str, str]:
    """A program of the buyer's own: what it is called, what it may do, its last day, and what an auditor's may see."""
    return {
        "name": name,
        "scopes": " ".join(sorted(scopes)),
        "valid_to": expires_on.isoformat() if expires_on else "",
        "seen_from": seen.start.isoformat() if seen else "",
        "seen_to": seen.end.isoformat() if seen else "",
    }


def written(permissions: Iterable[Permission]) -> str:
    """Roles in a text, one after the other in their order."""
    return " ".join(sorted(permissions))
