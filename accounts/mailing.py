"""Mail to people by their accounts: laid in the outbox, unless they have declined its kind."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import ACTIVE, Account
from foundation.sql import Session, take_turns
from operations.mail.mail import put_to_address
from operations.mail.tables import mail_declined
from operations.mail.texts import TEXTS, MailKind


def put(session: Session, to: Account, template: str, *, about: str, at: datetime, **values: object) -> bool:
    """Lay a mail to one account in the outbox; False where the person has declined its kind.

    `about` names the thing for the operator, as "invoice 7324". Raises KeyError for an unknown template or a
    value that its text names and `values` lack.
    """
    notice = TEXTS[template].notice
    if notice is not None and notice in declined(session, to.id):
        return False
    put_to_address(
        session,
        to.sign_in_name,
        to.language,
        template,
        about=about,
        at=at,
        account_id=to.id,
        **values,
    )
    return True


def put_to_supplier(
    session: Session,
    organisation: str,
    template: str,
    *,
    about: str,
    at: datetime,
    permissions: Collection[Permission] = (Permission.REPORT,),
    unit: str | None = None,
    **values: object,
) -> int:
    """Lay a mail to everybody at the organisation who has one of the permissions, and the unit where one is named.

    How many were laid: those who declined, were only invited or have left get none.
    """
    return sum(
        put(session, each, template, about=about, at=at, **values)
        for each in account_store.of_organisation(session, organisation)
        if each.state == ACTIVE
        and each.permissions & frozenset(permissions)
        and (unit is None or each.person.units is None or unit in each.person.units)
    )


def declined(session: Session, account_id: int) -> frozenset[MailKind]:
    """The kinds of mail an account has declined."""
    rows = session.scalars(select(mail_declined.c.notice).where(mail_declined.c.account_id == account_id))
    return frozenset(MailKind(each) for each in rows)


def decline(session: Session, account_id: int, notices: Collection[MailKind]) -> None:
    """Put these in the place of what the account has declined before; presses at once follow each other."""
    take_turns(session, f"mails of account {account_id}")
    session.execute(delete(mail_declined).where(mail_declined.c.account_id == account_id))
    if notices:
        session.execute(
            insert(mail_declined),
            [{"account_id": account_id, "notice": str(each)} for each in sorted(notices)],
        )
