"""Accounts as the database holds them: named queries, and the rows that change them.

Convention: a query about a supplier's people takes the organisation; a foreign id is as unknown as one that never
was. What may be changed is decided in `account_rules.py` and done by `accounts.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from peppol.sql import Session
from supplier_portal.account_tables import account, account_permission, account_unit
from supplier_portal.persons import Permission, Person
from supplier_portal.printing import Language

INVITED, ACTIVE, ENDED = "INVITED", "ACTIVE", "ENDED"


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `units` None means all; `password_hash` is empty until the invitation is taken up."""

    id: int
    organisation: str
    sign_in_name: str
    display_name: str
    language: Language
    state: str
    units: frozenset[str] | None
    permissions: frozenset[Permission]
    password_hash: str = ""
    totp_secret: str = ""
    totp_last_step: int = 0

    @property
    def person(self) -> Person:
        """What the rest of the house knows of it."""
        return Person(
            id=f"user-{self.id}",
            display_name=self.display_name,
            organisation=self.organisation,
            permissions=self.permissions,
            units=None if Permission.ADMINISTER in self.permissions else self.units,
            language=self.language,
        )


def by_id(session: Session, account_id: int) -> Account | None:
    """The account of this number, whatever its organisation: for the doors that know who is asking."""
    return _one(session, account.c.id == account_id)


def by_name(session: Session, sign_in_name: str) -> Account | None:
    """The account with this mail address."""
    return _one(session, account.c.sign_in_name == normal_name(sign_in_name))


def of_organisation(session: Session, organisation: str) -> tuple[Account, ...]:
    """Everybody of an organisation, those who have left last."""
    question = select(account).where(account.c.organisation == organisation)
    rows = session.execute(question.order_by(account.c.state == ENDED, account.c.display_name)).all()
    return _accounts(session, rows)


def normal_name(text: str) -> str:
    """A mail address as it is compared: trimmed and in lower case.

    >>> normal_name(" Anna@Exempel.example ")
    'anna@exempel.example'
    """
    return text.strip().lower()


def add(
    session: Session,
    *,
    organisation: str,
    sign_in_name: str,
    display_name: str,
    permissions: Iterable[Permission],
    units: frozenset[str] | None,
    language: Language,
    at: datetime,
    by: str,
    state: str = INVITED,
    password_hash: str = "",
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
            "all_units": units is None,
            "password_hash": password_hash,
            "made_at": at,
            "made_by": by,
        },
    ).scalar_one()
    number = int(made)
    _grant(session, number, permissions, units)
    return number


def regrant(
    session: Session, account_id: int, permissions: Iterable[Permission], units: frozenset[str] | None
) -> None:
    """Put other permissions and units in the place of those an account has."""
    session.execute(delete(account_permission).where(account_permission.c.account_id == account_id))
    session.execute(delete(account_unit).where(account_unit.c.account_id == account_id))
    session.execute(update(account).where(account.c.id == account_id).values(all_units=units is None))
    _grant(session, account_id, permissions, units)


def change(session: Session, account_id: int, **columns: object) -> None:
    """Set columns of one account."""
    session.execute(update(account).where(account.c.id == account_id).values(**columns))


def _grant(
    session: Session, account_id: int, permissions: Iterable[Permission], units: frozenset[str] | None
) -> None:
    granted = [{"account_id": account_id, "permission": str(each)} for each in sorted(permissions)]
    if granted:
        session.execute(insert(account_permission), granted)
    scoped = [{"account_id": account_id, "unit_id": each} for each in sorted(units or ())]
    if scoped:
        session.execute(insert(account_unit), scoped)


def _one(session: Session, condition: object) -> Account | None:
    found = session.execute(select(account).where(condition)).one_or_none()  # type: ignore[arg-type]
    return _accounts(session, [found])[0] if found is not None else None


def _accounts(session: Session, rows: Iterable[Row[tuple[object, ...]]]) -> tuple[Account, ...]:
    held = [row._mapping for row in rows]
    ids = [row["id"] for row in held]
    permissions: dict[int, set[Permission]] = {}
    for row in session.execute(select(account_permission).where(account_permission.c.account_id.in_(ids))):
        permissions.setdefault(row.account_id, set()).add(Permission(row.permission))
    units: dict[int, set[str]] = {}
    if any(not row["all_units"] for row in held):
        for row in session.execute(select(account_unit).where(account_unit.c.account_id.in_(ids))):
            units.setdefault(row.account_id, set()).add(row.unit_id)
    return tuple(
        Account(
            id=row["id"],
            organisation=row["organisation"],
            sign_in_name=row["sign_in_name"],
            display_name=row["display_name"],
            language="en" if row["language"] == "en" else "sv",
            state=row["state"],
            units=None if row["all_units"] else frozenset(units.get(row["id"], ())),
            permissions=frozenset(permissions.get(row["id"], ())),
            password_hash=row["password_hash"],
            totp_secret=row["totp_secret"],
            totp_last_step=row["totp_last_step"],
        )
        for row in held
    )
