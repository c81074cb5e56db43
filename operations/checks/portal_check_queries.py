"""What the invariants of documents made in the portal are checked on: suppliers' own series, and what left."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from audit.body_store import PORTAL
from audit.tables import disposed_body
from foundation.sql import Session
from invoicing.portal_invoicing import tables as portal_tables
from invoicing.portal_invoicing.portal_states import KEEPS_NUMBER, PortalState
from invoicing.portal_invoicing.tables import portal_document, returned_number
from peppol.exchange.tables import inbox


def own_series(session: Session) -> Sequence[Row[Any]]:
    """Every supplier's series of numbers, and where each stands."""
    series = portal_tables.own_series
    return session.execute(select(series).order_by(series.c.supplier, series.c.series)).all()


def made_positions(session: Session, supplier: str, series: str) -> set[int]:
    """The places of a series whose document was made and kept."""
    return set(
        session.scalars(
            select(portal_document.c.position).where(
                portal_document.c.supplier == supplier,
                portal_document.c.series == series,
                portal_document.c.state.in_(KEEPS_NUMBER),
            )
        )
    )


def free_positions(session: Session, supplier: str, series: str) -> set[int]:
    """The places of a series that wait to be used again."""
    return set(
        session.scalars(
            select(returned_number.c.position).where(
                returned_number.c.supplier == supplier, returned_number.c.series == series
            )
        )
    )


def left_documents(session: Session) -> Iterator[Row[Any]]:
    """What left the portal, the message it came as, and the fingerprint of what was disposed of."""
    gone = disposed_body
    question: Select[Any] = (
        select(
            portal_document.c.id,
            portal_document.c.sha256,
            portal_document.c.body,
            inbox.c.sha256.label("came"),
            gone.c.sha256.label("disposed"),
        )
        .outerjoin(gone, (gone.c.kind == PORTAL) & (gone.c.item_id == portal_document.c.id))
        .outerjoin(inbox, inbox.c.id == portal_document.c.letter_id)
        .where(portal_document.c.state.in_((PortalState.RELEASED, PortalState.READ)))
        .order_by(portal_document.c.id)
        .execution_options(yield_per=200)
    )
    yield from session.execute(question)
