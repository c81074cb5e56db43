"""Changes of the buyer's staff that take two: one administrator proposes, another confirms, and all others are told.

What gives somebody more than they had, or lets somebody in another way, is proposed: an account, a role, an attest
right or limit, a substitute, a mail address, the second step anew. Nobody decides a change about themselves, and two
who are one person to us (`independence`) are not two. To take away takes one person, at once (`role_changes`).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from accounts import accounts, mailing
from accounts import store as account_store
from accounts.identity import Permission
from accounts.journal_actions import AccountsSubject, StaffAction
from accounts.rules import AccountRefused
from accounts.staff import change_store, effects, independence
from accounts.staff.change_store import STANDS, StaffChange, StaffChangeKind, StaffChangeState
from accounts.staff.effects import Confirming
from accounts.store import Account, AccountState
from foundation import journal
from foundation.periods import stockholm_date
from foundation.sql import Session, take_turns
from foundation.text import Language, Text
from foundation.written import kept_words
from invoicing.payment import attest_right_store
from invoicing.payment.attest_right_store import Given
from orders.register import store as register_store

_NOBODY = frozenset({"", journal.SYSTEM, "operator"})
_SOMEBODY_ELSE = "somebody else"


@dataclass(frozen=True, slots=True)
class Staff:
    """The buyer's people, as they are when something is decided about one of them."""

    organisation: str
    currency: str
    accounts: Sequence[Account]

    def administrator(self, person: str) -> bool:
        """Whether a person with an account administers now."""
        return any(
            each.person.id == person
            and each.state == AccountState.ACTIVE
            and Permission.BUYER_ADMIN in each.permissions
            for each in self.accounts
        )


class _OnlyTried(Exception):
    """Ends the savepoint in which an effect was tried."""


def propose(
    session: Session,
    kind: StaffChangeKind,
    *,
    person: str = "",
    content: Mapping[str, str],
    by: str,
    at: datetime,
) -> int:
    """Keep a proposal for another administrator; its number. Raises AccountRefused, or what its effect refuses."""
    staff = _staff(session)
    _check_person(staff, by)
    if by in _concerned(person, content):
        raise AccountRefused(Text("Det gäller dig själv. Be en annan administratör föreslå det."))
    if any(
        (each.kind, each.person, dict(each.content)) == (kind, person, dict(content))
        for each in change_store.listed(session, only_open=True)
    ):
        raise AccountRefused(Text("Samma ändring är redan föreslagen och väntar på en annan administratör."))
    number = change_store.add(session, kind, person=person, content=content, by=by, at=at)
    change = change_store.get(session, number)
    with suppress(_OnlyTried), journal.attempt(session):
        # Whoever will confirm it is somebody else, and is not known yet.
        effects.carry_out(session, change, _confirming(staff, by=_SOMEBODY_ELSE, at=at))
        raise _OnlyTried
    subject = AccountsSubject.STAFF_CHANGE.of(number)
    journal.record(session, by, StaffAction.PROPOSED, subject, kind=kind, person=person)
    _tell(session, staff, change, "staff-change-proposed", but=by, at=at)
    return number


def confirm(session: Session, change_id: int, *, by: str, at: datetime) -> StaffChange:
    """Confirm as the other administrator: what is proposed is done. Raises NotThere, AccountRefused or StepRefused."""
    staff = _staff(session)
    change = change_store.get(session, change_id)
    _check_person(staff, by)
    if by == change.proposed_by:
        raise AccountRefused(Text("Du har själv föreslagit ändringen. En annan administratör bekräftar den."))
    if by in _concerned(change.person, change.content):
        raise AccountRefused(Text("Det gäller dig själv. En annan administratör bekräftar det."))
    if not independence.are_two(by, change.proposed_by, staff.accounts):
        raise AccountRefused(
            Text(
                "Du och den som föreslog räknas som en person: ett av kontona är gjort av den andra ensam, eller båda "
                "av en och samma. Be en administratör bekräfta som två personer har släppt in."
            )
        )
    if change.is_open and (at >= change.ends_at or not _still_may(staff, change.proposed_by)):
        raise AccountRefused(
            Text(
                "Förslaget har förfallit: det är för gammalt, eller den som föreslog administrerar inte längre."
            )
        )
    change_store.move(session, change, StaffChangeState.CONFIRMED, by=by, at=at)
    effects.carry_out(session, change, _confirming(staff, by=by, at=at))
    subject = AccountsSubject.STAFF_CHANGE.of(change_id)
    told = {"kind": change.kind, "person": change.person, "proposed_by": change.proposed_by}
    journal.record(session, by, StaffAction.CONFIRMED, subject, **told)
    _tell(session, staff, change, "staff-change-confirmed", but=by, at=at)
    return change


def refuse(session: Session, change_id: int, *, by: str, reason: str, at: datetime) -> None:
    """Say no to a proposal, with a reason. Raises NotThere, AccountRefused or StepRefused."""
    asked = Text("Skriv varför, så att den som föreslog förstår.")
    told = kept_words.kept(reason, AccountRefused, asked=asked)
    _end(session, change_id, StaffChangeState.REFUSED, StaffAction.REFUSED, by=by, at=at, reason=told)


