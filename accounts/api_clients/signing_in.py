"""A program signs in: by its key, or by a token that it has been given for one; checked at every request.

Convention: a secret of 256 random bits cannot be guessed, so a fast hash is right: argon2 would protect what people
choose, and would cost every request a tenth of a second for nothing. Compared in constant time. Wrong ones alone are
counted, by the address they come from: a right one costs no write but the first of its day, and a neighbour's mistakes
stop nobody who has a key.
"""

import hmac
from datetime import date, datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from accounts import tokens
from accounts.api_clients import client_store, key_format, secret_store, token_store
from accounts.api_clients.key_format import SecretMiswritten
from accounts.api_clients.model import ApiCaller, ApiClient, ApiScope, ApiSecret, scopes_within
from accounts.guessing import rate_limit
from foundation.database import Database
from foundation.engines.database_faults import DatabaseFault, fault_of
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from orders.register import store as register_store

# Compared with where no key has the prefix, so that the answer takes as long.
_NOBODYS: Final = tokens.fingerprint("")


class WrongKey(Refused):
    """The key or the token is missing, unknown, or has ended: the program does not come in."""


class TokenEnded(WrongKey):
    """The token was right and has run out."""

    def __init__(self) -> None:
        super().__init__(Text("Token har gått ut. Hämta en ny och skicka samma begäran igen."))


class ScopeMissing(Refused):
    """The client is right and may not do this."""

    def __init__(self, client: ApiClient, scopes: frozenset[ApiScope]) -> None:
        super().__init__(
            Text(
                "Klienten %(name)s får inte göra detta: den saknar %(scopes)s. Den som gör klienter ger en ny det.",
                name=client.name,
                scopes=", ".join(sorted(each.value for each in scopes)),
            )
        )
        self.actor = client.actor


def sign_in(
    database: Database, given: str, any_of: frozenset[ApiScope], *, address: str, now: datetime, today: date
) -> ApiCaller:
    """The program that bears this key or token, and has one of these scopes.

    Of a supplier's, also whose place the supplier has taken; a test client's register is that of its sandbox, which
    is not asked here. Raises WrongKey, SecretMiswritten, ScopeMissing, and TooOften after many wrong ones.
    """
    try:
        with database.reading() as session:
            caller, secret = _borne(session, given, now=now, today=today)
            if not caller.client.is_buyers and not caller.client.is_test:
                caller = caller.taking_over(
                    *register_store.succession_of(session, caller.client.organisation, today)
                )
    except TokenEnded:
        raise
    except (WrongKey, SecretMiswritten):
        count_wrong(database, address, now=now)
        raise
    if not caller.scopes & any_of:
        raise ScopeMissing(caller.client, any_of)
    note_used(database, caller.client, secret, today=today)
    return caller


def by_secret(session: Session, given: str, *, today: date) -> tuple[ApiClient, ApiSecret]:
    """The client whose key this is, and which of its secrets. Raises WrongKey, SecretMiswritten."""
    written = key_format.key_of(given)
    secret, client = (written and secret_store.with_client(session, written.prefix)) or (None, None)
    expected = secret.secret_sha256 if secret else _NOBODYS
    is_right = hmac.compare_digest(tokens.fingerprint(written.secret if written else "-"), expected)
    if not is_right or secret is None or client is None or (written and written.is_test != client.is_test):
        raise WrongKey(Text("Nyckeln saknas eller är fel. Skicka den så här: Authorization: Bearer rmk_…"))
    if not secret.holds or not client.may_sign_in(today):
        raise WrongKey(
            Text(
                "Klienten %(name)s eller nyckeln gäller inte längre. Den som gör klienter ger systemet en ny.",
                name=client.name,
            )
        )
    return client, secret


def count_wrong(database: Database, address: str, *, now: datetime) -> None:
    """Count a wrong key from this address. Raises TooOften before its time has come."""
    with database.for_recovery().writing() as session:
        rate_limit.count(session, f"machine key {address}", rate_limit.ONE_CLIENT, now=now)


def note_used(database: Database, client: ApiClient, secret: ApiSecret | None, *, today: date) -> None:
    """Note the first use of the day.

    That somebody is here is no part of the books: they are read on while they are held, and where nobody can write.
    """
    is_secret_new = secret is not None and secret.last_used_on != today
    if client.last_used_on == today and not is_secret_new:
        return
    try:
        with database.for_recovery().writing() as session:
            client_store.change(session, client, last_used_on=today)
            if secret is not None:
                secret_store.note_used(session, secret.id, on=today)
    except SQLAlchemyError as fault:
        if fault_of(fault) is not DatabaseFault.READ_ONLY:
            raise


def _borne(session: Session, given: str, *, now: datetime, today: date) -> tuple[ApiCaller, ApiSecret | None]:
    """Who bears it. Raises WrongKey, SecretMiswritten."""
    sha256 = key_format.token_sha256(given)
    if sha256 is None:
        client, secret = by_secret(session, given, today=today)
        return ApiCaller(client, client.scopes & scopes_within(client.organisation)), secret
    token = token_store.by_sha256(session, sha256)
    if token is None:
        raise TokenEnded  # what has run out is removed
    if now >= token.ends_at or not token.secret_holds or not token.client.may_sign_in(today):
        raise TokenEnded
    scopes = token.scopes & token.client.scopes & scopes_within(token.client.organisation)
    return ApiCaller(token.client, scopes), None
