"""What a simulated house has promised, looked up in its books: while it runs, and when all has come to rest."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from foundation import journal
from foundation.database import Database
from foundation.sql import Session
from foundation.tables import journal as journal_table
from invoicing.documents import store as document_store
from invoicing.model import SupplierInvoice
from invoicing.portal_invoicing import portal_document_store
from invoicing.portal_invoicing.scope import SupplierActor
from operations.checks import invariants
from operations.tables import job_run
from orders.tables import inbound_event
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState
from tests.bar.simulation.house import House
from tests.bar.simulation.people import Promised
from tests.support.stories.system import TALLKOTTEN


def broken_now(house: House) -> Iterator[str]:
    """What must hold at every moment: the books' invariants, the journal's chain, each slot once, what was told."""
    yield from house.point.broken
    with Database.reading(house.database) as session:
        for each in invariants.check(session):
            yield f"{each.invariant}: {each.subject}: {each.sentence}"
        yield from (f"journal: {row}" for row in journal.verify(session))
        yield from _slots_doubled(session)
        yield from _bodies_changed(house, session)


def broken_at_rest(house: House, promised: Promised) -> Iterator[str]:
    """What must hold when nobody has anything more to do: nothing is lost, nothing doubled, nothing waits."""
    yield from broken_now(house)
    with Database.reading(house.database) as session:
        yield from _messages_in(house, session)
        yield from _messages_out(house, session)
        yield from _told_once(session, promised)


def head(database: Database) -> str:
    """Where the chain of the journal stands: equal for books that came to be in the same way."""
    with Database.reading(database) as session:
        last = select(journal_table.c.hash).order_by(journal_table.c.sequence.desc()).limit(1)
        return str(session.scalar(last))


def _slots_doubled(session: Session) -> Iterator[str]:
    question = select(job_run.c.job, job_run.c.slot, func.count()).group_by(job_run.c.job, job_run.c.slot)
    for job, slot, count in session.execute(question.having(func.count() > 1)):
        yield f"{job} of {slot} ran {count} times"


def _bodies_changed(house: House, session: Session) -> Iterator[str]:
    """I8: what the access point was given is what the books say was sent, under one identifier each."""
    ours = {message.instance_id: message.body for message in outbox_store.messages_out(session)}
    for instance_id, body in house.point.taken.items():
        if ours.get(instance_id) != body:
            yield f"message {instance_id} went out and does not stand so in the books"


def _messages_in(house: House, session: Session) -> Iterator[str]:
    """I1, I3: each document a supplier sent is one row that was handled, and a repeat for each time more."""
    if house.point.mailbox:
        yield f"{sorted(house.point.mailbox)} were never collected"
    table = exchange_tables.inbox
    first: Counter[bytes] = Counter()
    for row in session.execute(select(table.c.instance_id, table.c.state)):
        if row.state in (InState.HANDLED, InState.QUARANTINED):
            # What was made in the portal comes from nobody out there.
            first[house.point.documents.get(row.instance_id, b"")] += 1
        elif row.state != InState.REPEAT:
            yield f"message {row.instance_id} came in and is {row.state}"
    for instance_id, document in house.point.documents.items():
        if first[document] != 1:
            yield f"message {instance_id} came in and stands {first[document]} times"
    numbers = Counter((each.supplier, each.document_type, each.number) for each in _documents(session))
    yield from (f"{key} stands {count} times" for key, count in numbers.items() if count > 1)


def _documents(session: Session) -> Sequence[SupplierInvoice]:
    return list(document_store.listed(session, limit=100_000))


def _messages_out(house: House, session: Session) -> Iterator[str]:
    """Each message went once, each receiver's in its order; none waits and none is stuck.

    What no worker came back from was set aside, and goes behind the others when a person has let it.
    """
    table = exchange_tables.outbox
    rows = session.execute(
        select(table.c.instance_id, table.c.sequence, table.c.state, table.c.receiver)
    ).all()
    place = {row.instance_id: row.sequence for row in rows}
    for row in rows:
        if row.state in (OutState.WAITING, OutState.STUCK):
            yield f"message {row.instance_id} is {row.state}"
        gone = row.state in (OutState.SENT, OutState.DELIVERED)
        if gone and row.instance_id not in house.point.taken:
            yield f"message {row.instance_id} is {row.state} and was never given to the access point"
    orders: dict[str, list[int]] = defaultdict(list)
    for receiver, instance_id, _ in house.point.first_taken:
        if instance_id in house.tried_again:
            continue
        orders[receiver].append(place.get(instance_id, -1))
    for receiver, places in orders.items():
        if places != sorted(places):
            yield f"{receiver} was given its messages out of their order: {places}"


def _told_once(session: Session, promised: Promised) -> Iterator[str]:
    """Each event that was answered was applied once; each press that was answered came to its documents once."""
    applied = Counter(session.scalars(select(inbound_event.c.event_id)))
    for place in promised.events:
        event_id = place.partition(":")[2]
        if applied[event_id] != 1:
            yield f"event {event_id} stands {applied[event_id]} times"
    actor = SupplierActor(TALLKOTTEN, None, by="simulated")
    for key in sorted(promised.presses):
        if not portal_document_store.press_rows(session, actor, key):
            yield f"press {key} was answered and is nowhere"
