"""Which providers a page offers to whom, and our own addresses as they must know them."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request

from accounts.openid import identities, provider_settings
from accounts.openid.provider_settings import DEFAULT, OpenIdProvider
from accounts.store import Account
from foundation.errors import NotThere
from web.access import settings_of

WAY_BACK: Final = "/callback"
"""Below the path of a provider: where it sends people back to."""


def offered(request: Request) -> Sequence[OpenIdProvider]:
    """Every provider there is."""
    return provider_settings.providers_of(settings_of(request))


def provider_of(request: Request, key: str = DEFAULT) -> OpenIdProvider:
    """The provider with this key. Raises NotThere."""
    found = next((each for each in offered(request) if each.key == key), None)
    if found is None:
        raise NotThere
    return found


def by_issuer(request: Request, issuer: str) -> OpenIdProvider | None:
    """The provider with this issuer, unless the settings have dropped it."""
    return next((each for each in offered(request) if each.issuer == issuer), None)


def to_tie(request: Request, account: Account) -> Sequence[OpenIdProvider]:
    """The providers whose identities may be tied to the account."""
    return [each for each in offered(request) if identities.opens(each, account)]


def invited_to(request: Request, account: Account) -> Sequence[OpenIdProvider]:
    """Those of them that take an invitation."""
    return [each for each in to_tie(request, account) if "invitation" in each.first_link]


def own_address(request: Request) -> str:
    """Where people reach us, without a slash at the end."""
    return settings_of(request).public_url.rstrip("/") or str(request.base_url).rstrip("/")


def callback(request: Request, provider: OpenIdProvider) -> str:
    """Our own address as the provider must know it."""
    return f"{own_address(request)}{provider.path}{WAY_BACK}"
