"""The use cases of accounts: inviting, changing, ending, passwords.

Convention: each gets an open session, loads, decides by `rules`, saves, writes the mail and the journal.
Whatever takes rights away ends the sessions that had them. `by` is the one who acts, as the journal names people.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from accounts import mailed_link_store, mailed_links, mailing, passwords, second_step_store, sessions
from accounts import store as account_store
from accounts.api_clients import clients
from accounts.guessing import known_devices
from accounts.identity import BUYER_SIDE, Permission, Person
from accounts.journal_actions import AccountAction, AccountsSubject
from accounts.mailed_link_store import LinkPurpose
from accounts.notifications import store as notification_store
from accounts.openid import bound_number_store, openid_store
from accounts.passkeys import passkey_store
from accounts.rules import AccountRefused, keeps_an_administrator, mail_address, name_of_person
from accounts.store import Account, AccountState
from foundation import journal
from foundation.errors import NotThere
from foundation.sql import Session, moment_of, take_turns
from foundation.text import Language, Text
from operations.webhooks import endpoint_store, endpoints
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from orders.tutors import unit_tutors


def invite(
    session: Session,
    *,
    organisation: str,
    name: str,
    address: str,
    permissions: frozenset[Permission],
    within: UnitScope | None,
    language: Language,
    by: str,
    at: datetime,
    vouched_by: str = "",
) -> Account:
    """A new account and its invitation by mail. Raises AccountRefused where the address is taken.

    Of the buyer's people `vouched_by` is the second person, without whom nobody is let in (`accounts.staff`).
    """
    if permissions & BUYER_SIDE and not vouched_by:
        raise ValueError(
            "One of the buyer's people is let in by two: accounts.staff.changes proposes and confirms."
        )
    try:
        with journal.attempt(session):
            number = account_store.add(
                session,
                organisation=organisation,
                sign_in_name=mail_address(address, utf8=True),  # whoever asks has refused what is not reached
                display_name=name_of_person(name),
                permissions=permissions,
                within=within,
                language=language,
                at=at,
                by=by,
                vouched_by=vouched_by,
            )
    except IntegrityError:
        raise AccountRefused(
            Text("E-postadressen hör redan till ett konto. Använd en annan, eller ändra det konto som finns.")
        ) from None
    made = _known(session, number)
    _note(session, by, AccountAction.INVITED, made)
    mailed_links.send(session, made, LinkPurpose.INVITE, at=at)
    return made


def invite_again(session: Session, organisation: str, account_id: int, *, by: str, at: datetime) -> None:
    """A fresh link for somebody who has not taken up the invitation; the old one is void. Raises NotThere."""
    account = of_organisation(session, organisation, account_id)
    if account.state != AccountState.INVITED:
        raise AccountRefused(Text("Kontot är redan i bruk och behöver ingen inbjudan."))
    journal.record(session, by, AccountAction.INVITED_AGAIN, AccountsSubject.PERSON.of(account.person.id))
    mailed_links.send(session, account, LinkPurpose.INVITE, at=at)


def invite_to_tie(session: Session, organisation: str, account_id: int, *, by: str, at: datetime) -> None:
    """Mail somebody with an account a link to tie an e-ID to it; the older one is void. Raises NotThere."""
    account = of_organisation(session, organisation, account_id)
    if account.state != AccountState.ACTIVE:
        raise AccountRefused(
            Text("Kontot är inte i bruk. Inbjudan till det går att ta emot också med e-legitimation.")
        )
    journal.record(session, by, AccountAction.INVITED_TO_TIE, AccountsSubject.PERSON.of(account.person.id))
    mailed_links.send(session, account, LinkPurpose.IDENTITY, at=at)


def change(
    session: Session,
    organisation: str,
    account_id: int,
    *,
    permissions: frozenset[Permission],
    within: UnitScope | None,
    by: str,
    administers: Permission = Permission.ADMINISTER,
    only_less: bool = False,
    instead_of: str = "",
) -> None:
    """Other permissions and places for somebody of the organisation. Raises NotThere and LastAdministrator.

    With `only_less` nothing is given that the account does not have by now. `instead_of` is the mark of what the form
    showed (`mark_of`): a form says everything, so where somebody else has changed the account since, it is refused.
    """
    take_turns(session, f"people {organisation}")
    account = of_organisation(session, organisation, account_id)
    if account.state == AccountState.ENDED:
        raise AccountRefused(Text("Kontot är avslutat. Bjud in personen på nytt."))
    moved_on = instead_of and instead_of != mark_of(account)
    if moved_on or (only_less and not permissions <= account.permissions):
        raise AccountRefused(
            Text(
                "Någon annan har ändrat personens behörigheter under tiden. Ladda om sidan och gör det igen."
            )
        )
    people = account_store.of_organisation(session, organisation)
    keeps_an_administrator(people, account_id, permissions, administers)
    account_store.regrant(session, account_id, permissions, within)
    _note(session, by, AccountAction.CHANGED, _known(session, account_id))
    if administers in account.permissions - permissions:
        _end_clients(session, account, people, administers, by=by)


def mark_of(account: Account) -> str:
    """What the permissions and places of an account are known by, so that a form can say which it was shown with."""
    within = account.within or UnitScope()
    everywhere = "all" if account.within is None else "places"
    parts = (
        everywhere,
        *sorted(account.permissions),
        "|",
        *sorted(within.units),
        "|",
        *sorted(within.addresses),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def end(
    session: Session,
    organisation: str,
    account_id: int,
    *,
    by: str,
    today: date,
    administers: Permission = Permission.ADMINISTER,
    last_too: bool = False,
) -> None:
    """End an account and all its sessions at once. Raises NotThere and LastAdministrator.

    `last_too` ends the last administrator as well: a company that leaves. The row stays, so that the journal's
    user keeps its meaning; the address is free for a new account.
    """
    take_turns(session, f"people {organisation}")
    account = of_organisation(session, organisation, account_id)
    if account.state == AccountState.ENDED:
        return
    people = account_store.of_organisation(session, organisation)
    if not last_too:
        keeps_an_administrator(people, account_id, frozenset(), administers)
    account_store.move(
        session,
        account_id,
        AccountState.ENDED,
        password_hash="",
        totp_secret="",
        sign_in_name=f"ended-{account_id}.{account.sign_in_name}"[:254],
    )
    account_store.regrant(session, account_id, (), UnitScope())
    sessions.end_all(session, account_id)
    known_devices.forget(session, account_id)
    notification_store.remove_all(session, account_id)
    # Whoever is invited anew comes with the same identity and the same key.
    openid_store.untie_all(session, account_id)
    bound_number_store.unbind(session, account_id)
    passkey_store.remove_all(session, account_id)
    journal.record(session, by, AccountAction.ENDED, AccountsSubject.PERSON.of(account.person.id))
    _end_clients(session, account, people, administers, by=by)
    # Who has left meets nobody: the placements wait for another tutor.
    unit_tutors.close_of_person(session, account.person.id, by=by, today=today)


def _end_clients(
    session: Session, account: Account, people: Sequence[Account], administers: Permission, *, by: str
) -> None:
    """End the programs that somebody answers for who administers no longer, and a company's when nobody is left."""
    organisation = "" if administers is Permission.BUYER_ADMIN else account.organisation
    at = moment_of(session)
    assert at is not None  # noqa: S101 - whoever writes has said when
    others = [each for each in people if each.id != account.id and each.state != AccountState.ENDED]
    still = [
        each.person.id
        for each in others
        if each.state == AccountState.ACTIVE and administers in each.permissions
    ]
    ended = clients.end_of_person(session, organisation, account.person.id, still=still, by=by, at=at)
    for client in ended:
        about, page = f"client {client.id}", "clients" if organisation else "admin/clients"
        for each in others:
            if each.person.id in still:
                mailing.put(session, each, "client-ended", about=about, at=at, name=client.name, page=page)
    if organisation and not others and _known(session, account.id).state == AccountState.ENDED:
        clients.end_of_supplier(session, organisation, by=by, at=at)
        endpoints.end_each(session, endpoint_store.of_organisation(session, organisation), by=by, at=at)


