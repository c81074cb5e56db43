"""API clients: who makes them, what they never get, how a secret is exchanged, and with whom they end."""

import json
import re
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from accounts import accounts
from accounts.api_clients import client_store, clients, key_format, public_keys, secret_store
from accounts.api_clients.clients import ClientRefused, TooManySecrets
from accounts.api_clients.key_format import SecretMiswritten
from accounts.api_clients.model import BUYER_SCOPES, SUPPLIER_SCOPES, ApiClient, ApiScope, ClientState
from accounts.api_clients.public_keys import KeysRefused
from accounts.identity import Permission
from accounts.rules import AccountRefused
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from accounts.store import Account, AccountState
from accounts.tables import account
from foundation import journal
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import SWEDISH
from operations.mail.tables import mail
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

TODAY = CLOCK.date()


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def a_person(session: Session, name: str, *permissions: Permission, organisation: str = FYRBAKEN) -> Account:
    """Somebody with an account in use."""
    is_buyers = bool({Permission.BUYER_ADMIN, Permission.FINANCE} & {*permissions})
    made = accounts.invite(
        session,
        organisation=organisation,
        name=name,
        address=f"{name.lower()}@exempel.example",
        permissions=frozenset(permissions),
        within=None,
        language=SWEDISH,
        by="operator",
        at=CLOCK,
        vouched_by="somebody else" if is_buyers else "",
    )
    session.execute(account.update().where(account.c.id == made.id).values(state=AccountState.ACTIVE))
    return made


def a_client(
    session: Session,
    by: str,
    *scopes: ApiScope,
    organisation: str = FYRBAKEN,
    expires_on: date | None = None,
) -> ApiClient:
    return clients.make(
        session,
        organisation,
        "Ekonomisystemet",
        scopes=frozenset(scopes or {ApiScope.VIEW}),
        expires_on=expires_on,
        by=by,
        at=CLOCK,
        today=TODAY,
    )


def state_of(session: Session, client: ApiClient) -> ClientState:
    found = client_store.by_id(session, client.id)
    assert found is not None
    return found.state


@pytest.mark.both_engines
def test_two_secrets_hold_while_one_is_exchanged_for_the_other(system: System) -> None:
    with system.database.writing() as session:
        client = a_client(session, "user-1")

        def secret() -> str:
            return clients.give_secret(session, FYRBAKEN, client.id, by="user-1", at=CLOCK, today=TODAY).shown

        first, second = secret(), secret()
        with pytest.raises(TooManySecrets):
            secret()
        clients.end_secret(session, FYRBAKEN, client.id, first[:16], by="user-1", at=CLOCK)
        third = secret()
        held = [each.prefix for each in secret_store.of_client(session, client.id) if each.holds]
        assert sorted(held) == sorted(each[4:16] for each in (second, third))
        clients.end(session, FYRBAKEN, client.id, by="user-1", at=CLOCK)
        assert not any(each.holds for each in secret_store.of_client(session, client.id))
        with pytest.raises(ClientRefused):
            secret()
    with system.database.reading() as session:
        told = [row for row in journal.rows(session) if row.action.startswith("client.")]
        assert [row.action for row in told] == [
            *("client.made", "client.secret_made", "client.secret_made", "client.secret_ended"),
            *("client.secret_made", "client.ended"),
        ]
        assert not any(each[17:60] in str(row) for row in told for each in (first, second, third))


def test_nobody_makes_a_client_that_may_more_than_its_side_may(system: System) -> None:
    with system.database.writing() as session:
        for organisation, foreign in ((FYRBAKEN, BUYER_SCOPES), ("", SUPPLIER_SCOPES)):
            for scope in foreign:
                with pytest.raises(ClientRefused):
                    a_client(session, "user-1", scope, organisation=organisation)
        with pytest.raises(Refused):
            clients.check(FYRBAKEN, "19121212-1212", frozenset({ApiScope.VIEW}), None, today=TODAY)
        mine = a_client(session, "user-1")
        for organisation in (LARKDRILLEN, ""):
            with pytest.raises(NotThere):
                clients.end(session, organisation, mine.id, by="user-2", at=CLOCK)
            with pytest.raises(NotThere):
                clients.give_secret(session, organisation, mine.id, by="user-2", at=CLOCK, today=TODAY)


@pytest.mark.both_engines
def test_a_client_ends_with_the_permission_of_who_answers_for_it_unless_taken_over(system: System) -> None:
    with system.database.writing() as session:
        leaves, stays = (a_person(session, name, Permission.ADMINISTER) for name in ("Lena", "Stina"))
        kept, ended = (a_client(session, leaves.person.id) for _ in range(2))
        clients.take_over(session, FYRBAKEN, kept.id, by=stays.person.id, today=TODAY)
        accounts.change(
            session,
            FYRBAKEN,
            leaves.id,
            permissions=frozenset({Permission.REPORT}),
            within=None,
            by=stays.person.id,
        )
        assert state_of(session, ended) is ClientState.ENDED
        assert state_of(session, kept) is ClientState.ACTIVE
        told = session.execute(
            select(mail.c.account_id, mail.c.about, mail.c.body).where(mail.c.template == "client-ended")
        ).all()
        assert [(each.account_id, each.about) for each in told] == [(stays.id, f"client {ended.id}")]
        assert f"API-klienten {ended.name} är avslutad" in told[0].body
        assert "{portal}/clients" in told[0].body
        # The last one of a company that leaves takes all with it.
        accounts.end(session, FYRBAKEN, leaves.id, by="operator", today=TODAY)
        others = a_client(session, "operator")
        accounts.end(session, FYRBAKEN, stays.id, by="operator", today=TODAY, last_too=True)
        assert state_of(session, kept) is ClientState.ENDED
        assert state_of(session, others) is ClientState.ENDED


