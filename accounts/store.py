"""Accounts as the database holds them: named queries, and the rows that change them.

Convention: a query about a supplier's people takes the organisation; a foreign id is as unknown as one that never
was. What may be changed is decided in `rules.py` and done by `accounts.py`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, ColumnElement, Label, RowMapping, delete, func, insert, select, update

from accounts.identity import Permission, Person
from accounts.staff.roles import usable
from accounts.tables import account, account_address, account_permission, account_unit
from foundation import transitions
from foundation.sql import Session
from foundation.text import Language, Text, language_of
from foundation.transitions import Transitions
from operations.mail import addresses
from orders.register.unit_scope import UnitScope


class AccountState(StrEnum):
    """Whether somebody may sign in with an account."""

    INVITED = "INVITED"  # the mailed link has not been used
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


ACCOUNT_WORDS: Final[Mapping[AccountState, Text]] = {
    AccountState.INVITED: Text("Inbjuden"),
    AccountState.ACTIVE: Text("Aktiv"),
    AccountState.ENDED: Text("Avslutad"),
}
"""What people call each state."""


ACCOUNT_FOLLOWS = Transitions(
    {
        AccountState.INVITED: {AccountState.ACTIVE, AccountState.ENDED},
        # A mailed link also lets somebody who is active choose a new password.
        AccountState.ACTIVE: {AccountState.ACTIVE, AccountState.ENDED},
    },
    ends={AccountState.ENDED},
    words=ACCOUNT_WORDS,
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `within` None means all units; `password_hash` is empty until the invitation is taken up."""

    id: int
    organisation: str
    sign_in_name: str
    display_name: str
    language: Language
    state: AccountState
    within: UnitScope | None
    permissions: frozenset[Permission]
    password_hash: str = ""
    totp_secret: str = ""
    totp_last_step: int = 0
    made_by: str = ""
    vouched_by: str = ""

    @property
    def person(self) -> Person:
        """What the rest of the system knows of it."""
        return Person(
            id=f"user-{self.id}",
            display_name=self.display_name,
            organisation=self.organisation,
            permissions=usable(self.permissions),
            within=None if Permission.ADMINISTER in self.permissions else self.within,
            language=self.language,
        )


def by_id(session: Session, account_id: int) -> Account | None:
    """The account of this number, whatever its organisation: for callers that know who is asking."""
    return _one(session, account.c.id == account_id)


def by_name(session: Session, sign_in_name: str) -> Account | None:
    """The account with this mail address."""
    return _one(session, account.c.sign_in_name == normal_name(sign_in_name))


def of_organisation(session: Session, organisation: str) -> tuple[Account, ...]:
    """Everybody of an organisation, those who have left last."""
    question = select(*WHOLE).where(account.c.organisation == organisation)
    rows = session.execute(question.order_by(account.c.state == AccountState.ENDED, account.c.display_name))
    return tuple(map(of_row, rows.mappings()))


def organisations_of(session: Session, account_ids: Collection[int]) -> Mapping[int, str]:
    """The organisation of each of these accounts."""
    rows = session.execute(select(account.c.id, account.c.organisation).where(account.c.id.in_(account_ids)))
    return {int(number): organisation for number, organisation in rows}


def active_names(session: Session) -> Sequence[tuple[int, str]]:
    """The numbers and names of all who may sign in, of every organisation."""
    active = select(account.c.id, account.c.sign_in_name).where(account.c.state == AccountState.ACTIVE)
    return [(int(number), name) for number, name in session.execute(active.order_by(account.c.id))]


def normal_name(text: str) -> str:
    """A mail address as it is compared: trimmed, in lower case, its letters composed.

    >>> normal_name(" Anna@Exempel.example ")
    'anna@exempel.example'
    """
    return addresses.normal(text)


def add(
    session: Session,
    *,
    organisation: str,
    sign_in_name: str,
    display_name: str,
    permissions: Iterable[Permission],
    within: UnitScope | None,
    language: Language,
    at: datetime,
    by: str,
    state: AccountState = AccountState.INVITED,
    password_hash: str = "",
    vouched_by: str = "",
) -> int:
    """A new account; its number. Raises IntegrityError where the address is taken."""
    made = session.execute(
        insert(account).returning(account.c.id),
        {
            "organisation": organisation,
            "sign_in_name": normal_name(sign_in_name),
            "display_name": display_name.strip(),
            "language": language,
            "state": state,
            "all_units": within is None,
            "password_hash": password_hash,
            "made_at": at,
            "made_by": by,
            "vouched_by": vouched_by,
        },
    ).scalar_one()
    number = int(made)
    _grant(session, number, permissions, within)
    return number


