"""Which account an identity opens: the one it is tied to, and the first time by a link, an address or a number.

Convention: an identity is (issuer, subject) and opens one account. The first time it is tied by what the provider's
settings allow: an invitation that a permission administrator had mailed, whoever is signed in and has proved it, an
address that the provider vouches for, or a personal number that is bound. Its owner is mailed of every tie.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import mailed_links, mailing, session_store, sessions
from accounts import store as account_store
from accounts.identity import SUPPLIER_SIDE
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.mailed_link_store import LinkPurpose
from accounts.openid import bound_number_store, openid_store, personal_numbers
from accounts.openid.faults import Fault, OpenIdRefused
from accounts.openid.openid_store import Journey
from accounts.openid.provider_settings import OpenIdProvider
from accounts.session_store import SessionStage
from accounts.store import Account, AccountState
from foundation import journal
from foundation.sql import Session
from operations.settings import Settings


def account_of(
    session: Session,
    settings: Settings,
    provider: OpenIdProvider,
    journey: Journey,
    claims: Mapping[str, Any],
    *,
    now: datetime,
) -> Account:
    """The account of the one who came back, which is in use by now. Raises OpenIdRefused."""
    known = openid_store.account_of(session, provider.issuer, str(claims["sub"]))
    if journey.link or journey.session:
        account = (
            _of_link(session, provider, journey.link, now)
            if journey.link
            else _signed_in(session, journey, now)
        )
        if known not in (None, account.id):
            raise OpenIdRefused(Fault.TIED_TO_ANOTHER)
    elif known is not None:
        account = _in_use(account_store.by_id(session, known))
    else:
        account = _first_time(session, settings, provider, claims)
    _check_people(provider, account)
    if known is None:
        _tie(session, settings, provider, account, claims, now)
    return account_store.by_id(session, account.id) or account


def is_staff(account: Account) -> bool:
    """Whether the account is of the buyer's people."""
    return not account.permissions & SUPPLIER_SIDE


def opens(provider: OpenIdProvider, account: Account) -> bool:
    """Whether the provider is there for such accounts."""
    return provider.people in ("everybody", "staff" if is_staff(account) else "suppliers")


def untie(session: Session, account: Account, issuer: str, subject: str, *, by: str, at: datetime) -> bool:
    """Let an identity open the account no longer, and end what it began; False where it did not. Mails the owner."""
    if not openid_store.untie(session, account.id, issuer, subject):
        return False
    for key, _ in openid_store.sessions_begun(session, issuer, subject=subject, sid=""):
        session_store.remove_own(session, account.id, key)
    person = AccountsSubject.PERSON.of(account.person.id)
    journal.record(session, by, AccountAction.IDENTITY_UNTIED, person)
    mailing.put(session, account, "identity-untied", about=account.person.id, at=at)
    return True


def _of_link(session: Session, provider: OpenIdProvider, key: str, now: datetime) -> Account:
    """The account a mailed link is for; the link is used up."""
    if "invitation" not in provider.first_link:
        raise OpenIdRefused(Fault.LINK_VOID)
    try:
        link = mailed_links.use_key(session, key, now=now)
    except mailed_links.LinkVoid:
        raise OpenIdRefused(Fault.LINK_VOID) from None
    if link.purpose == LinkPurpose.RESET:
        raise OpenIdRefused(Fault.LINK_VOID)
    return link.account


def _signed_in(session: Session, journey: Journey, now: datetime) -> Account:
    held = sessions.find_key(session, journey.session, now=now)
    if held is None or held.stage != SessionStage.FULL:
        raise OpenIdRefused(Fault.NO_LONGER_SIGNED_IN)
    return held.account


def _in_use(account: Account | None) -> Account:
    if account is None or account.state != AccountState.ACTIVE:
        raise OpenIdRefused(Fault.ENDED)
    return account


def _first_time(
    session: Session, settings: Settings, provider: OpenIdProvider, claims: Mapping[str, Any]
) -> Account:
    account, fault = None, Fault.NO_ADDRESS
    if "personal_number" in provider.first_link:
        account = _by_number(session, settings, provider, claims)
    if account is None and "email" in provider.first_link:
        account, fault = _by_address(session, provider, claims)
    if account is None or account.state == AccountState.ENDED:
        raise OpenIdRefused(fault)
    return account


def _by_number(
    session: Session, settings: Settings, provider: OpenIdProvider, claims: Mapping[str, Any]
) -> Account | None:
    try:
        number = str(claims.get(provider.personal_number_claim, ""))
        known = personal_numbers.account_of(session, settings, number)
    except (personal_numbers.NoSuchNumber, personal_numbers.NoKeyForNumbers):
        return None
    return account_store.by_id(session, known) if known is not None else None


def _by_address(
    session: Session, provider: OpenIdProvider, claims: Mapping[str, Any]
) -> tuple[Account | None, Fault]:
    address = claims.get(provider.email_claim)
    if not isinstance(address, str) or "@" not in address:
        return None, Fault.NO_ADDRESS
    if not _is_verified(provider, claims):
        return None, Fault.NOT_VERIFIED
    return account_store.by_name(session, address), Fault.NO_ACCOUNT


def _is_verified(provider: OpenIdProvider, claims: Mapping[str, Any]) -> bool:
    """Whether the provider vouches for the address. What it says it has not verified is never believed."""
    said = claims.get("email_verified")
    match provider.email_verified:
        case "claim":
            return said is True
        case "text":
            return said is True or (isinstance(said, str) and said.lower() == "true")
        case "always":
            return said is None or said is True or (isinstance(said, str) and said.lower() == "true")


def _check_people(provider: OpenIdProvider, account: Account) -> None:
    if not opens(provider, account):
        raise OpenIdRefused(Fault.OTHER_PEOPLE)


def _tie(
    session: Session,
    settings: Settings,
    provider: OpenIdProvider,
    account: Account,
    claims: Mapping[str, Any],
    now: datetime,
) -> None:
    _bind_number(session, settings, provider, account, claims, now)
    if not openid_store.tie(session, provider.issuer, str(claims["sub"]), account.id, at=now):
        raise OpenIdRefused(Fault.TIED_TO_ANOTHER)
    person = AccountsSubject.PERSON.of(account.person.id)
    if account.state == AccountState.INVITED:
        if not account_store.move(session, account.id, AccountState.ACTIVE):
            raise OpenIdRefused(Fault.ENDED)
        journal.record(session, account.person.id, AccountAction.TAKEN_UP, person)
    journal.record(session, account.person.id, AccountAction.IDENTITY_TIED, person, provider=provider.key)
    mailing.put(session, account, "identity-tied", about=account.person.id, at=now, provider=provider.name)


def _bind_number(
    session: Session,
    settings: Settings,
    provider: OpenIdProvider,
    account: Account,
    claims: Mapping[str, Any],
    now: datetime,
) -> None:
    """Know the person by the number at the next provider too; refuse somebody else than the account was bound to."""
    if "personal_number" not in provider.first_link:
        return
    number = str(claims.get(provider.personal_number_claim, ""))
    try:
        bound = personal_numbers.account_of(session, settings, number)
        if bound != account.id and bound_number_store.is_bound(session, account.id):
            raise OpenIdRefused(Fault.OTHER_PERSON)
        if bound is None:
            personal_numbers.bind(session, settings, account.id, number, by=f"openid {provider.key}", at=now)
    except (personal_numbers.NoSuchNumber, personal_numbers.NoKeyForNumbers):
        if bound_number_store.is_bound(session, account.id):
            # Whose number is not told may be anybody.
            raise OpenIdRefused(Fault.OTHER_PERSON) from None
