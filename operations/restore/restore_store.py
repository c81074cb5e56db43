"""What restored books know and lack, asked of the database, and the few rows that going through a restore writes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from foundation import number_series
from foundation.sql import Session
from invoicing.payment import tables as payment_tables
from invoicing.payment.transfers import ItemState, ProposalState
from invoicing.portal_invoicing.tables import own_series
from orders import tables as order_tables
from peppol.exchange import outbox_store
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.tables import OutState, inbox, outbox

_MANY = 500


def unknown_bytes(session: Session, digests: Collection[str]) -> set[str]:
    """Those of these fingerprints that no message to us has."""
    left = list(digests)
    known: set[str] = set()
    for start in range(0, len(left), _MANY):
        question = select(inbox.c.sha256).where(inbox.c.sha256.in_(left[start : start + _MANY]))
        known.update(session.scalars(question))
    return set(left) - known


def unknown_messages(session: Session, instance_ids: Collection[str]) -> set[str]:
    """Those of these instance identifiers that no message of ours has."""
    left = list(instance_ids)
    known: set[str] = set()
    for start in range(0, len(left), _MANY):
        question = select(outbox.c.instance_id).where(outbox.c.instance_id.in_(left[start : start + _MANY]))
        known.update(session.scalars(question))
    return set(left) - known


def believed_unsent(session: Session) -> Iterator[OutboundMessage]:
    """The messages of ours that wait to be sent, as the books have it, oldest first."""
    question = select(outbox).where(outbox.c.state == OutState.WAITING).order_by(outbox.c.sequence)
    yield from outbox_store.read_messages(session, question)


def newest_events(session: Session) -> Mapping[str, tuple[int, datetime]]:
    """For each source of events how many the books hold, and when the newest of them came."""
    event = order_tables.inbound_event
    question = select(event.c.source, func.count(), func.max(event.c.received_at)).group_by(event.c.source)
    return {source: (count, newest) for source, count, newest in session.execute(question)}


def files_that_left(session: Session) -> Mapping[str, str]:
    """The fingerprint of every file that the books know to have left, by its name."""
    table = payment_tables.export_file
    return {row.name: row.sha256 for row in session.execute(select(table.c.name, table.c.sha256))}


def suppliers_being_paid(session: Session) -> set[str]:
    """The suppliers in proposals that may have been exported after the backup was taken."""
    item, proposal = payment_tables.payment_item, payment_tables.payment_proposal
    question = (
        select(item.c.supplier)
        .join(proposal, proposal.c.number == item.c.proposal)
        .where(
            proposal.c.state.in_((ProposalState.DRAFT, ProposalState.ATTESTED)),
            item.c.state.in_((ItemState.PROPOSED, ItemState.ATTESTED)),
        )
    )
    return set(session.scalars(question.distinct()))


def jump_own_series(session: Session, *, margin: int, at: str, by: str, reason: str) -> int:
    """Let every series that suppliers number their invoices by go on after a margin; how many there are."""
    rows: Sequence[tuple[str, str, int]] = [
        (row.supplier, row.series, row.last) for row in session.execute(select(own_series))
    ]
    for supplier, series, last in rows:
        place = (own_series.c.supplier == supplier) & (own_series.c.series == series)
        session.execute(update(own_series).where(place).values(last=last + margin))
        number_series.note_jump(
            session,
            number_series.SeriesJump(
                number_series.own_name(supplier, series), last + 1, last + margin, at, by, reason
            ),
        )
    return len(rows)
