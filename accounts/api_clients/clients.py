"""The use cases of API clients: made, given secrets and keys, handed over, and ended by people or with them.

Convention: each gets an open session, loads, decides, saves and writes the journal, as those of accounts do. A
supplier's client is made by one of its administrators, the buyer's by two people (`accounts.staff`). Whoever answers
for a client is named in it: with that person's permission it ends, unless somebody has taken it over before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.exc import IntegrityError

from accounts import tokens
from accounts.api_clients import audit_period_store, audit_periods, client_store, public_keys, secret_store
from accounts.api_clients.key_format import new_key
from accounts.api_clients.model import SECRETS_MOST, ApiClient, ApiScope, ClientState, scopes_within
from accounts.journal_actions import AccountsSubject, ClientAction
from foundation import journal, personal_numbers
from foundation.errors import NotThere, Refused
from foundation.periods import Period
from foundation.sql import Session
from foundation.text import Text
from operations.webhooks import endpoint_store, endpoints
from orders.register.unit_scope import UnitScope

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


class ClientRefused(Refused):
    """A client, or a secret of it, may not be made or changed that way."""


class TooManySecrets(ClientRefused):
    """Two secrets hold already."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Två hemligheter gäller redan. Avsluta den som systemet inte längre använder, och gör sedan en ny."
            )
        )


@dataclass(frozen=True, slots=True)
class MadeSecret:
    """A secret as it is shown, this once, and whose it is."""

    client: int
    shown: str


def check(
    organisation: str,
    name: str,
    scopes: frozenset[ApiScope],
    expires_on: date | None,
    *,
    seen: Period | None = None,
    today: date,
) -> str:
    """A client's name as it is kept.

    Raises ClientRefused, AuditPeriodRefused, and Refused for a name with a number in it.
    """
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise ClientRefused(Text("Skriv vilket system klienten är till, med högst 60 tecken."))
    personal_numbers.refuse(name)
    may = scopes_within(organisation)
    if not scopes or not scopes <= may:
        raise ClientRefused(
            Text(
                "Välj vad systemet får göra: %(scopes)s.",
                scopes=", ".join(sorted(each.value for each in may)),
            )
        ).at("may")
    if expires_on is not None and expires_on < today:
        raise ClientRefused(Text("Sista dagen har redan varit. Välj i dag eller senare.")).at("expires_on")
    audit_periods.check(scopes, expires_on, seen)
    return name


def make(
    session: Session,
    organisation: str,
    name: str,
    *,
    scopes: frozenset[ApiScope],
    within: UnitScope | None = None,
    expires_on: date | None,
    seen: Period | None = None,
    by: str,
    vouched_by: str = "",
    at: datetime,
    today: date,
    is_test: bool = False,
) -> ApiClient:
    """Make a client of a supplier, or of the buyer for an empty organisation; it has no secret yet.

    `seen` is what an auditor's client may see. Raises ClientRefused, AuditPeriodRefused, and Refused for a name with
    a personal number in it.
    """
    number = client_store.add(
        session,
        organisation=organisation,
        name=check(organisation, name, scopes, expires_on, seen=seen, today=today),
        scopes=scopes,
        within=within,
        expires_on=expires_on,
        by=by,
        vouched_by=vouched_by,
        responsible=by,
        at=at,
        is_test=is_test,
    )
    told = {
        "organisation": organisation,
        "may": " ".join(sorted(scopes)),
        "until": str(expires_on or ""),
        "units": "all" if within is None else " ".join(sorted(within.units | within.addresses)),
        **({"test": "yes"} if is_test else {}),
    }
    if seen is not None:
        audit_period_store.add(session, number, seen)
        told["sees"] = str(seen)
    journal.record(session, by, ClientAction.MADE, AccountsSubject.CLIENT.of(number), **told)
    return of_organisation(session, organisation, number)


def of_organisation(session: Session, organisation: str, number: int) -> ApiClient:
    """A client of this supplier, or of the buyer's for an empty number. Raises NotThere, also for one of another."""
    client = client_store.by_id(session, number)
    if client is None or client.organisation != organisation:
        raise NotThere
    return client


def give_secret(
    session: Session, organisation: str, number: int, *, by: str, at: datetime, today: date
) -> MadeSecret:
    """A new secret; the one before goes on holding. Raises NotThere, ClientRefused, TooManySecrets."""
    client = _active(session, organisation, number, today=today)
    held = {each.place for each in secret_store.of_client(session, number) if each.holds}
    free = [place for place in range(1, SECRETS_MOST + 1) if place not in held]
    if not free:
        raise TooManySecrets
    written = new_key(is_test=client.is_test)
    try:
        with journal.attempt(session):
            secret_store.add(
                session,
                client.id,
                place=free[0],
                prefix=written.prefix,
                secret_sha256=tokens.fingerprint(written.secret),
                by=by,
                at=at,
            )
    except IntegrityError:
        raise TooManySecrets from None  # somebody else made one at the same moment
    journal.record(
        session,
        by,
        ClientAction.SECRET_MADE,
        AccountsSubject.CLIENT.of(number),
        prefix=f"{client.key_beginning}{written.prefix}",
    )
    return MadeSecret(number, written.shown)


