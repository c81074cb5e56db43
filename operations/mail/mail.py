"""Mails as part of the work: laid in the outbox in the transaction they tell of, so that both happen or neither.

Convention: `put` and `put_to_supplier` are called by use cases and pages inside their own `writing()`; what is
said stands in `mail_texts.py`. Values given to a mail are numbers, addresses within the portal, dates and counts,
never a person's data. Sending is another matter (`mail_delivery.py`).
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.store import ACTIVE, Account
from foundation.errors import Language
from foundation.sql import Session, take_turns
from operations.mail.tables import mail, mail_declined
from operations.mail.texts import TEXTS, Notice


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


def put_to_address(
    session: Session,
    to_address: str,
    language: Language,
    template: str,
    *,
    about: str,
    at: datetime,
    account_id: int | None = None,
    **values: object,
) -> None:
    """Lay a mail to an address, which need not be anybody's account."""
    text = TEXTS[template]
    which = 0 if language == "sv" else 1
    session.execute(
        insert(mail),
        {
            "account_id": account_id,
            "to_address": to_address,
            "template": template,
            "about": about,
            "subject": text.subject[which].format(**values),
            # The portal's own address is known where the mail leaves.
            "body": text.body[which].format(portal="{portal}", **values),
            "language": language,
            "state": "WAITING",
            "attempts": 0,
            "made_at": at,
            "next_at": at,
        },
    )


def declined(session: Session, account_id: int) -> frozenset[Notice]:
    """The kinds of mail an account has declined."""
    rows = session.scalars(select(mail_declined.c.notice).where(mail_declined.c.account_id == account_id))
    return frozenset(Notice(each) for each in rows)


def decline(session: Session, account_id: int, notices: Collection[Notice]) -> None:
    """Put these in the place of what the account has declined before; presses at once follow each other."""
    take_turns(session, f"mails of account {account_id}")
    session.execute(delete(mail_declined).where(mail_declined.c.account_id == account_id))
    if notices:
        session.execute(
            insert(mail_declined),
            [{"account_id": account_id, "notice": str(each)} for each in sorted(notices)],
        )
