"""The cookie of a browser that somebody has signed in from, and what is known of it."""

from fastapi import Request, Response

from accounts.guessing import known_devices
from web import cookies
from web.access import instant_of
from web.pages import whole_database_of


def remember(request: Request, response: Response, account_id: int) -> None:
    """Know this browser as one of the account's from now on."""
    with whole_database_of(request).for_recovery().writing() as session:
        secret = known_devices.remember(session, account_id, secret_of(request), now=instant_of(request))
    cookies.put(request, response, cookies.DEVICE, secret)


def secret_of(request: Request) -> str:
    """The secret this browser is known by; empty where nobody has signed in from it."""
    return cookies.read(request, cookies.DEVICE)