@pytest.mark.both_engines
def test_the_buyers_client_takes_two_and_ends_with_the_last_of_them(system: System) -> None:
    with system.database.writing() as session:
        buyer = system.register.buyer.organisation_number
        one, two, three = (
            a_person(session, name, Permission.BUYER_ADMIN, organisation=buyer).person.id
            for name in ("Ada", "Bo", "Cia")
        )

        def leave(person: str) -> None:
            number = int(person.removeprefix("user-"))
            admin = Permission.BUYER_ADMIN
            accounts.end(session, buyer, number, by=three, today=TODAY, administers=admin)

        content = staff_forms.client(name="Beslutssystemet", scopes={ApiScope.EVENTS_READ}, expires_on=None)
        number = changes.propose(session, StaffChangeKind.CLIENT, content=content, by=one, at=CLOCK)
        assert client_store.of_organisation(session, "") == []
        with pytest.raises(AccountRefused):
            changes.confirm(session, number, by=one, at=CLOCK)
        changes.confirm(session, number, by=two, at=CLOCK)
        (client,) = client_store.of_organisation(session, "")
        assert (client.made_by, client.vouched_by, client.responsible) == (one, two, one)
        assert secret_store.of_client(session, client.id) == []
        leave(one)
        (client,) = client_store.of_organisation(session, "")
        assert (client.state, client.responsible) == (ClientState.ACTIVE, two)
        leave(two)
        assert state_of(session, client) is ClientState.ENDED


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_only_public_keys_are_kept_and_nothing_else_of_them(system: System) -> None:
    key = ECKey.generate_key("P-256")
    told = key.as_dict(private=False)
    kept = json.loads(public_keys.as_kept(json.dumps({"keys": [{**told, "owner": "Anna Andersson"}]})))
    assert set(kept["keys"][0]) == {"kty", "crv", "x", "y", "kid"}
    assert public_keys.as_kept(" ") == ""
    refused: list[object] = [
        {"keys": [key.as_dict(private=True)]},
        {"keys": [OctKey.generate_key(256).as_dict(private=True)]},
        {"keys": [RSAKey.generate_key(1024, auto_kid=True).as_dict(private=False)]},
        {"keys": []},
        {"keys": [told] * 6},
        {"keys": [{**told, "kid": "a b"}]},
        [],
        "no",
    ]
    for each in refused:
        with pytest.raises(KeysRefused):
            public_keys.as_kept(json.dumps(each))
    with pytest.raises(KeysRefused):
        public_keys.as_kept("{")


@given(st.integers(min_value=0, max_value=60), st.sampled_from("0aZ-_"))
def test_a_key_with_one_sign_wrong_is_told_to_be_miswritten(place: int, sign: str) -> None:
    key = key_format.new_key()
    assert key_format.key_of(key.shown) == key
    assert re.fullmatch(r"rmk_[0-9a-f]{12}_[A-Za-z0-9_-]{49}", key.shown)
    at = 4 + place
    wrong = key.shown[:at] + sign + key.shown[at + 1 :]
    if wrong == key.shown:
        return
    with pytest.raises(SecretMiswritten):
        key_format.key_of(wrong)
    with pytest.raises(SecretMiswritten):
        key_format.key_of(key.shown[:-1])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_wall_between_suppliers_stands_around_clients_too(system: System) -> None:
    """What a page does it may do, with its own alone; and no supplier's session makes a client for the buyer's side."""
    mine, others = (system.database.for_supplier(each) for each in (FYRBAKEN, LARKDRILLEN))
    with mine.writing() as session:
        client = a_client(session, "user-1")
        shown = clients.give_secret(session, FYRBAKEN, client.id, by="user-1", at=CLOCK, today=TODAY).shown
        clients.take_over(session, FYRBAKEN, client.id, by="user-2", today=TODAY)
    with others.reading() as session:
        assert client_store.by_id(session, client.id) is None
        assert secret_store.by_prefix(session, shown[4:16]) is None
    for organisation, scopes in (("", {ApiScope.EVENTS_WRITE}), (FYRBAKEN, {ApiScope.EVENTS_WRITE})):
        with pytest.raises(ProgrammingError), mine.writing() as session:
            client_store.add(
                session,
                organisation=organisation,
                name="x",
                scopes=frozenset(scopes),
                within=None,
                expires_on=None,
                by="user-1",
                vouched_by="",
                responsible="",
                at=CLOCK,
            )
    with others.writing() as session:
        assert not secret_store.end(session, 1, by="user-9", at=CLOCK)
    with mine.writing() as session:
        clients.end_of_person(session, FYRBAKEN, "user-2", still=(), by="user-1", at=CLOCK)
        assert state_of(session, client) is ClientState.ENDED
