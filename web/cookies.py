"""The cookies of the portal, and the secrets derived from them.

Convention: every cookie is HttpOnly and SameSite=Lax and belongs to the whole site. Over https it is Secure and
carries the prefix __Host-, so that no neighbouring site can plant one. `session` is set at sign-in and never taken
over from before it; `visit` keeps the forms of those who have not signed in; `said` carries one message over one
redirect; `language` is the choice of somebody without an account, `look` how the pages look, `single-keys` whether
shortcuts of one sign do anything; `device` says that somebody has signed in from this browser before, and opens
nothing. Where several buyers are served, each has cookies of its own but for language, look and keys, so that no
session is taken for another buyer's; `buyer` is which was chosen.
"""

import hashlib
import hmac

from fastapi import Request, Response

from web.portal_buyer import buyer_of

SESSION = "session"
VISIT = "visit"
SAID = "said"
LANGUAGE = "language"
LOOK = "look"
SINGLE_KEYS = "single-keys"
BUYER = "buyer"
DEVICE = "device"

OFF = "off"
"""What a choice says that has been turned off."""

_SHARED = (LANGUAGE, LOOK, SINGLE_KEYS, BUYER)
_DAY = 24 * 3600
# Everything else is kept until the browser closes.
_SECONDS_KEPT = {**dict.fromkeys(_SHARED, 365 * _DAY), DEVICE: 180 * _DAY}


def is_secure(request: Request) -> bool:
    """Whether people reach the portal over https, as configured or as this request came."""
    public: str = request.app.state.settings.public_url
    return public.startswith("https://") if public else request.url.scheme == "https"


def read(request: Request, name: str) -> str:
    """The value of one of our cookies; empty where there is none."""
    return request.cookies.get(_full(request, name), "")


def put(request: Request, response: Response, name: str, value: str) -> None:
    """Set one of our cookies, for as long as its kind is kept."""
    response.set_cookie(
        _full(request, name),
        value,
        max_age=_SECONDS_KEPT.get(name),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def drop(request: Request, response: Response, name: str) -> None:
    """Take one of our cookies back."""
    response.delete_cookie(
        _full(request, name), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )


def form_token(request: Request, *, fresh_visit: str = "") -> str:
    """What a form must carry to be ours: derived from the session, or from the visit where there is none.

    Whoever can compute it knows the cookie, which no other site can read.
    """
    key = read(request, SESSION) or read(request, VISIT) or fresh_visit
    return hmac.new(key.encode(), b"form", hashlib.sha256).hexdigest() if key else ""


def _full(request: Request, name: str) -> str:
    buyer = buyer_of(request)
    marked = f"{buyer.cookie_mark}-{name}" if buyer and buyer.cookie_mark and name not in _SHARED else name
    return f"__Host-billing-{marked}" if is_secure(request) else f"billing-{marked}"