def take_up(session: Session, secret: str, password_hash: str, *, now: datetime) -> Account:
    """Use a mailed link: the invited account becomes active, or a forgotten password a new one. Raises LinkVoid.

    The second step stays as it was: a link alone never takes it away.
    """
    link = mailed_links.use(session, secret, now=now)
    if link.purpose == LinkPurpose.IDENTITY:
        raise mailed_links.LinkVoid  # such a link ties an e-ID, and chooses no password
    if not account_store.move(session, link.account.id, AccountState.ACTIVE, password_hash=password_hash):
        raise mailed_links.LinkVoid
    sessions.end_all(session, link.account.id)
    known_devices.forget(session, link.account.id)
    is_new = link.purpose == LinkPurpose.INVITE
    action = AccountAction.TAKEN_UP if is_new else AccountAction.PASSWORD_RESET
    journal.record(session, link.account.person.id, action, AccountsSubject.PERSON.of(link.account.person.id))
    if link.purpose == LinkPurpose.RESET:
        mailing.put(session, link.account, "password-changed", about=link.account.person.id, at=now)
    return _known(session, link.account.id)


def ask_for_reset(session: Session, name: str, *, at: datetime) -> None:
    """Mail a link for a new password; for a name of nobody, nothing happens, and nobody is told."""
    account = account_store.by_name(session, name)
    if account is not None and account.state == AccountState.ACTIVE:
        mailed_links.send(session, account, LinkPurpose.RESET, at=at)


