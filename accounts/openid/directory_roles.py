"""The buyer's roles by somebody's groups at the provider: what goes there goes here, what comes there is proposed here.

Convention: only roles that the settings map are looked after; others are given here alone. To take away takes one, so a
group that is gone takes its role at the next sign-in. To give takes two (decision 68): a group that has come is
proposed in the provider's name, and an administrator confirms it. Roles that no one person may have together are not
even proposed. A claim that is absent is no groups; one that says it has been left out is a refusal.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from accounts import accounts
from accounts import store as account_store
from accounts.identity import BUYER_SIDE, Permission
from accounts.openid.faults import Fault, OpenIdRefused
from accounts.openid.provider_settings import OpenIdProvider, OpenIdSettingsWrong
from accounts.rules import AccountRefused, LastAdministrator, granted_staff
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from accounts.store import Account
from foundation.sql import Session
from foundation.text import NO_TEXT, Text

_WAITS: Final = Text(
    "Dina grupper hos arbetsgivaren ger fler roller här. De gäller när en administratör har bekräftat dem."
)
_LAST: Final = Text(
    "Du har inte längre administratörens roll hos arbetsgivaren, men är den sista administratören här. Ge någon annan "
    "rollen; sedan försvinner din."
)


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What the groups would change."""

    added: frozenset[Permission]
    removed: frozenset[Permission]


def checked(providers: Iterable[OpenIdProvider]) -> None:
    """Refuse permissions that there are none of, or that no group may give. Raises OpenIdSettingsWrong."""
    for provider in providers:
        named = [*((each, BUYER_SIDE) for each in provider.roles.values())]
        named += [(each, frozenset(Permission)) for each in provider.acr_for_roles]
        for name, among in named:
            if name not in set(map(str, among)):
                raise OpenIdSettingsWrong(
                    Text(
                        "Utgivaren %(provider)s nämner behörigheten %(name)s, som inte finns. Välj bland %(known)s.",
                        provider=provider.key,
                        name=name,
                        known=", ".join(sorted(map(str, among))),
                    )
                )


def told_groups(claim: str, claims: Mapping[str, Any]) -> frozenset[str]:
    """The groups a claim names: a list or a single text, by its name or by a path (realm_access.roles).

    Raises OpenIdRefused where the provider says that it left them out (Entra ID, more than 200).
    """
    left_out = claims.get("_claim_names")
    if claims.get("hasgroups") or (isinstance(left_out, dict) and claim in left_out):
        raise OpenIdRefused(Fault.GROUPS_NOT_TOLD)
    value: Any = claims.get(claim)
    if value is None:
        value = claims
        for part in claim.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, str):
        return frozenset({value})
    return (
        frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
    )


def change_of(
    permissions: frozenset[Permission], roles: Mapping[str, str], groups: frozenset[str]
) -> RoleChange:
    """What these groups change of these permissions."""
    managed = frozenset(Permission(each) for each in roles.values())
    given = frozenset(Permission(role) for group, role in roles.items() if group in groups)
    return RoleChange(added=given - permissions, removed=(managed - given) & permissions)


def follow(
    session: Session, provider: OpenIdProvider, account: Account, claims: Mapping[str, Any], *, at: datetime
) -> tuple[Account, Text]:
    """Let the account follow the groups: the account as it is then, and what its owner should know.

    Raises OpenIdRefused (GROUPS_NOT_TOLD).
    """
    if not provider.roles:
        return account, NO_TEXT
    change = change_of(account.permissions, provider.roles, told_groups(provider.roles_claim, claims))
    said = _take_away(session, provider, account, change.removed) if change.removed else NO_TEXT
    account = account_store.by_id(session, account.id) or account
    if change.added:
        said = _propose(session, provider, account, change.added, at) or said
    return account, said


def _take_away(
    session: Session, provider: OpenIdProvider, account: Account, removed: frozenset[Permission]
) -> Text:
    try:
        accounts.change(
            session,
            account.organisation,
            account.id,
            permissions=account.permissions - removed,
            within=None,
            by=f"openid {provider.key}",
            administers=Permission.BUYER_ADMIN,
            only_less=True,
        )
    except LastAdministrator:
        structlog.get_logger("accounts").error(
            "role kept of the last administrator", provider=provider.key, account=account.id
        )
        rest = removed - {Permission.BUYER_ADMIN}
        if rest:
            _take_away(session, provider, account, rest)
        return _LAST
    return NO_TEXT


def _propose(
    session: Session,
    provider: OpenIdProvider,
    account: Account,
    added: frozenset[Permission],
    at: datetime,
) -> Text:
    try:
        granted_staff(account.permissions | added)
    except AccountRefused as refused:
        structlog.get_logger("accounts").warning(
            "groups give roles that do not go together", provider=provider.key, account=account.id
        )
        return Text("Dina grupper hos arbetsgivaren ger roller som inte går ihop. %(why)s", why=refused.text)
    content = staff_forms.other_roles(added=added, removed=())
    # Proposed at an earlier sign-in already, it waits.
    with suppress(AccountRefused):
        changes.propose(
            session,
            StaffChangeKind.ROLES,
            person=account.person.id,
            content=content,
            by=f"openid {provider.key}",
            at=at,
        )
    return _WAITS
