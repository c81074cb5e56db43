"""Whom to tell of a fault in the wall: security.txt (RFC 9116), where the operator has named somebody."""

from datetime import UTC, datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from foundation.errors import NotThere
from foundation.periods import stockholm_date

router = APIRouter()
# A reader is to ask again; whoever has left is not to be written to for years.
_HOLDS = timedelta(days=180)


@router.get("/.well-known/security.txt", include_in_schema=False)
def security_txt(request: Request) -> PlainTextResponse:
    """The address of `BILLING_SECURITY_CONTACT`; 404 where there is none."""
    settings = request.app.state.settings
    if not settings.security_contact:
        raise NotThere
    ends = datetime.combine(stockholm_date(request.app.state.clock()) + _HOLDS, time(), UTC)
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {ends:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: sv, en",
    ]
    if settings.public_url:
        lines.append(f"Canonical: {settings.public_url.rstrip('/')}/.well-known/security.txt")
    return PlainTextResponse("\n".join(lines) + "\n")
