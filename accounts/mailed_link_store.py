"""Mailed links as the database holds them: a row each, named by the sha256 of the link's secret."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from accounts.tables import mailed_link
from foundation import leases
from foundation.sql import Session, rows_changed


class LinkPurpose(StrEnum):
    """What a link was mailed for."""

    INVITE = "INVITE"
    RESET = "RESET"
    IDENTITY = "IDENTITY"  # to tie an e-ID to an account that is in use


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as it is kept, whether or not it still holds."""

    account_id: int
    purpose: LinkPurpose
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None


def by_key(session: Session, key: str) -> LinkRow | None:
    """The link with this key."""
    row = session.execute(select(mailed_link).where(mailed_link.c.secret_sha256 == key)).one_or_none()
    return _link_row(row) if row is not None else None


def add(
    session: Session, key: str, account_id: int, purpose: LinkPurpose, *, made_at: datetime, ends_at: datetime
) -> None:
    """A new link that nobody has used."""
    session.execute(
        insert(mailed_link),
        {
            "secret_sha256": key,
            "account_id": account_id,
            "purpose": purpose,
            "made_at": made_at,
            "ends_at": ends_at,
        },
    )


def remove_all(session: Session, account_id: int, purpose: LinkPurpose, *, but: str = "") -> None:
    """Make the links of an account for a purpose void, except the one with the key `but`."""
    session.execute(
        delete(mailed_link).where(
            mailed_link.c.account_id == account_id,
            mailed_link.c.purpose == purpose,
            mailed_link.c.secret_sha256 != but,
        )
    )


def use(session: Session, key: str, *, now: datetime) -> bool:
    """Use a link up; False where it is used or its time is over."""
    mark = update(mailed_link).where(
        mailed_link.c.secret_sha256 == key,
        mailed_link.c.used_at.is_(None),
        mailed_link.c.ends_at > now,
        ~leases.is_ahead(mailed_link.c.made_at, now),
    )
    return bool(rows_changed(session, mark.values(used_at=now)))


def _link_row(row: Row[Any]) -> LinkRow:
    return LinkRow(
        account_id=row.account_id,
        purpose=LinkPurpose(row.purpose),
        made_at=row.made_at,
        ends_at=row.ends_at,
        used_at=row.used_at,
    )