def regrant(
    session: Session, account_id: int, permissions: Iterable[Permission], within: UnitScope | None
) -> None:
    """Put other permissions, units and addresses in the place of those an account has."""
    session.execute(delete(account_permission).where(account_permission.c.account_id == account_id))
    session.execute(delete(account_unit).where(account_unit.c.account_id == account_id))
    session.execute(delete(account_address).where(account_address.c.account_id == account_id))
    session.execute(update(account).where(account.c.id == account_id).values(all_units=within is None))
    _grant(session, account_id, permissions, within)


def change(session: Session, account_id: int, **columns: object) -> None:
    """Set columns of one account, but not its state."""
    session.execute(update(account).where(account.c.id == account_id).values(**columns))


def move(session: Session, account_id: int, to: AccountState, **columns: object) -> bool:
    """Let an account become active or end, and set columns with it; False where it has ended meanwhile."""
    this = account.c.id == account_id
    return transitions.move_all(session, account.c.state, this, ACCOUNT_FOLLOWS, to=to, values=columns) == 1


def renew_hash(session: Session, of: Account, password_hash: str) -> None:
    """Keep another hash of the same password, unless the password was changed meanwhile."""
    session.execute(
        update(account)
        .where(account.c.id == of.id, account.c.password_hash == of.password_hash)
        .values(password_hash=password_hash)
    )


def _grant(
    session: Session, account_id: int, permissions: Iterable[Permission], within: UnitScope | None
) -> None:
    granted = [{"account_id": account_id, "permission": str(each)} for each in sorted(permissions)]
    if granted:
        session.execute(insert(account_permission), granted)
    within = within or UnitScope()
    units = [{"account_id": account_id, "unit_id": each} for each in sorted(within.units)]
    if units:
        session.execute(insert(account_unit), units)
    addresses = [{"account_id": account_id, "address_id": each} for each in sorted(within.addresses)]
    if addresses:
        session.execute(insert(account_address), addresses)


def _one(session: Session, condition: ColumnElement[bool]) -> Account | None:
    found = session.execute(select(*WHOLE).where(condition)).mappings().one_or_none()
    return of_row(found) if found is not None else None


def _gathered(column: Column[str], account_id: Column[int]) -> Label[str]:
    """What another table holds of an account, as one text; no permission, unit or address has a line break in it."""
    listed = select(func.aggregate_strings(column, "\n")).where(account_id == account.c.id)
    return listed.correlate(account).scalar_subquery().label(f"every_{column.name}")


_PERMISSIONS: Final = _gathered(account_permission.c.permission, account_permission.c.account_id)
_UNITS: Final = _gathered(account_unit.c.unit_id, account_unit.c.account_id)
_ADDRESSES: Final = _gathered(account_address.c.address_id, account_address.c.account_id)

WHOLE: Final = (account, _PERMISSIONS, _UNITS, _ADDRESSES)
"""What to select for `of_row`, so that who is asking costs each page one question."""


def of_row(row: RowMapping) -> Account:
    """The account in a row of WHOLE."""
    columns = account.c
    return Account(
        id=row[columns.id],
        organisation=row[columns.organisation],
        sign_in_name=row[columns.sign_in_name],
        display_name=row[columns.display_name],
        language=language_of(row[columns.language]),
        state=AccountState(row[columns.state]),
        within=None
        if row[columns.all_units]
        else UnitScope(frozenset(_each(row[_UNITS])), frozenset(_each(row[_ADDRESSES]))),
        permissions=frozenset(map(Permission, _each(row[_PERMISSIONS]))),
        password_hash=row[columns.password_hash],
        totp_secret=row[columns.totp_secret],
        totp_last_step=row[columns.totp_last_step],
        made_by=row[columns.made_by],
        vouched_by=row[columns.vouched_by],
    )


def _each(gathered: str | None) -> list[str]:
    return gathered.split("\n") if gathered else []
