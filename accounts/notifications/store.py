"""Notifications as the database holds them: told, listed, seen and forgotten, each by the account it is for.

Convention: every question takes the account, so that nobody reads or marks another's, in the same organisation either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from accounts.notifications.tables import UNSEEN, notification
from foundation.sql import Session, rows_changed
from foundation.text import Text
from operations.mail.texts import TEXTS

KEPT: Final = timedelta(days=90)
"""So long something is told in the pages: as long as the link in a mail leads to how a document stands."""

_TOLD: Final = notification.c


@dataclass(frozen=True, slots=True)
class Notification:
    """Something that somebody is told of in the pages; `times` is how often since it was last seen."""

    id: int
    template: str
    given: Mapping[str, object]
    times: int
    told_at: datetime
    is_seen: bool

    @property
    def text(self) -> Text:
        """What has happened, in the words of its mail's subject."""
        return TEXTS[self.template].subject.with_values(**self.given)

    @property
    def address(self) -> str:
        """Where it is dealt with: the page, and the place on it."""
        return TEXTS[self.template].address_of(self.given)


@dataclass(frozen=True, slots=True)
class Unseen:
    """How many notifications somebody has not seen, and how many of them the page at hand is about."""

    count: int
    here: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How many notifications are kept for somebody, and when the newest was told; None where there is none."""

    count: int
    newest_at: datetime | None


def tell(
    session: Session, account_id: int, template: str, given: Mapping[str, object], *, at: datetime
) -> None:
    """Tell the account of something; the same thing told before and not seen since becomes new again."""
    new = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    insertion = new(notification).values(
        account_id=account_id,
        template=template,
        address=TEXTS[template].address_of(given).partition("#")[0],
        given=json.dumps(given, ensure_ascii=False, default=str),
        times=1,
        told_at=at,
    )
    session.execute(
        insertion.on_conflict_do_update(
            index_elements=[_TOLD.account_id, _TOLD.address, _TOLD.template],
            index_where=UNSEEN,
            set_={
                "times": _TOLD.times + 1,
                "told_at": insertion.excluded.told_at,
                "given": insertion.excluded.given,
            },
        )
    )


def unseen(session: Session, account_id: int, address: str) -> Unseen:
    """How many the account has not seen, and how many of these the page at the address is about."""
    here = func.count().filter(_TOLD.address == address)
    row = session.execute(select(func.count(), here).where(_unseen_of(account_id))).one()
    return Unseen(int(row[0]), int(row[1]))


def kept(session: Session, account_id: int) -> Kept:
    """What is kept for the account, seen or not."""
    question = select(func.count(), func.max(_TOLD.told_at)).where(_TOLD.account_id == account_id)
    count, newest_at = session.execute(question).one()
    return Kept(int(count), newest_at)


def listed(session: Session, account_id: int, *, limit: int, offset: int) -> Sequence[Notification]:
    """The account's notifications, the newest first."""
    question = select(notification).where(_TOLD.account_id == account_id)
    rows = session.execute(
        question.order_by(_TOLD.told_at.desc(), _TOLD.id.desc()).limit(limit).offset(offset)
    )
    return [
        Notification(
            row.id, row.template, json.loads(row.given), row.times, row.told_at, row.seen_at is not None
        )
        for row in rows
        # A mail of a kind that this version does not know any more says nothing.
        if row.template in TEXTS
    ]


def see(session: Session, account_id: int, address: str, *, at: datetime) -> int:
    """Note that the account's holder has opened the page at the address; how many notifications were about it."""
    about = _unseen_of(account_id) & (_TOLD.address == address)
    return rows_changed(session, update(notification).where(about).values(seen_at=at))


def see_all(session: Session, account_id: int, *, told_until: datetime | None, at: datetime) -> int:
    """Note that the account's holder has seen all that was told, up to an instant where one is given; how many."""
    about = _unseen_of(account_id)
    if told_until is not None:
        about &= _TOLD.told_at <= told_until
    return rows_changed(session, update(notification).where(about).values(seen_at=at))


def remove_all(session: Session, account_id: int) -> None:
    """Forget all that the account was told of: nobody reads it any more."""
    session.execute(delete(notification).where(_TOLD.account_id == account_id))


def remove_before(session: Session, before: datetime) -> int:
    """Forget what was last told before the instant, seen or not; how many."""
    return rows_changed(session, delete(notification).where(_TOLD.told_at < before))


def _unseen_of(account_id: int) -> ColumnElement[bool]:
    return (_TOLD.account_id == account_id) & _TOLD.seen_at.is_(None)
