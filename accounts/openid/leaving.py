"""Signing out, both ways: to the provider as well when somebody leaves here, and here when the provider says so.

Convention: leaving the provider is the person's own press (OpenID Connect RP-Initiated Logout 1.0). No ID token is kept
to hint with, since it names people: the provider asks which session to end. What a provider tells (Back-Channel Logout
1.0) ends the sessions its word began, at once, and is believed once.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from accounts import session_store
from accounts import store as account_store
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.openid import id_tokens, openid_store, providers
from accounts.openid.faults import Fault, OpenIdRefused
from accounts.openid.provider_settings import OpenIdProvider
from foundation import journal
from foundation.database import Database

_TOLD_FOR: Final = timedelta(hours=1)


def way_out(provider: OpenIdProvider, *, back: str) -> str:
    """Where the person ends the session at the provider and comes `back` from; empty where it offers none."""
    try:
        endpoint = providers.described(provider).end_session_endpoint
    except OpenIdRefused:
        return ""
    if not endpoint:
        return ""
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


def told(database: Database, provider: OpenIdProvider, logout_token: str, *, now: datetime) -> int:
    """End what a logout token names: a session, or all that the person has through the provider; how many ended.

    Raises OpenIdRefused for a token that is not right, or was told before.
    """
    claims = id_tokens.logout(provider, logout_token, now=now)
    with database.for_recovery().writing() as session:
        is_new = openid_store.note_logout(
            session, provider.issuer, str(claims["jti"]), ends_at=now + _TOLD_FOR, now=now
        )
        if not is_new:
            raise OpenIdRefused(Fault.TOKEN_WRONG, "jti")
        ended = openid_store.sessions_begun(
            session, provider.issuer, subject=str(claims.get("sub") or ""), sid=str(claims.get("sid") or "")
        )
        for key, account_id in ended:
            session_store.remove(session, key)
            account = account_store.by_id(session, account_id)
            if account is not None:
                person = account.person.id
                journal.record(
                    session,
                    f"openid {provider.key}",
                    AccountAction.SESSION_ENDED,
                    AccountsSubject.PERSON.of(person),
                )
    return len(ended)