def give_link(session: Session, account: Account, *, by: str, at: datetime, to_tie: bool = False) -> str:
    """A link to choose a password with, for whoever hands it over; the older ones are void. Raises AccountRefused.

    With `to_tie` it is for tying an e-ID instead, which the invitation to a new account is good for too.
    """
    if account.state == AccountState.ENDED:
        raise AccountRefused(Text("Kontot är avslutat. Bjud in personen på nytt."))
    in_use = LinkPurpose.IDENTITY if to_tie else LinkPurpose.RESET
    purpose = LinkPurpose.INVITE if account.state == AccountState.INVITED else in_use
    mailed_link_store.remove_all(session, account.id, purpose)
    journal.record(session, by, AccountAction.LINK_GIVEN, AccountsSubject.PERSON.of(account.person.id))
    return mailed_links.give(session, account, purpose, at=at)


def change_password(session: Session, person: Person, password: str, *, but: str, now: datetime) -> None:
    """A new password for the one signed in; all sessions but this one end."""
    account = _known(session, person.account_id)
    account_store.change(session, account.id, password_hash=passwords.hashed(password))
    sessions.end_all(session, account.id, but=but)
    journal.record(session, person.id, AccountAction.PASSWORD_CHANGED, AccountsSubject.PERSON.of(person.id))
    mailing.put(session, account, "password-changed", about=person.id, at=now)


def forget_codes(session: Session, organisation: str, account_id: int, *, by: str, at: datetime) -> None:
    """Let somebody whose telephone is lost set up the second step anew; he is told by mail. Raises NotThere.

    Nobody does it for himself: whoever has the codes can set them up again on his own page.
    """
    account = of_organisation(session, organisation, account_id)
    if account.person.id == by:
        raise AccountRefused(Text("Det är ditt eget konto. Ställ in koderna på nytt under Mitt konto."))
    account_store.change(session, account_id, totp_secret="")
    second_step_store.remove_recovery_codes(session, account_id)
    passkey_store.remove_all(session, account_id)
    sessions.end_all(session, account_id)
    known_devices.forget(session, account_id)
    journal.record(session, by, AccountAction.CODES_FORGOTTEN, AccountsSubject.PERSON.of(account.person.id))
    mailing.put(session, account, "codes-forgotten", about=account.person.id, at=at)


def words_about(session: Session, account: Account) -> tuple[str, ...]:
    """What anybody would try for this person: the mail address, the name, the company, and the buyer."""
    register = register_store.load(session)
    known = register_store.last_known_supplier(session, register, account.organisation)
    company = known.name if known is not None else ""
    return account.sign_in_name, account.display_name, company, register.buyer.name


def change_address(session: Session, account: Account, address: str, *, by: str, at: datetime) -> None:
    """Another mail address for one of the buyer's people, who is told at both. Raises AccountRefused where it is taken.

    Links that were mailed before are void, and every session ends.
    """
    renamed = mail_address(address, utf8=True)
    mailing.put(session, account, "address-changed", about=account.person.id, at=at)
    try:
        with journal.attempt(session):
            account_store.change(session, account.id, sign_in_name=renamed)
    except IntegrityError:
        raise AccountRefused(
            Text("E-postadressen hör redan till ett konto. Använd en annan, eller ändra det konto som finns.")
        ) from None
    for purpose in LinkPurpose:
        mailed_link_store.remove_all(session, account.id, purpose)
    sessions.end_all(session, account.id)
    known_devices.forget(session, account.id)
    journal.record(session, by, AccountAction.ADDRESS_CHANGED, AccountsSubject.PERSON.of(account.person.id))
    mailing.put(session, _known(session, account.id), "address-changed", about=account.person.id, at=at)


def of_organisation(session: Session, organisation: str, account_id: int) -> Account:
    """An account of this organisation. Raises NotThere, also for one of another."""
    account = account_store.by_id(session, account_id)
    if account is None or account.organisation != organisation:
        raise NotThere
    return account


def _known(session: Session, account_id: int) -> Account:
    account = account_store.by_id(session, account_id)
    assert account is not None  # noqa: S101 - it was written in this transaction
    return account


def _note(session: Session, by: str, action: AccountAction, account: Account) -> None:
    """The journal's row: who got what, by opaque ids."""
    journal.record(
        session,
        by,
        action,
        AccountsSubject.PERSON.of(account.person.id),
        organisation=account.organisation,
        permissions=" ".join(sorted(account.permissions)),
        units="all" if account.within is None else " ".join(sorted(account.within.units)),
        **_addresses(account),
    )


def _addresses(account: Account) -> dict[str, str]:
    """The single addresses, where there are any."""
    addresses = account.within.addresses if account.within is not None else ()
    return {"addresses": " ".join(sorted(addresses))} if addresses else {}