def end_secret(
    session: Session, organisation: str, number: int, prefix: str, *, by: str, at: datetime
) -> None:
    """Let one secret hold no more, from now on. Raises NotThere."""
    client = of_organisation(session, organisation, number)
    secret = secret_store.by_prefix(session, prefix.removeprefix("rmk_").removeprefix("test_"))
    if secret is None or secret.client_id != number:
        raise NotThere
    if secret_store.end(session, secret.id, by=by, at=at):
        journal.record(
            session,
            by,
            ClientAction.SECRET_ENDED,
            AccountsSubject.CLIENT.of(number),
            prefix=f"{client.key_beginning}{secret.prefix}",
        )


def register_keys(
    session: Session, organisation: str, number: int, jwks: str, *, by: str, today: date
) -> None:
    """Public keys that the client may prove itself with, in the place of those before; none for an empty text.

    Raises NotThere, ClientRefused, and public_keys.KeysRefused.
    """
    client = _active(session, organisation, number, today=today)
    kept = public_keys.as_kept(jwks)
    client_store.change(session, client, jwks=kept)
    thumbprints = " ".join(public_keys.thumbprints(kept))
    journal.record(
        session, by, ClientAction.KEYS_REGISTERED, AccountsSubject.CLIENT.of(number), keys=thumbprints
    )


def take_over(session: Session, organisation: str, number: int, *, by: str, today: date) -> None:
    """Answer for a client from now on, in another's place. Raises NotThere, ClientRefused."""
    client = _active(session, organisation, number, today=today)
    client_store.change(session, client, responsible=by)
    journal.record(
        session, by, ClientAction.TAKEN_OVER, AccountsSubject.CLIENT.of(number), before=client.responsible
    )


def end(session: Session, organisation: str, number: int, *, by: str, at: datetime) -> ApiClient:
    """Let a client end, at once, with its secrets. Raises NotThere, and StepRefused where it has ended."""
    client = of_organisation(session, organisation, number)
    _end(session, client, ClientState.ENDED, by=by, at=at)
    return client


def end_past(session: Session, *, today: date, at: datetime) -> int:
    """End the clients whose last day has gone by; how many."""
    past = client_store.past(session, today=today)
    for client in past:
        _end(session, client, ClientState.EXPIRED, by=journal.SYSTEM, at=at)
    return len(past)


def end_of_person(
    session: Session, organisation: str, person: str, *, still: Iterable[str], by: str, at: datetime
) -> list[ApiClient]:
    """End the clients that somebody answers for who administers no longer; those that ended.

    `still` are those who do. One that a second person has vouched for passes to that person, who is among them.
    """
    administering, ended = frozenset(still), list[ApiClient]()
    for client in client_store.active_of(session, organisation, responsible=person):
        heir = next((each for each in (client.vouched_by, client.made_by) if each in administering), "")
        if heir:
            client_store.change(session, client, responsible=heir)
            journal.record(
                session, by, ClientAction.TAKEN_OVER, AccountsSubject.CLIENT.of(client.id), before=person
            )
            continue
        _end(session, client, ClientState.ENDED, by=by, at=at)
        ended.append(client)
    return ended


def end_of_supplier(session: Session, organisation: str, *, by: str, at: datetime) -> int:
    """End all clients of a supplier that nobody is left at; how many."""
    active = client_store.active_of(session, organisation)
    for client in active:
        _end(session, client, ClientState.ENDED, by=by, at=at)
    return len(active)


def scopes_of(words: str) -> frozenset[ApiScope]:
    """The scopes written with commas or spaces between. Raises ClientRefused."""
    try:
        return frozenset(ApiScope(each) for each in words.replace(",", " ").split())
    except ValueError:
        raise ClientRefused(
            Text("Välj vad systemet får göra: %(scopes)s.", scopes=", ".join(each.value for each in ApiScope))
        ) from None


def day_of(written: str) -> date | None:
    """A client's last day as a form has it; None for an empty one. Raises ClientRefused."""
    try:
        return date.fromisoformat(written.strip()) if written.strip() else None
    except ValueError:
        raise ClientRefused(Text("Skriv sista dagen som ÅÅÅÅ-MM-DD.")).at("expires_on") from None


def _active(session: Session, organisation: str, number: int, *, today: date) -> ApiClient:
    client = of_organisation(session, organisation, number)
    if not client.may_sign_in(today):
        raise ClientRefused(Text("Klienten gäller inte längre. Gör en ny."))
    return client


def _end(session: Session, client: ApiClient, to: ClientState, *, by: str, at: datetime) -> None:
    client_store.end(session, client, to, by=by, at=at)
    secret_store.end_all(session, client.id, by=by, at=at)
    endpoints.end_each(session, endpoint_store.of_client(session, client.id), by=by, at=at)
    action = ClientAction.EXPIRED if to is ClientState.EXPIRED else ClientAction.ENDED
    journal.record(session, by, action, AccountsSubject.CLIENT.of(client.id))