def withdraw(session: Session, change_id: int, *, by: str, at: datetime) -> None:
    """Take one's own proposal back. Raises NotThere, AccountRefused or StepRefused."""
    if change_store.get(session, change_id).proposed_by != by:
        raise AccountRefused(Text("Den som föreslog tar tillbaka förslaget. Säg nej till det i stället."))
    _end(session, change_id, StaffChangeState.WITHDRAWN, StaffAction.WITHDRAWN, by=by, at=at)


def confirm_given(session: Session, kind: Given, key: int, *, by: str, at: datetime) -> None:
    """Confirm, as the other administrator, an attest right or a substitute that one person gave before it took two.

    Raises NotThere where none waits, AccountRefused, RightRefused.
    """
    staff = _staff(session)
    _check_person(staff, by)
    given_by, lets = attest_right_store.given_alone(session, kind, key)
    if by == lets:
        raise AccountRefused(Text("Det gäller dig själv. En annan administratör bekräftar det."))
    if by == given_by or not independence.are_two(by, given_by, staff.accounts):
        raise AccountRefused(
            Text(
                "Du och den som gav attesträtten räknas som en person. Be en administratör bekräfta som två personer "
                "har släppt in, eller avsluta den och föreslå en ny."
            )
        )
    attest_right_store.confirm(session, kind, key, by=by)
    for each in _administrators(staff, but=by):
        mailing.put(session, each, "attest-right-confirmed", about=f"{kind.value.lower()} {key}", at=at)


def lapse_old(session: Session, *, at: datetime) -> int:
    """Let proposals lapse that nobody has decided in time; how many."""
    old = change_store.waiting_since(session, at - STANDS)
    for change in old:
        change_store.move(session, change, StaffChangeState.LAPSED, by=journal.SYSTEM, at=at)
        subject = AccountsSubject.STAFF_CHANGE.of(change.id)
        journal.record(session, journal.SYSTEM, StaffAction.LAPSED, subject, kind=change.kind)
    return len(old)


def first_administrator(
    session: Session, *, name: str, address: str, language: Language, by: str, at: datetime
) -> Account:
    """Let an administrator in from the host, while there are not two yet who are two people to us.

    Raises AccountRefused from then on: everybody else is proposed and confirmed.
    """
    take_turns(session, "first administrators")
    staff = _staff(session)
    _check_person(staff, by)
    if has_two_administrators(session):
        raise AccountRefused(
            Text(
                "Det finns redan två administratörer. Föreslå personen, så bekräftar en annan administratör."
            )
        )
    made = accounts.invite(
        session,
        organisation=staff.organisation,
        name=name,
        address=address,
        permissions=frozenset({Permission.BUYER_ADMIN}),
        within=None,
        language=language,
        by=by,
        at=at,
        vouched_by=by,
    )
    subject = AccountsSubject.PERSON.of(made.person.id)
    journal.record(session, by, StaffAction.FIRST_ADMINISTRATOR, subject)
    for each in _administrators(staff, but=by):
        mailing.put(session, each, "first-administrator", about=made.person.id, at=at)
    return made


def _end(
    session: Session,
    change_id: int,
    to: StaffChangeState,
    action: StaffAction,
    *,
    by: str,
    at: datetime,
    reason: str = "",
) -> None:
    staff = _staff(session)
    change = change_store.get(session, change_id)
    _check_person(staff, by)
    change_store.move(session, change, to, by=by, at=at, reason=reason)
    journal.record(session, by, action, AccountsSubject.STAFF_CHANGE.of(change_id), kind=change.kind)
    _tell(session, staff, change, "staff-change-ended", but=by, at=at)


def _staff(session: Session) -> Staff:
    buyer = register_store.load(session).buyer
    # Whoever changes somebody's permissions takes the same turn.
    take_turns(session, f"people {buyer.organisation_number}")
    people = account_store.of_organisation(session, buyer.organisation_number)
    return Staff(buyer.organisation_number, buyer.currency, people)


def _check_person(staff: Staff, by: str) -> None:
    """Refuse who is nobody in particular, and an account that does not administer."""
    if by.strip() in _NOBODY:
        raise AccountRefused(Text("Skriv med --by vem du är: ett konto, eller ditt namn på driften."))
    if by.startswith("user-") and not staff.administrator(by):
        raise AccountRefused(
            Text("Bara en administratör föreslår, bekräftar och avslår ändringar av personer.")
        )


def has_two_administrators(session: Session) -> bool:
    """Whether there are two administrators who are two people to us: from then on two decide."""
    return independence.independent(_staff(session).accounts) >= 2


def check_may(session: Session, by: str) -> None:
    """Refuse who may not change anybody: who is nobody in particular, or has an account that does not administer."""
    _check_person(_staff(session), by)


def _still_may(staff: Staff, person: str) -> bool:
    return not person.startswith("user-") or staff.administrator(person)


def _concerned(person: str, content: Mapping[str, str]) -> set[str]:
    return {person, content.get("stand_in", "")} - {""}


def _confirming(staff: Staff, *, by: str, at: datetime) -> Confirming:
    return Confirming(staff.organisation, staff.currency, by, at, stockholm_date(at))


def _administrators(staff: Staff, *, but: str) -> list[Account]:
    return [each for each in staff.accounts if each.person.id != but and staff.administrator(each.person.id)]


def _tell(
    session: Session, staff: Staff, change: StaffChange, template: str, *, but: str, at: datetime
) -> None:
    for each in _administrators(staff, but=but):
        about = f"staff change {change.id}"
        mailing.put(session, each, template, about=about, at=at, number=str(change.id))
