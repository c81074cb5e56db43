"""The files suppliers took in through the portal, as the database holds them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from foundation.sql import Session
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.tables import portal_upload


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and who took it in; one that has been disposed of has no bytes."""

    id: int
    made_by: str
    sha256: str
    body: bytes


def count_since(session: Session, supplier: str, *, after: datetime) -> int:
    """How many files the supplier took in after a moment."""
    since = (portal_upload.c.supplier == supplier) & (portal_upload.c.made_at > after)
    return session.execute(select(func.count()).select_from(portal_upload).where(since)).scalar_one()


def keep(session: Session, actor: SupplierActor, body: bytes, *, sha256: str, at: datetime) -> int:
    """Keep a file; its row id."""
    row = {"supplier": actor.supplier, "made_by": actor.by, "made_at": at, "sha256": sha256, "body": body}
    key: int = session.execute(insert(portal_upload).returning(portal_upload.c.id), row).scalar_one()
    return key


def find(session: Session, supplier: str, upload_id: int) -> Upload | None:
    """A file of the supplier's; None where it has none of this id."""
    mine = (portal_upload.c.id == upload_id) & (portal_upload.c.supplier == supplier)
    row = session.execute(select(portal_upload).where(mine)).one_or_none()
    if row is None:
        return None
    return Upload(id=row.id, made_by=row.made_by, sha256=row.sha256, body=row.body)
